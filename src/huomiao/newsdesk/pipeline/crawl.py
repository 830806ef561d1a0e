"""The crawl: claims addresses that are due, fetches them politely, keeps what came, and notes what was found.

It holds at most ``window`` addresses in memory, however many wait. Two others do the remembering: a ``Frontier`` knows
every address and when it is due, a ``Sink`` keeps what came. Both are asked from one thread of their own, one call at a
time, with as much in a call as has come together meanwhile, so that each can be one transaction.

Killed at any moment, a crawl goes on where it was: what was claimed and not settled is taken back at the next start,
and what the sink has of it already is settled without asking for it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.discover.reading import Reading, read
from huomiao.newsdesk.pipeline.discover.websub import Hub
from huomiao.newsdesk.pipeline.fetch import addresses, revisits
from huomiao.newsdesk.pipeline.fetch.client import Limits
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, HostRests, Reason
from huomiao.newsdesk.pipeline.fetch.exchange import Fetched
from huomiao.newsdesk.pipeline.fetch.fetcher import Fetcher
from huomiao.newsdesk.pipeline.fetch.kinds import RHYTHMS, SOURCES, Kind, Rhythm
from huomiao.newsdesk.pipeline.fetch.politeness import PATIENCE_SECONDS
from huomiao.newsdesk.pipeline.fetch.revisits import Memory, Outcome, Verdict

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Longer than a place in the slowest host's queue may take. A crawler that is gone for good loses its claims then.
LEASE = timedelta(minutes=30)
_MB = 1024 * 1024
# A window full of the largest answers has to fit into memory; only sitemaps are honestly large, and there are few.
LIMITS = {
    Kind.FEED: Limits(wire_bytes=4 * _MB, content_bytes=8 * _MB),
    Kind.SITEMAP: Limits(wire_bytes=50 * _MB, content_bytes=50 * _MB, seconds=180.0),
    Kind.LIST: Limits(wire_bytes=4 * _MB, content_bytes=8 * _MB),
    Kind.PAGE: Limits(wire_bytes=4 * _MB, content_bytes=8 * _MB),
    Kind.PICTURE: Limits(wire_bytes=8 * _MB, content_bytes=8 * _MB),
}
# With nothing due, the frontier is asked again this often: others may have added something.
IDLE_SECONDS = 5.0
# While slow hosts answer, others may have become due.
_LOOK_AGAIN_SECONDS = 1.0
_MOST_SETTLED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """An address that is ours to fetch until the lease runs out. ``lease`` names this claim and no other, ever."""

    lease: str
    address: str
    kind: Kind
    source: str
    memory: Memory


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of a claim. ``fetched`` is there where a host answered; ``found`` is what the answer led to, ``hub``
    what it offers to tell of news at once."""

    claim: Claim
    verdict: Verdict
    fetched: Fetched | None = None
    found: tuple[Found, ...] = ()
    hub: Hub | None = None


class Frontier(Protocol):
    """Every address, once, with when it is due. Calls come from one thread and return when their changes are durable."""

    def take_back(self, owner: str, *, until: datetime) -> list[Claim]:
        """The claims that an earlier run of ``owner`` left, under their old leases, which now hold until ``until``."""

    def claim(
        self, owner: str, *, at: datetime, until: datetime, most: int, per_host: int, busy: Mapping[str, int]
    ) -> list[Claim]:
        """At most ``most`` addresses due at ``at``, leased until ``until``: for each host sources first, then what was
        never visited, then what is visited again, longest due first.

        Not more than ``per_host`` for a host (``addresses.lane``), less what ``busy`` says is under way there. None for
        a host that rests or of which another owner holds a lease: a host has one crawler at a time.
        """

    def settle(self, visits: Sequence[Visit], rests: Mapping[str, datetime]) -> None:
        """Give back the claims of ``visits`` with their memory and next time, add what they found (known addresses stay
        as they are), and let each host in ``rests`` rest until then. One transaction."""

    def next_due(self, at: datetime) -> datetime | None:
        """When the next unleased address is due, its host's rest counted; None where none will be."""


