"""What stands between signing in and using the site."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.accounts import unsent
from huomiao.core.errors import DomainError
from huomiao.core.middleware import DomainErrorMiddleware
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


class SignedOut(DomainError):
    """The session ended while the page stood open."""

    code = "signed_out"
    status = 401

    def __init__(self) -> None:
        super().__init__(_("登录已过期，刚才的内容还没有保存。请另开一个窗口登录，再回到本页重试。"))


class UnsentFormMiddleware:
    """Keeps what somebody sends after their session ended, and lets them send it again once they are back.

    A page's script gets the refusal where it stands, so that nothing typed is swept away.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or not self._leads_to_sign_in(response) or request.user.is_authenticated:
            return response
        if is_htmx(request) or wants_json(request):
            answer = DomainErrorMiddleware(self.get_response).process_exception(request, SignedOut())
            return answer or response
        if unsent.keep(request, at=timezone.now()):
            messages.warning(request, _("登录已过期。请重新登录，刚才填写的内容已为您保留。"))
            return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': reverse('accounts:unsent')})}")
        return response

    @staticmethod
    def _leads_to_sign_in(response: HttpResponse) -> bool:
        return response.status_code == 302 and response["Location"].startswith(f"{reverse('account_login')}?next=")
