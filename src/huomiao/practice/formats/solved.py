"""A question as its answer makes it, and the refusal of an answer that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from huomiao.practice.kinds import Body, Key


class NotAnAnswer(ValueError):
    """An answer that cannot be read; the message says what was expected. ``part`` is where the fault lies."""

    def __init__(self, message: str, *, part: str = "answer") -> None:
        super().__init__(message)
        self.part = part


@dataclass
class Solved:
    """A question as its answer makes it."""

    kind: str
    body: Body
    key: Key
    notes: list[str] = field(default_factory=list)
