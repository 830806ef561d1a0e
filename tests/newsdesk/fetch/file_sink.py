"""A sink in a SQLite file: what it has kept survives its process."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from huomiao.newsdesk.pipeline.crawl import Claim, Visit
from huomiao.newsdesk.pipeline.fetch.exchange import Fetched


class FileSink:
    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS kept (number INTEGER PRIMARY KEY, lease TEXT, address TEXT, fetched BLOB)"
        )

    def keep(self, visits: Sequence[Visit]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        for visit in visits:
            self._db.execute(
                "INSERT INTO kept (lease, address, fetched) VALUES (?, ?, ?)",
                (visit.claim.lease, visit.claim.address, pickle.dumps(visit.fetched)),
            )
        self._db.execute("COMMIT")

    def kept(self, claims: Sequence[Claim]) -> dict[str, Fetched]:
        found = {}
        for claim in claims:
            row = self._db.execute("SELECT fetched FROM kept WHERE lease = ?", (claim.lease,)).fetchone()
            if row is not None:
                found[claim.lease] = pickle.loads(row[0])
        return found

    def addresses(self) -> list[str]:
        return [address for (address,) in self._db.execute("SELECT address FROM kept ORDER BY number")]

    def close(self) -> None:
        self._db.close()
