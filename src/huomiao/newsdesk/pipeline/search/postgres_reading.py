"""Reading the PostgreSQL index: newest first, a stretch of time after the other, until there is enough.

What is frequent is found in the last weeks, and what is rare is quick to find anywhere; so no query reads all that a frequent
word has. Every search has a time by which it ends with what it has found.
"""

# ruff: noqa: S608  # conditions are made of placeholders here; a reader's words travel as values

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from huomiao.newsdesk.pipeline.search.documents import time_of
from huomiao.newsdesk.pipeline.search.interface import Order
from huomiao.newsdesk.pipeline.search.postgres_query import Condition, Wanted
from huomiao.newsdesk.pipeline.search.postgres_tables import Connection, statement
from huomiao.newsdesk.pipeline.search.postgres_text import PARTS, bucket, quoted

# The last weeks are looked at first, as many as have so many articles.
FIRST_STRETCH = 4_000
# Nobody waits longer for a list; a search that takes longer says that it is not whole.
MOST_SECONDS = 3.0
# More parts of months than this are not named one by one.
_MOST_NAMED = 60
_SETTINGS = {
    # Compiling a statement takes longer than any of these runs.
    "jit": "off",
    # The planner does not know that to look at a tsvector is to fetch it: whatever has no index of words is slower.
    "enable_seqscan": "off",
    "enable_indexscan": "off",
    "max_parallel_workers_per_gather": "0",
    # A list of rows that does not fit is kept as pages, and then each of their tsvectors is fetched.
    "work_mem": "64MB",
}

Row = tuple[Any, ...]


class Reading:
    """One search: what it asks with, and until when. ``is_whole`` becomes False when the time was not enough."""

    def __init__(self, connection: Connection, name: str, *, seconds: float = MOST_SECONDS) -> None:
        self._connection = connection
        self._name = name
        self._end = time.monotonic() + seconds
        self.is_whole = True

    def rows(self, text: str, values: Sequence[Any] = ()) -> list[Row]:
        """What a statement finds; nothing, and ``is_whole`` is False, when the time is over."""
        milliseconds = int((self._end - time.monotonic()) * 1000)
        if milliseconds < 1:
            self.is_whole = False
            return []
        connection = self._connection
        is_inside = connection.info.transaction_status != TransactionStatus.IDLE
        wanted = {**_SETTINGS, "statement_timeout": str(milliseconds)}
        try:
            with connection.transaction():
                before = _settings(connection, wanted) if is_inside else {}
                _set(connection, wanted)
                # Never prepared: a plan for all words is a bad one for most.
                found = connection.execute(statement(text, self._name), values, prepare=False).fetchall()
                _set(connection, before)
        except psycopg.errors.QueryCanceled:
            self.is_whole = False
            return []
        return found

    def articles(self, least: int | None = None, too_great: int | None = None) -> list[tuple[int, int]]:
        """The parts of months between two moments and how many articles each has, newest first."""
        first = bucket(time_of(least)) if least is not None else 0
        last = bucket(time_of(max(too_great - 1, 0))) if too_great is not None else 2**31 - 1
        return [
            (number, articles)
            for number, articles in self.rows(
                "SELECT bucket, articles FROM {buckets} WHERE articles > 0 AND bucket BETWEEN %s AND %s "
                "ORDER BY bucket DESC",
                (first, last),
            )
        ]

    def by_time(self, wanted: Wanted, articles: list[tuple[int, int]], order: Order, most: int) -> list[Row]:
        """Number and moment of what is found, in order, at most ``most``."""
        articles = sorted(articles, reverse=order is not Order.OLDEST)
        left = sum(number for _bucket, number in articles)
        found: list[Row] = []
        looked_at, at, size = 0, 0, FIRST_STRETCH
        while at < len(articles) and len(found) < most and self.is_whole:
            end, stretch = at, 0
            while end < len(articles) and (stretch < size or end == at):
                stretch += articles[end][1]
                end += 1
            found += self._stretch(wanted, [number for number, _count in articles[at:end]], order, most - len(found))
            at = end
            looked_at += stretch
            left -= stretch
            size = _next(size, left, missing=most - len(found), share=len(found) / looked_at)
        return found

    def _stretch(self, wanted: Wanted, buckets: list[int], order: Order, most: int) -> list[Row]:
        """What was told in these parts of months, which follow each other."""
        direction = "ASC" if order is Order.OLDEST else "DESC"
        words, told = wanted.words, Condition("TRUE")
        # A query that names nothing that must be there needs the parts of months as words; one that asks for no word at all does not.
        if len(buckets) <= _MOST_NAMED or (words is not None and not wanted.narrows):
            words = _and(words, [f"@{number}" for number in buckets])
        else:
            told = Condition("bucket BETWEEN %s AND %s", (min(buckets), max(buckets)))
        likely = Wanted(words, told, wanted.narrows).condition
        if not wanted.reads:
            return self.rows(
                f"SELECT id, moment FROM {{table}} WHERE {likely.text} AND {wanted.rest.text} "
                f"ORDER BY moment {direction} LIMIT %s",
                [*likely.values, *wanted.rest.values, most],
            )
        # Put in order before any text is read, so that no more are read than it takes.
        return self.rows(
            f"SELECT id, moment FROM (SELECT * FROM {{table}} WHERE {likely.text} "
            f"ORDER BY moment {direction} OFFSET 0) likely WHERE {wanted.rest.text} LIMIT %s",
            [*likely.values, *wanted.rest.values, most],
        )


def sampled(wanted: Wanted, parts: int) -> Wanted:
    """The same of so many of the ``PARTS`` parts of all articles."""
    if parts == PARTS and wanted.narrows:
        return wanted
    return Wanted(_and(wanted.words, [f"%{number}" for number in range(parts)]), wanted.rest, narrows=True)


def _and(words: str | None, any_of: list[str]) -> str:
    named = f"({' | '.join(map(quoted, any_of))})"
    return named if words is None else f"{words} & {named}"


def _next(size: int, left: int, *, missing: int, share: float) -> int:
    """How many articles to look at next: as many as what is missing will take, by what was found so far."""
    needed = int(missing / share * 1.3) if share else left
    return left if needed > left // 2 else max(needed, size)


def _settings(connection: Connection, names: dict[str, str]) -> dict[str, str]:
    row = connection.execute(f"SELECT {', '.join(['current_setting(%s)'] * len(names))}", list(names)).fetchone()
    return dict(zip(names, row or (), strict=True))


def _set(connection: Connection, settings: dict[str, str]) -> None:
    """Until the transaction ends."""
    if settings:
        each = ", ".join(["set_config(%s, %s, true)"] * len(settings))
        connection.execute(f"SELECT {each}", [part for setting in settings.items() for part in setting])