class Sink(Protocol):
    """Keeps what came. Calls come from the frontier's thread and return after their changes are durable."""

    def keep(self, visits: Sequence[Visit]) -> None:
        """Keep the exchanges of ``visits`` (each has ``fetched``), by their claims' leases."""

    def kept(self, claims: Sequence[Claim]) -> dict[str, Fetched]:
        """By lease, what was kept for ``claims`` and perhaps not settled any more. {} means: fetch them again."""


@dataclass
class Totals:
    """What a crawl has done so far: visits by outcome, failures by reason, bytes on the wire, addresses found (known
    ones too)."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    wire_bytes: int = 0
    found: int = 0

    @property
    def visits(self) -> int:
        """All visits that came to something."""
        return self.outcomes.total() - self.outcomes[Outcome.POSTPONED]

    def add(self, visit: Visit) -> None:
        """Count ``visit``."""
        self.outcomes[visit.verdict.outcome] += 1
        if visit.verdict.reason is not None:
            self.reasons[visit.verdict.reason] += 1
        if visit.fetched is not None:
            self.wire_bytes += sum(len(exchange.body) for exchange in visit.fetched.exchanges)
        self.found += len(visit.found)


class Crawl:
    """One crawler. ``owner`` is its name across restarts. ``window`` is how many addresses are under way at most,
    ``per_host`` for one host.

    ``reader`` turns an answer of one of the kinds in ``reads`` into what was found; it runs in a thread. ``progress``
    is called after each settlement with the totals. ``rhythms`` say how often what answers is asked again.
    """

    def __init__(
        self,
        frontier: Frontier,
        sink: Sink,
        fetcher: Fetcher,
        *,
        owner: str,
        window: int = 256,
        per_host: int = 4,
        reader: Callable[[Kind, str, Fetched], Reading] = read,
        reads: Collection[Kind] = SOURCES,
        rhythms: Mapping[Kind, Rhythm] = RHYTHMS,
        progress: Callable[[Totals], None] | None = None,
    ) -> None:
        self.totals = Totals()
        self._frontier = frontier
        self._sink = sink
        self._fetcher = fetcher
        self._owner = owner
        self._window = window
        self._per_host = per_host
        self._reader = reader
        self._reads = frozenset(reads)
        self._rhythms = rhythms
        self._progress = progress
        self._busy: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._done: list[Visit] = []
        self._rests: dict[str, datetime] = {}
        self._something_done = asyncio.Event()
        # The frontier and the sink are asked from here only, so neither need be safe for threads.
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="news-keeper")
        # Feeds and lists are read beside the event loop, so that a large one does not hold up every host.
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="news-reader")

    async def run(self, *, forever: bool = False, stop: asyncio.Event | None = None) -> Totals:
        """Crawl until nothing is due (or ``forever``), or until ``stop``; what is under way then is finished and
        settled."""
        stop = stop or asyncio.Event()
        try:
            await self._resume()
            while not stop.is_set():
                claimed = await self._refill()
                if not claimed and not self._tasks and not self._done:
                    if not forever and not await self._is_due_soon():
                        break
                    await self._pause(stop)
                    continue
                await _either(self._something_done, seconds=_LOOK_AGAIN_SECONDS)
                await self._settle()
            if self._tasks:
                await asyncio.wait(self._tasks)
            await self._settle()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._keeper.shutdown()
            self._readers.shutdown()
        return self.totals

    async def _resume(self) -> None:
        """Settle what the last run kept and did not settle; go on with what it had claimed."""
        left = await self._ask(lambda: self._frontier.take_back(self._owner, until=datetime.now(UTC) + LEASE))
        if not left:
            return
        kept = await self._ask(lambda: self._sink.kept(left))
        logger.info("Going on with %d claims, %d of them kept already", len(left), len(kept))
        already = [await self._judged(claim, kept[claim.lease]) for claim in left if claim.lease in kept]
        await self._ask(lambda: self._frontier.settle(already, {}))
        for visit in already:
            self.totals.add(visit)
        for claim in left:
            if claim.lease not in kept:
                self._start(claim)

    async def _refill(self) -> int:
        room = self._window - len(self._tasks)
        # A few at a time cost as much to claim as many; what is under way bridges the wait.
        if room <= self._window // 8:
            return 0
        at, busy = datetime.now(UTC), dict(self._busy)
        claims = await self._ask(
            lambda: self._frontier.claim(
                self._owner, at=at, until=at + LEASE, most=room, per_host=self._per_host, busy=busy
            )
        )
        for claim in claims:
            self._start(claim)
        return len(claims)

    def _start(self, claim: Claim) -> None:
        self._busy[addresses.lane(claim.address)] += 1
        task = asyncio.create_task(self._visit(claim))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _visit(self, claim: Claim) -> None:
        lane = addresses.lane(claim.address)
        try:
            visit = await self._visited(claim)
        finally:
            self._busy[lane] -= 1
            if not self._busy[lane]:
                del self._busy[lane]
        rest = self._fetcher.politeness.rest_of(lane)
        if rest > PATIENCE_SECONDS:
            self._rests[lane] = datetime.now(UTC) + timedelta(seconds=rest)
        self._done.append(visit)
        self._something_done.set()

    async def _visited(self, claim: Claim) -> Visit:
        try:
            fetched = await self._fetcher.fetch(
                claim.address, validators=claim.memory.validators, limits=LIMITS[claim.kind]
            )
            return await self._judged(claim, fetched)
        except HostRests as rest:
            verdict = revisits.postponed(claim.memory, seconds=rest.seconds, at=datetime.now(UTC))
        except FetchFailed as failure:
            verdict = revisits.failed(claim.memory, claim.kind, failure.reason, at=datetime.now(UTC))
        except Exception:  # ours to mend; the other hosts go on
            logger.exception("The crawl broke on %s", claim.address)
            verdict = revisits.failed(claim.memory, claim.kind, Reason.PROTOCOL, at=datetime.now(UTC))
        return Visit(claim, verdict)

    async def _judged(self, claim: Claim, fetched: Fetched) -> Visit:
        is_readable = fetched.last.status == 200 and claim.kind in self._reads
        reading = await self._read(claim, fetched) if is_readable else Reading()
        verdict = revisits.answered(
            claim.memory,
            claim.kind,
            fetched.last,
            digest=reading.digest or revisits.digest_of(fetched.last.content),
            at=fetched.last.ended_at,
            calm_seconds=reading.calm_seconds,
            rhythms=self._rhythms,
        )
        found = tuple(replace(one, source=claim.source) for one in reading.found)
        return Visit(claim, verdict, fetched, found, reading.hub)

    async def _read(self, claim: Claim, fetched: Fetched) -> Reading:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._readers, self._reader, claim.kind, claim.source, fetched)
        except Exception:  # what came is kept all the same, and can be read again when this is mended
            logger.exception("Could not read %s", claim.address)
            return Reading()

    async def _settle(self) -> None:
        """Keep and settle what is done, all of it in one go."""
        self._something_done.clear()
        while self._done:
            visits, self._done = self._done[:_MOST_SETTLED_AT_ONCE], self._done[_MOST_SETTLED_AT_ONCE:]
            rests, self._rests = self._rests, {}
            await self._ask(partial(self._keep_and_settle, visits, rests))
            for visit in visits:
                self.totals.add(visit)
            if self._progress is not None:
                self._progress(self.totals)

    def _keep_and_settle(self, visits: Sequence[Visit], rests: Mapping[str, datetime]) -> None:
        answered = [visit for visit in visits if visit.fetched is not None]
        if answered:
            self._sink.keep(answered)
        self._frontier.settle(visits, rests)

    async def _is_due_soon(self) -> bool:
        due = await self._ask(lambda: self._frontier.next_due(datetime.now(UTC)))
        return due is not None and due <= datetime.now(UTC) + timedelta(seconds=IDLE_SECONDS)

    async def _pause(self, stop: asyncio.Event) -> None:
        due = await self._ask(lambda: self._frontier.next_due(datetime.now(UTC)))
        wait = IDLE_SECONDS if due is None else (due - datetime.now(UTC)).total_seconds()
        await _either(stop, seconds=min(max(wait, 0.01), IDLE_SECONDS))

    def _ask(self, question: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._keeper, question)


async def _either(event: asyncio.Event, *, seconds: float) -> None:
    """Return when ``event`` is set, or after ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
