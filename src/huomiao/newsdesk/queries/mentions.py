"""Reads over the platform's names in articles: on an article, on the page of the thing, and in the editors' queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import QuerySet

from huomiao.newsdesk.models import Article, Mention
from huomiao.newsdesk.states import ArticleState, MentionState
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User

COVERAGE_SHOWN = 8


def shown_on(article: Article, *, with_suggested: bool) -> list[Mention]:
    """The names in ``article`` that hold, in order of the text; for editors also those that nobody decided about."""
    states = [MentionState.CONFIRMED, *([MentionState.SUGGESTED] if with_suggested else [])]
    return list(article.mentions.filter(state__in=states).order_by("start", "pk"))


def coverage(subject: models.Model) -> list[Article]:
    """The latest articles that an editor confirmed to be about ``subject``: the press-coverage block of its page."""
    return coverage_of(subject._meta.label_lower, str(subject.pk))


def coverage_of(label: str, key: str) -> list[Article]:
    """The same for a thing by its model's label and its key."""
    found = Article.objects.filter(
        state=ArticleState.SHOWN,
        mentions__subject_type=label,
        mentions__subject_id=key,
        mentions__state=MentionState.CONFIRMED,
    )
    return list(found.select_related("category").order_by("-dated_at", "-pk")[:COVERAGE_SHOWN])


def undecided_for(user: User | AnonymousUser) -> QuerySet[Mention]:
    """The names that wait for ``user``'s word, the surest first."""
    kept = within(reach(user, Power.EDIT_NEWS), "article__source__keeper__path")
    found = Mention.objects.filter(kept, state=MentionState.SUGGESTED)
    return found.select_related("article").order_by("-sureness", "-pk")


def decidable_by(user: User | AnonymousUser) -> QuerySet[Mention]:
    """Every name that ``user`` may confirm or strike, decided or not."""
    kept = within(reach(user, Power.EDIT_NEWS), "article__source__keeper__path")
    return Mention.objects.filter(kept).select_related("article__source__keeper")
