from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.innovations.cascade import NONE, Standing, Step, fill

GRADES = ("一等", "二等", "三等")


def _ranking(text: str) -> list[Standing]:
    """ "112.." is two of the first grade, one of the second, and two without, best first."""
    return [Standing(key, NONE if letter == "." else GRADES[int(letter) - 1]) for key, letter in enumerate(text)]


@pytest.mark.parametrize(
    ("ranking", "vacant", "expected"),
    [
        ("12233..", "一等", [Step(1, "二等", "一等"), Step(3, "三等", "二等"), Step(5, "", "三等")]),
        ("12233..", "三等", [Step(5, "", "三等")]),
        ("1223", "二等", [Step(3, "三等", "二等")]),
        ("133.", "一等", [Step(1, "三等", "一等"), Step(3, "", "三等")]),
        ("1..", "一等", [Step(1, "", "一等")]),
        ("1", "一等", []),
        ("", "一等", []),
    ],
)
def test_the_best_below_moves_up_step_by_step(ranking, vacant, expected):
    assert fill(_ranking(ranking), GRADES, vacant=vacant) == expected


def test_who_may_not_come_in_is_passed_over():
    assert fill(_ranking("3..."), GRADES, vacant="三等", may_come_in=lambda key: key != 1) == [Step(2, "", "三等")]


def test_a_pool_is_filled_from_within():
    ranking = [Standing(1, "", "小发明"), Standing(2, "", "小设计")]

    assert fill(ranking, GRADES, vacant="三等", pool="小设计") == [Step(2, "", "三等")]


@given(numbers=st.lists(st.integers(0, 4), min_size=4, max_size=4), vacant=st.sampled_from(GRADES))
def test_no_grade_holds_more_than_before_and_the_order_is_kept(numbers, vacant):
    before = _ranking("".join(letter * count for letter, count in zip("123.", numbers, strict=True)))

    steps = fill(before, GRADES, vacant=vacant)

    moved = {step.key: step.after for step in steps}
    after = [moved.get(one.key, one.grade) for one in before]
    allowed = Counter(one.grade for one in before) + Counter([vacant])
    place = [*GRADES, NONE].index
    assert all(Counter(after)[grade] <= allowed[grade] for grade in GRADES)
    assert after == sorted(after, key=place)
    assert all(place(step.after) < place(step.before) for step in steps)
