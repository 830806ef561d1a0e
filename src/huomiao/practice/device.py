"""Under which key a person's papers lie on a device: says nothing about them, and stays the same as long as the secret.

A cookie that scripts may read tells the page without a network whose papers it may show: it comes with every page and goes
at sign-out, whichever page that happens on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse

from huomiao.practice import sealing

if TYPE_CHECKING:
    from huomiao.accounts.models import User

COOKIE = "practice-person"
PATH = "/practice/"


def person_key(user: User | AnonymousUser) -> str:
    """The key of ``user``; "" for nobody."""
    return sealing.fingerprint("device", str(user.pk)) if user.pk is not None else ""


def mark(response: HttpResponse, user: User | AnonymousUser) -> None:
    """Let the pages of practice know, also without a network, that this device is ``user``'s for now."""
    response.set_cookie(
        COOKIE,
        person_key(user),
        max_age=settings.SESSION_COOKIE_AGE,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def unmark(response: HttpResponse) -> None:
    """Somebody signed out: the device is nobody's."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
