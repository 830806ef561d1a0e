"""A bare connection to the site's database, for the threads of the hot path: no ORM, no cursor wrappers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg
from django.db import connection

try:
    import fcntl
except ImportError:  # Windows, where a trial has one worker
    fcntl = None  # type: ignore[assignment]

# Everything that is written here stands in one line on PostgreSQL, so that keys grow in the order of commits.
WRITE_LOCK = 0x68756F6D69616F
# What Django's own connections have, and a cache that holds the indexes of a year.
_SQLITE_SETUP = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=20000",
    "PRAGMA cache_size=-64000",
)


@dataclass
class Link:
    """A connection with the one call that both drivers share."""

    vendor: Literal["sqlite", "postgresql"]
    raw: Any

    def execute(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """Run ``sql`` in the placeholders of the vendor; the cursor has ``fetchall()`` and ``rowcount``."""
        return self.raw.execute(sql, params)

    def close(self) -> None:
        self.raw.close()


def of_django() -> Link:
    """Django's own connection of this thread, inside whatever transaction it is in."""
    connection.ensure_connection()
    vendor: Literal["sqlite", "postgresql"] = "sqlite" if connection.vendor == "sqlite" else "postgresql"
    return Link(vendor, connection.connection)


def fresh() -> Link:
    """A connection of one's own to the database of the settings; usable in any one thread at a time."""
    if connection.vendor == "sqlite":
        raw = sqlite3.connect(
            str(connection.settings_dict["NAME"]), isolation_level=None, check_same_thread=False, cached_statements=64
        )
        for line in _SQLITE_SETUP:
            raw.execute(line)
        return Link("sqlite", raw)
    params = connection.get_connection_params()
    for ours in ("cursor_factory", "context"):
        params.pop(ours, None)
    params.setdefault("prepare_threshold", 0)
    params.setdefault("connect_timeout", 5)
    return Link("postgresql", psycopg.connect(**params, autocommit=True))


# What tells that the connection or the server is gone, or the file locked: worth another try on a new connection.
LOST = (sqlite3.OperationalError, psycopg.OperationalError, psycopg.InterfaceError)


class Turnstile:
    """Lets the workers of one SQLite file write in turn: the kernel queues them, where SQLite would have them poll."""

    def __init__(self, link: Link) -> None:
        self._file = None
        if link.vendor == "sqlite" and fcntl is not None:
            name = str(connection.settings_dict["NAME"])
            if not name.startswith("file:") and name != ":memory:":
                self._file = Path(f"{name}-turn").open("ab")  # noqa: SIM115 - lives as long as the writer

    @contextmanager
    def passed(self) -> Iterator[None]:
        if self._file is None:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


@contextmanager
def transaction(link: Link, turnstile: Turnstile) -> Iterator[None]:
    """All or nothing, on disk when it ends, and after every other writer's in the order of keys."""
    if link.vendor == "postgresql":
        with link.raw.transaction():
            link.execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
            yield
        return
    with turnstile.passed():
        link.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if link.raw.in_transaction:
                link.execute("ROLLBACK")
            raise
        link.execute("COMMIT")
