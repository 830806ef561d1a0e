from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.innovations import scoring
from huomiao.innovations.states import Aggregation

NEW = scoring.Criterion("1", "创新性", Decimal(25))
USE = scoring.Criterion("2", "实用性", Decimal(20))
totals = st.lists(st.integers(0, 200).map(lambda n: Decimal(n) / 2), min_size=1, max_size=9)


@pytest.mark.parametrize("text", ["0", "25", "12.5", " 3 "])
def test_a_mark_in_half_points_is_taken(text):
    assert scoring.mark(text, NEW) == Decimal(text.strip())


@pytest.mark.parametrize("text", ["25.5", "-0.5", "12.3", "", "十", "NaN", "Infinity", "1e9"])
def test_anything_else_is_refused(text):
    with pytest.raises(scoring.BadMark):
        scoring.mark(text, NEW)


def test_the_total_waits_for_every_mark():
    assert scoring.total({"1": "20"}, [NEW, USE]) is None
    assert scoring.missing({"1": "20", "2": ""}, [NEW, USE]) == ["实用性"]
    assert scoring.total({"1": "20.5", "2": "0"}, [NEW, USE]) == Decimal("20.5")


def test_trimming_drops_one_highest_and_one_lowest():
    found = scoring.aggregate([Decimal(n) for n in (90, 70, 80, 90, 85)], Aggregation.TRIMMED)

    assert (found.score, found.dropped) == (Decimal("85.00"), (1, 3))


def test_two_totals_are_averaged_even_when_trimming_is_asked_for():
    found = scoring.aggregate([Decimal(80), Decimal(85)], Aggregation.TRIMMED)

    assert (found.score, found.dropped, found.too_few_to_trim) == (Decimal("82.50"), (), True)


def test_halves_of_a_hundredth_round_up():
    assert scoring.rounded(Decimal("86.405")) == Decimal("86.41")
    assert scoring.aggregate([Decimal("86.5"), Decimal(86), Decimal(86)], Aggregation.MEAN).score == Decimal("86.17")


@given(totals)
def test_an_aggregate_lies_between_the_lowest_and_the_highest(values):
    for method in Aggregation:
        assert min(values) <= scoring.aggregate(values, method).score <= max(values)


@given(totals, st.randoms())
def test_the_order_of_sheets_does_not_matter(values, random):
    mixed = list(values)
    random.shuffle(mixed)

    for method in Aggregation:
        assert scoring.aggregate(values, method).score == scoring.aggregate(mixed, method).score
