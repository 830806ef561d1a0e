from __future__ import annotations

from collections import deque

import pytest

from huomiao.newsdesk.pipeline.backfill import ledger, run, work
from huomiao.newsdesk.pipeline.backfill.engines import Lost
from huomiao.newsdesk.pipeline.backfill.ledger import Done
from huomiao.newsdesk.pipeline.backfill.units import Unit


class Inline:
    """An engine of this very process; the unit that was given last is over first."""

    given: list[Unit] = []

    def __init__(self, job: work.Job, *, workers: int | None = None) -> None:
        self.workers = workers or 3
        self._job = job
        self._waiting: deque[Unit] = deque()
        Inline.given = []

    def give(self, unit: Unit) -> None:
        Inline.given.append(unit)
        self._waiting.append(unit)

    def take(self, timeout: float) -> tuple[Unit, Done | Lost] | None:
        unit = self._waiting.pop()
        try:
            return unit, work.run(unit, self._job)
        except OSError as failure:
            return unit, Lost(unit, str(failure), died=False)

    def close(self) -> None:
        pass


@pytest.fixture
def inline(monkeypatch):
    """The name of an engine that needs no processes, and the class that notes what it was given."""
    monkeypatch.setitem(run.ENGINES, "inline", Inline)
    monkeypatch.setattr(ledger.os, "fsync", lambda handle: None)  # the machine does not lose its power here
    return Inline
