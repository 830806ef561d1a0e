"""Units on the cores of this machine: a few processes that live as long as the backfill, each with a pipe.

A process that dies (a parser's fault in C, or no memory) costs its unit and nothing else, and so does one that hangs: a
worker that shows no sign of life for long is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from huomiao.newsdesk.pipeline.backfill import work
from huomiao.newsdesk.pipeline.backfill.engines import Lost
from huomiao.newsdesk.pipeline.backfill.ledger import Done
from huomiao.newsdesk.pipeline.backfill.units import Unit

# A page takes milliseconds; the slowest that a test could make, two seconds.
STALL_SECONDS = 120.0
_TELL_SECONDS = 0.5
_ALIVE = "alive"


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    unit: Unit | None = None
    heard_at: float = 0.0
    # Not before it has imported everything, which takes long on a busy machine.
    is_up: bool = False


class Local:
    """Processes on this machine, as many as it has cores for us unless told otherwise."""

    def __init__(self, job: work.Job, *, workers: int | None = None, stall_seconds: float = STALL_SECONDS) -> None:
        self.workers = workers or _cores()
        self._job = job
        self._stall_seconds = stall_seconds
        # Not forked: the parent may have threads and open databases.
        self._context = multiprocessing.get_context("spawn")
        self._pool: list[_Worker] = []

    def give(self, unit: Unit) -> None:
        while True:
            worker = next((one for one in self._pool if one.unit is None), None) or self._hire()
            try:
                worker.pipe.send(unit)
            except OSError:  # it died while it had nothing to do
                self._dismiss(worker)
                continue
            worker.unit, worker.heard_at = unit, time.monotonic()
            return

    def take(self, timeout: float) -> tuple[Unit, Done | Lost] | None:
        until = time.monotonic() + timeout
        while True:
            busy = {worker.pipe: worker for worker in self._pool if worker.unit is not None}
            left = max(until - time.monotonic(), 0.0)
            for pipe in wait(list(busy), timeout=min(left, 1.0)):
                worker = busy[pipe]  # type: ignore[index]  # only pipes were asked for
                if (over := self._hear(worker)) is not None:
                    return over
            for worker in busy.values():
                patience = self._stall_seconds if worker.is_up else max(self._stall_seconds, STALL_SECONDS)
                if time.monotonic() - worker.heard_at > patience:
                    return self._lose(worker, "no sign of life")
            if time.monotonic() >= until:
                return None

    def close(self) -> None:
        for worker in list(self._pool):
            self._dismiss(worker)

    def _hear(self, worker: _Worker) -> tuple[Unit, Done | Lost] | None:
        worker.heard_at = time.monotonic()
        try:
            message: Done | Lost | str = worker.pipe.recv()
        except (EOFError, OSError):
            return self._lose(worker, "its process died")
        worker.is_up = True
        if isinstance(message, str):
            return None
        unit, worker.unit = worker.unit, None
        return (unit, message) if unit is not None else None

    def _lose(self, worker: _Worker, why: str) -> tuple[Unit, Lost]:
        self._dismiss(worker)
        if worker.unit is None:
            raise AssertionError("only busy workers are heard")
        return worker.unit, Lost(worker.unit, f"{why} ({worker.process.exitcode})")

    def _dismiss(self, worker: _Worker) -> None:
        self._pool.remove(worker)
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()

    def _hire(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._job), daemon=True)
        process.start()
        theirs.close()  # so that ours ends when the process does
        worker = _Worker(process, ours)
        self._pool.append(worker)
        return worker


def _cores() -> int:
    """How many cores this process may use, which in a container is often fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _serve(pipe: Connection, job: work.Job) -> None:
    """A worker's whole life: units in, what became of them out, until nobody is there any more."""
    told_at = 0.0

    def tell() -> None:
        nonlocal told_at
        if time.monotonic() - told_at > _TELL_SECONDS:
            pipe.send(_ALIVE)
            told_at = time.monotonic()

    try:
        pipe.send(_ALIVE)
        while True:
            unit: Unit = pipe.recv()
            try:
                over: Done | Lost = work.run(unit, job, tell)
            except BrokenPipeError:
                return
            except OSError as failure:
                over = Lost(unit, str(failure), died=False)
            pipe.send(over)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
