"""How far words are from each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.search.spelling import distance

WORD = st.text(alphabet="abc", max_size=6)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("竞赛", "竞赛", 0),
        ("竟赛", "竞赛", 1),
        ("赛竞", "竞赛", 1),
        ("总会", "总工会", 1),
        ("inovaton", "innovation", 2),
        ("wrokers", "workers", 1),
        ("abcdef", "uvwxyz", 3),
        ("a", "abcd", 3),
    ],
)
def test_slips_are_counted_up_to_two(a, b, expected):
    assert distance(a, b, 2) == distance(b, a, 2) == expected


@given(WORD, st.integers(0, 6), st.sampled_from("abcx"), st.sampled_from(["drop", "add", "turn", "change"]))
@settings(max_examples=60)
def test_one_slip_is_at_most_one(word, at, letter, slip):
    at = min(at, len(word))
    slipped = {
        "drop": word[:at] + word[at + 1 :],
        "add": word[:at] + letter + word[at:],
        "turn": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        "change": word[:at] + letter + word[at + 1 :],
    }[slip]

    assert distance(word, slipped, 2) <= 1
    assert (distance(word, slipped, 2) == 0) == (word == slipped)
