"""The hot path asked by a page of ours, for browsers without scripts: the same drawing, grading and writing."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.utils import translation

from huomiao.accounts import clients
from huomiao.practice.hotpath import app, calls, engine
from huomiao.practice.hotpath.calls import Call, Reply
from huomiao.practice.hotpath.errors import Refusal

_PATIENCE_SECONDS = 60


def ask(
    request: HttpRequest, address: str, *, query: bytes = b"", sent: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The answer of ``address`` (below ``/p/``) to the person of ``request``.

    Raises:
        Refusal: the hot path refused; the same sentence.
    """
    live = engine.LIVE
    call = Call(
        user=request.user.pk or 0,
        engine=live or engine.INLINE,
        query=query,
        body=b"" if sent is None else json.dumps(sent).encode(),
        now=calls.clock(),
        language=translation.get_language(),
        client=clients.address(request),
        forwarded=request.headers.get("X-Forwarded-For", ""),
    )
    handler = calls.ROUTES[app.PREFIX + address].handler
    reply: Reply
    if live is None:
        reply = engine.finish(calls.answer(handler, call))
    else:
        reply = asyncio.run_coroutine_threadsafe(calls.answer(handler, call), live.loop).result(_PATIENCE_SECONDS)
    facts: dict[str, Any] = json.loads(reply.body)
    if reply.status != HTTPStatus.OK:
        raise Refusal(facts["error"], reply.status, facts["detail"], retry_after=reply.retry_after)
    return facts
