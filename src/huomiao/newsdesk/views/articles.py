"""The page of one article, its versions, and what an editor sees behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huomiao.core.addresses import absolute
from huomiao.core.errors import NotAllowed
from huomiao.core.requests import whole_number
from huomiao.newsdesk import citing, picturing, showing, web_addresses
from huomiao.newsdesk.actions import readers as actions
from huomiao.newsdesk.models import Article, Version
from huomiao.newsdesk.pipeline import differences
from huomiao.newsdesk.queries import articles as queries
from huomiao.newsdesk.queries import chains, mentions, readers, related, removals
from huomiao.newsdesk.rules import articles as rules
from huomiao.newsdesk.states import REASONS_OF_LAW
from huomiao.newsdesk.versions import read_of


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    article = queries.visible_to(request.user).filter(pk=pk).first()
    if article is None:
        return _gone(request, pk)
    kept = list(queries.versions(article))
    is_whole = rules.can_read_whole(request.user, article)
    version = _asked(request, article, kept) if is_whole else _current(article)
    if version is None:
        return render(request, "newsdesk/unread.html", {"article": article}, status=404)
    can_edit = rules.can_edit(request.user, article)
    older, newer = queries.beside(article)
    context: dict[str, Any] = {
        "article": article,
        "version": version,
        "is_current": version.pk == article.current_id,
        "version_count": len(kept),
        # A repost names where its original stands.
        "canonical_elsewhere": bool(version.canonical) and web_addresses.site(version.canonical) != article.site,
        "is_whole": is_whole,
        "blocks": _blocks(article, version, kept) if is_whole else [],
        "story": chains.story_of(article),
        "mentions": mentions.shown_on(article, with_suggested=can_edit),
        "related": related.to(article),
        "more": queries.more_of(article),
        "older": older,
        "newer": newer,
        "permalink": absolute(request, f"{article.get_absolute_url()}?version={version.number}"),
        "citation": citing.citation(article, version),
        "watch": readers.watch_of(request.user, article),
        "can_edit": can_edit,
        "crawler": settings.NEWS_AGENT,
    }
    return render(request, "newsdesk/article.html", context)


def _gone(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands in the place of a page that was taken down: that it was, and why, and not a word of it."""
    article = get_object_or_404(queries.taken_down(), pk=pk)
    ground = removals.ground_of(article)
    status = 451 if ground in REASONS_OF_LAW else 410
    context = {"ground": ground, "code": status}
    response = render(request, "newsdesk/gone.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _asked(request: HttpRequest, article: Article, kept: list[Version]) -> Version | None:
    """The version that the address asks for by its number, else the current one; None where nothing was read yet."""
    number = whole_number(request.GET.get("version", ""))
    asked = article.versions.filter(number=number).first() if number is not None else None
    # A snapshot that was read again keeps its address: it leads to the newer reading of the same snapshot.
    same = [one.number for one in kept if asked is not None and one.capture_id == asked.capture_id]
    if same:
        return article.versions.select_related("capture").get(number=same[-1])
    return _current(article)


def _blocks(article: Article, version: Version, kept: list[Version]) -> list[showing.Shown]:
    return showing.blocks(version, picturing.shown_in(article, until=_next(version, kept)))


def _current(article: Article) -> Version | None:
    return article.versions.select_related("capture").filter(pk=article.current_id or 0).first()


def _next(version: Version, kept: list[Version]) -> datetime | None:
    """When the page was next found changed after ``version``; None for the latest."""
    taken_at = version.capture.taken_at
    return min((one.capture.taken_at for one in kept if one.capture.taken_at > taken_at), default=None)


@require_safe
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Why the extractor read what it read."""
    article = get_object_or_404(queries.visible_to(request.user), pk=pk)
    if not rules.can_edit(request.user, article):
        raise NotAllowed(_("只有维护这个来源的编辑可以查看提取依据。"))
    version = article.versions.select_related("capture").filter(pk=article.current_id or 0).first()
    context = {
        "article": article,
        "version": version,
        "lines": showing.evidence(version) if version else [],
        "corrections": article.corrections.select_related("by"),
    }
    return render(request, "newsdesk/evidence.html", context)


@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """How the article changed: the versions, and the difference of two of them (the last two unless others are asked for)."""
    article = get_object_or_404(queries.readable_by(request.user), pk=pk)
    kept = list(queries.versions(article))
    old, new = _two_asked(request, kept)
    context: dict[str, Any] = {"article": article, "versions": kept, "old": old, "new": new}
    if old is not None and new is not None:
        both = {one.pk: one for one in article.versions.filter(pk__in=[old.pk, new.pk]).select_related("article")}
        found = differences.compare(read_of(both[old.pk]), read_of(both[new.pk]))
        context["difference"] = found
        context["fields"] = [(showing.FIELD_NAMES.get(one.name, one.name), one.pieces) for one in found.fields]
    if request.user.is_authenticated and kept:
        actions.mark_change_seen(request.user, article, number=kept[-1].number)
    return render(request, "newsdesk/versions.html", context)


def _two_asked(request: HttpRequest, kept: list[Version]) -> tuple[Version | None, Version | None]:
    """The earlier and the later version to compare; None where there are not two."""
    by_number = {one.number: one for one in kept}
    asked = [by_number.get(whole_number(request.GET.get(name, "")) or 0) for name in ("from", "to")]
    found = sorted((one for one in asked if one is not None), key=lambda one: one.number)
    chosen = found if len(found) == 2 and found[0] != found[1] else kept[-2:]
    return (chosen[0], chosen[1]) if len(chosen) == 2 else (None, None)
