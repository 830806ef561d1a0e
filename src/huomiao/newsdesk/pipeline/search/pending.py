"""Brings an index up to date from the caller's own table, which alone says what is to be found.

The table remembers for each article that changed that its change is pending. A batch is read, made in the index, and
only when it is on disk there does the table forget it. Whenever the process dies, what is pending is still pending, and
making a change twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from huomiao.newsdesk.pipeline.search.documents import Change
from huomiao.newsdesk.pipeline.search.interface import SearchIndex

BATCH = 500


class Truth(Protocol):
    """The caller's table."""

    def pending(self, limit: int) -> Sequence[Change]:
        """Articles whose change is not in the index yet, oldest change first; an article stands there once."""

    def settle(self, changes: Sequence[Change]) -> None:
        """These are in the index. One that changed again since (another ``version``) stays pending."""


def catch_up(index: SearchIndex, truth: Truth) -> int:
    """Make all that is pending, and the index's upkeep while nothing is; how many changes that were.

    Whatever becomes pending before this ends is made too. Raises ``interface.Busy`` when another process is at it.
    """
    done = 0
    with index.writing() as writing:
        while changes := truth.pending(BATCH):
            writing.apply(changes)
            truth.settle(changes)
            done += len(changes)
            if len(changes) < BATCH:
                writing.tidy(lambda: bool(truth.pending(1)))
    return done
