"""A page, by the rules: robots.txt is asked first, the host's turn waited for, every redirect checked anew."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from huomiao.newsdesk.pipeline.fetch import addresses, revisits
from huomiao.newsdesk.pipeline.fetch.client import Client, Limits, Validators
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason
from huomiao.newsdesk.pipeline.fetch.exchange import Exchange, Fetched
from huomiao.newsdesk.pipeline.fetch.politeness import Politeness
from huomiao.newsdesk.pipeline.fetch.robots import MOST_BYTES, Robots, Rules

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FOR_GOOD = frozenset({301, 308})
OVERLOADED = frozenset({429, 503})
_ROBOTS_LIMITS = Limits(wire_bytes=MOST_BYTES, content_bytes=4 * MOST_BYTES, seconds=30.0, cut=True)


class Fetcher:
    """Fetches pages politely. ``limits`` hold unless a fetch brings its own."""

    def __init__(self, client: Client, politeness: Politeness | None = None, *, limits: Limits | None = None) -> None:
        self.politeness = politeness or Politeness()
        self._client = client
        self._limits = limits or Limits()
        self.robots = Robots(self._robots_txt, agent=client.identity.name)

    async def fetch(
        self, address: str, *, validators: Validators | None = None, limits: Limits | None = None
    ) -> Fetched:
        """What a normal ``address`` leads to. ``validators`` are of the last visit and make a 304 possible.

        Raises:
            FetchFailed: there is no answer, or none that may be asked for. An error status is an answer.
            HostRests: a host on the way is left alone for now.
        """
        hops: list[Exchange] = []
        is_for_good = True
        while True:
            await self._allowed(address)
            exchange = await self._ask(address, validators if not hops else None, limits or self._limits)
            location = exchange.header("location") if exchange.status in REDIRECTS else ""
            if not location:
                return Fetched(tuple(hops), exchange, address if hops and is_for_good else "")
            hops.append(exchange)
            is_for_good = is_for_good and exchange.status in FOR_GOOD
            address = self._next(address, location, hops)

    async def rules(self, address: str) -> Rules:
        """The robots.txt that holds for a normal ``address``.

        Raises:
            HostRests: its host is left alone for now.
        """
        return await self.robots.rules(addresses.parts(address).origin)

    async def _allowed(self, address: str) -> None:
        rules = await self.rules(address)
        if rules.unknown is not None:
            raise FetchFailed(rules.unknown, address)
        if not rules.allow(address):
            raise FetchFailed(Reason.ROBOTS, address)
        self.politeness.wish(addresses.lane(address), rules.crawl_delay or 0.0)

    async def _robots_txt(self, address: str) -> Exchange:
        hops: list[Exchange] = []
        while True:
            try:
                exchange = await self._ask(address, None, _ROBOTS_LIMITS)
                location = exchange.header("location") if exchange.status in REDIRECTS else ""
                if not location:
                    return exchange
                hops.append(exchange)
                address = self._next(address, location, hops)
            except FetchFailed as failure:
                # What is wrong with another host is not wrong with the one that sent us there.
                if hops and failure.reason is not Reason.REDIRECTS:
                    raise FetchFailed(Reason.ROBOTS_UNREACHABLE, failure.detail) from failure
                raise

    async def _ask(self, address: str, validators: Validators | None, limits: Limits) -> Exchange:
        lane = addresses.lane(address)
        async with self.politeness.turn(lane) as turn:
            try:
                exchange, sent_at = await self._client.get(address, validators=validators, limits=limits)
            except FetchFailed as failure:
                # Nobody knows when it was sent; not later than now.
                turn.sent(asyncio.get_running_loop().time())
                if failure.reason in {Reason.UNREACHABLE, Reason.TOO_SLOW}:
                    self.politeness.silent(lane)
                raise
            turn.sent(sent_at)
        if exchange.status in OVERLOADED:
            wait = revisits.retry_after(exchange.header("retry-after"), at=datetime.now(UTC))
            self.politeness.struggling(lane, retry_after=wait)
        else:
            self.politeness.fine(lane)
        return exchange

    def _next(self, address: str, location: str, hops: list[Exchange]) -> str:
        if len(hops) > MOST_REDIRECTS:
            raise FetchFailed(Reason.REDIRECTS, f"more than {MOST_REDIRECTS}")
        # A Location is bytes: UTF-8 where a server did not escape it.
        raw = location.encode("latin-1").decode("utf-8", "replace")
        target = addresses.normal(raw, base=address)
        if any(hop.address == target for hop in hops):
            raise FetchFailed(Reason.REDIRECTS, "in a circle")
        return target
