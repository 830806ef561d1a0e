from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

# A task whose time ends within these days says so in a warning tone.
SOON = timedelta(days=3)


@dataclass(frozen=True)
class Task:
    """One thing that waits: what it is, where it is done, how much of it there is and until when."""

    title: str
    url: str
    verb: str
    # How many things; None for one thing, 0 for something to keep an eye on that does not wait for this person.
    count: int | None = None
    note: str = ""
    tone: str = "neutral"
    badge: str = ""
    due: datetime | None = None
    at: datetime | None = None
    # How far it is: done of all.
    done: int | None = None
    total: int | None = None

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.at is not None and self.due <= self.at

    @property
    def is_soon(self) -> bool:
        return self.due is not None and self.at is not None and self.at < self.due <= self.at + SOON


@dataclass(frozen=True)
class Section:
    """The tasks of one role."""

    title: str
    icon: str
    tasks: list[Task] = field(default_factory=list)
    # Something to choose from, rather than something that waits: it does not count as open.
    is_offer: bool = False

    @property
    def count(self) -> int:
        """How many single things wait here."""
        return 0 if self.is_offer else sum(1 if task.count is None else task.count for task in self.tasks)
