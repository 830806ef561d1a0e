"""Units on a Ray cluster: the one that ``RAY_ADDRESS`` names, or one of this machine's own.

Archive files and the folder of results must be at the same paths on all nodes (a shared file system), and Huomiao must be
installed there. Parts never pass through the driver, only the few numbers of a unit do.
"""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from huomiao.newsdesk.pipeline.backfill import work
from huomiao.newsdesk.pipeline.backfill.engines import Lost
from huomiao.newsdesk.pipeline.backfill.ledger import Done
from huomiao.newsdesk.pipeline.backfill.units import Unit

# A unit takes a minute or two; one that takes so long hangs.
UNIT_SECONDS = 1800.0


class NoRay(RuntimeError):
    """Ray is not installed: ``pip install huomiao[ray]``."""


class Cluster:
    """Ray tasks, as many at a time as the cluster has cores unless told otherwise."""

    def __init__(self, job: work.Job, *, workers: int | None = None, unit_seconds: float = UNIT_SECONDS) -> None:
        try:
            import ray  # noqa: PLC0415  # an extra that most installations do without
        except ImportError as missing:
            raise NoRay("pip install huomiao[ray]") from missing
        self._ray = ray
        self._is_ours = not ray.is_initialized()
        if self._is_ours and os.environ.get("RAY_ADDRESS"):
            ray.init(log_to_driver=False, logging_level=logging.WARNING)
        elif self._is_ours:
            ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level=logging.WARNING)
        self.workers = workers or max(int(ray.cluster_resources().get("CPU", 1)), 1)
        self._unit_seconds = unit_seconds
        self._job = ray.put(job)
        # Retrying is the coordinator's business: it knows how to find the page that kills.
        self._run: Any = ray.remote(max_retries=0, num_cpus=1)(_run)
        self._given: dict[Any, tuple[Unit, float]] = {}

    def give(self, unit: Unit) -> None:
        self._given[self._run.remote(unit, self._job)] = unit, time.monotonic()

    def take(self, timeout: float) -> tuple[Unit, Done | Lost] | None:
        ready, _running = self._ray.wait(list(self._given), num_returns=1, timeout=timeout)
        for task in ready:
            unit, _since = self._given.pop(task)
            try:
                done: Done = self._ray.get(task)
            except self._ray.exceptions.RayError as failure:
                is_told = isinstance(failure, self._ray.exceptions.RayTaskError)
                return unit, Lost(unit, f"{type(failure).__name__}: {failure}"[-300:], died=not is_told)
            return unit, done
        for task, (unit, since) in self._given.items():
            if time.monotonic() - since > self._unit_seconds:
                del self._given[task]
                self._ray.cancel(task, force=True)
                return unit, Lost(unit, "it takes too long")
        return None

    def close(self) -> None:
        for task in self._given:
            self._ray.cancel(task, force=True)
        self._given = {}
        if self._is_ours:
            self._ray.shutdown()


def _run(unit: Unit, job: work.Job) -> Done:
    return work.run(unit, job)
