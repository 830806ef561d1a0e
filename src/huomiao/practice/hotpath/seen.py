"""What people have been asked before, as far as this worker has read it lately."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from huomiao.practice import seats

# The follower lags by seconds, and another worker may have served the person meanwhile.
LIFE_MS = 60_000
MOST_KEPT = 50_000


class SeenMaps:
    """Seen-maps by person and bank, each good for a minute."""

    def __init__(self, *, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, int], tuple[bytes, int]] = OrderedDict()

    def get(self, user: int, bank: int, now: int) -> bytes | None:
        """The map, "" for somebody who has seen nothing; None when it must be read."""
        known = self._kept.get((user, bank))
        return known[0] if known is not None and known[1] > now else None

    def keep(self, user: int, bank: int, bits: bytes, now: int) -> None:
        self._kept[user, bank] = (bits, now + LIFE_MS)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def mark(self, user: int, bank: int, places: Sequence[int]) -> None:
        """Somebody was asked this just now."""
        known = self._kept.get((user, bank))
        if known is not None:
            self._kept[user, bank] = (seats.mark(known[0], places), known[1])
