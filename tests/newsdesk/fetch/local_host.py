"""A web host on 127.0.0.1 that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

import httpcore

from huomiao.newsdesk.pipeline.fetch.client import Client, Identity, Limits
from huomiao.newsdesk.pipeline.fetch.fetcher import Fetcher
from huomiao.newsdesk.pipeline.fetch.guard import Guard
from huomiao.newsdesk.pipeline.fetch.politeness import Pace, Politeness

LOOPBACK = "127.0.0.0/8"
IDENTITY = Identity(contact="https://press.example.org/crawler")
AT_ONCE = Pace(delay_seconds=0.0, at_once=4)


@dataclass
class Request:
    """What the host was asked: the target, and the headers by their names in lower case."""

    target: str
    headers: dict[str, str]


@dataclass
class Answer:
    """What it says. ``raw`` replaces everything; ``write`` takes over the connection."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    raw: bytes | None = None
    write: Callable[[asyncio.StreamWriter], Awaitable[None]] | None = None

    def to_bytes(self) -> bytes:
        if self.raw is not None:
            return self.raw
        lines = [f"HTTP/1.1 {self.status} So", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", ""]).encode("latin-1") + self.body


@cache
def checking() -> ssl.SSLContext:
    """The context that a client makes for itself, once for all tests: reading the world's certificates takes a while."""
    return httpcore.default_ssl_context()


NOT_FOUND = Answer(status=404)


@dataclass
class Host:
    """``pages`` are answers by target; a callable gets the request. What is not there is not found."""

    pages: dict[str, Answer | Callable[[Request], Answer]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"
    name: str = "127.0.0.1"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.name}:{self.port}"

    @property
    def targets(self) -> list[str]:
        """What was asked for, in order, robots.txt left out."""
        return [request.target for request in self.asked if request.target != "/robots.txt"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while await self._answered(reader, writer):
                    pass
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; returns whether the connection stays open."""
        start = await reader.readexactly(1)
        if start == b"\x16":  # somebody begins TLS
            return False
        head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        request = Request(first.split()[1], headers)
        self.asked.append(request)
        answer = self.pages.get(request.target, NOT_FOUND)
        if callable(answer):
            answer = answer(request)
        if answer.write is not None:
            await answer.write(writer)
            return False
        writer.write(answer.to_bytes())
        await writer.drain()
        return answer.raw is None


@asynccontextmanager
async def running(host: Host, *, ssl_context: ssl.SSLContext | None = None) -> AsyncIterator[Host]:
    server = await asyncio.start_server(host.serve, "127.0.0.1", 0, ssl=ssl_context)
    host.port = server.sockets[0].getsockname()[1]
    if ssl_context is not None:
        host.scheme = "https"
    try:
        yield host
    finally:
        server.close()


@asynccontextmanager
async def fetching(
    *,
    guard: Guard | None = None,
    pace: Pace = AT_ONCE,
    limits: Limits | None = None,
    ssl_context: ssl.SSLContext | None = None,
) -> AsyncIterator[Fetcher]:
    guard = guard or Guard(allowed=[LOOPBACK])
    async with Client(guard, IDENTITY, ssl_context=ssl_context or checking()) as client:
        yield Fetcher(client, Politeness(pace), limits=limits)
