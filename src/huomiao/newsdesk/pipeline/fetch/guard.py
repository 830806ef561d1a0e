"""Which machines may be asked. A name is resolved here and nowhere else, and only what was checked is connected to.

That closes the gap between looking and leaping: a name whose answer changes after the check (DNS rebinding) changes
nothing, because the connection is made to the IP address that was checked. Every hop of a redirect is a request of its
own and comes by here again.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable

from huomiao.newsdesk.pipeline.fetch import networks
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason

# What web servers listen on. Anything else on a public address is more likely somebody's mail or database.
PORTS = frozenset({80, 443, 8000, 8080, 8081, 8088, 8443, 8888})
# How long an answer is used again. Short, because nobody tells us the answer's own lifetime.
KEEP_SECONDS = 60.0
_MOST_KEPT = 2000
_MOST_ANSWERS = 16

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def system_resolve(host: str, port: int) -> list[str]:
    """The IP addresses of ``host`` as the operating system answers.

    Raises:
        OSError: there are none, or nobody could say.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Answers which IP addresses may be connected to for a host and port.

    ``allowed`` are networks that may be asked although they are not public, on any port: empty in production, the local
    press in a demo. ``resolve`` answers names; tests and benchmarks bring their own.
    """

    def __init__(
        self,
        *,
        allowed: Iterable[str] = (),
        ports: Iterable[int] = PORTS,
        resolve: Resolve = system_resolve,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = networks.networks(allowed)
        self._ports = frozenset(ports)
        self._resolve = resolve
        self._clock = clock
        self._kept: OrderedDict[tuple[str, int], tuple[float, tuple[str, ...]]] = OrderedDict()

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The IP addresses to connect to for ``host``, in order. Never empty.

        Raises:
            FetchFailed: NO_SUCH_HOST, or NOT_PUBLIC where any answer is not public: a name that mixes public and
                private answers has no honest reason to.
        """
        kept = self._kept.get((host, port))
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        found = await self._answers(host, port)
        for text in found:
            address = networks.read(text)
            if address is None or not self._may_ask(address, port):
                raise FetchFailed(Reason.NOT_PUBLIC, f"{host} is {text}, port {port}")
        self._kept[host, port] = (self._clock() + KEEP_SECONDS, found)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    async def _answers(self, host: str, port: int) -> tuple[str, ...]:
        if networks.read(host) is not None:
            return (host,)
        try:
            answers = await self._resolve(host, port)
        except (OSError, UnicodeError) as problem:
            raise FetchFailed(Reason.NO_SUCH_HOST, f"{host}: {problem}") from None
        if not answers:
            raise FetchFailed(Reason.NO_SUCH_HOST, host)
        return tuple(answers[:_MOST_ANSWERS])

    def _may_ask(self, address: networks.IP, port: int) -> bool:
        if networks.lies_in(address, self._allowed):
            return True
        return port in self._ports and networks.is_public(address)
