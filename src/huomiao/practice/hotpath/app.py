"""The ASGI side of the hot path: what it can answer by itself it answers, everything else it leaves to Django.

Left to Django are: unknown addresses, foreign host names, plain HTTP where HTTPS is demanded, and people whose cookie is
missing or over; Django knows them by their session and gives them a new cookie with the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

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
    site = origins.site()
    headers = {name: value for name, value in scope["headers"] if name in _WANTED}
    host = headers.get(b"host", b"").decode("latin-1")
    if not origins.is_our_host(host, site) or not _is_safe(scope, headers, site):
        return False
    cookies = _cookies(headers.get(b"cookie", b""))
    now = calls.clock()
    user = identity.read(cookies.get(identity.COOKIE, ""), cookies.get(site.session_cookie, ""), now=now / 1000)
    if user is None:
        return False
    client = scope.get("client")
    call = Call(
        user,
        engine,
        scope["query_string"],
        b"",
        now,
        cookies.get(site.language_cookie, ""),
        client[0] if client else "",
        headers.get(b"x-forwarded-for", b"").decode("latin-1"),
    )
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
    await _send(send, calls.refused(refusal, call.language) if refusal else await calls.answer(route.handler, call))
    return True


def _is_safe(scope: Scope, headers: dict[bytes, bytes], site: origins.Site) -> bool:
    """Whether the request came over HTTPS where that is demanded; Django redirects it otherwise."""
    if not site.demands_https:
        return True
    if site.is_behind_proxy:
        return headers.get(b"x-forwarded-proto", b"") == b"https"
    return bool(scope.get("scheme") == "https")


def _cookies(header: bytes) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in header.decode("latin-1").split("; ")]
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
