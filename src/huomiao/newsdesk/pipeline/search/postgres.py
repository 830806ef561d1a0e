"""The index in PostgreSQL, for several web nodes: the same tokens, the same language, the same promises. It needs no extension."""

# ruff: noqa: S608  # conditions are made of placeholders here; a reader's words travel as values

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from huomiao.newsdesk.pipeline.search import interface, postgres_tables, spelling
from huomiao.newsdesk.pipeline.search.documents import Change, Document, time_of
from huomiao.newsdesk.pipeline.search.interface import Count, Facets, Hit, Order, Results
from huomiao.newsdesk.pipeline.search.postgres_query import TRUE, Wanted, days, needles, wanted
from huomiao.newsdesk.pipeline.search.postgres_ranking import Counted, ranked
from huomiao.newsdesk.pipeline.search.postgres_reading import Reading, Row, sampled
from huomiao.newsdesk.pipeline.search.postgres_tables import Connection
from huomiao.newsdesk.pipeline.search.postgres_text import PARTS, quoted
from huomiao.newsdesk.pipeline.search.postgres_writer import PostgresWriter, build, held
from huomiao.newsdesk.pipeline.search.queries import Query

# Ranked are the newest that fit, and the newest of those that are about it; older ones follow by time.
POOL = 400
POOL_ABOUT = 300
# Counting further takes longer than anybody waits for.
COUNTED_TO = 2000
# Facets of more articles than this are those of a part of them, and estimated.
COUNTED_WHOLE = 8000
_READ_WHOLE = 2000


