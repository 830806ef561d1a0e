from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.robots_words import Wishes, wishes

NOTHING = Wishes()
NO_INDEX = Wishes(noindex=True)
NO_ARCHIVE = Wishes(noarchive=True)
NEITHER = Wishes(noindex=True, noarchive=True)


@pytest.mark.parametrize(
    ("head", "asked"),
    [
        ('<meta name="robots" content="noindex">', NO_INDEX),
        ("<META CONTENT='index, NoArchive' NAME='Robots' />", NO_ARCHIVE),
        ("<meta name=robots content=none>", NEITHER),
        ('<meta name="huomiaobot" content="noindex,noarchive">', NEITHER),
        ('<meta name="robots" content="all"><meta name="HuomiaoBot" content="noarchive">', NO_ARCHIVE),
        ('<meta name="robots" content="noindex"><meta name="huomiaobot" content="index">', NO_INDEX),
        ('<meta name="robots" content="max-snippet:-1, nofollow, noodp">', NOTHING),
        ('<meta name="otherbot" content="none">', NOTHING),
        ('<meta property="robots" content="noindex">', NOTHING),
        ('<meta name="description" content="noindex">', NOTHING),
        ('<!-- <meta name="robots" content="noindex"> -->', NOTHING),
        ('<!-- a --><meta name="robots" content="no&#105;ndex">', NO_INDEX),
        ('<meta name="robots">', NOTHING),
        ("", NOTHING),
    ],
)
def test_a_page_asks_in_its_head(head, asked):
    page = f"<html><head>{head}<title>x</title></head><body>noindex</body></html>"

    for charset in ("utf-8", "utf-16", "gb18030"):
        assert wishes((), page.encode(charset), agent="HuomiaoBot") == asked


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        (["noindex"], NO_INDEX),
        (["NoArchive, nofollow"], NO_ARCHIVE),
        (["nofollow", "none"], NEITHER),
        (["huomiaobot: noarchive"], NO_ARCHIVE),
        (["otherbot: none"], NOTHING),
        (["otherbot: noindex, nofollow, HuomiaoBot: noarchive"], NO_ARCHIVE),
        (["noindex, otherbot: noarchive"], NO_INDEX),
        (["unavailable_after: 25 Jun 2030 15:00:00 PST, noarchive"], NO_ARCHIVE),
        (["max-snippet: 20"], NOTHING),
    ],
)
def test_a_host_asks_in_headers(values, asked):
    assert wishes([("X-Robots-Tag", value) for value in values], b"<html>", agent="HuomiaoBot") == asked


def test_head_and_headers_add_up():
    assert wishes([("x-robots-tag", "noindex")], b'<meta name="robots" content="noarchive">', agent="x") == NEITHER


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<meta ", b"<meta name=", b'<meta name="robots" content="', b"<meta name='a' "]
)
def test_hostile_heads_do_not_keep_us(piece):
    began = time.process_time()

    wishes([("x-robots-tag", "a:" * 100_000)], piece * (400_000 // len(piece)), agent="x")

    assert time.process_time() - began < 5


@given(st.binary(max_size=400), st.text(max_size=100))
def test_any_bytes_are_read(content, value):
    assert isinstance(wishes([("x-robots-tag", value)], b"<meta name=robots content=" + content, agent="x"), Wishes)
