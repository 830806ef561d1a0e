"""A frontier in a SQLite file of its own: for the command line and for measuring. The desk has one on its own tables.

Durable: a call returns when its transaction is on the disk. One process at a time writes best; several may, since a
host whose addresses one of them has claimed is not given to another.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from huomiao.newsdesk.pipeline.crawl import Claim, Visit
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.fetch import addresses
from huomiao.newsdesk.pipeline.fetch.kinds import SOURCES, Kind
from huomiao.newsdesk.pipeline.fetch.revisits import Memory

# A source is never kept waiting by the thousands of pages it once led to, nor a new page by those that are looked at
# again.
_SOURCE, _NEW, _AGAIN = range(3)

# Times are seconds since 1970. An address with no due_at is not asked for any more. A host's due_at is the least of its
# addresses' that nobody has claimed, so that finding hosts with work never looks at addresses.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS addresses (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    memory TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '',
    rank INTEGER NOT NULL,
    due_at REAL,
    lease TEXT,
    owner TEXT,
    lease_until REAL
);
CREATE INDEX IF NOT EXISTS due ON addresses (host, rank, due_at) WHERE lease IS NULL AND due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS leased ON addresses (host, owner) WHERE lease IS NOT NULL;
CREATE TABLE IF NOT EXISTS hosts (
    name TEXT PRIMARY KEY,
    due_at REAL,
    rests_until REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS hosts_due ON hosts (due_at) WHERE due_at IS NOT NULL;
"""


class SqliteFrontier:
    """The ``Frontier`` in the file ``path``, which is made where there is none. Close it at the end."""

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def add(self, found: Iterable[Found], *, at: datetime) -> int:
        """Add addresses, due at ``at``; those that are known stay as they are. Returns how many were new."""
        with self._transaction():
            hosts, added = self._insert(found, at.timestamp())
            self._update_hosts(hosts)
        return added

    def take_back(self, owner: str, *, until: datetime) -> list[Claim]:
        """See ``Frontier.take_back``."""
        with self._transaction():
            self._db.execute(
                "UPDATE addresses SET lease_until = ? WHERE lease IS NOT NULL AND owner = ?", (until.timestamp(), owner)
            )
            rows = self._db.execute(
                "SELECT lease, address, kind, source, memory FROM addresses WHERE lease IS NOT NULL AND owner = ?",
                (owner,),
            ).fetchall()
        return [_claim(*row) for row in rows]

    def claim(
        self, owner: str, *, at: datetime, until: datetime, most: int, per_host: int, busy: Mapping[str, int]
    ) -> list[Claim]:
        """See ``Frontier.claim``."""
        now = at.timestamp()
        claims: list[Claim] = []
        with self._transaction():
            self._expire(now)
            hosts = self._db.execute(
                """SELECT name FROM hosts WHERE due_at <= :now AND rests_until <= :now AND NOT EXISTS (
                       SELECT 1 FROM addresses WHERE host = name AND lease IS NOT NULL AND owner <> :owner)
                   ORDER BY due_at""",
                {"now": now, "owner": owner},
            ).fetchall()
            touched = []
            for (host,) in hosts:
                room = min(per_host - busy.get(host, 0), most - len(claims))
                if room <= 0:
                    if len(claims) >= most:
                        break
                    continue
                rows: list[tuple[int, str, str, str, str]] = []
                for rank in (_SOURCE, _NEW, _AGAIN):
                    rows += self._db.execute(
                        """SELECT id, address, kind, source, memory FROM addresses
                           WHERE host = ? AND rank = ? AND lease IS NULL AND due_at <= ? ORDER BY due_at LIMIT ?""",
                        (host, rank, now, room - len(rows)),
                    ).fetchall()
                for key, *rest in rows:
                    lease = uuid.uuid4().hex
                    self._db.execute(
                        "UPDATE addresses SET lease = ?, owner = ?, lease_until = ? WHERE id = ?",
                        (lease, owner, until.timestamp(), key),
                    )
                    claims.append(_claim(lease, *rest))
                touched.append(host)
            self._update_hosts(touched)
        return claims

    def settle(self, visits: Sequence[Visit], rests: Mapping[str, datetime]) -> None:
        """See ``Frontier.settle``. A claim whose lease ran out and was given to another changes nothing."""
        now = datetime.now(UTC).timestamp()
        with self._transaction():
            self._db.executemany(
                """UPDATE addresses SET lease = NULL, owner = NULL, lease_until = NULL, memory = ?, outcome = ?, due_at
                = ?, rank = ? WHERE lease = ? AND address = ?""",
                [
                    (
                        visit.verdict.memory.to_json(),
                        visit.verdict.outcome,
                        visit.verdict.next_at.timestamp() if visit.verdict.next_at else None,
                        _SOURCE if visit.claim.kind in SOURCES else _AGAIN,
                        visit.claim.lease,
                        visit.claim.address,
                    )
                    for visit in visits
                ],
            )
            hosts = {addresses.lane(visit.claim.address) for visit in visits}
            hosts |= self._insert((one for visit in visits for one in visit.found), now)[0]
            for host, until in rests.items():
                self._db.execute("UPDATE hosts SET rests_until = ? WHERE name = ?", (until.timestamp(), host))
            self._update_hosts(hosts)

    def next_due(self, at: datetime) -> datetime | None:
        """See ``Frontier.next_due``."""
        (due,) = self._db.execute("SELECT min(max(due_at, rests_until)) FROM hosts WHERE due_at IS NOT NULL").fetchone()
        return None if due is None else datetime.fromtimestamp(due, UTC)

    def counts(self) -> dict[str, int]:
        """How many addresses there are by their last outcome; "" for those that were never visited."""
        return dict(self._db.execute("SELECT outcome, count(*) FROM addresses GROUP BY outcome ORDER BY outcome"))

    def _insert(self, found: Iterable[Found], due_at: float) -> tuple[set[str], int]:
        """Add what is new; returns the hosts of all of ``found``, and how many were new."""
        rows = [
            (
                one.address,
                addresses.lane(one.address),
                one.kind,
                one.source,
                _SOURCE if one.kind in SOURCES else _NEW,
                due_at,
            )
            for one in found
        ]
        hosts = {row[1] for row in rows}
        self._db.executemany("INSERT OR IGNORE INTO hosts (name) VALUES (?)", [(host,) for host in hosts])
        added = self._db.executemany(
            "INSERT OR IGNORE INTO addresses (address, host, kind, source, rank, due_at) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        ).rowcount
        return hosts, max(added, 0)

    def _expire(self, now: float) -> None:
        """Free what a crawler claimed that never came back."""
        hosts = self._db.execute(
            """UPDATE addresses SET lease = NULL, owner = NULL, lease_until = NULL
               WHERE lease IS NOT NULL AND lease_until < ? RETURNING host""",
            (now,),
        ).fetchall()
        self._update_hosts({host for (host,) in hosts})

    def _update_hosts(self, names: Iterable[str]) -> None:
        self._db.executemany(
            # A minimum for each rank is one step in the index; one over all ranks would walk it.
            """UPDATE hosts SET due_at = (SELECT min(due) FROM ( SELECT (SELECT min(due_at) FROM addresses AS one WHERE
            one.host = name AND one.rank = column1 AND one.lease IS NULL AND one.due_at IS NOT NULL) AS due FROM (VALUES
            (0), (1), (2)))) WHERE name = ?""",
            [(name,) for name in names],
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _claim(lease: str, address: str, kind: str, source: str, memory: str) -> Claim:
    return Claim(lease, address, Kind(kind), source, Memory.from_json(memory))
