"""Reads over captures: a capture is seen by whoever may read the article that was read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from huomiao.newsdesk import web_addresses
from huomiao.newsdesk.models import Capture, Picture
from huomiao.newsdesk.queries import articles

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[Capture]:
    """The captures of pages whose article ``user`` may read."""
    seen = articles.readable_by(user).order_by().values("pk")
    return Capture.objects.filter(versions__article__in=seen).distinct()


def of_address(user: User | AnonymousUser, address: str) -> QuerySet[Capture]:
    """The captures of ``address`` that ``user`` may see, in order of time."""
    return (
        visible_to(user).filter(url_hash=web_addresses.key(web_addresses.cleaned(address))).order_by("taken_at", "pk")
    )


def pictures_visible_to(user: User | AnonymousUser) -> QuerySet[Picture]:
    return Picture.objects.filter(article__in=articles.readable_by(user).order_by().values("pk")).select_related(
        "capture"
    )
