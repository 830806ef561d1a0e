"""Moments as the hot path has them, milliseconds since 1970, and as either database holds them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from huomiao.practice.hotpath.links import Link


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def as_text(ms: int) -> str:
    """A moment as Django writes it into SQLite."""
    return f"{_second(ms // 1000)}.{ms % 1000:03d}000"


def as_time(ms: int) -> datetime:
    """A moment as psycopg takes it."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def stored(link: Link) -> Callable[[int], Any]:
    """How the database of ``link`` takes a moment."""
    return as_time if link.vendor == "postgresql" else as_text


def as_ms(value: Any) -> int:
    """Milliseconds of what either database, or Django's own connection, gives for a moment."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    # In whole numbers: a float of seconds would miss a millisecond now and then.
    span = value - datetime(1970, 1, 1, tzinfo=UTC)
    ms: int = (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000
    return ms