class PostgresIndex:
    """``connect`` gives the caller's connection, in autocommit mode as Django's are, with or without a transaction open.

    The right to write is a lock of the session, so the connection must be the same throughout (no pooling by transaction).
    """

    def __init__(self, connect: Callable[[], Connection], *, name: str = "newsdesk_search") -> None:
        self._connect = connect
        self._name = name
        self._seen = False

    @property
    def is_built(self) -> bool:
        """Whether there is an index of this layout. If not, searches find nothing until ``rebuild`` or ``writing``."""
        # Once they are there they stay: a rebuild puts others in their place in one step.
        if not self._seen:
            self._seen = postgres_tables.is_ours(self._connect(), self._name)
        return self._seen

    @contextmanager
    def writing(self) -> Iterator[PostgresWriter]:
        connection = self._connect()
        with held(connection, f"{self._name}.writer"):
            postgres_tables.create(connection, self._name)
            yield PostgresWriter(connection, self._name)

    def rebuild(
        self,
        documents: Iterable[Document],
        load: Callable[[Sequence[int]], Sequence[Change]],
        progress: Callable[[int], None] | None = None,
    ) -> int:
        connection = self._connect()
        with held(connection, f"{self._name}.rebuild"):
            return build(connection, self._name, documents, load, progress)

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
        if limit < 1 or not 0 <= offset <= interface.DEEPEST_PAGE or not self.is_built:
            return Results()
        if order is Order.RELEVANCE and not query.is_ranked:
            order = Order.NEWEST
        reading = self._reading()
        articles = reading.articles(*days(query))
        most = max(COUNTED_TO, offset + limit) + 1
        found = reading.by_time(wanted(query, hidden), articles, order, most)
        is_exact = len(found) < most and reading.is_whole
        total = len(found) if is_exact else min(len(found), most - 1)
        if order is Order.RELEVANCE:
            likely = found[:POOL]
            if len(found) > POOL:
                likely += reading.by_time(wanted(query, hidden, about=True), articles, Order.NEWEST, POOL_ABOUT)
            best = _ranked(reading, query, likely, at)
            known = {number for _score, _moment, number in best}
            scored = best + [(0.0, moment, number) for number, moment in found if number not in known]
        else:
            scored = [(0.0, moment, number) for number, moment in found]
        hits = tuple(Hit(number, time_of(moment), score) for score, moment, number in scored[offset : offset + limit])
        return Results(hits, total, exact=is_exact, whole=reading.is_whole)

    def facets(self, query: Query, *, hidden: frozenset[int] = frozenset()) -> Facets:
        if not self.is_built:
            return Facets()
        reading = self._reading()
        everything = wanted(query, hidden)
        parts = self._parts(reading, everything, _READ_WHOLE if everything.reads else COUNTED_WHOLE)
        some = sampled(everything, parts)
        rows = reading.rows(
            "SELECT source, category, bucket / 10, count(*) FROM {table} WHERE "
            f"{some.condition.text} GROUP BY GROUPING SETS ((source), (category), (bucket / 10))",
            some.condition.values,
        )
        found = [(source, category, month, round(count * PARTS / parts)) for source, category, month, count in rows]
        months = sorted(((month, count) for _s, _c, month, count in found if month is not None), reverse=True)
        return Facets(
            _most((source, count) for source, _c, _m, count in found if source),
            _most((category, count) for _s, category, _m, count in found if category),
            tuple(Count(f"{month // 100}-{month % 100:02}", count) for month, count in months[: interface.MOST_VALUES]),
            exact=parts == PARTS and reading.is_whole,
        )

    def suggestion(self, query: Query) -> str:
        return spelling.corrected(query, self) if self.is_built else ""

    def __len__(self) -> int:
        return sum(count for _bucket, count in self._reading().articles()) if self.is_built else 0

    # What spelling asks for.

    def beginning_with(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        rows = self._reading().rows(
            "SELECT word, articles FROM {words} WHERE word >= %s AND word < %s ORDER BY word LIMIT %s",
            (beginning, _after(beginning), limit),
        )
        return [(word, count) for word, count in rows]

    def ending_with(self, ending: str, limit: int) -> list[tuple[str, int]]:
        turned = ending[::-1]
        rows = self._reading().rows(
            "SELECT word, articles FROM {words} WHERE turned >= %s AND turned < %s ORDER BY turned LIMIT %s",
            (turned, _after(turned), limit),
        )
        return [(word, count) for word, count in rows]

    def frequency(self, token: str) -> int:
        return self._count(Wanted(quoted(token), TRUE, narrows=True), 1)

    def total(self, query: Query) -> int:
        return self._count(wanted(query), COUNTED_TO)

    def _count(self, sought: Wanted, most: int) -> int:
        reading = self._reading()
        return len(reading.by_time(sought, reading.articles(), Order.NEWEST, most))

    def _parts(self, reading: Reading, everything: Wanted, most: int) -> int:
        """Of how many parts of all articles the facets are made, so that not many more than ``most`` are read."""
        if sum(count for _bucket, count in reading.articles()) <= most:
            return PARTS
        first = sampled(Wanted(everything.words, TRUE, everything.narrows), 1).condition
        rows = reading.rows(f"SELECT count(*) FROM {{table}} WHERE {first.text}", first.values)
        in_first = rows[0][0] if rows else most
        return PARTS if in_first * PARTS <= 2 * most else max(1, min(PARTS, most // in_first))

    def _reading(self) -> Reading:
        return Reading(self._connect(), self._name)


def _ranked(reading: Reading, query: Query, likely: list[Row], at: datetime) -> list[tuple[float, int, int]]:
    each, together = needles(query)
    stretches = each + together
    rows = reading.rows(
        "SELECT id, moment, head, octet_length(plain), "
        "ARRAY(SELECT (octet_length(plain) - octet_length(replace(plain, one, ''))) / octet_length(one) "
        "FROM unnest(%s::text[]) one), ARRAY(SELECT strpos(plain, one) FROM unnest(%s::text[]) one) "
        # Fetched once here, not once for each question.
        "FROM (SELECT id, moment, head, flat || '' AS plain FROM {table} WHERE id = ANY(%s) OFFSET 0) likely",
        (stretches, stretches, list({number for number, _moment in likely})),
    )
    counted = [Counted(number, moment, head, size // 3, n, first) for number, moment, head, size, n, first in rows]
    return ranked(counted, len(each), at.timestamp())


def _most(found: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
    counts = sorted((Count(value, count) for value, count in found), key=lambda one: (-one.count, one.value))
    return tuple(counts[: interface.MOST_VALUES])


def _after(beginning: str) -> str:
    """The least text that is greater than all that begin so, by code points."""
    return beginning + "\U0010ffff"
