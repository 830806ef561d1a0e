"""The index in PostgreSQL, for several web nodes: the same tokens, the same language, the same promises.

It needs no extension. Phrases are phrases of tsvectors, so what the index of words (GIN) finds is read again to see
whether the words stand together; that is what makes it slower than the embedded index on frequent words.
"""

# ruff: noqa: S608  # conditions are made of placeholders here; a reader's words travel as values

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, LiteralString

from huomiao.newsdesk.pipeline.search import freshness, interface, postgres_tables, spelling
from huomiao.newsdesk.pipeline.search.documents import ID_BITS, Change, Document, time_of
from huomiao.newsdesk.pipeline.search.interface import Busy, Count, Facets, Hit, Order, Results
from huomiao.newsdesk.pipeline.search.postgres_query import Condition, condition, ranking
from huomiao.newsdesk.pipeline.search.postgres_tables import Connection, statement
from huomiao.newsdesk.pipeline.search.queries import Query
from huomiao.newsdesk.pipeline.search.schema import about_words

# So many of the newest that fit are ranked; older ones follow by time.
POOL = 500
# Counting further takes longer than anybody waits for.
COUNTED_TO = 10_000
_PROGRESS_EVERY = 1000
_AGE = f"greatest(0, %s - (moment >> {ID_BITS}))"


