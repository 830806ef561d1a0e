"""Group commit: what many requests want written at one time goes to disk in one transaction.

One thread and one connection for each worker process. While a transaction is on its way to the disk, what arrives
waits for the next one, so a lone request is written at once and a thousand share one flush.

    stored = await engine.write(Submission(...))      # returns after the commit that holds it

An ``Op`` may be written twice, because a connection can break between the commit and the news of it: it must name itself
by something unique and give the same result then.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from huomiao.practice.hotpath import links
from huomiao.practice.hotpath.errors import Busy, CannotWrite

logger = logging.getLogger(__name__)

R = TypeVar("R")

# More than this many waiting, or one waiting this long: the database does not keep up, and people are told to retry.
MOST_WAITING = 4000
PATIENCE_SECONDS = 10.0
MOST_AT_ONCE = 1000
_PAUSE_SECONDS = 0.2


class Op(Generic[R]):
    """One thing to write (or to read, for a ``Reader``). Subclasses are plain data.

    ``write`` takes all that came together of one class and returns as many results, in order. A result that is an
    exception is raised to the one who waits for it, and changes nothing for the others.
    """

    __slots__ = ()
    # Classes with a lower rank are written first within a transaction.
    rank: ClassVar[int] = 0

    @classmethod
    def write(cls, link: links.Link, ops: Sequence[Any]) -> Sequence[Any]:
        raise NotImplementedError


class _Waiting(NamedTuple):
    op: Op[Any]
    future: asyncio.Future[Any]
    since: float


def run(link: links.Link, ops: Sequence[Op[Any]]) -> list[Any]:
    """Run ``ops`` class by class on ``link``; results in the order of ``ops``. The transaction is the caller's."""
    if len(kinds := {type(op) for op in ops}) == 1:
        return list(kinds.pop().write(link, ops))
    results: list[Any] = [None] * len(ops)
    for kind in sorted(kinds, key=lambda kind: (kind.rank, kind.__name__)):
        places = [place for place, op in enumerate(ops) if type(op) is kind]
        for place, result in zip(places, kind.write(link, [ops[place] for place in places]), strict=True):
            results[place] = result
    return results


class Reader:
    """Runs what requests put to it in batches, in a thread of its own, outside a transaction."""

    name = "practice-reader"

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._waiting = 0
        self._link: links.Link | None = None
        self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many things are on their way."""
        return self._waiting

    async def put(self, op: Op[R]) -> R:
        """The result of ``op``.

        Raises:
            Busy: too much waits already, or the database could not be reached in time.
            CannotWrite: the database refuses just this.
        """
        if self._waiting >= MOST_WAITING:
            raise Busy
        future: asyncio.Future[R] = self._loop.create_future()
        self._waiting += 1
        self._queue.put(_Waiting(op, future, time.monotonic()))
        return await future

    def stop(self) -> None:
        """Finish what waits, and end. Blocks until then; call it off the event loop."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while True:
            first = self._queue.get()
            batch = [] if first is None else [first]
            is_last = first is None
            while not is_last and len(batch) < MOST_AT_ONCE:
                try:
                    more = self._queue.get_nowait()
                except Empty:
                    break
                if more is None:
                    is_last = True
                else:
                    batch.append(more)
            if batch:
                self._settle(batch)
            if is_last:
                break
        self._disconnect()

    def _settle(self, batch: list[_Waiting]) -> None:
        """Get ``batch`` done: together, on a new connection if the old one broke, one by one if one of them is foul."""
        try:
            while batch:
                try:
                    self._answer(batch, self._run([waiting.op for waiting in batch]))
                except links.LOST as problem:
                    logger.warning("The hot path lost its database: %s", type(problem).__name__)
                    self._disconnect()
                    batch = self._give_up_the_oldest(batch)
                    if batch:
                        time.sleep(_PAUSE_SECONDS)
                else:
                    return
        except Exception as problem:
            if len(batch) > 1:
                for waiting in batch:
                    self._settle([waiting])
                return
            logger.exception("The hot path could not write %s", type(batch[0].op).__name__)
            self._disconnect()
            refused = CannotWrite()
            refused.__cause__ = problem
            self._answer(batch, [refused])

    def _run(self, ops: Sequence[Op[Any]]) -> list[Any]:
        if self._link is None:
            self._link = self._connect()
        return run(self._link, ops)

    def _connect(self) -> links.Link:
        return links.fresh()

    def _disconnect(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            try:
                link.close()
            except links.LOST:
                logger.debug("The broken connection did not close")

    def _give_up_the_oldest(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Tell those who have waited too long to come again; the others go on waiting."""
        limit = time.monotonic() - PATIENCE_SECONDS
        gone = [waiting for waiting in batch if waiting.since < limit]
        self._answer(gone, [Busy()] * len(gone))
        return [waiting for waiting in batch if waiting.since >= limit]

    def _answer(self, batch: list[_Waiting], results: Sequence[Any]) -> None:
        if batch:
            self._loop.call_soon_threadsafe(self._deliver, batch, results)

    def _deliver(self, batch: list[_Waiting], results: Sequence[Any]) -> None:
        self._waiting -= len(batch)
        for waiting, result in zip(batch, results, strict=True):
            if waiting.future.done():  # whoever asked has gone away
                continue
            if isinstance(result, BaseException):
                waiting.future.set_exception(result)
            else:
                waiting.future.set_result(result)


class Writer(Reader):
    """Runs each batch in one durable transaction; keys grow in the order of commits, across workers too."""

    name = "practice-writer"

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._turnstile: links.Turnstile | None = None
        super().__init__(loop)

    def _run(self, ops: Sequence[Op[Any]]) -> list[Any]:
        if self._link is None:
            self._link = self._connect()
        if self._turnstile is None:
            self._turnstile = links.Turnstile(self._link)
        with links.transaction(self._link, self._turnstile):
            return run(self._link, ops)
