"""What handlers stand on: the writer, the reader, and a place where loading holds up nobody.

Two of them speak the same words: ``Live`` under the ASGI server, with threads of its own; ``Inline`` wherever Django
serves ``/p/`` by itself (``runserver``, tests, a WSGI server), where each thing is done at once on Django's connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from django.db import close_old_connections, transaction

from huomiao.practice.hotpath import limits, links
from huomiao.practice.hotpath.limits import Limiter
from huomiao.practice.hotpath.seen import SeenMaps
from huomiao.practice.hotpath.snapshots import Store
from huomiao.practice.hotpath.writer import Op, Reader, Writer, run

R = TypeVar("R")


class Engine(Protocol):
    store: Store
    seen: SeenMaps
    limiter: Limiter
    # Questions handed out to each account.
    drawn: Limiter
    # For how long one goes by what the bank said of a release.
    facts_seconds: float

    async def write(self, op: Op[R]) -> R:
        """The result of ``op``, after the commit that holds it."""

    async def read(self, op: Op[R]) -> R:
        """The result of ``op``, which changes nothing."""

    async def load(self, function: Callable[..., R], *args: Any) -> R:
        """What ``function`` returns, which may use the ORM."""

    def later(self, function: Callable[..., Any]) -> None:
        """Have the coroutine that ``function()`` makes run, without waiting for it."""


class Live:
    """One for each worker process, from the start of the server to its end."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.store = Store()
        self.seen = SeenMaps()
        self.limiter = Limiter()
        self.drawn = limits.drawn_a_day()
        self.facts_seconds = 60.0
        self._writer = Writer(loop)
        self._reader = Reader(loop)
        self._loaders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="practice-loader")
        self._tasks: set[asyncio.Task[Any]] = set()
        self.write = self._writer.put
        self.read = self._reader.put

    async def load(self, function: Callable[..., R], *args: Any) -> R:
        return await self.loop.run_in_executor(self._loaders, _loaded, function, *args)

    def later(self, function: Callable[..., Any]) -> None:
        task = self.loop.create_task(function())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Finish what was taken on; returns when it is on disk."""
        await self.loop.run_in_executor(None, self._writer.stop)
        await self.loop.run_in_executor(None, self._reader.stop)
        self._loaders.shutdown()


def _loaded(function: Callable[..., R], *args: Any) -> R:
    close_old_connections()
    try:
        return function(*args)
    finally:
        close_old_connections()


class Inline:
    """Does each thing at once, in the thread and on the connection of the request."""

    facts_seconds = 0.0

    def __init__(self) -> None:
        self.store = Store()
        self.seen = SeenMaps(most=0)
        self.limiter = Limiter()
        self.drawn = limits.drawn_a_day()

    def clear(self) -> None:
        """Forget all: another database stands behind the same keys (tests)."""
        self.store.clear()
        self.limiter.clear()
        self.drawn.clear()

    async def write(self, op: Op[R]) -> R:
        with transaction.atomic():
            link = links.of_django()
            if link.vendor == "postgresql":
                link.execute("SELECT pg_advisory_xact_lock(%s)", [links.WRITE_LOCK])
            return _only(op, run(link, [op]))

    async def read(self, op: Op[R]) -> R:
        return _only(op, run(links.of_django(), [op]))

    async def load(self, function: Callable[..., R], *args: Any) -> R:
        return function(*args)

    def later(self, function: Callable[..., Any]) -> None:
        finish(function())


def _only(op: Op[R], results: list[Any]) -> R:
    result: R | BaseException = results[0]
    if isinstance(result, BaseException):
        raise result
    return result


def finish(coroutine: Any) -> Any:
    """The result of a coroutine that never has to wait, as all are on ``Inline``."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("Something waited where nothing can wait.")


INLINE = Inline()
# Set while the ASGI server runs in this process.
LIVE: Live | None = None
