"""What an index promises, whatever it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from huomiao.newsdesk.pipeline.search.documents import Change, Document
from huomiao.newsdesk.pipeline.search.queries import Query

# Nobody turns so many pages, and each costs more than the one before.
DEEPEST_PAGE = 10_000
# So many values of a facet are told at most.
MOST_VALUES = 30


class Order(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found: its number, when it was told, and how well it fits (comparable within one list)."""

    id: int
    told_at: datetime
    score: float


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits. ``total`` counts all; when it is not ``exact`` there are at least so many.

    When it is not ``whole`` the time was not enough to look at everything, and what was told long ago may be missing.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    exact: bool = True
    whole: bool = True

    @property
    def ids(self) -> list[int]:
        return [hit.id for hit in self.hits]


@dataclass(frozen=True, slots=True)
class Count:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How the articles that were found are spread: by source and category (most first), by month (``2023-12``, newest first).

    When they are not ``exact`` the counts are estimates, from some of the articles.
    """

    sources: tuple[Count, ...] = ()
    categories: tuple[Count, ...] = ()
    months: tuple[Count, ...] = ()
    exact: bool = True


class Busy(Exception):
    """Another process writes to this index, or builds it anew, and has not finished."""


class Outdated(Exception):
    """The index was made by another version of the programme and has to be built anew."""


class Broken(Exception):
    """The index cannot be read or written: damaged, no room on the disk, no right to it. Building it anew helps, or making room."""


class Writing(Protocol):
    """The right to change an index."""

    def apply(self, changes: Sequence[Change]) -> None:
        """Make ``changes``; when this returns they are on disk and the next search of any process sees them.

        Making a change again changes nothing, so whoever is not sure whether it was made makes it again.
        Raises ``Outdated`` and ``Broken``; then none of them is made.
        """

    def tidy(self, stop: Callable[[], bool]) -> None:
        """Upkeep that can wait for a time when nothing changes, in small steps, until it is done or ``stop`` says so."""


class SearchIndex(Protocol):
    """Every question may raise ``Broken``."""

    @property
    def is_built(self) -> bool:
        """Whether there is an index of this layout. If not, searches find nothing until ``rebuild`` or ``writing``."""

    def writing(self) -> AbstractContextManager[Writing]:
        """The right to change the index, as long as the block lasts. Raises ``Busy``."""

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
        """What fits ``query``, as seen ``at`` that time (newer articles rank higher), without those in ``hidden``.

        ``hidden`` is for articles that were taken down and whose removal from the index is not made yet.
        """

    def facets(self, query: Query, *, hidden: frozenset[int] = frozenset()) -> Facets:
        """The facets of all that ``query`` finds."""

    def suggestion(self, query: Query) -> str:
        """The query's text with mistyped words put right, if that finds something and the words as typed do not; else ""."""

    def rebuild(
        self,
        documents: Iterable[Document],
        load: Callable[[Sequence[int]], Sequence[Change]],
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Build the index anew from ``documents`` while the old one answers and takes changes; how many there were.

        ``load`` tells what the articles that changed meanwhile are now. ``progress`` hears how many are done.
        Raises ``Busy`` when another rebuild runs.
        """

    def __len__(self) -> int:
        """How many articles are in it."""
