"""The charset of a page is found by its mark, its labels and its bytes, in this order of trust."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.charset import decoded

CHINESE = "全省职工“五小”创新成果发布，岗位练兵的人数比去年多了，这是在会上了解到的。"
TRADITIONAL = "全省職工創新成果發布，崗位練兵的人數比去年多了，這是在會上了解到的。"


def _page(label: str, text: str = CHINESE) -> str:
    return f'<html><head><meta charset="{label}"><title>{text}</title></head><body><p>{text}</p></body></html>'


@pytest.mark.parametrize(
    ("written", "label", "header", "found"),
    [
        ("utf-8", "utf-8", None, "utf-8"),
        ("gb2312", "gb2312", None, "gb18030"),
        ("gbk", "gb2312", None, "gb18030"),
        ("gb18030", "gbk", "text/html", "gb18030"),
        ("utf-8", "gb2312", "gbk", "utf-8"),
        ("gb18030", "utf-8", "utf-8", "gb18030"),
        ("gb18030", "iso-8859-1", None, "gb18030"),
        ("gb18030", "nonsense", "nonsense", "gb18030"),
        ("gb18030", "", None, "gb18030"),
        ("gb18030", "idna", "unicode_escape", "gb18030"),
        ("utf-16", "utf-16", None, "utf-16"),
        ("utf-8-sig", "gbk", "gbk", "utf-8"),
    ],
)
def test_a_page_reads_right_whatever_its_labels_say(written, label, header, found):
    page = _page(label)

    result = decoded(page.encode(written), charset=header)

    assert (result.text, result.charset) == (page, found)


def test_big5_is_told_from_gbk_by_its_bytes():
    page = _page("gbk", TRADITIONAL)

    result = decoded(page.encode("big5"), charset=None)

    assert (result.text, result.charset) == (page, "big5hkscs")


def test_a_page_cut_in_the_middle_of_a_character_is_still_utf8():
    content = _page("gbk").encode()[:-17].removesuffix(b"p>")

    cut = CHINESE.encode()[:-1]

    assert decoded(content + cut).charset == "utf-8"


def test_a_page_that_is_still_gzipped_is_unpacked_up_to_a_limit():
    page = _page("utf-8")

    assert decoded(gzip.compress(page.encode())).text == page
    assert len(decoded(gzip.compress(bytes(1_000_000)), most=1000).text) == 1000


@settings(max_examples=60)
@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=20)))
def test_any_bytes_become_text(content, label):
    decoded(content, charset=label)
