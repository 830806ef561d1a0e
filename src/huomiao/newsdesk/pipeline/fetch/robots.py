"""What a host's robots.txt allows us, as RFC 9309 reads it.

============================  =====================================================================
answer to /robots.txt         what it means
============================  =====================================================================
2xx                           the rules in it (the first 512 kB)
3xx                           followed five times, to other hosts too; then as 404
4xx but 429                   there are no rules: everything is allowed
429, 5xx, no answer           nobody knows: nothing is allowed for now, unless older rules are at hand
============================  =====================================================================
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

from protego import Protego

from huomiao.newsdesk.pipeline.fetch import addresses
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, HostRests, Reason
from huomiao.newsdesk.pipeline.fetch.exchange import Exchange

# RFC 9309: at least 500 kibibytes must be read. No honest file comes near it.
MOST_BYTES = 512 * 1024
KEEP_SECONDS = 24 * 3600.0
KEEP_FAILURE_SECONDS = 600.0
_ORIGINS_KEPT = 2000
_LONGEST_LINE = 2048
_MOST_STARS_IN_LINE = 16
_MOST_STARS = 5000
_MOST_SITEMAPS = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt says to us. ``sitemaps`` are normal addresses. ``unknown`` is why it could not be read."""

    parsed: Protego | None = None
    agent: str = ""
    crawl_delay: float | None = None
    sitemaps: tuple[str, ...] = ()
    unknown: Reason | None = None

    def allow(self, address: str) -> bool:
        """Whether a normal ``address`` may be asked for."""
        if self.unknown is not None:
            return False
        return self.parsed is None or self.parsed.can_fetch(address, self.agent)


ALLOW_ALL = Rules()
UNKNOWN = Rules(unknown=Reason.ROBOTS_UNREACHABLE)
# These say something of the host, not of its robots.txt.
_OF_THE_HOST = frozenset(
    {
        Reason.NOT_PUBLIC,
        Reason.NO_SUCH_HOST,
        Reason.UNREACHABLE,
        Reason.BAD_CERTIFICATE,
        Reason.TOO_SLOW,
        Reason.PROTOCOL,
    }
)


def parse(content: bytes, *, agent: str, origin: str = "") -> Rules:
    """The rules in a robots.txt. Never raises: a line that cannot be read is no line."""
    text = content[:MOST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    parsed = Protego.parse("\n".join(_affordable(text.replace("\r", "\n").split("\n"))))
    sitemaps: dict[str, None] = {}
    for given in parsed.sitemaps:
        try:
            sitemaps[addresses.normal(given, base=f"{origin}/" if origin else "")] = None
        except FetchFailed:
            continue
        if len(sitemaps) == _MOST_SITEMAPS:
            break
    delay = parsed.crawl_delay(agent)
    rate = parsed.request_rate(agent)
    if rate is not None and rate.requests > 0:
        delay = max(delay or 0.0, rate.seconds / rate.requests)
    return Rules(parsed, agent, delay if delay is not None and delay >= 0 else None, tuple(sitemaps))


def _affordable(lines: Iterable[str]) -> Iterator[str]:
    """The lines that can be asked thousands of times. Patterns are matched piece by piece between their stars, so stars
    are what costs."""
    stars = 0
    for line in lines:
        if len(line) > _LONGEST_LINE:
            continue
        if "*" in line and "agent" not in line[:12].lower():
            stars += line.count("*")
            if stars > _MOST_STARS or line.count("*") > _MOST_STARS_IN_LINE:
                continue
        yield line


class Robots:
    """The rules of the origins asked lately. ``get`` fetches an address and follows its redirects."""

    def __init__(
        self, get: Callable[[str], Awaitable[Exchange]], *, agent: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._get = get
        self._agent = agent
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Rules]] = OrderedDict()
        self._under_way: dict[str, asyncio.Future[Rules]] = {}

    async def rules(self, origin: str) -> Rules:
        """The rules of ``origin`` (``https://example.org``), asked for once however many wait for them.

        Raises:
            HostRests: the host cannot be asked now.
        """
        kept = self._kept.get(origin)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        waiting = self._under_way.get(origin)
        if waiting is not None:
            return await asyncio.shield(waiting)
        future = self._under_way[origin] = asyncio.get_running_loop().create_future()
        try:
            rules = await self._ask(origin, kept[1] if kept is not None else None)
            future.set_result(rules)
        except BaseException as problem:
            # Those who wait with us get the same answer. A cancellation is ours alone: they are told to come again.
            future.set_exception(problem if isinstance(problem, HostRests) else HostRests(origin, 1.0))
            future.exception()  # nobody may be waiting
            raise
        finally:
            del self._under_way[origin]
        return rules

    async def _ask(self, origin: str, older: Rules | None) -> Rules:
        try:
            exchange = await self._get(f"{origin}/robots.txt")
        except FetchFailed as failure:
            if failure.reason is Reason.REDIRECTS:
                rules = ALLOW_ALL
            else:
                rules = Rules(unknown=failure.reason) if failure.reason in _OF_THE_HOST else UNKNOWN
        else:
            rules = self._read(exchange, origin)
        keep = KEEP_SECONDS
        if rules.unknown is not None:
            keep = KEEP_FAILURE_SECONDS
            if older is not None:
                rules = older
        self._kept[origin] = (self._clock() + keep, rules)
        self._kept.move_to_end(origin)
        while len(self._kept) > _ORIGINS_KEPT:
            self._kept.popitem(last=False)
        return rules

    def _read(self, exchange: Exchange, origin: str) -> Rules:
        if 200 <= exchange.status < 300:
            return parse(exchange.content, agent=self._agent, origin=origin)
        if 300 <= exchange.status < 500 and exchange.status != 429:
            return ALLOW_ALL
        return UNKNOWN
