"""Who moves up when a place in a grade falls vacant. Pure.

The best of the next grade below takes the vacant place, the best of the grade below that takes theirs, and so on; the
place that falls vacant in the last grade goes to the best who had none. So a grade never holds more than it did, and
nobody passes somebody who ranked before them. Grades by category are filled within the category.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

NONE = ""


@dataclass(frozen=True)
class Standing:
    """Somebody in the ranking: the grade they hold ("" for none) and the pool in which grades are given."""

    key: int
    grade: str
    pool: str = ""


@dataclass(frozen=True)
class Step:
    """Somebody moves up from one grade to another; from "" means that they come onto the list."""

    key: int
    before: str
    after: str


def fill(
    ranking: Sequence[Standing],
    grades: Sequence[str],
    *,
    vacant: str,
    pool: str = "",
    may_come_in: Callable[[int], bool] = lambda _key: True,
) -> list[Step]:
    """The steps that fill a vacant place of grade ``vacant``; ``ranking`` is best first, ``grades`` likewise.

    Whoever ``may_come_in`` refuses (their union's quota is full) is passed over by the next. A grade with nobody in it
    is passed over too, and the vacancy goes on to those below it.
    """
    steps: list[Step] = []
    for below in (*grades[grades.index(vacant) + 1 :], NONE):
        candidates = (
            one.key
            for one in ranking
            if one.grade == below and one.pool == pool and (below != NONE or may_come_in(one.key))
        )
        best = next(candidates, None)
        if best is not None:
            steps.append(Step(best, below, vacant))
            vacant = below
    return steps
