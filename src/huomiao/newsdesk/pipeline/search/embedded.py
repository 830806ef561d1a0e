"""The index in a folder of this machine (tantivy): any number of processes read, one writes.

Readers notice by themselves that somebody wrote: they look at one file before each search.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import tantivy

from huomiao.newsdesk.pipeline.search import freshness, spelling
from huomiao.newsdesk.pipeline.search.compiling import compiled
from huomiao.newsdesk.pipeline.search.documents import Change, Document, seconds, time_of
from huomiao.newsdesk.pipeline.search.embedded_writer import EmbeddedWriter, build
from huomiao.newsdesk.pipeline.search.generations import Generations, broken_is_told
from huomiao.newsdesk.pipeline.search.interface import (
    DEEPEST_PAGE,
    MOST_VALUES,
    Count,
    Facets,
    Hit,
    Order,
    Results,
)
from huomiao.newsdesk.pipeline.search.queries import Query
from huomiao.newsdesk.pipeline.search.schema import LAYOUT, schema

_MOST_MONTHS = 1200
# Each segment tells only so many values; with fewer a source that is rare in some would be counted short.
_MOST_PER_SEGMENT = 10_000


@dataclass(frozen=True)
class _Open:
    """A generation as it was when it was opened, and by what to see that it changed."""

    stamp: tuple[int, ...]
    searcher: Any


class EmbeddedIndex:
    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder, LAYOUT)
        self._opening = threading.Lock()
        self._open: _Open | None = None
        self._index: tuple[Path, Any] | None = None

    @property
    def is_built(self) -> bool:
        """Whether there is an index of this layout. If not, searches find nothing until ``rebuild`` or ``writing``."""
        return self._generations.current is not None

    @contextmanager
    def writing(self) -> Iterator[EmbeddedWriter]:
        with self._generations.held("writer"):
            writer = EmbeddedWriter(self._generations)
            try:
                yield writer
            finally:
                writer.close()

    def rebuild(
        self,
        documents: Iterable[Document],
        load: Callable[[Sequence[int]], Sequence[Change]],
        progress: Callable[[int], None] | None = None,
    ) -> int:
        with self._generations.held("rebuild"):
            return build(self._generations, documents, load, progress)

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
        searcher = self._searcher()
        if searcher is None or limit < 1 or not 0 <= offset <= DEEPEST_PAGE:
            return Results()
        if order is Order.RELEVANCE and not query.is_ranked:
            order = Order.NEWEST
        wanted = compiled(query, hidden)
        if order is Order.RELEVANCE:
            return _best(searcher, wanted, at, offset, limit)
        direction = tantivy.Order.Desc if order is Order.NEWEST else tantivy.Order.Asc
        found = searcher.search(wanted, limit, offset=offset, order_by_field="moment", order=direction)
        return _results([(0.0, moment, number) for _moment, moment, number in _rows(searcher, found.hits)], found.count)

    def facets(self, query: Query, *, hidden: frozenset[int] = frozenset()) -> Facets:
        searcher = self._searcher()
        if searcher is None:
            return Facets()
        most = {"size": MOST_VALUES, "segment_size": _MOST_PER_SEGMENT}
        found = searcher.aggregate(
            compiled(query, hidden),
            {
                "sources": {"terms": {"field": "source_shown", **most}},
                "categories": {"terms": {"field": "category_shown", **most}},
                "months": {"terms": {"field": "month", "size": _MOST_MONTHS}},
            },
        )
        months = sorted(found["months"]["buckets"], key=lambda bucket: -bucket["key"])[:MOST_VALUES]
        return Facets(
            _counts(found["sources"]["buckets"]),
            _counts(found["categories"]["buckets"]),
            tuple(
                Count(f"{int(one['key']) // 100}-{int(one['key']) % 100:02}", int(one["doc_count"])) for one in months
            ),
        )

    def suggestion(self, query: Query) -> str:
        searcher = self._searcher()
        return "" if searcher is None else spelling.corrected(query, _Dictionary(searcher))

    def __len__(self) -> int:
        searcher = self._searcher()
        return 0 if searcher is None else int(searcher.num_docs)

    def _searcher(self) -> Any:
        """What answers now; None before there is an index."""
        while (folder := self._generations.current) is not None:
            try:
                known = self._open
                if known is None or known.stamp != _stamp(folder):
                    known = self._reopened(folder)
            except (FileNotFoundError, ValueError):
                # Another generation took over between the two looks. If not, the index is broken, and that is told.
                if self._generations.current == folder:
                    with broken_is_told():
                        raise
            else:
                return known.searcher
        return None

    def _reopened(self, folder: Path) -> _Open:
        with self._opening:
            # Looked at before it is opened: what is written in between is noticed at the next search.
            stamp = _stamp(folder)
            if self._open is None or self._open.stamp != stamp:
                if self._index is None or self._index[0] != folder:
                    index = tantivy.Index(schema(), path=str(folder))
                    index.config_reader("manual")
                    self._index = (folder, index)
                self._index[1].reload()
                self._open = _Open(stamp, self._index[1].searcher())
            return self._open


class _Dictionary:
    """The words that articles are about, as spelling asks for them."""

    def __init__(self, searcher: Any) -> None:
        self._searcher = searcher

    def beginning_with(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        return list(self._searcher.terms_with_prefix("about", beginning, limit=limit))

    def ending_with(self, ending: str, limit: int) -> list[tuple[str, int]]:
        turned = self._searcher.terms_with_prefix("endings", ending[::-1], limit=limit)
        return [(word[::-1], count) for word, count in turned]

    def frequency(self, token: str) -> int:
        return int(self._searcher.doc_freq("whole", token))

    def total(self, query: Query) -> int:
        return int(self._searcher.search(compiled(query), 1).count)


def _best(searcher: Any, wanted: Any, at: datetime, offset: int, limit: int) -> Results:
    """A page by relevance: the first ``freshness.POOL`` in order of their age too, those after them as they come."""
    start = 0 if offset < freshness.POOL else offset
    size = max(freshness.POOL, offset + limit) if start == 0 else limit
    found = searcher.search(wanted, size, offset=start, weight_by_field="lasting")
    rows = _rows(searcher, found.hits)
    if start == 0:
        now = at.timestamp()
        pool = [(_as_of(now, score, moment), moment, number) for score, moment, number in rows[: freshness.POOL]]
        pool.sort(reverse=True)
        rows = [*pool, *rows[freshness.POOL :]][offset : offset + limit]
    return _results(rows, found.count)


def _as_of(now: float, score: float, moment: int) -> float:
    """``score``, which has the lasting factor in it, with the factor of today instead."""
    told = seconds(moment)
    return score / freshness.lasting(told) * freshness.today(told, now)


def _rows(searcher: Any, hits: list[Any]) -> list[tuple[float, int, int]]:
    """Score, moment and number of each."""
    addresses = [address for _score, address in hits]
    moments = searcher.fast_field_values("moment", addresses)
    numbers = searcher.fast_field_values("id", addresses)
    return [(hit[0], moment, number) for hit, moment, number in zip(hits, moments, numbers, strict=True)]


def _results(rows: list[tuple[float, int, int]], total: int) -> Results:
    return Results(tuple(Hit(number, time_of(moment), score) for score, moment, number in rows), total)


def _counts(buckets: list[dict[str, Any]]) -> tuple[Count, ...]:
    """Most first, and by name among equals, so that every index tells the same."""
    found = [Count(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets]
    return tuple(sorted(found, key=lambda one: (-one.count, one.value)))


def _stamp(folder: Path) -> tuple[int, ...]:
    """Changes whenever something was committed to the index in ``folder``."""
    seen = os.stat(folder / "meta.json")  # noqa: PTH116  # a searcher looks before each search
    return seen.st_ino, seen.st_mtime_ns, seen.st_size
