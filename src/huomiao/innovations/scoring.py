"""Arithmetic of scoring: marks, totals, and what the sheets of an entry come to. Decimal throughout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from huomiao.innovations.states import Aggregation

STEP = Decimal("0.5")
HUNDREDTH = Decimal("0.01")
# Dropping the highest and the lowest must leave something to average.
FEWEST_TO_TRIM = 3


@dataclass(frozen=True)
class Criterion:
    """A criterion as the round froze it."""

    key: str
    name: str
    points: Decimal


@dataclass(frozen=True)
class Aggregate:
    """The score of an entry and how it came about: which totals counted (by position) and which were dropped."""

    score: Decimal
    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    # Trimming was asked for, but there were too few totals.
    too_few_to_trim: bool = False


class BadMark(ValueError):
    """A mark that is not a number, outside its criterion's bounds, or between the steps."""


def criteria_of(rubric: Mapping[str, Any]) -> list[Criterion]:
    """The criteria of a rubric as ``Round.rules`` holds it."""
    return [Criterion(str(c["id"]), c["name"], Decimal(str(c["points"]))) for c in rubric["criteria"]]


def mark(text: str, criterion: Criterion) -> Decimal:
    """The mark that ``text`` stands for.

    Raises:
        BadMark: it is no mark of this criterion.
    """
    try:
        value = Decimal(str(text).strip())
    except InvalidOperation as error:
        raise BadMark(text) from error
    if not value.is_finite() or not 0 <= value <= criterion.points or value % STEP:
        raise BadMark(text)
    return value


def total(marks: Mapping[str, str], criteria: Sequence[Criterion]) -> Decimal | None:
    """The sum of the marks; None while any is missing."""
    if any(marks.get(criterion.key) in (None, "") for criterion in criteria):
        return None
    return sum((Decimal(marks[criterion.key]) for criterion in criteria), Decimal(0))


def missing(marks: Mapping[str, str], criteria: Sequence[Criterion]) -> list[str]:
    """The names of the criteria that have no mark yet."""
    return [criterion.name for criterion in criteria if marks.get(criterion.key) in (None, "")]


def rounded(value: Decimal) -> Decimal:
    """``value`` to two places, halves up, as people round on paper."""
    return value.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def mean(values: Iterable[Decimal]) -> Decimal:
    listed = list(values)
    return sum(listed, Decimal(0)) / len(listed)


def aggregate(totals: Sequence[Decimal], method: Aggregation) -> Aggregate:
    """What ``totals`` come to. Trimming drops one highest and one lowest, each once even when several are equal."""
    everything = tuple(range(len(totals)))
    if method == Aggregation.MEAN or len(totals) < FEWEST_TO_TRIM:
        return Aggregate(rounded(mean(totals)), everything, (), too_few_to_trim=method == Aggregation.TRIMMED)
    order = sorted(everything, key=lambda index: (totals[index], index))
    dropped = (order[0], order[-1])
    kept = tuple(index for index in everything if index not in dropped)
    return Aggregate(rounded(mean(totals[index] for index in kept)), kept, tuple(sorted(dropped)))
