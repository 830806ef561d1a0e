"""What stands between signing in and using the site."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from huomiao.core.requests import is_htmx, wants_json

# Always open: leaving, proving who one is, and what pages are made of.
OPEN_NAMES = ("account_logout", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")


def is_open(path: str, *names: str) -> bool:
    """Whether ``path`` is open to somebody who has yet to do what ``names`` are the pages of."""
    if path.startswith(settings.STATIC_URL):
        return True
    return any(path == reverse(name) for name in (*OPEN_NAMES, *names))


def divert(request: HttpRequest, target: str) -> HttpResponse:
    """Send the person to ``target`` first, and back afterwards, in the way that the page was asked for."""
    if request.method == "GET" and not is_htmx(request) and not wants_json(request):
        target = f"{target}?{urlencode({'next': request.get_full_path()})}"
    if wants_json(request):
        return JsonResponse({"error": "sign_in_unfinished", "detail": target}, status=403)
    if is_htmx(request):
        response = HttpResponse(status=403)
        response["HX-Redirect"] = target
        return response
    return HttpResponseRedirect(target)


class PasswordChangeMiddleware:
    """Holds whoever was given a password until they have chosen their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password and not is_open(request.path, "account_change_password"):
            return divert(request, reverse("account_change_password"))
        return self.get_response(request)
