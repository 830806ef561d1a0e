"""The ASGI side of the hot path: what it can answer by itself it answers, everything else it leaves to Django.

Left to Django are: unknown addresses, foreign host names, plain HTTP where HTTPS is demanded, and people whose cookie is
missing or over; Django knows them by their session and gives them a new cookie with the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

# Importing them puts their addresses into ROUTES.
from huomiao.practice.hotpath import calls, drills, exams, identity, origins
from huomiao.practice.hotpath.calls import Call, Reply
from huomiao.practice.hotpath.engine import Live

__all__ = ["drills", "exams", "serve"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PREFIX = "/p/"

HEADERS = (
    (b"content-type", b"application/json; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
    (b"vary", b"Cookie"),
)
_WANTED = frozenset(
    (
        b"cookie", b"host", b"origin", b"sec-fetch-site", b"content-type", b"content-length",
        b"x-forwarded-proto", b"x-forwarded-for",
    )
)  # fmt: skip


async def serve(engine: Live, scope: Scope, receive: Receive, send: Send) -> bool:
    """Answer a request below ``/p/``; False, with nothing read or sent, when it is Django's."""
    route = calls.ROUTES.get(scope["path"])
    if route is None:
        return False
    headers = {name: value for name, value in scope["headers"] if name in _WANTED}
    host = headers.get(b"host", b"").decode("latin-1")
    if not origins.is_our_host(host) or not _is_safe(scope, headers):
        return False
    cookies = _cookies(headers.get(b"cookie", b""))
    now = calls.clock()
    user = identity.read(
        cookies.get(identity.COOKIE, ""), cookies.get(settings.SESSION_COOKIE_NAME, ""), now=now / 1000
    )
    if user is None:
        return False
    language = cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
    call = Call(user, engine, scope["query_string"], b"", now, language, _address(scope, headers))
    refusal = None
    if scope["method"] != route.method:
        refusal = calls.WRONG_METHOD
    elif route.method == "POST":
        refusal = calls.unfit(
            host=host,
            origin=headers.get(b"origin", b"").decode("latin-1"),
            fetch_site=headers.get(b"sec-fetch-site", b"").decode("latin-1"),
            content_type=headers.get(b"content-type", b"").decode("latin-1"),
            length=headers.get(b"content-length", b"0").decode("latin-1"),
        )
        if refusal is None:
            body = await _body(receive)
            if body is None:
                refusal = calls.TOO_BIG
            else:
                call.body = body
    reply = calls.refused(refusal, call.language) if refusal else await calls.answer(route.handler, call)
    await _send(send, reply)
    return True


def _is_safe(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether the request came over HTTPS where that is demanded; Django redirects it otherwise."""
    if not settings.SECURE_SSL_REDIRECT:
        return True
    if settings.BEHIND_PROXY:
        return headers.get(b"x-forwarded-proto", b"") == b"https"
    return bool(scope.get("scheme") == "https")


def _address(scope: Scope, headers: dict[bytes, bytes]) -> str:
    if settings.BEHIND_PROXY:
        last = headers.get(b"x-forwarded-for", b"").rpartition(b",")[2].strip()
        if last:
            return last.decode("latin-1")
    client = scope.get("client")
    return client[0] if client else ""


def _cookies(header: bytes) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in header.decode("latin-1").split("; "))
    return {name: value for name, _equals, value in pairs}


async def _body(receive: Receive) -> bytes | None:
    """The body of the request; None when it is too big."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > calls.MOST_BYTES:
            return None
        message = await receive()
        body += message.get("body", b"")
    return body if len(body) <= calls.MOST_BYTES else None


async def _send(send: Send, reply: Reply) -> None:
    headers = [*HEADERS, (b"content-length", b"%d" % len(reply.body))]
    if reply.retry_after is not None:
        headers.append((b"retry-after", b"%d" % reply.retry_after))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
