"""Reads over sources: one's own, and how each is doing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from huomiao.newsdesk.models import Article, Source
from huomiao.newsdesk.pipeline.relate.crediting import likely_same
from huomiao.newsdesk.states import Health, SourceKind, SourceState
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import posts, reach, within
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User

A_WEEK = timedelta(days=7)
# A source that gave articles before and none for so long is looked at.
SILENT_AFTER = timedelta(days=7)
FAILURES_TO_MIND = 3
POOR_SURENESS = 0.6
LATEST_JUDGED = 20
LATEST_LOOKED_AT = 200
# A name that stands over so great a part of a source's articles may be its own.
LEAST_CREDITED = 0.2
MOST_CREDITS = 5


def visible_to(user: User | AnonymousUser) -> QuerySet[Source]:
    """The sources that ``user`` looks after."""
    kept = within(reach(user, Power.EDIT_NEWS), "keeper__path")
    return Source.objects.filter(kept).select_related("keeper", "category")


def keepers_for(user: User | AnonymousUser) -> list[Organization]:
    """The unions for which ``user`` may add sources: those at which they are editors themselves."""
    return sorted(posts(user, Power.EDIT_NEWS), key=lambda one: one.path)


@dataclass(frozen=True)
class Pattern:
    """What the addresses of a source's articles look like, and the latest one that does ("" where none does yet)."""

    expression: str
    example: str


def patterns_of(source: Source) -> list[Pattern]:
    """The patterns that were learnt of a list page, each with an example from what was collected."""
    expressions = list(source.rules.get("links", ()))
    if not expressions:
        return []
    newest = Article.objects.filter(source=source).order_by("-first_seen_at").values_list("url", flat=True)
    latest = list(newest[:LATEST_LOOKED_AT])
    return [Pattern(one, next((url for url in latest if re.search(one, url)), "")) for one in expressions]


def with_yield(rows: QuerySet[Source], *, at: datetime) -> QuerySet[Source]:
    """``rows`` with ``article_count`` and ``week_count`` (of the last seven days)."""
    return rows.annotate(
        article_count=Count("articles"),
        week_count=Count("articles", filter=Q(articles__first_seen_at__gte=at - A_WEEK)),
    )


@dataclass(frozen=True)
class Quality:
    """How well the latest articles of a source were read: how many were looked at, how many lack time or source."""

    judged: int
    without_time: int
    without_source: int
    sureness: float


def quality(source: Source) -> Quality:
    """From the latest articles of ``source``."""
    latest = list(
        Article.objects.filter(source=source, current__isnull=False)
        .select_related("current")
        .defer("current__body", "current__text")
        .order_by("-first_seen_at")[:LATEST_JUDGED]
    )
    sure = [article.current.sureness for article in latest if article.current]
    return Quality(
        judged=len(latest),
        without_time=sum(article.published_at is None for article in latest),
        without_source=sum(not article.source_name for article in latest),
        sureness=sum(sure) / len(sure) if sure else 0.0,
    )


@dataclass(frozen=True)
class Credit:
    """A name under which a source's own articles often stand, and in how many."""

    name: str
    count: int


def own_credits(source: Source) -> list[Credit]:
    """The names that may be its own: its articles often give them as their source, and no known name of it is like them."""
    known = (source.name, *source.also_called)
    rows = Article.objects.filter(source=source).exclude(source_name="").order_by()
    counted = rows.values_list("source_name").annotate(count=Count("pk")).order_by("-count", "source_name")
    total = sum(count for _name, count in counted)
    return [
        Credit(name, count)
        for name, count in counted[:MOST_CREDITS]
        if count >= LEAST_CREDITED * total and not any(likely_same(name, one) for one in known)
    ]


def health(source: Source, *, at: datetime) -> Health:
    """How ``source`` (with ``with_yield``) is doing, in one word: what is wrong before what is right."""
    if source.state != SourceState.ACTIVE:
        return Health.RETIRED if source.state == SourceState.RETIRED else Health.PAUSED
    if source.kind == SourceKind.ARCHIVE:
        return Health.WELL
    if source.checked_at is None:
        return Health.NEW
    if source.failures >= FAILURES_TO_MIND:
        return Health.FAILING
    silent_since = source.succeeded_at is None or source.succeeded_at < at - SILENT_AFTER
    if silent_since or not getattr(source, "week_count", 1):
        return Health.SILENT
    return Health.WELL
