"""The arithmetic of marking: pure, and the same whichever way one comes to it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.practice import marking
from huomiao.practice.marking import Correction, Item
from huomiao.practice.states import CorrectionKind, ThirdRule

SINGLE = {"stem": "?", "media": [], "options": [{"text": str(n), "media": []} for n in range(4)]}


def single(version, points="2", right=0):
    return Item(version, Decimal(points), "single", SINGLE, {"right": [right]})


def multiple(version, points="3", right=(0, 1, 2)):
    return Item(version, Decimal(points), "multiple", SINGLE, {"right": list(right)})


def short(version, points="10"):
    body = {"stem": "?", "media": [], "max_chars": 100}
    return Item(version, Decimal(points), "short", body, {"reference": "x", "points": []})


def marked(items, answers, **more):
    return marking.mark(items, answers, **{"gives_partial": False, "pass_percent": 60, **more})


def test_right_wrong_and_blank_are_worth_what_they_should():
    result = marked([single(1), single(2), single(3)], {0: [0], 1: [3]})

    assert [item.points for item in result.items] == [Decimal("2.00"), Decimal("0.00"), Decimal("0.00")]
    assert (result.machine_points, result.points, result.is_passed) == (Decimal("2.00"), Decimal("2.00"), False)


def test_partial_credit_follows_the_exams_rule():
    strict = marked([multiple(1)], {0: [0, 1]})
    partial = marked([multiple(1)], {0: [0, 1]}, gives_partial=True)

    assert strict.points == Decimal(0)
    assert partial.points == Decimal("2.00")


def test_a_text_waits_for_people_and_a_blank_one_does_not():
    waiting = marked([short(1), single(2)], {0: "写了", 1: [0]})
    blank = marked([short(1), single(2)], {0: "  ", 1: [0]})
    done = marked([short(1), single(2)], {0: "写了", 1: [0]}, by_hand={0: Decimal("7.5")})

    assert (waiting.points, waiting.is_passed, waiting.machine_points) == (None, None, Decimal("2.00"))
    assert blank.points == Decimal("2.00")
    assert (done.points, done.is_passed) == (Decimal("9.50"), True)
    assert done.items[0].fraction == Decimal("0.7500")


@pytest.mark.parametrize(
    ("correction", "points"),
    [
        (Correction(CorrectionKind.KEY, {"right": [3]}), "0.00"),
        (Correction(CorrectionKind.KEY, {"right": [1]}), "4.00"),
        (Correction(CorrectionKind.ALL_RIGHT), "4.00"),
        # 2 of the 2 that are left, scaled to the paper's 4.
        (Correction(CorrectionKind.DROP), "4.00"),
    ],
)
def test_a_correction_counts_instead_of_the_key(correction, points):
    before = marked([single(1), single(2)], {0: [0], 1: [1]})
    after = marked([single(1), single(2)], {0: [0], 1: [1]}, corrections={2: correction})

    assert before.points == Decimal("2.00")
    assert after.points == (Decimal("2.00") if points == "0.00" else Decimal(points))


def test_when_everything_was_dropped_everybody_has_it_all():
    result = marked([single(1), single(2)], {}, corrections={n: Correction(CorrectionKind.DROP) for n in (1, 2)})

    assert (result.points, result.is_passed) == (Decimal("4.00"), True)


def test_a_ruling_stands_before_a_key_and_not_before_what_everybody_is_given():
    items, answers, ruling = [single(1)], {0: [3]}, {0: Decimal("1.5")}

    assert marked(items, answers, adjusted=ruling).points == Decimal("1.50")
    corrected = marked(items, answers, adjusted=ruling, corrections={1: Correction(CorrectionKind.KEY, {"right": [3]})})
    assert corrected.points == Decimal("1.50")
    given_all = marked(items, answers, adjusted=ruling, corrections={1: Correction(CorrectionKind.ALL_RIGHT)})
    assert given_all.points == Decimal("2.00")


def test_an_answer_that_cannot_be_read_earns_nothing_and_stops_nobody():
    result = marked([Item(1, Decimal(2), "fill", {"stem": "____", "media": [], "blanks": 1}, {"blanks": []})], {0: []})

    assert result.points == Decimal(0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 50), st.one_of(st.none(), st.integers(0, 3))), max_size=40))
def test_the_highest_number_of_a_position_counts_in_whatever_order_they_come(rows):
    unique = {seq: (position, seq, answer) for position, seq, answer in rows}
    ordered = [unique[seq] for seq in sorted(unique)]

    found = marking.latest(ordered)

    assert found == marking.latest(reversed(ordered))
    for position, answer in found.items():
        assert answer == max((row for row in ordered if row[0] == position), key=lambda row: row[1])[2]


item_lists = st.lists(
    st.tuples(st.sampled_from(["single", "multiple", "short"]), st.integers(1, 20), st.integers(0, 3)),
    min_size=1,
    max_size=8,
)


@given(item_lists, st.data())
def test_points_stay_within_the_paper_and_the_pass_follows_from_them(drawn, data):
    made = {"single": single, "multiple": multiple, "short": short}
    items = [
        made[kind](n, str(points), right) if kind == "single" else made[kind](n, str(points))
        for n, (kind, points, right) in enumerate(drawn)
    ]
    answers = {n: data.draw(st.sampled_from([None, [0], [0, 1], "文字"])) for n in range(len(items))}
    answers = {n: "文字" if items[n].kind == "short" and a else a for n, a in answers.items()}
    answers = {n: None if items[n].kind != "short" and isinstance(a, str) else a for n, a in answers.items()}
    corrections = {
        n: data.draw(st.sampled_from([Correction(CorrectionKind.ALL_RIGHT), Correction(CorrectionKind.DROP)]))
        for n in range(len(items))
        if data.draw(st.booleans())
    }
    by_hand = {n: item.points / 2 for n, item in enumerate(items) if item.kind == "short"}

    result = marked(items, answers, corrections=corrections, by_hand=by_hand, gives_partial=True)

    total = sum(item.points for item in items)
    assert result.points is not None
    assert 0 <= result.points <= total
    assert result.is_passed == (result.points * 100 >= 60 * total)
    assert [one.position for one in result.items] == list(range(len(items)))


@pytest.mark.parametrize(
    ("rule", "third", "expected"),
    [
        (ThirdRule.THIRD, "8", "8.00"),
        (ThirdRule.MEAN, "8", "6.67"),
        (ThirdRule.NEAREST, "8", "8.50"),
        (ThirdRule.NEAREST, "4", "3.50"),
        (ThirdRule.NEAREST, "6", "6.00"),
    ],
)
def test_three_marks_come_to_what_the_rule_says(rule, third, expected):
    assert marking.decided(Decimal(3), Decimal(9), Decimal(third), rule=rule) == Decimal(expected)


def test_two_marks_are_disputed_beyond_the_tolerance_only():
    def disputed(first, second):
        return marking.is_disputed(Decimal(first), Decimal(second), max_points=Decimal(10), tolerance_percent=20)

    assert [disputed("6", "8"), disputed("6", "8.5"), disputed("8.5", "6")] == [False, True, True]
    assert marking.agreed(Decimal("6.5"), Decimal(8)) == Decimal("7.25")
