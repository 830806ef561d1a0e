"""An index from keys to articles: which articles share many keys with this one.

Keys are signed 32-bit numbers: anchors of prints, or rare words. The desk keeps them in a table (key, article) and asks with one
query; ``MemoryPostings`` is the same in memory, for a worker that relates a whole archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

# An anchor that more articles have is a statement or a turn of phrase and tells little of any of them.
COMMONEST = 100
# A word may be in more of them.
COMMONEST_WORD = 2_000
_PENDING = 200_000


class Sharing(NamedTuple):
    """An article, and how many of the keys asked for it has."""

    item: int
    keys: int


class Postings(Protocol):
    """What finding copies needs of an index."""

    def add(self, item: int, keys: Iterable[int]) -> None:
        """Enter an article with its keys. One that is entered already must be dropped before."""

    def drop(self, item: int) -> None:
        """Take an article out; nothing happens when it is not there."""

    def sharing(self, keys: Sequence[int], *, at_least: int, most: int) -> list[Sharing]:
        """The articles that have at least so many of ``keys``, most first, ``most`` of them.

        Keys that more than ``COMMONEST`` articles have (``COMMONEST_WORD`` where keys are words) are passed over, unless the rest would not reach ``at_least``: a text
        that hundreds print is still found.
        """


class MemoryPostings:
    """Postings in sorted arrays, eight bytes a key.

    New ones wait in a list and become an array of their own when they are many or are asked for; arrays are merged so that
    each is at least twice as large as the next, and a question looks into few of them.
    """

    def __init__(self, *, commonest: int = COMMONEST) -> None:
        self._commonest = commonest
        self._arrays: list[NDArray[np.uint64]] = []
        self._pending: list[NDArray[np.uint64]] = []
        self._waiting = 0
        self._gone: set[int] = set()

    def __len__(self) -> int:
        """How many keys of articles are held."""
        return sum(array.size for array in self._arrays) + self._waiting

    @property
    def bytes(self) -> int:
        """The memory that the arrays take."""
        return sum(array.nbytes for array in (*self._arrays, *self._pending))

    def add(self, item: int, keys: Iterable[int]) -> None:
        if item in self._gone:
            self._purge()
        column = np.fromiter((key & 0xFFFFFFFF for key in keys), dtype=np.uint64)
        self._pending.append(np.sort(column << np.uint64(32) | np.uint64(item)))
        self._waiting += column.size
        if self._waiting >= _PENDING:
            self._settle()

    def drop(self, item: int) -> None:
        self._gone.add(item)

    def sharing(self, keys: Sequence[int], *, at_least: int, most: int) -> list[Sharing]:
        self._settle()
        wanted = np.unique(np.array([key & 0xFFFFFFFF for key in keys], dtype=np.uint64))
        if not wanted.size or not self._arrays:
            return []
        places = []
        totals = np.zeros(wanted.size, dtype=np.int64)
        for array in self._arrays:
            starts = np.searchsorted(array, wanted << np.uint64(32))
            ends = np.searchsorted(array, wanted << np.uint64(32) | np.uint64(0xFFFFFFFF), side="right")
            totals += ends - starts
            places.append((array, starts, ends))
        telling = np.flatnonzero((totals > 0) & (totals <= self._commonest))
        if telling.size < at_least:
            telling = np.flatnonzero(totals)
        pieces = [
            array[starts[at] : ends[at]] for array, starts, ends in places for at in telling if ends[at] > starts[at]
        ]
        if not pieces:
            return []
        items, counts = np.unique(np.concatenate(pieces) & np.uint64(0xFFFFFFFF), return_counts=True)
        kept = counts >= at_least
        items, counts = items[kept], counts[kept]
        # The earlier article first among equals, so that an answer does not change as others arrive.
        order = np.lexsort((items, -counts))
        found = (Sharing(int(items[at]), int(counts[at])) for at in order)
        answer = []
        for one in found:
            if one.item not in self._gone:
                answer.append(one)
                if len(answer) == most:
                    break
        return answer

    def _settle(self) -> None:
        """Make an array of what waits, and merge arrays that are nearly as large as the one before."""
        if not self._pending:
            return
        array = np.concatenate(self._pending)
        array.sort()
        self._pending, self._waiting = [], 0
        while self._arrays and self._arrays[-1].size < 2 * array.size:
            array = np.concatenate((self._arrays.pop(), array))
            # Two sorted halves: the stable sort sees the runs and merges them.
            array.sort(kind="stable")
        self._arrays.append(array)

    def _purge(self) -> None:
        """Strike what was dropped from the arrays."""
        self._settle()
        gone = np.fromiter(self._gone, dtype=np.uint64)
        self._arrays = [array[~np.isin(array & np.uint64(0xFFFFFFFF), gone)] for array in self._arrays]
        self._gone.clear()
