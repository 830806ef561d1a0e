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
from huomiao.newsdesk.pipeline.search.documents import Change, Document, time_of
from huomiao.newsdesk.pipeline.search.embedded_writer import EmbeddedWriter, build
from huomiao.newsdesk.pipeline.search.generations import Generations
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
        addresses = [address for _moment, address in found.hits]
        return Results(tuple(_hits(searcher, addresses, [0.0] * len(addresses))), found.count)

    def facets(self, query: Query, *, hidden: frozenset[int] = frozenset()) -> Facets:
        searcher = self._searcher()
        if searcher is None:
            return Facets()
        found = searcher.aggregate(
            compiled(query, hidden),
            {
                "sources": {"terms": {"field": "source_shown", "size": MOST_VALUES}},
                "categories": {"terms": {"field": "category_shown", "size": MOST_VALUES}},
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
                    with self._opening:
                        known = self._open = self._reopened(folder)
            except (FileNotFoundError, ValueError):
                # Another generation took over between the two looks. If not, the index is broken, and that is told.
                if self._generations.current == folder:
                    raise
            else:
                return known.searcher
        return None

    def _reopened(self, folder: Path) -> _Open:
        # Looked at before it is opened: what is written in between is noticed at the next search.
        stamp = _stamp(folder)
        if self._index is None or self._index[0] != folder:
            index = tantivy.Index(schema(), path=str(folder))
            index.config_reader("manual")
            self._index = (folder, index)
        self._index[1].reload()
        return _Open(stamp, self._index[1].searcher())


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
    hits = _hits(searcher, [address for _score, address in found.hits], [score for score, _address in found.hits])
    if start == 0:
        pool = [
            Hit(hit.id, hit.told_at, hit.score / freshness.lasting(hit.told_at) * freshness.today(hit.told_at, at))
            for hit in hits[: freshness.POOL]
        ]
        pool.sort(key=lambda hit: (-hit.score, -hit.told_at.timestamp(), -hit.id))
        hits = [*pool, *hits[freshness.POOL :]][offset : offset + limit]
    return Results(tuple(hits), found.count)


def _hits(searcher: Any, addresses: list[Any], scores: list[float]) -> list[Hit]:
    ids = searcher.fast_field_values("id", addresses)
    moments = searcher.fast_field_values("moment", addresses)
    return [Hit(number, time_of(moment), score) for number, moment, score in zip(ids, moments, scores, strict=True)]


def _counts(buckets: list[dict[str, Any]]) -> tuple[Count, ...]:
    """Most first, and by name among equals, so that every index tells the same."""
    found = [Count(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets]
    return tuple(sorted(found, key=lambda one: (-one.count, one.value)))


def _stamp(folder: Path) -> tuple[int, ...]:
    """Changes whenever something was committed to the index in ``folder``."""
    seen = os.stat(folder / "meta.json")  # noqa: PTH116  # a searcher looks before each search
    return seen.st_ino, seen.st_mtime_ns, seen.st_size
