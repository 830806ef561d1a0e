"""What happens when its time has come: apps register their turns, the ``turn_clock`` command runs them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

logger = logging.getLogger(__name__)

Turn = Callable[[datetime], int]
TURNS: dict[str, Turn] = {}


def register(name: str, turn: Turn) -> None:
    """Have ``turn(at)`` run every minute or so; it returns how many things it moved and is safe to run twice."""
    TURNS[name] = turn


def run(at: datetime) -> dict[str, int]:
    """Run every turn; one that breaks is logged and does not stop the others."""
    moved: dict[str, int] = {}
    for name, turn in TURNS.items():
        try:
            moved[name] = turn(at)
        except Exception:
            logger.exception("The clock's turn %s broke", name)
    return moved
