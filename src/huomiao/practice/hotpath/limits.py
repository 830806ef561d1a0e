"""How much one account may ask for: plenty for a person, nothing for a script that hammers."""

from __future__ import annotations

from huomiao.practice import points

# So many at once (a phone that comes back with a day's answers), and so many a second in the long run.
BURST = 40.0
A_SECOND = 5.0
_MOST_KEPT = 100_000


class Limiter:
    """A bucket of tokens for each account, in the memory of this worker."""

    def __init__(self, *, burst: float = BURST, a_second: float = A_SECOND) -> None:
        self._burst = burst
        self._a_second = a_second
        # When the account's bucket would have been empty, if it filled from nothing: one number is the whole state.
        self._empty_at: dict[int, float] = {}

    def admits(self, account: int, now: float, *, cost: int = 1) -> bool:
        """Whether one more request of ``account``, or ``cost`` things at once, may pass."""
        span = self._burst / self._a_second
        empty_at = max(self._empty_at.get(account, 0.0), now - span) + cost / self._a_second
        if empty_at > now:
            return False
        self._empty_at[account] = empty_at
        if len(self._empty_at) > _MOST_KEPT:
            self._empty_at = {key: at for key, at in self._empty_at.items() if at > now - span}
        return True

    def clear(self) -> None:
        self._empty_at.clear()


def drawn_a_day() -> Limiter:
    """How many questions an account may be handed out, whether or not it hands papers in.

    What was handed in is counted by the follower and asked for when a page opens; a script that only fetches papers is
    stopped here. Each worker counts for itself and anew after a restart: it slows copying a bank down to weeks, for no write.
    """
    return Limiter(burst=2.0 * points.SHOWN_A_DAY, a_second=points.SHOWN_A_DAY / 86_400)
