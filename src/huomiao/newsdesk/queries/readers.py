"""Reads over what readers keep: one's own subscriptions and watched pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Max, Q, QuerySet

from huomiao.newsdesk.models import Article, Subscription, Watch
from huomiao.newsdesk.states import ArticleState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def subscriptions_of(user: User | AnonymousUser) -> QuerySet[Subscription]:
    """One's own, and nobody else's."""
    return Subscription.objects.filter(user_id=user.pk) if user.is_authenticated else Subscription.objects.none()


def watch_of(user: User | AnonymousUser, article: Article) -> Watch | None:
    return Watch.objects.filter(user_id=user.pk, article=article).first() if user.is_authenticated else None


def watches_of(user: User | AnonymousUser) -> QuerySet[Watch]:
    """The pages that ``user`` watches, each with ``latest`` (its newest version), the changed ones first."""
    if not user.is_authenticated:
        return Watch.objects.none()
    current = Q(article__versions__is_superseded=False)
    found = Watch.objects.filter(user_id=user.pk, article__state=ArticleState.SHOWN).select_related("article")
    numbered = found.annotate(latest=Max("article__versions__number", filter=current))
    return numbered.order_by((F("latest") - F("seen_number")).desc(), "-article__dated_at")
