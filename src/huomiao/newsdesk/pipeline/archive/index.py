"""What the archive holds, in a table beside the files: by address and time, and by the digest of the body.

The files are the truth and this is derived from them: each file's row says up to where it was read, and opening the
archive reads on from there. So the table needs no flush of its own, and may be thrown away.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from huomiao.newsdesk.pipeline.archive import surt
from huomiao.newsdesk.pipeline.archive.places import RESPONSE, Capture

logger = logging.getLogger(__name__)

NAME = "index.sqlite"
# How many captures are read at once when all are wanted.
PAGE = 5000
_TABLES = """
CREATE TABLE IF NOT EXISTS files (
    name TEXT PRIMARY KEY, read_to INTEGER NOT NULL, sealed INTEGER NOT NULL, sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS captures (
    file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, span INTEGER NOT NULL, url TEXT NOT NULL,
    at INTEGER NOT NULL, status INTEGER NOT NULL, mime TEXT NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL,
    key TEXT NOT NULL, PRIMARY KEY (file, offset)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS captures_by_key ON captures (key, at);
CREATE INDEX IF NOT EXISTS captures_by_digest ON captures (digest) WHERE kind = 'response';
"""
_COLUMNS = "file, offset, length, span, url, at, status, mime, digest, kind"


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file of the archive: up to where (in bytes) it is known; once sealed it stays as long, with this SHA-256."""

    name: str
    read_to: int = 0
    is_sealed: bool = False
    sha256: str = ""


class Index:
    """Safe to use from several threads, and from several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._link = _opened(folder / NAME)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            # What a backup has copied while it was written need not be a database. Everything in it can be found again.
            logger.warning("The index of %s was no database and is made anew", folder)
            for ending in ("", "-wal", "-shm"):
                (folder / f"{NAME}{ending}").unlink(missing_ok=True)
            self._link = _opened(folder / NAME)

    def close(self) -> None:
        with self._lock:
            self._link.close()

    def files(self) -> dict[str, KnownFile]:
        """All files by name, in order of name, which is the order of their making."""
        rows = self._rows("SELECT name, read_to, sealed, sha256 FROM files ORDER BY name")
        return {row[0]: KnownFile(row[0], row[1], bool(row[2]), row[3]) for row in rows}

    def add(self, file: str, read_to: int, captures: Iterable[Capture]) -> None:
        """Enter ``captures`` of a file that is now known up to ``read_to``."""
        rows = [(*_row(capture), surt.key(capture.url)) for capture in captures]
        with self._lock, self._link:
            self._link.execute("BEGIN IMMEDIATE")
            self._link.executemany("INSERT OR REPLACE INTO captures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            self._link.execute(
                "INSERT INTO files VALUES (?, ?, 0, '') ON CONFLICT (name) DO UPDATE SET read_to = excluded.read_to",
                (file, read_to),
            )

    def seal(self, file: str, sha256: str) -> None:
        """Note that a file is complete."""
        with self._lock, self._link:
            self._link.execute("UPDATE files SET sealed = 1, sha256 = ? WHERE name = ?", (sha256, file))

    def original(self, digest: str) -> Capture | None:
        """The last response with this body."""
        return next(
            self._captures(f"WHERE digest = ? AND kind = '{RESPONSE}' ORDER BY at DESC, file DESC LIMIT 1", digest),
            None,
        )

    def at(self, file: str, offset: int) -> Capture | None:
        """The capture at this place."""
        return next(self._captures("WHERE file = ? AND offset = ?", file, offset), None)

    def of(self, url: str) -> list[Capture]:
        """All captures of an address (however it is spelt), in order of time."""
        return list(self._captures("WHERE key = ? ORDER BY at, file, offset", surt.key(url)))

    def all(self) -> Iterator[Capture]:
        """Every capture by key and time, a page of them at a time."""
        after: tuple[object, ...] = ("", 0, "", -1)
        while page := self._rows(
            f"SELECT {_COLUMNS}, key FROM captures WHERE (key, at, file, offset) > (?, ?, ?, ?) "  # noqa: S608  # constants
            "ORDER BY key, at, file, offset LIMIT ?",
            *after,
            PAGE,
        ):
            yield from (_capture(row) for row in page)
            last = page[-1]
            after = (last[10], last[5], last[0], last[1])

    def offsets(self, file: str, *, before: int) -> set[int]:
        """Where captures are known to stand in a file ``before`` that place."""
        return {row[0] for row in self._rows("SELECT offset FROM captures WHERE file = ? AND offset < ?", file, before)}

    def _captures(self, where: str, *values: object) -> Iterator[Capture]:
        return map(_capture, self._rows(f"SELECT {_COLUMNS} FROM captures {where}", *values))  # noqa: S608  # constants

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._link.execute(statement, values).fetchall()


def _opened(path: Path) -> sqlite3.Connection:
    link = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
    try:
        link.execute("PRAGMA journal_mode = WAL")
        link.execute("PRAGMA synchronous = NORMAL")
        link.executescript(_TABLES)
    except sqlite3.Error:
        link.close()
        raise
    return link


def _row(capture: Capture) -> tuple[object, ...]:
    micros = int(capture.at.timestamp()) * 1_000_000 + capture.at.microsecond
    return (
        capture.file, capture.offset, capture.length, capture.span, capture.url,
        micros, capture.status, capture.mime, capture.digest, capture.kind,
    )  # fmt: skip


def _capture(row: tuple[Any, ...]) -> Capture:
    file, offset, length, span, url, micros, status, mime, digest, kind = row[:10]
    seconds, fraction = divmod(micros, 1_000_000)
    at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=fraction)
    return Capture(file, offset, length, span, url, at, status, mime, digest, kind)
