"""Who may edit what the desk keeps: the editors of the union that keeps its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.newsdesk.models import Article
from huomiao.newsdesk.states import ArticleState
from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_edit(user: User | AnonymousUser, article: Article) -> bool:
    """Whether ``user`` may file, correct, take down and lift ``article``, and decide about the names in it."""
    return has_power(user, Power.EDIT_NEWS, article.source.keeper)


def can_read_whole(user: User | AnonymousUser, article: Article) -> bool:
    """Whether ``user`` may see the text and the snapshots of ``article``, and not only what it is about."""
    return not article.asks_noarchive or can_edit(user, article)


def can_take_down(user: User | AnonymousUser, article: Article) -> bool:
    return article.state != ArticleState.TAKEN_DOWN and can_edit(user, article)


def can_lift(user: User | AnonymousUser, article: Article) -> bool:
    return article.state == ArticleState.TAKEN_DOWN and can_edit(user, article)


def is_editor(user: User | AnonymousUser) -> bool:
    """Whether ``user`` edits news anywhere."""
    return bool(reach(user, Power.EDIT_NEWS))
