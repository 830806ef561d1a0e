"""When to ask again: FSRS, by days.

Practice happens in sessions, so the model's learning steps of minutes are left out and an answer counts for its day:
the first right answer of a day, and the first wrong one. Fuzz is off, so that counting afresh gives the same dates.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from fsrs import Card, Rating, Scheduler, State

# Whoever practises for a post wants to know nine in ten of what they once knew; nothing sleeps longer than a year.
RETENTION = 0.9
LONGEST = 365

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_scheduler = Scheduler(
    desired_retention=RETENTION, learning_steps=(), relearning_steps=(), maximum_interval=LONGEST, enable_fuzzing=False
)


class Step(NamedTuple):
    """What the model knows of a question after an answer, and in how many days to ask it again."""

    stability: float
    difficulty: float
    days: int


@lru_cache(maxsize=200_000)
def step(stability: float, difficulty: float, elapsed: int, is_right: bool) -> Step:  # noqa: FBT001 -- cached by place
    """The state after an answer ``elapsed`` days after the one before; a stability of 0 is a question never judged.

    Most answers of most people are among a few thousand cases, which is why this is cached.
    """
    now = _EPOCH + timedelta(days=elapsed)
    card = (
        Card(card_id=1, state=State.Review, stability=stability, difficulty=difficulty, due=now, last_review=_EPOCH)
        if stability
        else Card(card_id=1, due=now)
    )
    card, _log = _scheduler.review_card(card, Rating.Good if is_right else Rating.Again, review_datetime=now)
    if card.stability is None or card.difficulty is None:  # pragma: no cover -- a reviewed card has both
        raise AssertionError
    return Step(card.stability, card.difficulty, max(1, (card.due - now).days))


def answered(*, stability: float, difficulty: float, last_on: date | None, day: date, is_right: bool) -> Step:
    """The state after an answer on ``day`` to a question last judged on ``last_on``."""
    return step(stability, difficulty, (day - last_on).days if last_on else 0, is_right)
