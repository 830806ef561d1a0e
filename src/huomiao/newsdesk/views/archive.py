"""Archived bytes, served so that they can do nothing: a page without scripts in a sandbox, pictures that are pictures."""

from __future__ import annotations

import logging
import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from huomiao.newsdesk import archiving
from huomiao.newsdesk.queries import captures as queries

logger = logging.getLogger(__name__)

# The page is another origin's: no script, no form, no frame, nothing fetched, no cookie of ours. Its own styles and the
# pictures inside it may stay.
PAGE_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
PICTURE_POLICY = "sandbox; default-src 'none'"
PAGES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
# What a picture is by its first bytes. SVG is a document that can hold scripts, and is not among them.
PICTURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
CHARSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
A_DAY = 24 * 3600


@require_safe
def archived(request: HttpRequest, pk: int) -> HttpResponse:
    """The page as it came, to the byte; only that of an article that the reader may open."""
    capture = get_object_or_404(queries.visible_to(request.user), pk=pk)
    try:
        body, exchange = archiving.content(capture)
    except archiving.Unreadable as problem:
        logger.warning("Capture %s cannot be read: %s", capture.pk, problem)
        raise Http404 from problem
    if exchange.mime not in PAGES:
        raise Http404
    # XHTML would be parsed as XML, where entities and styles have powers of their own.
    kind = "text/plain" if exchange.mime == "text/plain" else "text/html"
    charset = exchange.charset or ""
    response = HttpResponse(body, content_type=f"{kind}; charset={charset}" if CHARSET.fullmatch(charset) else kind)
    response["Memento-Datetime"] = http_date(capture.taken_at.timestamp())
    response["Link"] = f'<{capture.url}>; rel="original"'
    return _powerless(response, PAGE_POLICY)


@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture of an article, from the archive."""
    found = get_object_or_404(queries.pictures_visible_to(request.user), pk=pk)
    if found.capture is None:
        raise Http404
    try:
        body, _exchange = archiving.content(found.capture)
    except archiving.Unreadable as problem:
        logger.warning("Picture %s cannot be read: %s", found.pk, problem)
        raise Http404 from problem
    kind = picture_kind(body)
    if not kind:
        raise Http404
    response = _powerless(HttpResponse(body, content_type=kind), PICTURE_POLICY)
    patch_cache_control(response, private=True, max_age=A_DAY)
    return response


def picture_kind(body: bytes) -> str:
    """The media type of a picture by its bytes; "" for anything that browsers do more with than show it."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:12] in {b"ftypavif", b"ftypavis"}:
        return "image/avif"
    return next((kind for start, kind in PICTURES if body.startswith(start)), "")


def _powerless(response: HttpResponse, policy: str) -> HttpResponse:
    response["Content-Security-Policy"] = policy
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
