"""Whose turn it is: how many requests a host has from us at a time, and how long we leave it alone between two.

A host that says it is overloaded is left alone longer, twice as long each time it says so again, and gets its usual
pace back step by step.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from huomiao.newsdesk.pipeline.fetch.errors import HostRests

# Who has to wait longer than this for its turn gives its place back instead of waiting in memory.
PATIENCE_SECONDS = 30.0
# No Crawl-delay is believed beyond this: a typing error there would silence a source for good.
LONGEST_DELAY_SECONDS = 300.0
LONGEST_REST_SECONDS = 24 * 3600.0
_FIRST_REST_SECONDS = 30.0
_MOST_STRIKES = 8
# How long a strike is remembered of a host that is not asked any more.
_STRIKE_SECONDS = 600.0
_HOSTS_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Pace:
    """How a host is asked unless it wishes it slower: seconds between two requests, and requests at a time."""

    delay_seconds: float = 1.0
    at_once: int = 1


@dataclass(slots=True)
class _Host:
    delay: float
    places: asyncio.Semaphore
    next_at: float = 0.0
    rests_until: float = 0.0
    strikes: int = 0
    users: int = 0


class Turn:
    """A request's turn. Say when it was really sent: a connection that took long to open must not shorten the pause."""

    def __init__(self, host: _Host) -> None:
        self._host = host

    def sent(self, at: float) -> None:
        """The request went out at ``at`` (the loop's time)."""
        self._host.next_at = max(self._host.next_at, at + self._host.delay)


class Politeness:
    """Keeps the pace of every host. Belongs to one event loop."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._hosts: dict[str, _Host] = {}
        self._most_remembered = _HOSTS_REMEMBERED

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Turn]:
        """Wait until the host may be asked; its place is taken until the block ends.

        Raises:
            HostRests: the wait would be longer than ``PATIENCE_SECONDS``.
        """
        host = self._host(name)
        self._check_rest(name, host)
        host.users += 1
        try:
            async with host.places:
                self._check_rest(name, host)
                now = asyncio.get_running_loop().time()
                start = max(now, host.next_at, host.rests_until)
                if start - now > max(PATIENCE_SECONDS, host.delay):
                    raise HostRests(name, start - now)
                host.next_at = start + host.delay
                if start > now:
                    await asyncio.sleep(start - now)
                yield Turn(host)
        finally:
            host.users -= 1

    def wish(self, name: str, delay_seconds: float) -> None:
        """The host's robots.txt wishes this pause (0: none). It can make us slower, never quicker."""
        self._host(name).delay = max(self._pace.delay_seconds, min(delay_seconds, LONGEST_DELAY_SECONDS))

    def struggling(self, name: str, *, retry_after: float | None = None) -> None:
        """The host says that it does not cope. Leave it alone for as long as it says, or longer each time."""
        host = self._host(name)
        host.strikes = min(host.strikes + 1, _MOST_STRIKES)
        self._rest(host, _FIRST_REST_SECONDS * 2 ** (host.strikes - 1) if retry_after is None else retry_after)

    def silent(self, name: str) -> None:
        """The host did not answer. Once may be chance, or a wrong scheme; from the second time on it is left alone."""
        host = self._host(name)
        if host.strikes:
            self._rest(host, _FIRST_REST_SECONDS * 2 ** (host.strikes - 1))
        host.strikes = min(host.strikes + 1, _MOST_STRIKES)

    def rest_of(self, name: str) -> float:
        """For how many seconds yet the host is left alone; 0 when it is not."""
        host = self._hosts.get(name)
        return max(0.0, host.rests_until - asyncio.get_running_loop().time()) if host else 0.0

    def fine(self, name: str) -> None:
        """The host answered as it should."""
        host = self._host(name)
        host.strikes = max(0, host.strikes - 1)

    def _rest(self, host: _Host, seconds: float) -> None:
        until = asyncio.get_running_loop().time() + min(max(seconds, host.delay), LONGEST_REST_SECONDS)
        host.rests_until = max(host.rests_until, until)

    def _check_rest(self, name: str, host: _Host) -> None:
        left = host.rests_until - asyncio.get_running_loop().time()
        if left > PATIENCE_SECONDS:
            raise HostRests(name, left)

    def _host(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= self._most_remembered:
                self._forget()
            host = self._hosts[name] = _Host(self._pace.delay_seconds, asyncio.Semaphore(self._pace.at_once))
        return host

    def _forget(self) -> None:
        """Drop the hosts that nobody waits for and that owe us no pause."""
        now = asyncio.get_running_loop().time()
        done = [
            name
            for name, host in self._hosts.items()
            if not host.users and max(host.next_at, host.rests_until + host.strikes * _STRIKE_SECONDS) <= now
        ]
        for name in done:
            del self._hosts[name]
        # Where most are in use, looking again at each new host would cost more than it frees.
        self._most_remembered = max(_HOSTS_REMEMBERED, 2 * len(self._hosts))
