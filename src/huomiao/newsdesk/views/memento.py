"""Memento (RFC 7089): which version of a page was there at a time, for machines that ask by the page's own address."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from huomiao.core.addresses import absolute
from huomiao.newsdesk import web_addresses
from huomiao.newsdesk.models import Capture
from huomiao.newsdesk.pipeline import memento
from huomiao.newsdesk.pipeline.memento import Memento, Page
from huomiao.newsdesk.queries import captures as queries

# A page asked for every ten minutes for a year has fewer versions that differ.
MOST_VERSIONS = 5000


def page_of(request: HttpRequest, address: str) -> Page:
    """What this site keeps of ``address``, as ``pipeline.memento`` speaks of it; 404 where it keeps nothing."""
    asked = f"{address}?{query}" if (query := request.META.get("QUERY_STRING", "")) else address
    original = web_addresses.cleaned(asked)
    captures = list(queries.of_address(request.user, original)[:MOST_VERSIONS]) if original else []
    if not captures:
        raise Http404
    return Page(
        original=original,
        timegate=_here(request, "newsdesk:timegate", original),
        timemap=_here(request, "newsdesk:timemap-link", original),
        timemap_json=_here(request, "newsdesk:timemap-json", original),
        mementos=[_memento(request, one) for one in captures],
    )


def _here(request: HttpRequest, name: str, original: str) -> str:
    return absolute(request, reverse(name, args=[original]))


def _memento(request: HttpRequest, capture: Capture) -> Memento:
    return Memento(absolute(request, reverse("newsdesk:archived", args=[capture.pk])), capture.taken_at)


@require_safe
def timegate(request: HttpRequest, address: str) -> HttpResponse:
    """Sends on to the version that shows the page as it was at the time that Accept-Datetime names."""
    page = page_of(request, address)
    try:
        at = memento.wanted(request.headers.get("Accept-Datetime"))
    except memento.BadDatetime:
        return HttpResponseBadRequest("Accept-Datetime", content_type="text/plain; charset=utf-8")
    headers = memento.gate_headers(page, memento.choose(page.mementos, at))
    return HttpResponse(status=302, headers=headers)


@require_safe
def timemap_link(request: HttpRequest, address: str) -> HttpResponse:
    """All versions, in the format of the RFC."""
    return HttpResponse(memento.timemap_link(page_of(request, address)), content_type=memento.LINK_FORMAT)


@require_safe
def timemap_json(request: HttpRequest, address: str) -> HttpResponse:
    """All versions, as JSON."""
    return JsonResponse(memento.timemap_json(page_of(request, address)))
