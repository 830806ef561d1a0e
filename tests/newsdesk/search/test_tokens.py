"""How texts and queries are cut: whatever stretch of Chinese a reader remembers, it is found."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.search import tokens


def is_found(stretch, text):
    """Whether the tokens of ``stretch`` stand in those of ``text`` one after the other, as an index looks for them."""
    there = tokens.of_text(text)
    sought = tokens.sequence(stretch)
    wanted = list(sought.tokens)
    for at in range(len(there)):
        if there[at : at + len(wanted)] == wanted:
            after = there[at + len(wanted) : at + len(wanted) + 1]
            if not sought.tail or (after and after[0].startswith(sought.tail)):
                return True
    return False


@given(
    st.text(alphabet=st.sampled_from("甲乙丙丁戊己々〇ーか，。“”《》 \n5gA９Ｇ·"), min_size=1, max_size=40),
    st.data(),
)
@settings(max_examples=60)
def test_any_stretch_of_chinese_is_found(text, data):
    stretches = [match for match in re.findall(r"(?=([甲乙丙丁戊己々〇ーか]{1,3}))", text) if match]
    if not stretches:
        return

    stretch = data.draw(st.sampled_from(stretches))

    assert is_found(stretch, text)


@pytest.mark.parametrize(
    ("stretch", "text", "expected"),
    [
        ("五小创新", "“五小”创新成果", True),
        ("“五小”创新", "五小创新成果", True),
        ("工创", "职工、创新", False),
        ("职工创新", "职工，创新", False),
        ("职工创新", "职工\n创新", False),
        ("王芳", "记者 王　芳", True),
        ("王 芳", "记者王芳报道", True),
        ("阿里木买买提", "阿里木·买买提", True),
        ("5G网", "打造５Ｇ网络", True),
        ("造5g", "打造5G网络", True),
        ("5G", "打造15G网络", False),
        ("12月5日", "12月5日电", True),
        ("12月5日", "12月15日电", False),
        ("1.57", "1.57万人", True),
        ("1.57", "157万人", False),
        ("WORKERS", "a worker's", True),
        ("workers'", "a worker", True),
        ("co-operation", "co operation", True),
        ("株式會社", "株式會社です", True),
        ("ﬁnance", "finance", True),
        ("①号", "1号线", True),
    ],
)
def test_what_counts_as_the_same(stretch, text, expected):
    assert is_found(stretch, text) is expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("职工创新", ["职工", "创新"]),
        ("职工的创新", ["职工", "创新"]),
        ("职工五小创新", ["职工", "五小", "创新"]),
        ("税改革", ["税改革"]),
        ("税", ["税"]),
        ("的", ["的"]),
        ("2023年12月5日", ["2023年", "12月", "5日"]),
        ("5G网络建设", ["5g", "网络", "建设"]),
        ("1.57", ["1 57"]),
        ("co-operation", ["co operation"]),
        ("！", []),
    ],
)
def test_typed_words_are_cut_into_pieces_that_mean_something(typed, expected):
    assert tokens.pieces(typed) == expected


def test_every_piece_can_be_found_where_it_was_typed():
    title = "江西点燃职工创新“火苗” 劳动技能竞赛带动岗位练兵百万人次以上，5G和AI用于12月5日"

    pieces = tokens.pieces(title)

    assert [piece for piece in pieces if not is_found(piece, title)] == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("workers", "worker"),
        ("stories", "story"),
        ("glass", "glass"),
        ("bus", "bus"),
        ("heroes", "heroes"),
        ("gas", "gas"),
        ("prés", "prés"),
        ("x" * 70, "x" * 64),
    ],
)
def test_plurals_lose_their_s(word, expected):
    assert tokens.stem(word) == expected


def test_a_long_word_of_the_dictionary_brings_those_inside_it():
    assert set(tokens.dictionary_words("职业技能竞赛 Workers")) >= {"职业技能", "技能", "竞赛", "worker"}
