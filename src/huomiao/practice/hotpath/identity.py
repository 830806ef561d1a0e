"""Who asks, without a session read: a signed cookie that pages give out and the hot path believes for some minutes.

It counts only together with the session cookie it was made for, so it ends with the session at sign-out, and a copy of it
alone opens nothing. A changed password or a locked account ends it within ``LIFE``: when it is over, Django is
asked again, which sees both.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from huomiao.practice import sealing

COOKIE = "practice"
PATH = "/p/"
LIFE = 10 * 60

_PURPOSE = "identity"


def issue(user_id: int, session_key: str, *, now: float) -> str:
    """The cookie's value for somebody signed in under ``session_key``."""
    return sealing.seal(_PURPOSE, [user_id, sealing.fingerprint("session", session_key), int(now) + LIFE])


def read(value: str, session_key: str, *, now: float) -> int | None:
    """Whose cookie it is; None when it is forged, over, or made for another session."""
    try:
        (user_id, bound_to, expires), secret = sealing.unseal_with_key(_PURPOSE, value)
    except sealing.BrokenSeal:
        return None
    if now >= expires or secret != settings.SECRET_KEY or bound_to != sealing.fingerprint("session", session_key):
        return None
    return int(user_id)


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
