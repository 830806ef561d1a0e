"""Refusals become answers here, once for all views."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huomiao.core.errors import DomainError
from huomiao.core.requests import is_htmx, is_safe_path, wants_json

if TYPE_CHECKING:
    from collections.abc import Callable


class Unreadable(DomainError):
    """The address holds a character that no text may hold."""

    code = "unreadable"
    status = 400


class ReadableAddressMiddleware:
    """Refuses an address with a NUL in it: databases cannot look for one, and no honest link has one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return _shown(request, Unreadable(_("这个网址不完整或有误，请核对后重试。")))
        return self.get_response(request)


class DomainErrorMiddleware:
    """Shows a ``DomainError`` where the person stands: as JSON, as a fragment, or as a message on the page they came from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _shown(request, exception) if isinstance(exception, DomainError) else None


def _shown(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": refusal.code, "detail": refusal.message}, status=refusal.status)
    if is_htmx(request):
        response = render(request, "core/_refusal.html", {"refusal": refusal}, status=refusal.status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML"
        return response
    back = _page_before(request)
    if request.method == "POST" and back:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(back)
    return render(request, "core/refused.html", {"refusal": refusal}, status=refusal.status)


def _page_before(request: HttpRequest) -> str:
    """The path on this site that the form stood on; "" when unknown or when it is the address that refused."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host() or referer.path == request.path or not is_safe_path(referer.path):
        return ""
    return referer.path + (f"?{referer.query}" if referer.query else "")
