"""What questions proved to be worth, against figures worked out by hand and against what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.practice.item_analysis import Answered, Question, alpha, analyse, extremes, measurement_error


def answered(fractions, options=None):
    return [
        Answered(sitting, fraction, 1.0, options[sitting] if options else ())
        for sitting, fraction in enumerate(fractions)
    ]


def test_a_question_that_the_best_get_right_separates_them():
    totals = {sitting: float(sitting) for sitting in range(20)}
    good = answered([0.0] * 10 + [1.0] * 10)
    bad = answered([1.0] * 10 + [0.0] * 10)

    one, other = analyse([Question(1), Question(2)], {1: good, 2: bad}, totals)

    assert (one.difficulty, one.separation, one.flags) == (0.5, 1.0, ())
    assert one.correlation > 0.8
    assert (other.separation, other.flags) == (-1.0, ("negative",))


def test_options_are_counted_for_all_and_for_the_best_and_the_worst():
    totals = {sitting: float(sitting) for sitting in range(20)}
    options = {sitting: (0,) if sitting >= 10 else (1,) for sitting in range(20)}
    answers = answered([0.0] * 10 + [1.0] * 10, options)

    figures = analyse([Question(1, options=3, right=(0,))], {1: answers}, totals)[0]

    assert [(one.option, one.is_right, one.chosen, one.by_best, one.by_worst) for one in figures.distractors] == [
        (0, True, 0.5, 1.0, 0.0),
        (1, False, 0.5, 0.0, 1.0),
        (2, False, 0.0, 0.0, 0.0),
    ]
    assert figures.flags == ("idle",)


def test_too_few_sittings_say_nothing():
    figures = analyse([Question(1)], {1: answered([1.0, 0.0])}, {0: 1.0, 1: 0.0})[0]

    assert (figures.correlation, figures.separation, figures.flags) == (None, None, ("few",))


@pytest.mark.parametrize(("right", "flag"), [(1, "hard"), (20, "easy")])
def test_what_nearly_nobody_or_everybody_gets_right_is_flagged(right, flag):
    totals = {sitting: float(sitting % 7) for sitting in range(20)}

    figures = analyse([Question(1)], {1: answered([1.0] * right + [0.0] * (20 - right))}, totals)[0]

    assert flag in figures.flags


def test_alpha_of_a_worked_example():
    # Six items that agree entirely are as reliable as can be; the variance of sums is then 36 times that of one.
    rows = [[float(sitting % 2)] * 6 for sitting in range(12)]

    assert alpha(rows) == 1.0
    assert measurement_error([sum(row) for row in rows], 1.0) == 0.0


@given(st.lists(st.lists(st.sampled_from([0.0, 1.0]), min_size=4, max_size=4), min_size=10, max_size=40))
def test_alpha_is_never_above_one(rows):
    found = alpha(rows)

    assert found is None or found <= 1.0


@given(st.lists(st.floats(0, 100), min_size=10, max_size=60))
def test_best_and_worst_never_meet(points):
    best, worst = extremes(dict(enumerate(points)))

    assert not best & worst
    assert bool(best) == bool(worst)
