"""The second factor of those who act for others."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huomiao.accounts.middleware import divert, is_open
from huomiao.accounts.queries import has_second_factor
from huomiao.orgs import queries
from huomiao.orgs.roles import OFFICIAL_ROLES

SETUP_PAGES = ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_change_password")


class SecondFactorMiddleware:
    """Where the setting demands it, holds officials until they have set up a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_set_up(request):
            target = reverse("mfa_index")
            if request.method == "GET":
                messages.warning(request, _("您的角色可以代他人办理业务，请先开启一种第二验证方式。"))
            return divert(request, target)
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        user = request.user
        if not settings.MFA_REQUIRED or not user.is_authenticated or is_open(request.path, *SETUP_PAGES):
            return False
        return queries.has_role(user, *OFFICIAL_ROLES) and not has_second_factor(user)
