"""Every page that a signed-in person opens renews their right to practise for some minutes."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from huomiao.practice import device
from huomiao.practice.hotpath import identity


class IdentityMiddleware:
    """Gives out the hot path's cookie with pages, and takes it back at sign-out.

    Stands inside whatever holds people who have still to choose a password or set up a second factor: they get none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES and not request.session.session_key:
            return response
        if request.user.is_authenticated:
            identity.give(request, response)
            device.mark(response, request.user)
        else:
            identity.take(response)
            device.unmark(response)
        return response
