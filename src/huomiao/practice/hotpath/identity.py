"""Who asks, without a session read: a signed cookie that pages give out and the hot path believes for some minutes.

It counts only together with the session cookie it was made for, so it ends with the session at sign-out, and a copy of it
alone opens nothing. A changed password or a locked account ends it within ``LIFE``: when it is over, Django is
asked again, which sees both.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse

from huomiao.practice import sealing

COOKIE = "practice"
PATH = "/p/"
LIFE = 10 * 60

_PURPOSE = "identity"
_MOST_KEPT = 50_000
# Cookies that were found true: whose they are, and until when.
_true: dict[tuple[str, str], tuple[int, int]] = {}


@setting_changed.connect
def _forget(*, setting: str, **more: Any) -> None:
    if setting.startswith("SECRET_KEY"):
        _true.clear()


def issue(user_id: int, session_key: str, *, now: float) -> str:
    """The cookie's value for somebody signed in under ``session_key``."""
    return sealing.seal(_PURPOSE, [user_id, sealing.fingerprint("session", session_key), int(now) + LIFE])


def read(value: str, session_key: str, *, now: float) -> int | None:
    """Whose cookie it is; None when it is forged, over, or made for another session."""
    known = _true.get((value, session_key))
    if known is None:
        known = _read(value, session_key)
        if known is None:
            return None
        if len(_true) >= _MOST_KEPT:
            _true.clear()
        _true[value, session_key] = known
    return known[0] if now < known[1] else None


def _read(value: str, session_key: str) -> tuple[int, int] | None:
    try:
        (user_id, bound_to, expires), secret = sealing.unseal_with_key(_PURPOSE, value)
    except sealing.BrokenSeal:
        return None
    # One from before the secret changed is made anew by Django.
    if secret != settings.SECRET_KEY or bound_to != sealing.fingerprint("session", session_key):
        return None
    return int(user_id), int(expires)


def give(request: HttpRequest, response: HttpResponse) -> None:
    """Let the signed-in person of ``request`` use the hot path for the next minutes."""
    if request.user.pk is None or not request.session.session_key:
        return
    response.set_cookie(
        COOKIE,
        issue(request.user.pk, request.session.session_key, now=time.time()),
        max_age=LIFE,
        path=PATH,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def take(response: HttpResponse) -> None:
    """Take the cookie back: somebody signed out."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
