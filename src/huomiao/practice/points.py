"""What practice earns. Points reward coming back and mastering things, never volume.

A day's points are worked out afresh from what the day amounts to, so neither the number of sessions nor their order
can raise them beyond the cap: the first session of a day brings the points for the day, and each further one only
what was learnt in it.

========================================  ========  ===========
What                                      Points    A day, most
========================================  ========  ===========
Practised on that day                     5         5
Each day in a row before it               1         5
A question right for the first time       1         10
A question right again when it was due    2         10
A question out of the wrong-answer book   2         10
========================================  ========  ===========

What a campaign counts is its own affair: one point for each right answer of the first so many tries of a day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol

DAY = 5
STREAK, STREAK_CAP = 1, 5
FIRST_RIGHT, FIRST_RIGHT_CAP = 1, 10
RETAINED, RETAINED_CAP = 2, 10
CLEARED, CLEARED_CAP = 2, 10
DAY_CAP = DAY + STREAK_CAP + FIRST_RIGHT_CAP + RETAINED_CAP + CLEARED_CAP

# Nobody reads a question and its options and answers it in less, ten times in a row.
SECONDS_A_QUESTION = 1
# Shorter sessions say nothing: one may know the answer to the daily question at a glance.
QUICK_FROM = 3
# How many questions one account may be shown in a day; twice what the keenest answer, far less than a bank.
SHOWN_A_DAY = 600


class Day(Protocol):
    """What a day amounts to."""

    sessions: int
    first_right: int
    retained: int
    cleared: int


def of_day(day: Day, *, streak: int) -> int:
    """The points of a day on which somebody has practised ``streak`` days in a row, that day included."""
    if not day.sessions:
        return 0
    return (
        DAY
        + min(STREAK * (streak - 1), STREAK_CAP)
        + min(FIRST_RIGHT * day.first_right, FIRST_RIGHT_CAP)
        + min(RETAINED * day.retained, RETAINED_CAP)
        + min(CLEARED * day.cleared, CLEARED_CAP)
    )


def is_quick(*, started_at: datetime, finished_at: datetime, total: int) -> bool:
    """Whether a session of ``total`` questions went by too quickly for anybody to have read them."""
    return total >= QUICK_FROM and finished_at - started_at < timedelta(seconds=SECONDS_A_QUESTION * total)


def streak_after(*, streak: int, last_on: date | None, day: date) -> int:
    """The days in a row once somebody has practised on ``day``."""
    if last_on == day:
        return streak
    return streak + 1 if last_on == day - timedelta(days=1) else 1


def streak_today(*, streak: int, last_on: date | None, today: date) -> int:
    """The days in a row as they stand ``today``: a day not over yet breaks nothing."""
    return streak if last_on is not None and last_on >= today - timedelta(days=1) else 0


def of_try(*, right: int, tries_before: int, points_before: int, tries_a_day: int, points_a_day: int) -> int | None:
    """What one more try on the same day adds in a campaign; None when the day's tries are used up."""
    if tries_before >= tries_a_day:
        return None
    return max(0, min(right, points_a_day - points_before))


def percent(right: int, total: int) -> int:
    """A score in whole per cent, rounded down: 59.9 is no pass."""
    return 100 * right // total if total else 0
