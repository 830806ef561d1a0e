"""``/p/`` where Django is asked: under ``runserver`` and WSGI servers, and by people whose practice cookie is over.

The same handlers answer as in front of Django. The session says who asks, and the page's middleware renews the cookie.
"""

from __future__ import annotations

import asyncio

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from huomiao.accounts import clients
from huomiao.practice.hotpath import app, calls, engine
from huomiao.practice.hotpath.calls import Call, Reply

_PATIENCE_SECONDS = 60


# The answer is for scripts, and where a change comes from is checked as in front of Django.
@csrf_exempt
def answer(request: HttpRequest) -> HttpResponse:
    route = calls.ROUTES[request.path]
    language = translation.get_language()
    if not request.user.is_authenticated:
        return _response(calls.refused(calls.SIGNED_OUT, language))
    if request.method != route.method:
        return _response(calls.refused(calls.WRONG_METHOD, language))
    if route.method == "POST":
        refusal = calls.unfit(
            host=request.get_host(),
            origin=request.headers.get("Origin", ""),
            fetch_site=request.headers.get("Sec-Fetch-Site", ""),
            content_type=request.headers.get("Content-Type", ""),
            length=request.headers.get("Content-Length", "") or "0",
        )
        if refusal:
            return _response(calls.refused(refusal, language))
    return _response(_answered(route.handler, request, language))


def _answered(handler: calls.Handler, request: HttpRequest, language: str) -> Reply:
    live = engine.LIVE
    call = Call(
        user=request.user.pk or 0,
        engine=live or engine.INLINE,
        query=request.META.get("QUERY_STRING", "").encode("latin-1"),
        body=request.body,
        now=calls.clock(),
        language=language,
        client=clients.address(request),
    )
    if live is None:
        reply: Reply = engine.finish(calls.answer(handler, call))
        return reply
    return asyncio.run_coroutine_threadsafe(calls.answer(handler, call), live.loop).result(_PATIENCE_SECONDS)


def _response(reply: Reply) -> HttpResponse:
    response = HttpResponse(reply.body, status=reply.status)
    for name, value in app.HEADERS:
        response[name.decode()] = value.decode()
    if reply.retry_after is not None:
        response["Retry-After"] = str(reply.retry_after)
    return response
