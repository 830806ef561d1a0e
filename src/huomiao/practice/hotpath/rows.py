"""Rows read and written by hand, in the words of either database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from huomiao.practice.hotpath.links import Link

T = TypeVar("T")

# Statements of a few sizes only stay prepared.
SIZES = (128, 32, 8, 1)


def by_keys(link: Link, select: str, keys: Iterable[int] | Iterable[str]) -> list[tuple[Any, ...]]:
    """The rows of ``select`` for ``keys``, by statements of a few shapes only, so that they stay prepared."""
    wanted = list(dict.fromkeys(keys))
    if link.vendor == "postgresql":
        found: list[tuple[Any, ...]] = link.execute(f"{select} = ANY(%s)", [wanted]).fetchall() if wanted else []
        return found
    rows: list[tuple[Any, ...]] = []
    for piece in pieces(wanted):
        rows += link.execute(f"{select} IN ({marks(piece)})", piece).fetchall()
    return rows


def pieces(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """``rows`` cut into the sizes in which statements are prepared."""
    start = 0
    for size in SIZES:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


class Insert:
    """Puts many rows into ``table`` at once; one whose ``key`` is there already changes nothing.

    ``columns`` are the names with what PostgreSQL casts an array of their values to.
    """

    def __init__(self, table: str, columns: dict[str, str], key: str) -> None:
        names, end = ", ".join(columns), f"ON CONFLICT ({key}) DO NOTHING"
        one = f"({marks(columns)})"
        self._sqlite = {
            size: f"INSERT INTO {table} ({names}) VALUES {','.join([one] * size)} {end}"  # noqa: S608 - our own words
            for size in SIZES
        }
        arrays = ", ".join(f"%s::{cast}" for cast in columns.values())
        self._postgresql = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) {end}"  # noqa: S608 - likewise

    def write(self, link: Link, rows: Sequence[Sequence[Any]]) -> int:
        """How many of ``rows`` were new."""
        if link.vendor == "postgresql":
            columns = [list(column) for column in zip(*rows, strict=True)]
            return int(link.execute(self._postgresql, columns).rowcount)
        written = 0
        for piece in pieces(rows):
            params = [value for row in piece for value in row]
            written += link.execute(self._sqlite[len(piece)], params).rowcount
        return written


def sql(link: Link, statement: str) -> str:
    """``statement`` in the placeholders of the link."""
    if link.vendor == "sqlite":
        return statement
    return statement.replace("?", "%s")


def marks(keys: Iterable[Any]) -> str:
    """Placeholders, one a key."""
    return ", ".join("?" for _key in keys)


def plain(text: str | None) -> Any:
    """A JSON column as Python has it."""
    return None if text is None else json.loads(text)


def moment(text: str) -> datetime:
    """A moment as the database writes it; SQLite's have no zone and mean UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def stored(link: Link, at: datetime) -> Any:
    """``at`` as Django would store it."""
    if link.vendor == "postgresql":
        return at
    return str(at.astimezone(UTC).replace(tzinfo=None))
