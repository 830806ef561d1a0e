"""The backfill: every page of the given archives is extracted exactly once, whatever is killed meanwhile.

    report = backfill([Path("cc-news/")], to=Path("extracted/"), progress=print)
    for result in parts.results(Path("extracted/")): …

Called again with the same folder it goes on where it was; with more paths, it does those too.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from huomiao.newsdesk.pipeline.backfill import parts, units, work
from huomiao.newsdesk.pipeline.backfill.cluster import Cluster
from huomiao.newsdesk.pipeline.backfill.engines import Engine, Lost
from huomiao.newsdesk.pipeline.backfill.ledger import Done, Ledger
from huomiao.newsdesk.pipeline.backfill.local import Local
from huomiao.newsdesk.pipeline.backfill.units import File, Unit

logger = logging.getLogger(__name__)

ENGINES: dict[str, Callable[..., Engine]] = {"local": Local, "ray": Cluster}
# A unit in which so many pages kill their worker is not unlucky: something else is wrong.
MOST_KILLERS = 20
MOST_UNEXPLAINED = 5
_TICK_SECONDS = 1.0


class GaveUp(RuntimeError):
    """A unit cannot be done; the message says which and why. What was done stays done.

    If its workers died of it, all others were done before this was raised; if files or results could not be read or written,
    there was no point in going on.
    """


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backfill is. ``bytes_done`` and ``size`` are of the files as stored, earlier runs included (but not what was done
    of a file when it was shorter); ``pages`` are those extracted by this run, in ``seconds`` of the clock."""

    files: int
    units_done: int
    units: int
    bytes_done: int
    size: int
    articles: int
    passed: int
    problems: int
    pages: int
    seconds: float

    @property
    def pages_per_second(self) -> float:
        """Of this run so far."""
        return self.pages / self.seconds if self.seconds else 0.0


def backfill(
    paths: Iterable[Path],
    *,
    to: Path,
    engine: str = "local",
    workers: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    extract: work.Extract | None = None,
    unit_bytes: int | None = None,
) -> Progress:
    """Extract all pages in the archive files at ``paths`` into the folder ``to``; how far it came, which is all of it.

    ``engine`` is one of ``ENGINES``; ``workers`` are as many as there are cores, unless given. ``progress`` is called
    whenever a unit is done and about once a second. ``extract`` is a function that workers can import. ``unit_bytes`` is how
    much one worker does in one go; a folder keeps to what it began with.

    Raises:
        NothingToDo, AlreadyRunning, OtherJob, NoRay: it did not begin.
        GaveUp: a unit could not be done.
    """
    extract = extract or _extract()
    files = units.files_in(paths)
    # Another release may extract otherwise; results of the two do not belong in one folder.
    name = f"{getattr(extract, '__module__', '')}:{getattr(extract, '__qualname__', extract)} {version('huomiao')}"
    ledger = Ledger.open(to, unit_bytes=unit_bytes or units.fitting(files), extract=name)
    try:
        carrier = ENGINES[engine](work.Job(to.resolve(), extract), workers=workers)
        try:
            return _Run(files, ledger, carrier, to, progress).finish()
        finally:
            carrier.close()
    finally:
        ledger.close()


def _extract() -> work.Extract:
    from huomiao.newsdesk.pipeline.extract import extract  # noqa: PLC0415  # costs a second, which a wrong path need not wait for

    return extract


class _Run:
    """One run: what is still to do, what is out with workers, and what has gone wrong with it."""

    def __init__(
        self,
        files: list[File],
        ledger: Ledger,
        engine: Engine,
        to: Path,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        files = [ledger.placed(file) for file in files]
        self._files = files
        self._ledger = ledger
        self._engine = engine
        self._to = to
        self._report = progress
        self._began = time.monotonic()
        self._pages = 0
        self._units = list(units.units_of(files, unit_bytes=ledger.unit_bytes))
        self._todo = deque(unit for unit in self._units if not ledger.proof(unit.file).has(unit.number))
        self._out = 0
        self._given_up: list[str] = []
        self._counts: Counter[str] = Counter()
        for file in files:
            for done in ledger.proof(file).known():
                self._count(done, 1)

    def finish(self) -> Progress:
        """Do all that is to do."""
        parts.sweep(self._to, self._ledger.parts())
        while self._todo or self._out:
            while self._todo and self._out < self._engine.workers:
                self._engine.give(self._placed(self._todo.popleft()))
                self._out += 1
            over = self._engine.take(_TICK_SECONDS)
            if over is not None:
                self._out -= 1
                unit, outcome = over
                if isinstance(outcome, Lost):
                    self._todo.extendleft(self._again(unit, outcome))
                else:
                    self._enter(unit, outcome)
            self._tell()
        parts.sweep(self._to, self._ledger.parts())
        if self._given_up:
            raise GaveUp("; ".join(self._given_up))
        return self._tell()

    def _placed(self, unit: Unit) -> Unit:
        """``unit`` from the place at which it is known to begin, if that is known by now."""
        proof = self._ledger.proof(unit.file)
        return replace(unit, start=proof.arrived, exactly=True) if len(proof.proved) == unit.number else unit

    def _enter(self, unit: Unit, done: Done) -> None:
        self._pages += done.counts.get("articles", 0)
        wrong = self._ledger.add(done)
        self._count(done, 1)
        if wrong is not None:
            self._count(wrong, -1)
            logger.warning("Unit %s began in the wrong place, at %s, and is done again", wrong.key, wrong.began)
            self._todo.appendleft(next(one for one in self._units if one.key == wrong.key))

    def _again(self, unit: Unit, lost: Lost) -> list[Unit]:
        """The unit that was lost, for another try: with a trace, and without the page that killed the last worker."""
        logger.warning("Unit %s was lost: %s", unit.key, lost.why)
        killer = work.killer(self._to, unit) if lost.died and unit.lost else None
        skip = unit.skip | ({killer} if killer else set())
        # Deaths that no page explains: no memory, an operator. Some may happen.
        unexplained = unit.lost + 1 - len(skip)
        why = f"{unit.file.path} from {unit.start}: {lost.why}"
        if not lost.died:
            raise GaveUp(why)
        if unexplained > MOST_UNEXPLAINED or len(skip) > MOST_KILLERS:
            self._given_up.append(why)
            return []
        return [replace(unit, lost=unit.lost + 1, skip=skip)]

    def _count(self, done: Done, times: int) -> None:
        size = min(self._ledger.unit_bytes, done.size - done.begins - done.number * self._ledger.unit_bytes)
        for name, count in {**done.counts, "units": 1, "bytes": size}.items():
            self._counts[name] += times * count

    def _tell(self) -> Progress:
        counts = self._counts
        now = Progress(
            files=len(self._files),
            units_done=counts["units"],
            units=len(self._units),
            bytes_done=counts["bytes"],
            size=sum(file.size - file.begins for file in self._files),
            articles=counts["articles"],
            passed=counts["passed"],
            problems=counts["problems"],
            pages=self._pages,
            seconds=time.monotonic() - self._began,
        )
        if self._report is not None:
            self._report(now)
        return now
