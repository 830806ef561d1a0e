"""Places and grades from scores. Pure, and the same whatever the order in which the scores come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise

from huomiao.innovations.states import GradesBy


@dataclass(frozen=True)
class Scored:
    """An entry with the score that decides and, in order, what breaks a tie.

    ``category`` is among what it is placed: its category, or "" for all where places run over everything.
    """

    entry: int
    category: str
    score: Decimal
    tie_breaks: tuple[Decimal, ...] = ()

    @property
    def strength(self) -> tuple[Decimal, ...]:
        return (self.score, *self.tie_breaks)


@dataclass(frozen=True)
class GradeNumber:
    name: str
    number: int


@dataclass(frozen=True)
class Grading:
    """Grades by entry, and the entries that a cut would have divided though they are equal.

    Equals are never divided and numbers never exceeded: all of them get the lower grade, and the organiser decides.
    """

    grades: dict[int, str]
    tied_at_cut: tuple[int, ...]


def in_order(scored: Sequence[Scored]) -> list[Scored]:
    """Best first; equals by entry key, so that the order is always the same."""
    return sorted(scored, key=lambda one: ([-value for value in one.strength], one.entry))


def as_graded(scored: Sequence[Scored], *, by: GradesBy) -> list[Scored]:
    """The order in which ``grade`` goes down the list: over everything, or category after category."""
    ordered = in_order(scored)
    return ordered if by == GradesBy.ALL else sorted(ordered, key=lambda one: one.category)


def places(scored: Sequence[Scored]) -> dict[int, int]:
    """Each entry's place in its category. Equals share a place, and the next is counted on: 1, 2, 2, 4."""
    found: dict[int, int] = {}
    categories = sorted({one.category for one in scored})
    for category in categories:
        rank = 1
        for _strength, group in groupby(
            in_order([one for one in scored if one.category == category]), key=lambda one: one.strength
        ):
            equals = list(group)
            found.update({one.entry: rank for one in equals})
            rank += len(equals)
    return found


def tie_breaker(scored: Sequence[Scored]) -> dict[int, int]:
    """By which tie-break (counted from 0) an entry was set apart from its neighbours with the same score; only such entries."""
    found: dict[int, int] = {}
    ordered = sorted(scored, key=lambda one: (one.category, [-value for value in one.strength], one.entry))
    for one, other in pairwise(ordered):
        if one.category != other.category or one.score != other.score:
            continue
        for level, (mine, theirs) in enumerate(zip(one.tie_breaks, other.tie_breaks, strict=True)):
            if mine != theirs:
                found[one.entry] = max(level, found.get(one.entry, 0))
                found[other.entry] = max(level, found.get(other.entry, 0))
                break
    return found


def grade(scored: Sequence[Scored], numbers: Sequence[GradeNumber], *, by: GradesBy = GradesBy.ALL) -> Grading:
    """Hand out grades, best first, over everything or within each category's share of every number."""
    if by == GradesBy.ALL:
        return _hand_out(scored, numbers)
    sizes = {category: sum(one.category == category for one in scored) for category in {one.category for one in scored}}
    share_of = {index: shares(number.number, sizes) for index, number in enumerate(numbers)}
    grades: dict[int, str] = {}
    tied: list[int] = []
    for category in sorted(sizes):
        inside = [one for one in scored if one.category == category]
        own = [GradeNumber(number.name, share_of[index][category]) for index, number in enumerate(numbers)]
        part = _hand_out(inside, own)
        grades |= part.grades
        tied += part.tied_at_cut
    return Grading(grades, tuple(sorted(tied)))


def shares(number: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """``number`` divided in proportion to ``sizes``: whole parts first, then the largest remainders; never more than a size."""
    everything = sum(sizes.values())
    if not everything:
        return dict.fromkeys(sizes, 0)
    number = min(number, everything)
    given = {name: number * size // everything for name, size in sizes.items()}
    left = number - sum(given.values())
    by_remainder = sorted(sizes, key=lambda name: (-(number * sizes[name] % everything), name))
    for name in by_remainder[:left]:
        given[name] += 1
    return given


def _hand_out(scored: Sequence[Scored], numbers: Sequence[GradeNumber]) -> Grading:
    grades: dict[int, str] = {}
    tied: list[int] = []
    level, used = 0, 0
    for _strength, group in groupby(in_order(scored), key=lambda one: one.strength):
        equals = [one.entry for one in group]
        cut = False
        while level < len(numbers) and used + len(equals) > numbers[level].number:
            # A full grade is simply done with; one with room left was about to divide equals.
            cut = cut or used < numbers[level].number
            level, used = level + 1, 0
        if cut:
            tied += equals
        name = numbers[level].name if level < len(numbers) else ""
        used += len(equals)
        grades.update(dict.fromkeys(equals, name))
    return Grading(grades, tuple(sorted(tied)))
