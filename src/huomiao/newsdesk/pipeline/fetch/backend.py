"""Connections for httpcore that go only where the guard says, over asyncio's own streams.

Timeouts are not kept here: a request has one deadline for everything, and cancels what runs when it has passed.
"""

# ruff: noqa: ASYNC109  # the timeouts are httpcore's interface
from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from huomiao.newsdesk.pipeline.fetch.guard import Guard

# How long one of several IP addresses is tried before the next, and how long the last of them.
_PATIENCE_SECONDS = 5.0
_LAST_PATIENCE_SECONDS = 15.0
_HANDSHAKE_SECONDS = 15.0


class Stream(httpcore.AsyncNetworkStream):
    """One connection. ``written_at`` is the loop's time of the last write: when a host saw our last request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ip: str) -> None:
        self._reader = reader
        self._writer = writer
        self.ip = ip
        self.written_at = 0.0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return await self._reader.read(max_bytes)
        except (OSError, ssl.SSLError) as problem:
            raise httpcore.ReadError(str(problem)) from problem

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except (OSError, ssl.SSLError) as problem:
            raise httpcore.WriteError(str(problem)) from problem
        self.written_at = asyncio.get_running_loop().time()

    async def aclose(self) -> None:
        # Nothing of ours is under way, and a peer that never says goodbye must not keep us.
        self._writer.transport.abort()
        with contextlib.suppress(OSError, ssl.SSLError):
            await self._writer.wait_closed()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            await self._writer.start_tls(
                ssl_context, server_hostname=server_hostname, ssl_handshake_timeout=_HANDSHAKE_SECONDS
            )
        except ssl.SSLCertVerificationError:
            await self.aclose()
            raise
        except (OSError, ssl.SSLError) as problem:
            await self.aclose()
            raise httpcore.ConnectError(str(problem)) from problem
        except BaseException:
            self._writer.transport.abort()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # asked of an idle connection: anything readable there is a goodbye
            return self._reader.at_eof() or self._writer.transport.is_closing()
        if info == "ssl_object":
            return self._writer.get_extra_info("ssl_object")
        return None


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the IP addresses that ``guard`` gives for a host, one after another until one answers."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._guard.addresses(host.strip("[]"), port)
        problem: BaseException | None = None
        for number, ip in enumerate(addresses):
            is_last = number == len(addresses) - 1
            try:
                async with asyncio.timeout(_LAST_PATIENCE_SECONDS if is_last else _PATIENCE_SECONDS):
                    reader, writer = await asyncio.open_connection(ip, port)
            except (OSError, TimeoutError) as failure:
                problem = failure
            else:
                return Stream(reader, writer, ip)
        raise httpcore.ConnectError(str(problem)) from problem
