"""A desk with a table of articles in SQLite and an index beside it, for tests that kill it. Run with a folder and a task."""

from __future__ import annotations

import resource
import signal
import sqlite3
import sys
from datetime import datetime
from itertools import islice
from pathlib import Path

from huomiao.newsdesk.pipeline.search import pending
from huomiao.newsdesk.pipeline.search.documents import CHINA, Change, Document
from huomiao.newsdesk.pipeline.search.embedded import EmbeddedIndex
from huomiao.newsdesk.pipeline.search.interface import Broken

AT = datetime(2026, 1, 1, tzinfo=CHINA)


class Desk:
    """The caller's table: an article is pending while ``indexed`` is behind ``version``; without words it is removed."""

    def __init__(self, folder: Path) -> None:
        self.link = sqlite3.connect(folder / "desk.sqlite3", isolation_level=None, timeout=20)
        self.link.execute("PRAGMA journal_mode=WAL")
        self.link.execute("PRAGMA synchronous=FULL")
        self.link.execute(
            "CREATE TABLE IF NOT EXISTS article (id INTEGER PRIMARY KEY, words TEXT, version INTEGER, indexed INTEGER)"
        )

    def put(self, numbers, words: str | None) -> None:
        self.link.executemany(
            "INSERT INTO article VALUES (?, ?, 1, 0) "
            "ON CONFLICT (id) DO UPDATE SET words = excluded.words, version = version + 1",
            [(number, words) for number in numbers],
        )

    def pending(self, limit: int) -> list[Change]:
        return self._changes("indexed < version ORDER BY id LIMIT ?", [min(limit, 20)])

    def load(self, ids) -> list[Change]:
        known = {change.id: change for change in self._changes("TRUE", [])}
        return [known[number] for number in ids]

    def settle(self, changes) -> None:
        self.link.executemany(
            "UPDATE article SET indexed = ? WHERE id = ?", [(change.version, change.id) for change in changes]
        )

    def settled(self) -> set[int]:
        """The articles that the index has, as the table believes."""
        rows = self.link.execute("SELECT id FROM article WHERE indexed = version AND words IS NOT NULL")
        return {number for (number,) in rows}

    def documents(self):
        for change in self._changes("words IS NOT NULL", []):
            yield change.document

    def _changes(self, condition: str, values: list[int]) -> list[Change]:
        rows = self.link.execute(f"SELECT id, words, version FROM article WHERE {condition}", values)
        return [
            Change(number, Document(number, words, "", AT) if words else None, version)
            for number, words, version in rows.fetchall()
        ]


def tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def stopping(documents):
    """Some of ``documents``, and then nothing until the process is killed."""
    yield from islice(documents, 300)
    tell("under way")
    sys.stdin.read()


def main(folder: Path, task: str) -> None:
    desk, index = Desk(folder), EmbeddedIndex(folder / "index")
    tell("ready")
    if task == "catch_up":
        pending.catch_up(index, desk)
    elif task == "rebuild":
        index.rebuild(stopping(desk.documents()), desk.load)
    elif task == "no room":
        # A file may grow to a size that a commit needs more than, as on a disk that is full.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
        try:
            pending.catch_up(index, desk)
        except Broken:
            tell("broken")
    elif task == "hold":
        with index.writing():
            tell("held")
            sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
