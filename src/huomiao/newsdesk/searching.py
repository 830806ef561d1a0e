"""The desk's side of the search index: what is asked of it, and keeping it up to date with the tables.

The index only proposes. Whatever it finds is read from the tables through ``queries.articles.shown``, so an article that
was taken down is gone from every list in that moment, whether or not the index has heard of it.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core.errors import DomainError
from huomiao.core.likeness import marked
from huomiao.core.requests import whole_number
from huomiao.newsdesk.models import Article
from huomiao.newsdesk.pipeline.search.documents import Change, Document
from huomiao.newsdesk.pipeline.search.embedded import EmbeddedIndex
from huomiao.newsdesk.pipeline.search.excerpts import Marks
from huomiao.newsdesk.pipeline.search.interface import Broken, Busy, Facets, Order, SearchIndex
from huomiao.newsdesk.pipeline.search.parsing import parse
from huomiao.newsdesk.pipeline.search.pending import catch_up
from huomiao.newsdesk.pipeline.search.postgres import PostgresIndex
from huomiao.newsdesk.pipeline.search.postgres_tables import Connection
from huomiao.newsdesk.pipeline.search.queries import Problem
from huomiao.newsdesk.queries import articles as queries
from huomiao.newsdesk.states import ArticleState

logger = logging.getLogger(__name__)

HITS_A_PAGE = 20
# Beyond it nobody reads on, and each page costs more than the one before.
LAST_PAGE = 100
BATCH = 200
# What is new in a subscription is looked for among so many of its latest articles.
LATEST_LOOKED_AT = 300
# Whoever writes already makes our changes too; only what they missed is waited for.
MOST_PATIENCE = 30.0
LOOK_EVERY = 0.1

Pieces = list[tuple[str, bool]]


@dataclass(frozen=True)
class Hit:
    """An article that was found; title and excerpt in pieces, each with whether it was looked for."""

    article: Article
    title: Pieces
    excerpt: Pieces


@dataclass(frozen=True)
class Found:
    """One page of what a query finds. ``problems`` are what of it was not understood, ``suggestion`` is a better spelling.

    Where it ``is_whole`` not, the time was not enough and old articles may be missing.
    """

    hits: list[Hit]
    total: int
    is_exact: bool
    is_whole: bool
    page: int
    has_next: bool
    problems: tuple[Problem, ...]
    suggestion: str


def index() -> SearchIndex:
    """The index that this site uses."""
    if settings.NEWS_INDEX == "database":
        return PostgresIndex(_database)
    return _opened(Path(settings.MEDIA_ROOT).parent / "news-index")


def _database() -> Connection:
    connection.ensure_connection()
    found: Connection = connection.connection
    return found


@cache
def _opened(folder: Path) -> SearchIndex:
    return EmbeddedIndex(folder)


class Unavailable(DomainError):
    """Nothing can be searched now, and everything can be read."""

    code = "search_unavailable"
    status = 503


def find(text: str, *, order: str = Order.RELEVANCE, page: str = "") -> Found:
    """The ``page`` of what ``text`` finds, as the public may see it; unreadable pages are the first one.

    Raises ``Unavailable``, as everything here that asks the index does.
    """
    query = parse(text)
    number = min(max(whole_number(page) or 1, 1), LAST_PAGE)
    wanted = Order(order) if order in set(Order) else Order.RELEVANCE
    if not query.is_ranked and wanted == Order.RELEVANCE:
        wanted = Order.NEWEST
    offset = (number - 1) * HITS_A_PAGE
    with _answering() as asked:
        results = asked.search(
            query, at=timezone.now(), order=wanted, offset=offset, limit=HITS_A_PAGE, hidden=_hidden()
        )
        suggestion = "" if results.hits else asked.suggestion(query)
    marks = Marks(query)
    articles = {one.pk: one for one in queries.shown().filter(pk__in=results.ids).select_related("current")}
    hits = [_hit(articles[pk], marks) for pk in results.ids if pk in articles]
    return Found(
        hits=hits,
        total=results.total,
        is_exact=results.exact,
        is_whole=results.whole,
        page=number,
        has_next=offset + HITS_A_PAGE < results.total and number < LAST_PAGE,
        problems=query.problems,
        suggestion=suggestion,
    )


def facets(text: str) -> Facets:
    """How all that ``text`` finds is spread over sources, categories and months."""
    with _answering() as asked:
        return asked.facets(parse(text), hidden=_hidden())


def problems(text: str) -> tuple[Problem, ...]:
    """What of ``text`` would not be understood."""
    return parse(text).problems


def newest(text: str, *, seen_after: datetime | None = None, most: int) -> list[Article]:
    """The latest articles that ``text`` finds, at most ``most``; only those first seen after that time, if it is given."""
    looked_at = most if seen_after is None else LATEST_LOOKED_AT
    with _answering() as asked:
        results = asked.search(parse(text), at=timezone.now(), order=Order.NEWEST, limit=looked_at, hidden=_hidden())
    found = queries.shown().filter(pk__in=results.ids)
    if seen_after is not None:
        found = found.filter(first_seen_at__gt=seen_after)
    return list(queries.newest(found)[:most])


def bring_up_to_date() -> int:
    """Put whatever changed into the index, or take it out; returns how many articles.

    Where somebody else is writing they may have looked for changes before this one: it is waited until theirs are made, or it is our turn. What
    cannot be written stays pending for the next turn of the clock, and is told in the log.
    """
    table = _Table()
    patience = time.monotonic() + MOST_PATIENCE
    try:
        if not index().is_built and Article.objects.filter(indexed_revision__gt=0).exists():
            # What was in it is nowhere pending: an index of what is would be taken for the whole.
            logger.warning("The search index is lost, or of another version, and is built anew")
            return rebuild()
        while time.monotonic() < patience:
            try:
                return catch_up(index(), table)
            except Busy:
                if not table.is_behind():
                    return 0
                time.sleep(LOOK_EVERY)
    except Broken:
        logger.exception("The search index cannot be written. If there is room on the disk: huomiao news rebuild-index")
        return 0
    except Busy:
        logger.info("The search index is being built anew already")
        return 0
    logger.warning("The search index has been written by somebody else for %d s", MOST_PATIENCE)
    return 0


def rebuild() -> int:
    """Build the index anew from the tables while the old one answers; returns how many articles are in it."""
    Article.objects.exclude(state=ArticleState.SHOWN).update(indexed_revision=F("revision"))
    return index().rebuild(_documents(), _load)


@contextmanager
def _answering() -> Iterator[SearchIndex]:
    """The index, for questions."""
    asked = index()
    try:
        if not asked.is_built and queries.shown().exists():
            raise Unavailable(_("检索索引还没有建好，请过一会儿再来；资讯可以照常阅读。"))
        yield asked
    except (Broken, OSError) as problem:
        logger.exception("The search index cannot be read: huomiao news rebuild-index")
        raise Unavailable(_("检索暂时不能用，正在修复；资讯可以照常阅读。")) from problem


def _hidden() -> frozenset[int]:
    """The articles that are still in the index and must not be found."""
    behind = Article.objects.exclude(state=ArticleState.SHOWN).filter(revision__gt=F("indexed_revision"))
    return frozenset(behind.values_list("pk", flat=True))


def _hit(article: Article, marks: Marks) -> Hit:
    text = article.current.text if article.current else article.summary
    found = marks.excerpt(text)
    excerpt = marked(found.text, found.spans)
    if found.cut_before:
        excerpt.insert(0, ("…", False))
    if found.cut_after:
        excerpt.append(("…", False))
    return Hit(article, marked(article.title, marks.spans(article.title)), excerpt)


class _Table:
    """The articles that the index is behind on (``pipeline.search.pending.Truth``)."""

    def is_behind(self) -> bool:
        return Article.objects.filter(revision__gt=F("indexed_revision")).exists()

    def pending(self, limit: int) -> list[Change]:
        behind = Article.objects.filter(revision__gt=F("indexed_revision")).order_by("pk")
        return [_change(article) for article in behind.select_related("category", "current")[:limit]]

    def settle(self, changes: Sequence[Change]) -> None:
        """Each is in the index as it was read; one that changed meanwhile stays behind."""
        by_revision: dict[int, list[int]] = defaultdict(list)
        for change in changes:
            by_revision[change.version].append(change.id)
        for revision, ids in by_revision.items():
            Article.objects.filter(pk__in=ids).update(indexed_revision=revision)


def _change(article: Article) -> Change:
    document = _document(article) if article.is_shown and article.current else None
    return Change(article.pk, document, article.revision)


def _document(article: Article) -> Document:
    version = article.current
    return Document(
        id=article.pk,
        title=article.title,
        subtitle=version.subtitle if version else "",
        text=version.text if version else "",
        source=article.source_name,
        site=article.site,
        category=article.category.name if article.category else "",
        authors=tuple(version.authors) if version else (),
        published_at=article.published_at,
        first_seen_at=article.first_seen_at,
        language=article.language,
    )


def _documents() -> Iterator[Document]:
    rows = queries.shown().exclude(current=None).select_related("current").order_by("pk")
    for article in rows.iterator(chunk_size=BATCH):
        yield _document(article)


def _load(ids: Sequence[int]) -> list[Change]:
    """What these articles are now; one that is gone from the table is not to be found."""
    found = {one.pk: _change(one) for one in Article.objects.filter(pk__in=ids).select_related("category", "current")}
    return [found.get(pk) or Change(pk, None) for pk in ids]