class PostgresIndex:
    """``connect`` gives the caller's connection, in autocommit mode as Django's are, with or without a transaction open.

    The right to write is a lock of the session, so the connection must be the same throughout (no pooling by transaction).
    """

    def __init__(self, connect: Callable[[], Connection], *, name: str = "newsdesk_search") -> None:
        self._connect = connect
        self._name = name
        self._seen = False

    @contextmanager
    def writing(self) -> Iterator[PostgresWriter]:
        connection = self._connect()
        with _held(connection, f"{self._name}.writer"):
            postgres_tables.create(connection, self._name)
            yield PostgresWriter(connection, self._name)

    def rebuild(
        self,
        documents: Iterable[Document],
        load: Callable[[Sequence[int]], Sequence[Change]],
        progress: Callable[[int], None] | None = None,
    ) -> int:
        connection, name = self._connect(), self._name
        with _held(connection, f"{name}.rebuild"):
            self._run("DROP TABLE IF EXISTS {next}, {words_next}, {changed}")
            self._run("CREATE TABLE {changed} (id bigint NOT NULL)")
            postgres_tables.create_table(connection, f"{name}_next")
            postgres_tables.create_words(connection, f"{name}_words_next")
            words: Counter[str] = Counter()
            done = 0

            def counted() -> Iterator[Document]:
                nonlocal done
                for document in documents:
                    yield document
                    done += 1
                    if progress and done % _PROGRESS_EVERY == 0:
                        progress(done)

            # A copy keeps the connection, and the caller may read from the same one: so batches, each a copy of its own.
            source = counted()
            while batch := [document for document, _ in zip(source, range(_PROGRESS_EVERY), strict=False)]:
                postgres_tables.fill(connection, f"{name}_next", batch, words)
            postgres_tables.fill_words(connection, f"{name}_words_next", words)
            postgres_tables.add_indexes(connection, f"{name}_next", f"{name}_words_next")
            with connection.transaction():
                self._take_over(connection, load)
            if progress:
                progress(done)
        return done

    def search(
        self,
        query: Query,
        *,
        at: datetime,
        order: Order = Order.RELEVANCE,
        offset: int = 0,
        limit: int = 20,
        hidden: frozenset[int] = frozenset(),
    ) -> Results:
        if limit < 1 or not 0 <= offset <= interface.DEEPEST_PAGE or not self._is_there():
            return Results()
        wanted = condition(query, hidden)
        total = self._total(wanted)
        if order is Order.RELEVANCE and query.is_ranked:
            hits = self._best(query, wanted, at, offset, limit)
            if len(hits) < limit and total > POOL:
                further = max(offset, POOL)
                hits += self._by_time(wanted, Order.NEWEST, further, limit - len(hits))
        else:
            hits = self._by_time(wanted, order, offset, limit)
        return Results(tuple(hits), min(total, COUNTED_TO), exact=total <= COUNTED_TO)

    def facets(self, query: Query, *, hidden: frozenset[int] = frozenset()) -> Facets:
        if not self._is_there():
            return Facets()
        wanted = condition(query, hidden)
        rows = self._rows(
            "SELECT source, category, month, count(*) FROM {table} WHERE "
            f"{wanted.text} GROUP BY GROUPING SETS ((source), (category), (month))",
            wanted.values,
        )
        months = sorted(((month, count) for _s, _c, month, count in rows if month is not None), reverse=True)
        return Facets(
            _most((source, count) for source, _c, _m, count in rows if source),
            _most((category, count) for _s, category, _m, count in rows if category),
            tuple(Count(f"{month // 100}-{month % 100:02}", count) for month, count in months[: interface.MOST_VALUES]),
        )

    def suggestion(self, query: Query) -> str:
        return spelling.corrected(query, self) if self._is_there() else ""

    def __len__(self) -> int:
        return int(self._rows("SELECT count(*) FROM {table}")[0][0]) if self._is_there() else 0

    # What spelling asks for.

    def beginning_with(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        return self._rows(
            "SELECT word, articles FROM {words} WHERE word >= %s AND word < %s ORDER BY word LIMIT %s",
            (beginning, _after(beginning), limit),
        )

    def ending_with(self, ending: str, limit: int) -> list[tuple[str, int]]:
        turned = ending[::-1]
        return self._rows(
            "SELECT word, articles FROM {words} WHERE turned >= %s AND turned < %s ORDER BY turned LIMIT %s",
            (turned, _after(turned), limit),
        )

    def frequency(self, token: str) -> int:
        found = self._rows("SELECT 1 FROM {table} WHERE whole @@ %s::tsquery LIMIT 1", (f"'{token}'",))
        return len(found)

    def total(self, query: Query) -> int:
        return self._total(condition(query))

    def _best(self, query: Query, wanted: Condition, at: datetime, offset: int, limit: int) -> list[Hit]:
        by = ranking(query)
        rank, values = "ts_rank_cd(whole, %s::tsquery, 1)", [by.whole]
        for text, tsquery in (
            ("CASE WHEN whole @@ %s::tsquery THEN 0.5 ELSE 0 END", by.together),
            ("2 * ts_rank(about, %s::tsquery, 1)", by.about),
        ):
            if tsquery:
                rank += f" + {text}"
                values.append(tsquery)
        rows = self._rows(
            f"WITH newest AS (SELECT * FROM {{table}} WHERE {wanted.text} ORDER BY moment DESC LIMIT {POOL}) "
            f"SELECT id, moment, ({rank}) * ({freshness.FLOOR} + {1 - freshness.FLOOR} * "
            f"power(2.0, -{_AGE} / {freshness.HALF_LIFE_SECONDS}.0)) AS score "
            "FROM newest ORDER BY score DESC, moment DESC OFFSET %s LIMIT %s",
            (*wanted.values, *values, int(at.timestamp()), offset, limit),
        )
        return [Hit(number, time_of(moment), float(score)) for number, moment, score in rows]

    def _by_time(self, wanted: Condition, order: Order, offset: int, limit: int) -> list[Hit]:
        direction = "ASC" if order is Order.OLDEST else "DESC"
        rows = self._rows(
            f"SELECT id, moment FROM {{table}} WHERE {wanted.text} ORDER BY moment {direction} OFFSET %s LIMIT %s",
            (*wanted.values, offset, limit),
        )
        return [Hit(number, time_of(moment), 0.0) for number, moment in rows]

    def _total(self, wanted: Condition) -> int:
        """How many fit; one more than ``COUNTED_TO`` when there are more than that."""
        found = self._rows(
            f"SELECT count(*) FROM (SELECT 1 FROM {{table}} WHERE {wanted.text} LIMIT %s) found",
            (*wanted.values, COUNTED_TO + 1),
        )
        return int(found[0][0])

    def _take_over(self, connection: Connection, load: Callable[[Sequence[int]], Sequence[Change]]) -> None:
        """Let the new tables answer, with what changed while they grew. In one transaction, the caller's."""
        _wait_for_turn(connection, self._name)
        noted = [number for (number,) in self._rows("SELECT DISTINCT id FROM {changed} ORDER BY id")]
        self._run("DROP TABLE IF EXISTS {table}, {words}, {changed}")
        self._run("ALTER TABLE {next} RENAME TO {table}")
        self._run("ALTER TABLE {words_next} RENAME TO {words}")
        if noted:
            PostgresWriter(connection, self._name).apply(load(noted))

    def _is_there(self) -> bool:
        # Once they are there they stay: a rebuild puts others in their place in one step.
        if not self._seen:
            self._seen = postgres_tables.exists(self._connect(), self._name)
        return self._seen

    def _run(self, text: LiteralString) -> None:
        self._connect().execute(statement(text, self._name))

    def _rows(self, text: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connect().execute(statement(text, self._name), values).fetchall()


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
        present = [document for document in documents if document is not None]
        with connection.transaction(), connection.cursor() as cursor:
            _wait_for_turn(connection, name)
            if postgres_tables.exists(connection, f"{name}_changed"):
                cursor.execute(statement("INSERT INTO {changed} SELECT unnest(%s::bigint[])", name), [ids])
            kept = {document.id for document in present}
            gone = [number for number in ids if number not in kept]
            cursor.execute(statement("DELETE FROM {table} WHERE id = ANY(%s)", name), [gone])
            if not present:
                return
            cursor.executemany(
                statement(
                    "INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {assignments}",
                    name,
                ),
                [postgres_tables.row(document) for document in present],
            )
            # The counts only say which of two words is the likelier: they are not lowered again before a rebuild.
            words = Counter(word for document in present for word in set(about_words(document)))
            written = sorted(words.items())
            cursor.execute(
                statement(
                    "INSERT INTO {words} SELECT * FROM unnest(%s::text[], %s::text[], %s::integer[]) "
                    "ON CONFLICT (word) DO UPDATE SET articles = {words}.articles + EXCLUDED.articles",
                    name,
                ),
                [[word for word, _ in written], [word[::-1] for word, _ in written], [count for _, count in written]],
            )


@contextmanager
def _held(connection: Connection, lock: str) -> Iterator[None]:
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


def _wait_for_turn(connection: Connection, name: str) -> None:
    """One batch at a time, and none while generations change; until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{name}.turn"])


def _most(found: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
    counts = sorted((Count(value, count) for value, count in found), key=lambda one: (-one.count, one.value))
    return tuple(counts[: interface.MOST_VALUES])


def _after(beginning: str) -> str:
    """The least text that is greater than all that begin so, by code points."""
    return beginning + "\U0010ffff"
