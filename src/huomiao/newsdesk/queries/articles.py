"""Reads over articles: who may see which, shelves, versions, chains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from huomiao.newsdesk.models import Article, Category, Copy, Version
from huomiao.newsdesk.queries.categories import in_use
from huomiao.newsdesk.queries.chains import without_copies
from huomiao.newsdesk.states import ArticleState
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User

SHELF_SHOWN = 5
MORE_SHOWN = 10


def shown() -> QuerySet[Article]:
    """What the public reads: every article but those taken down, and those whose pages ask not to be found."""
    return Article.objects.filter(state=ArticleState.SHOWN).select_related("category")


def visible_to(user: User | AnonymousUser) -> QuerySet[Article]:
    """The articles whose page ``user`` may open: the public's, and for the editors who keep them the others too."""
    found = Article.objects.filter(Q(state=ArticleState.SHOWN) | _kept_by(user))
    return found.select_related("category", "source__keeper", "current")


def readable_by(user: User | AnonymousUser) -> QuerySet[Article]:
    """Of those, the ones whose text and snapshots ``user`` may see: a page may ask that no copy of it be shown."""
    return visible_to(user).filter(Q(asks_noarchive=False) | _kept_by(user))


def may_be_copied() -> QuerySet[Article]:
    """What may be handed on with its snapshots."""
    return shown().filter(asks_noarchive=False)


def _kept_by(user: User | AnonymousUser) -> Q:
    return within(reach(user, Power.EDIT_NEWS), "source__keeper__path")


def taken_down() -> QuerySet[Article]:
    """What the public no longer reads because somebody asked for it, or the desk decided so."""
    return Article.objects.filter(state=ArticleState.TAKEN_DOWN)


def newest(rows: QuerySet[Article]) -> QuerySet[Article]:
    """``rows`` as every list shows them: the latest first."""
    return rows.order_by("-dated_at", "-pk")


@dataclass(frozen=True)
class Shelf:
    """A category with its latest articles."""

    category: Category
    articles: list[Article]


def shelves() -> list[Shelf]:
    """Each category that has articles, with its latest. One query a category, each a short walk along an index."""
    found = []
    for category in in_use():
        articles = list(newest(shown().filter(category=category)).defer("summary")[:SHELF_SHOWN])
        if articles:
            found.append(Shelf(category, articles))
    return found


def more_of(article: Article) -> list[Article]:
    """The latest others of the same category, each story once and this article's own not at all."""
    if article.category_id is None:
        return []
    same = Copy.objects.filter(chain__copies__article=article).values("article")
    rows = shown().filter(category_id=article.category_id).exclude(pk=article.pk).exclude(pk__in=same)
    return list(newest(without_copies(rows))[:MORE_SHOWN])


def beside(article: Article) -> tuple[Article | None, Article | None]:
    """The next older and the next newer article of the same category; None at its ends."""
    rows = shown().filter(category=article.category)
    at, pk = article.dated_at, article.pk
    # The bound on the time stands by itself, so that a long shelf's index is entered there and not walked from its end.
    older = newest(rows.filter(Q(dated_at__lt=at) | Q(pk__lt=pk), dated_at__lte=at)).first()
    newer = rows.filter(Q(dated_at__gt=at) | Q(pk__gt=pk), dated_at__gte=at).order_by("dated_at", "pk").first()
    return older, newer


def versions(article: Article) -> QuerySet[Version]:
    """What readers may compare: one reading of each capture that differed, oldest first."""
    return article.versions.filter(is_superseded=False).select_related("capture").defer("body", "text", "evidence")


def most_copied(*, since: datetime, most: int) -> list[Article]:
    """The articles first seen since then that most others took, each with ``copy_count``."""
    found = shown().filter(first_seen_at__gte=since, copy__taken_from=None, copy__isnull=False)
    counted = found.annotate(copy_count=Count("copy__chain__copies")).filter(copy_count__gt=1)
    return list(counted.order_by("-copy_count", "-dated_at")[:most])
