"""Writing to the PostgreSQL index: batches of changes, and a whole new set of tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from huomiao.newsdesk.pipeline.search import postgres_tables
from huomiao.newsdesk.pipeline.search.documents import Change, Document
from huomiao.newsdesk.pipeline.search.interface import Busy, Outdated
from huomiao.newsdesk.pipeline.search.postgres_tables import Connection, statement

# So many of the latest changes stay in the small part; a batch of those beyond it moves at a time.
FRESH = 4000
MOVED = 10
_PROGRESS_EVERY = 1000


class PostgresWriter:
    """See ``interface.Writing``."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name

    def apply(self, changes: Sequence[Change]) -> None:
        """In a transaction of its own or, where one is open, as part of that."""
        if not changes:
            return
        name, connection = self._name, self._connection
        ids = [change.id for change in changes]
        # The last of several changes of one article is what holds.
        documents = [change.document for change in {change.id: change for change in changes}.values()]
        with connection.transaction():
            wait_for_turn(connection, name)
            if not postgres_tables.is_ours(connection, name):
                raise Outdated
            if postgres_tables.exists(connection, f"{name}_changed"):
                connection.execute(statement("INSERT INTO {changed} SELECT unnest(%s::bigint[])", name), [ids])
            gone = connection.execute(statement("DELETE FROM {table} WHERE id = ANY(%s) RETURNING bucket", name), [ids])
            fewer = Counter(bucket for (bucket,) in gone)
            postgres_tables.count(connection, name, Counter({bucket: -count for bucket, count in fewer.items()}))
            present = [document for document in documents if document is not None]
            words = postgres_tables.fill(connection, name, present, fresh=True)
            postgres_tables.add_words(connection, name, words)

    def tidy(self, stop: Callable[[], bool]) -> None:
        """Move what is no longer among the latest changes into the large part."""
        while not stop():
            with self._connection.transaction():
                wait_for_turn(self._connection, self._name)
                moved = self._connection.execute(
                    statement(
                        "UPDATE {table} SET fresh = false WHERE fresh AND id = ANY(ARRAY("
                        "SELECT id FROM {fresh} ORDER BY ctid "
                        "LIMIT greatest(0, least(%s, (SELECT count(*) FROM {fresh}) - %s))))",
                        self._name,
                    ),
                    [MOVED, FRESH],
                )
            if not moved.rowcount:
                return


def build(
    connection: Connection,
    name: str,
    documents: Iterable[Document],
    load: Callable[[Sequence[int]], Sequence[Change]],
    progress: Callable[[int], None] | None,
) -> int:
    """Fill new tables from ``documents`` and let them take over. The lock of rebuilds is the caller's."""
    following = f"{name}_next"
    postgres_tables.drop(connection, following)
    connection.execute(statement("DROP TABLE IF EXISTS {changed}", name))
    connection.execute(statement("CREATE TABLE {changed} (id bigint NOT NULL)", name))
    postgres_tables.create_tables(connection, following)
    words: Counter[str] = Counter()
    done = 0
    # A copy keeps the connection, and the caller may read from the same one: so batches, each a copy of its own.
    source = iter(documents)
    while batch := list(islice(source, _PROGRESS_EVERY)):
        words.update(postgres_tables.fill(connection, following, batch, fresh=False))
        done += len(batch)
        if progress and len(batch) == _PROGRESS_EVERY:
            progress(done)
    postgres_tables.fill_words(connection, following, words)
    postgres_tables.add_indexes(connection, following)
    with connection.transaction():
        wait_for_turn(connection, name)
        noted = connection.execute(statement("SELECT DISTINCT id FROM {changed} ORDER BY id", name)).fetchall()
        postgres_tables.drop(connection, name)
        connection.execute(statement("DROP TABLE {changed}", name))
        postgres_tables.rename(connection, following, name)
        if noted:
            PostgresWriter(connection, name).apply(load([number for (number,) in noted]))
    if progress:
        progress(done)
    return done


@contextmanager
def held(connection: Connection, lock: str) -> Iterator[None]:
    """A lock of the session. Raises ``Busy`` when another session has it."""
    row = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [lock]).fetchone()
    if not (row and row[0]):
        raise Busy(lock)
    try:
        yield
    finally:
        # After a broken connection the server has let go of it already.
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [lock])


def wait_for_turn(connection: Connection, name: str) -> None:
    """One batch at a time, and none while generations change; until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{name}.turn"])
