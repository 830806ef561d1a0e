"""Feeds out: of everything, a query, a category, a subscription. What is taken down is in none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huomiao.core.addresses import absolute
from huomiao.newsdesk import searching
from huomiao.newsdesk.models import Article, Category, Subscription
from huomiao.newsdesk.pipeline import feeds_out
from huomiao.newsdesk.pipeline.search.parsing import LONGEST
from huomiao.newsdesk.queries import articles as queries

ENTRIES = 50
FORMS: dict[str, tuple[Callable[[feeds_out.Feed], bytes], str]] = {
    "atom": (feeds_out.atom, feeds_out.ATOM_TYPE),
    "rss": (feeds_out.rss, feeds_out.RSS_TYPE),
}


@require_safe
def found(request: HttpRequest, form: str) -> HttpResponse:
    """What a query finds; everything, without one."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    if not text:
        page = reverse("newsdesk:front")
        return _feed(request, form, _("资讯"), page, queries.newest(queries.shown())[:ENTRIES])
    page = f"{reverse('newsdesk:search')}?{urlencode({'q': text})}"
    return _feed(request, form, text, page, searching.newest(text, most=ENTRIES))


@require_safe
def category(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    shelf = get_object_or_404(Category.objects.select_related("merged_into"), slug=slug)
    if shelf.merged_into is not None:
        return redirect("newsdesk:category-feed", shelf.merged_into.slug, form)
    articles = queries.newest(queries.shown().filter(category=shelf))[:ENTRIES]
    return _feed(request, form, shelf.name, shelf.get_absolute_url(), articles)


@require_safe
def subscription(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """A subscription's own feed, for programmes that cannot sign in: whoever has its address reads it."""
    kept = get_object_or_404(Subscription, token=token)
    articles = searching.newest(kept.query, most=ENTRIES)
    response = _feed(request, form, kept.name, kept.get_absolute_url(), articles)
    response["Cache-Control"] = "private, max-age=300"
    return response


def _feed(request: HttpRequest, form: str, title: str, page: str, articles: Iterable[Article]) -> HttpResponse:
    if form not in FORMS:
        raise Http404
    write, media_type = FORMS[form]
    own = absolute(request, request.path)
    if request.GET.get("q"):
        own += "?" + urlencode({"q": request.GET["q"]})
    entries = [_entry(request, article) for article in articles]
    feed = feeds_out.Feed(
        id=own,
        title=title,
        address=absolute(request, page),
        own_address=own,
        updated_at=max((one.updated_at for one in entries), default=timezone.now()),
        publisher=settings.PROGRAMME_NAME or _("火苗"),
        entries=entries,
    )
    body = write(feed)
    headers = feeds_out.headers(feed, body)
    asked = request.headers
    if feeds_out.is_known(
        headers,
        if_none_match=asked.get("If-None-Match", ""),
        if_modified_since=asked.get("If-Modified-Since", ""),
    ):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type=media_type, headers=headers)


def _entry(request: HttpRequest, article: Article) -> feeds_out.Entry:
    address = absolute(request, article.get_absolute_url())
    return feeds_out.Entry(
        id=address,
        title=article.title,
        address=address,
        published_at=article.dated_at,
        updated_at=max(article.dated_at, article.first_seen_at),
        summary=article.summary,
        categories=(article.category.name,) if article.category else (),
        source=article.source_name or article.site,
    )
