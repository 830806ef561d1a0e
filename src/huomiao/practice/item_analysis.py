"""What the questions of an exam proved to be worth: difficulty, discrimination, distractors, reliability, flags. Pure.

Everything is worked out over the sittings that were asked a question, so it also holds where each candidate had other questions;
reliability only where a paper was sat by several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# The shares of the best and the worst that are compared, as Kelley (1939) found best.
GROUP = 0.27
# Fewer sittings say nothing.
FEWEST = 10
TOO_HARD, TOO_EASY = 0.20, 0.95
WEAK = 0.20
OFTEN_BLANK = 0.20


@dataclass(frozen=True)
class Answered:
    """One answer of one sitting: how much of it was right, and which options were taken (where there are options)."""

    sitting: int
    fraction: float
    max_points: float
    options: tuple[int, ...] = ()
    is_blank: bool = False


@dataclass(frozen=True)
class Question:
    """A question as it is analysed: how many options it has and which of them are right."""

    version_id: int
    options: int = 0
    right: tuple[int, ...] = ()


@dataclass(frozen=True)
class Distractor:
    option: int
    is_right: bool
    chosen: float
    by_best: float
    by_worst: float


@dataclass(frozen=True)
class ItemFigures:
    version_id: int
    count: int
    # The mean share of the points that was earned: the higher, the easier.
    difficulty: float
    # Correlation with what the rest of the paper earned; None where nobody or everybody was right.
    correlation: float | None
    # How much more the best 27 % earned than the worst 27 %.
    separation: float | None
    blank: float
    distractors: tuple[Distractor, ...]
    flags: tuple[str, ...]


def analyse(
    questions: Sequence[Question], answers: Mapping[int, Sequence[Answered]], totals: Mapping[int, float]
) -> list[ItemFigures]:
    """The figures of each question. ``answers`` by version; ``totals`` are the sittings' points, in per cent or otherwise alike."""
    best, worst = extremes(totals)
    return [
        _figures(question, answers.get(question.version_id, ()), totals, best, worst)
        for question in questions
        if answers.get(question.version_id)
    ]


def extremes(totals: Mapping[int, float]) -> tuple[frozenset[int], frozenset[int]]:
    """The sittings among the best and the worst 27 %; equals at the border are all taken."""
    if len(totals) < FEWEST:
        return frozenset(), frozenset()
    values = sorted(totals.values())
    size = max(1, round(len(values) * GROUP))
    low, high = values[size - 1], values[-size]
    if low >= high:
        return frozenset(), frozenset()
    return (
        frozenset(key for key, value in totals.items() if value >= high),
        frozenset(key for key, value in totals.items() if value <= low),
    )


def _figures(
    question: Question,
    answers: Sequence[Answered],
    totals: Mapping[int, float],
    best: frozenset[int],
    worst: frozenset[int],
) -> ItemFigures:
    fractions = np.array([one.fraction for one in answers])
    rest = np.array([totals[one.sitting] - one.fraction * one.max_points for one in answers])
    correlation: float | None = None
    if len(answers) >= FEWEST and np.ptp(fractions) > 0 and np.ptp(rest) > 0:
        correlation = round(float(np.corrcoef(fractions, rest)[0, 1]), 3)
    of_best = [one for one in answers if one.sitting in best]
    of_worst = [one for one in answers if one.sitting in worst]
    separation: float | None = None
    if of_best and of_worst:
        separation = round(_mean(of_best) - _mean(of_worst), 3)
    difficulty = round(float(fractions.mean()), 3)
    blank = round(sum(one.is_blank for one in answers) / len(answers), 3)
    distractors = tuple(
        Distractor(
            option,
            option in question.right,
            _share(answers, option),
            _share(of_best, option),
            _share(of_worst, option),
        )
        for option in range(question.options)
    )
    flags = _flags(len(answers), difficulty, correlation, separation, blank, distractors)
    return ItemFigures(
        question.version_id, len(answers), difficulty, correlation, separation, blank, distractors, tuple(flags)
    )


def _mean(answers: Sequence[Answered]) -> float:
    return sum(one.fraction for one in answers) / len(answers)


def _share(answers: Sequence[Answered], option: int) -> float:
    return round(sum(option in one.options for one in answers) / len(answers), 3) if answers else 0.0


def _flags(
    count: int,
    difficulty: float,
    correlation: float | None,
    separation: float | None,
    blank: float,
    distractors: Sequence[Distractor],
) -> list[str]:
    """What a person should look at, the gravest first."""
    if count < FEWEST:
        return ["few"]
    found = []
    if (correlation is not None and correlation < 0) or (separation is not None and separation < 0):
        found.append("negative")
    wrong = [one for one in distractors if not one.is_right]
    if any(one.by_best > one.by_worst and one.by_best > 0.25 for one in wrong):
        found.append("attractive")
    if difficulty < TOO_HARD:
        found.append("hard")
    elif difficulty > TOO_EASY:
        found.append("easy")
    elif "negative" not in found and correlation is not None and correlation < WEAK and (separation or 0) < WEAK:
        found.append("weak")
    if wrong and difficulty <= TOO_EASY and any(one.chosen == 0 for one in wrong):
        found.append("idle")
    if blank > OFTEN_BLANK:
        found.append("blank")
    return found


def alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha of the points in ``rows`` (sittings by items); for items that are right or wrong it is KR-20.

    None where there is too little to tell: fewer than two items or ten sittings, or all totals equal.
    """
    if len(rows) < FEWEST or len(rows[0]) < 2:
        return None
    points = np.array(rows, dtype=float)
    items: int = points.shape[1]
    spread = float(points.sum(axis=1).var(ddof=1))
    if spread <= 0:
        return None
    found = items / (items - 1) * (1 - float(points.var(axis=0, ddof=1).sum()) / spread)
    return round(found, 3)


def measurement_error(totals: Sequence[float], reliability: float | None) -> float | None:
    """By how many points a candidate's result would vary from paper to paper of the same sort."""
    if reliability is None or len(totals) < FEWEST:
        return None
    return round(float(np.std(totals, ddof=1)) * float(np.sqrt(max(0.0, 1 - reliability))), 2)


def by_version(rows: Sequence[tuple[int, Answered]]) -> dict[int, list[Answered]]:
    """Answers grouped by the version that was asked."""
    found: dict[int, list[Answered]] = defaultdict(list)
    for version, answered in rows:
        found[version].append(answered)
    return found


def options_of(kind: str, answer: Any) -> tuple[int, ...]:
    """Which options an own-order answer took, where the kind has options to take."""
    if kind in {"single", "multiple"} and isinstance(answer, list):
        return tuple(place for place in answer if isinstance(place, int))
    if kind == "true_false" and isinstance(answer, bool):
        return (0 if answer else 1,)
    return ()
