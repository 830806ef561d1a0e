"""What carries units to workers and brings back what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from huomiao.newsdesk.pipeline.backfill.ledger import Done
from huomiao.newsdesk.pipeline.backfill.units import Unit


@dataclass(frozen=True, slots=True)
class Lost:
    """A unit that was not done, and why: its worker ``died`` (or hung and was killed), or could not do it."""

    unit: Unit
    why: str
    died: bool = True


class Engine(Protocol):
    """Runs ``work.run`` elsewhere. Never more than ``workers`` units are given at a time."""

    workers: int

    def give(self, unit: Unit) -> None:
        """Send a unit to a worker."""

    def take(self, timeout: float) -> tuple[Unit, Done | Lost] | None:
        """The next unit that is over; None when none is after ``timeout`` seconds."""

    def close(self) -> None:
        """Stop all workers at once."""
