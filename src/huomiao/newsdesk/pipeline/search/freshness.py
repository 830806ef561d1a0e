"""How much newer articles are put before older ones that fit as well.

An index can only multiply a score with a number that stays the same, and how old an article is does not. So it first
takes the best by a mild preference for new ones that is fixed for good (``lasting``), and the first pages of those are
then put in order by their age on that day (``today``). Times here are seconds since 1970.
"""

from __future__ import annotations

# So many of the best are put in order by their age.
POOL = 200
HALF_LIFE_SECONDS = 180 * 86_400
# What an old article keeps of its score: it must fit three times as well as today's to stand before it.
FLOOR = 0.35
_FIRST_YEAR_SECONDS = 946_684_800  # the year 2000
_SPAN_SECONDS = 13 * 365 * 86_400


def today(told: float, at: float) -> float:
    """What a score is worth at ``at``: 1 for what is told then (or later), a little over a third in the end."""
    return FLOOR + (1 - FLOOR) * 2 ** (-max(0.0, at - told) / HALF_LIFE_SECONDS)


def lasting(told: float) -> float:
    """The fixed factor: 1 for the year 2000 and before, one more for every thirteen years since, 10 at most."""
    return min(10.0, max(1.0, 1 + (told - _FIRST_YEAR_SECONDS) / _SPAN_SECONDS))
