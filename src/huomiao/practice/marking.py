"""Marks from answers: what each answer of a sitting is worth, the total, and whether it passes. Pure.

The marks of a sitting follow from its paper, its answers, the marks that people gave, the corrections of keys and the rulings on
appeals, and from nothing else: marking again gives what marking afresh would give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from huomiao.practice import kinds
from huomiao.practice.kinds.base import BadAnswer
from huomiao.practice.states import CorrectionKind, ThirdRule

HUNDREDTH = Decimal("0.01")
FRACTION = Decimal("0.0001")
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Item:
    """A question of a paper, with what it is worth."""

    version_id: int
    points: Decimal
    kind: str
    body: dict[str, Any]
    key: dict[str, Any]


@dataclass(frozen=True)
class Correction:
    """What counts for a version instead of its key."""

    kind: str
    key: dict[str, Any] | None = None


@dataclass(frozen=True)
class ItemResult:
    """What one answer is worth. ``points`` is None while people have to mark it; ``fraction`` also where the item was dropped."""

    position: int
    version_id: int
    answer: Any
    fraction: Decimal | None
    points: Decimal | None


@dataclass(frozen=True)
class Result:
    """The marks of a sitting. ``points`` and ``is_passed`` are None while answers wait for people."""

    items: tuple[ItemResult, ...]
    machine_points: Decimal
    points: Decimal | None
    is_passed: bool | None


def rounded(value: Decimal) -> Decimal:
    """``value`` to two places, halves up, as people round on paper."""
    return value.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def latest(saved: Iterable[tuple[int, int, Any]]) -> dict[int, Any]:
    """What counts of (position, seq, answer) rows in any order: the answer with the highest seq of each position."""
    found: dict[int, tuple[int, Any]] = {}
    for position, seq, answer in saved:
        if position not in found or seq > found[position][0]:
            found[position] = (seq, answer)
    return {position: answer for position, (_seq, answer) in found.items()}


def is_blank(answer: Any) -> bool:
    """Whether nothing was given: such an answer is worth nothing, and nobody need read it."""
    if isinstance(answer, str):
        return not answer.strip()
    return answer is None or answer == []


def mark(
    items: Sequence[Item],
    answers: Mapping[int, Any],
    *,
    gives_partial: bool,
    pass_percent: int,
    corrections: Mapping[int, Correction] | None = None,
    by_hand: Mapping[int, Decimal] | None = None,
    adjusted: Mapping[int, Decimal] | None = None,
) -> Result:
    """The marks of a sitting with ``answers`` by position.

    ``corrections`` by version, ``by_hand`` (points given by markers) and ``adjusted`` (points given by rulings) by position.
    A dropped item is worth nothing to anybody, and what the others earned is scaled up to the paper's total. A ruling stands
    before any key; only what everybody is given stands before a ruling.
    """
    corrections, by_hand, adjusted = corrections or {}, by_hand or {}, adjusted or {}
    results: list[ItemResult] = []
    machine, total, dropped = NOTHING, NOTHING, NOTHING
    for position, item in enumerate(items):
        answer = answers.get(position)
        correction = corrections.get(item.version_id)
        total += item.points
        if correction is not None and correction.kind == CorrectionKind.DROP:
            dropped += item.points
            results.append(ItemResult(position, item.version_id, answer, None, NOTHING))
            continue
        fraction = _fraction(item, answer, correction, gives_partial=gives_partial)
        if fraction is not None:
            machine += rounded(fraction * item.points)
        given = adjusted.get(position) if correction is None or correction.kind == CorrectionKind.KEY else None
        if given is None and fraction is None:
            given = by_hand.get(position)
        if given is not None:
            share = (given / item.points).quantize(FRACTION, rounding=ROUND_HALF_UP) if item.points else NOTHING
            results.append(ItemResult(position, item.version_id, answer, share, rounded(given)))
        else:
            points = None if fraction is None else rounded(fraction * item.points)
            results.append(ItemResult(position, item.version_id, answer, fraction, points))
    earned = [one.points for one in results if one.points is not None]
    if len(earned) < len(results):
        return Result(tuple(results), machine, None, None)
    points = scaled(sum(earned, NOTHING), total=total, dropped=dropped)
    return Result(tuple(results), machine, points, points * 100 >= pass_percent * total)


def scaled(earned: Decimal, *, total: Decimal, dropped: Decimal) -> Decimal:
    """``earned`` of the items that count, scaled to the paper's ``total``. A paper of which all was dropped is given to everybody."""
    if not dropped:
        return rounded(earned)
    live = total - dropped
    return rounded(earned * total / live) if live else rounded(total)


def _fraction(item: Item, answer: Any, correction: Correction | None, *, gives_partial: bool) -> Decimal | None:
    if correction is not None and correction.kind == CorrectionKind.ALL_RIGHT:
        return Decimal(1).quantize(FRACTION)
    if is_blank(answer):
        return NOTHING.quantize(FRACTION)
    kind = kinds.KINDS[item.kind]
    if not kind.is_graded:
        return None
    key = correction.key if correction is not None and correction.key is not None else item.key
    try:
        fraction = kind.grade(item.body, key, answer, partial=gives_partial).fraction
    except BadAnswer:
        # One answer that cannot be read must not stop the marking of ten thousand; it earns nothing.
        return NOTHING.quantize(FRACTION)
    return None if fraction is None else Decimal(str(fraction)).quantize(FRACTION, rounding=ROUND_HALF_UP)


# --- Marks by people ----------------------------------------------------------------------------------------------


def is_disputed(first: Decimal, second: Decimal, *, max_points: Decimal, tolerance_percent: int) -> bool:
    """Whether two marks are further apart than the tolerance allows."""
    return abs(first - second) * 100 > tolerance_percent * max_points


def agreed(first: Decimal, second: Decimal) -> Decimal:
    """What two marks within the tolerance come to."""
    return rounded((first + second) / 2)


def decided(first: Decimal, second: Decimal, third: Decimal, *, rule: str) -> Decimal:
    """What three marks come to when the first two were too far apart."""
    if rule == ThirdRule.THIRD:
        return rounded(third)
    if rule == ThirdRule.MEAN or abs(third - first) == abs(third - second):
        return rounded((first + second + third) / 3)
    nearer = first if abs(third - first) < abs(third - second) else second
    return rounded((third + nearer) / 2)
