"""The ASGI application that granian serves: practice in front, Django's pages behind it in threads.

Django's views are synchronous and wait for the database and the disk, so they keep the WSGI interface and run in a pool
of threads. The few addresses that a million people hit in an evening are answered on the event loop, before Django.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Iterable, Iterator
from io import BufferedIOBase
from typing import Any
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")

_wsgi = get_wsgi_application()

# They need the applications that the line above has made ready.
from huomiao.practice.hotpath import app, engine  # noqa: E402
from huomiao.practice.hotpath.app import Message, Receive, Scope, Send  # noqa: E402

# Requests wait for the database and the disk, so more threads than cores; SQLite has one writer anyway.
THREADS = 8
_BLOCK_BYTES = 256 * 1024
MOST_PAGES = 400
_BUSY = "现在访问的人很多，请稍等几秒再刷新。\nThe site is busy. Please try again in a few seconds.\n".encode()
_BUSY_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", b"%d" % len(_BUSY)),
    (b"retry-after", b"5"),
    (b"cache-control", b"no-store"),
]


class _Blocks:
    """A file in blocks that are worth a trip between threads."""

    def __init__(self, file: BufferedIOBase, block_size: int = 0) -> None:
        self._file = file
        if hasattr(file, "close"):
            self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        while block := self._file.read(_BLOCK_BYTES):
            yield block


def _pages(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ["wsgi.file_wrapper"] = _Blocks
    return _wsgi(environ, start_response)


class Application:
    """Serves everything; ``lifespan`` starts the writer and has it finish before the worker ends."""

    def __init__(self) -> None:
        self._pages = WSGIMiddleware(_pages, workers=THREADS)  # type: ignore[arg-type]
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if scope["path"].startswith(app.PREFIX):
                live = engine.LIVE or _started()
                if await app.serve(live, scope, receive, send):
                    return
            await self._page(_plain(scope), receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Django's answer; a busy one when so many wait for a thread that theirs would come when nobody looks any more."""
        if self._waiting >= MOST_PAGES:
            await send({"type": "http.response.start", "status": 503, "headers": _BUSY_HEADERS})
            await send({"type": "http.response.body", "body": _BUSY})
            return

        async def received() -> Message:
            # granian's own receive gives a future; the bridge hands what it gets to another thread and needs a coroutine.
            return await receive()

        self._waiting += 1
        try:
            await self._pages(scope, received, send)  # type: ignore[arg-type]
        finally:
            self._waiting -= 1

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                _started()
                await send({"type": "lifespan.startup.complete"})
            else:
                live, engine.LIVE = engine.LIVE, None
                if live is not None:
                    await live.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _started() -> engine.Live:
    # What is loaded by now stays for good, and need not be looked through whenever the collector comes by.
    gc.collect()
    gc.freeze()
    engine.LIVE = live = engine.Live(asyncio.get_running_loop())
    return live


def _plain(scope: Scope) -> Scope:
    """``scope`` as WSGI can say it: no header that passes for another, one cookie header, an address in ASCII."""
    headers: list[tuple[bytes, bytes]] = []
    cookies: list[bytes] = []
    for name, value in scope["headers"]:
        if name == b"cookie":
            cookies.append(value)
        elif b"_" not in name:  # X_Forwarded_For would be read as X-Forwarded-For
            headers.append((name, value))
    if cookies:
        headers.append((b"cookie", b"; ".join(cookies)))
    query = scope["query_string"]
    if not query.isascii():
        query = quote(query, safe="/?:@!$&'()*+,;=%-._~").encode()
    return {**scope, "headers": headers, "query_string": query}


application = Application()
