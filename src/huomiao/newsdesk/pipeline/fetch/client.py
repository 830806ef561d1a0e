"""One request, one response, within limits. Redirects and trying again are for those above.

Connections are kept for each origin, a few at a time, over HTTP/2 where the host speaks it.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpcore

from huomiao.newsdesk.pipeline import codings
from huomiao.newsdesk.pipeline.fetch import addresses
from huomiao.newsdesk.pipeline.fetch.backend import PinnedBackend, Stream
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason
from huomiao.newsdesk.pipeline.fetch.exchange import Exchange, Headers
from huomiao.newsdesk.pipeline.fetch.guard import Guard

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,application/feed+json;q=0.9,*/*;q=0.8"
_ORIGINS_KEPT = 256
_KEEP_IDLE_SECONDS = 15.0
# Header lines are ours or a host's own words given back; either way, none may end early or be another one.
_SAFE_VALUE = re.compile(r"[\x20-\x7e\x80-\xff]{1,512}")
_LINE_ENDS = re.compile(r"[\r\n\x00]+")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a response may cost: bytes on the wire, bytes unpacked, seconds from asking to the last byte.

    ``cut`` takes the first ``wire_bytes`` of a longer body instead of refusing it.
    """

    wire_bytes: int = 10 * 1024 * 1024
    content_bytes: int = 32 * 1024 * 1024
    seconds: float = 60.0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. ``name`` is also what robots.txt files call us; ``contact`` is the page that explains us."""

    contact: str
    name: str = "Huomiao"
    version: str = "0.1"

    def __post_init__(self) -> None:
        try:
            addresses.normal(self.contact)
        except FetchFailed:
            raise ValueError("A crawler says who owns it: give the full address of a contact page.") from None
        if not re.fullmatch(r"[A-Za-z_-]+", self.name):  # RFC 9309: a product token
            raise ValueError("The crawler's name is letters, hyphens and underscores.")

    @property
    def user_agent(self) -> str:
        """The User-Agent header."""
        return f"{self.name}/{self.version} (+{addresses.normal(self.contact)})"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a host gave us to ask for a page only if it has changed."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> list[tuple[str, str]]:
        """The conditional headers. What a host gave and no header can hold is left out."""
        pairs = (("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified))
        return [(name, value) for name, value in pairs if value and _SAFE_VALUE.fullmatch(value)]


class _Pool:
    """The connections to one origin, and how many requests use them now."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self.pool = pool
        self.users = 0


class Client:
    """Asks for pages. Use it as ``async with``; it belongs to one event loop.

    ``connections`` is the most for one origin. ``ssl_context`` is for tests: by default certificates are checked.
    """

    def __init__(
        self, guard: Guard, identity: Identity, *, connections: int = 8, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self.identity = identity
        self._backend = PinnedBackend(guard)
        self._connections = connections
        self._ssl_context = ssl_context or httpcore.default_ssl_context()
        self._pools: OrderedDict[str, _Pool] = OrderedDict()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for kept in self._pools.values():
            await kept.pool.aclose()
        self._pools.clear()

    async def get(
        self, address: str, *, validators: Validators | None = None, limits: Limits | None = None
    ) -> tuple[Exchange, float]:
        """The exchange for a normal ``address``, and the loop's time at which the request was sent.

        Raises:
            FetchFailed: for any reason but robots and redirects.
        """
        headers = [("Accept", ACCEPT), ("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.6")]
        headers += [("Accept-Encoding", codings.ACCEPTED), *(validators.headers() if validators else ())]
        return await self._exchange("GET", address, headers, b"", limits or Limits())

    async def post(self, address: str, body: bytes, *, content_type: str, limits: Limits | None = None) -> Exchange:
        """What a normal ``address`` answers to ``body``. It goes through the same guard as every page.

        Raises:
            FetchFailed: there is no answer. An error status is one.
        """
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        return (await self._exchange("POST", address, headers, body, limits or Limits()))[0]

    async def _exchange(
        self, method: str, address: str, headers: list[tuple[str, str]], sent: bytes, limits: Limits
    ) -> tuple[Exchange, float]:
        parts = addresses.parts(address)
        request_headers = [("Host", parts.authority), ("User-Agent", self.identity.user_agent), *headers]
        request = httpcore.Request(
            method,
            httpcore.URL(
                scheme=parts.scheme.encode(),
                host=parts.host.encode(),
                port=parts.port,
                target=parts.target.encode("ascii"),
            ),
            headers=[(name.encode(), value.encode("latin-1")) for name, value in request_headers],
            content=sent,
        )
        if len(self._pools) > _ORIGINS_KEPT:
            await self._let_go()
        started_at = datetime.now(UTC)
        kept = self._pool(parts.origin)
        kept.users += 1
        try:
            async with asyncio.timeout(limits.seconds):
                response, body = await _receive(kept.pool, request, limits)
        except TimeoutError:
            raise FetchFailed(Reason.TOO_SLOW, f"more than {limits.seconds:.0f} s") from None
        except ssl.SSLCertVerificationError as problem:
            raise FetchFailed(Reason.BAD_CERTIFICATE, problem.verify_message) from None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as problem:
            raise FetchFailed(Reason.PROTOCOL, str(problem)[:200]) from None
        except (httpcore.NetworkError, httpcore.TimeoutException, OSError) as problem:
            raise FetchFailed(Reason.UNREACHABLE, str(problem)[:200]) from None
        finally:
            kept.users -= 1
        stream = response.extensions["network_stream"]
        assert isinstance(stream, Stream)  # noqa: S101  # our own backend made it
        received = _readable(response.headers)
        encoding = ", ".join(value for name, value in received if name.lower() == "content-encoding")
        exchange = Exchange(
            address=address,
            ip=stream.ip,
            started_at=started_at,
            ended_at=datetime.now(UTC),
            http_version=response.extensions["http_version"].decode("ascii"),
            method=method,
            target=parts.target,
            request_headers=tuple(request_headers),
            status=response.status,
            reason=_LINE_ENDS.sub(" ", response.extensions.get("reason_phrase", b"").decode("latin-1")),
            headers=received,
            body=body,
            content=_content(body, encoding, limits) if encoding else body,
        )
        return exchange, stream.written_at

    def _pool(self, origin: str) -> _Pool:
        kept = self._pools.get(origin)
        if kept is None:
            kept = self._pools[origin] = _Pool(
                httpcore.AsyncConnectionPool(
                    ssl_context=self._ssl_context,
                    max_connections=self._connections,
                    keepalive_expiry=_KEEP_IDLE_SECONDS,
                    http2=True,
                    network_backend=self._backend,
                )
            )
        self._pools.move_to_end(origin)
        return kept

    async def _let_go(self) -> None:
        """Close the connections to the origins not asked for longest, beyond the few hundred that are kept."""
        idle = [origin for origin, kept in self._pools.items() if not kept.users]
        for origin in idle[: len(self._pools) - _ORIGINS_KEPT]:
            await self._pools.pop(origin).pool.aclose()


async def _receive(
    pool: httpcore.AsyncConnectionPool, request: httpcore.Request, limits: Limits
) -> tuple[httpcore.Response, bytes]:
    response = await pool.handle_async_request(request)
    try:
        pieces: list[bytes] = []
        size = 0
        async for piece in response.aiter_stream():
            size += len(piece)
            pieces.append(piece)
            if size > limits.wire_bytes:
                if not limits.cut:
                    raise FetchFailed(Reason.TOO_LARGE, f"more than {limits.wire_bytes} bytes")
                break
    finally:
        await response.aclose()
    return response, b"".join(pieces)[: limits.wire_bytes]


def _content(body: bytes, encoding: str, limits: Limits) -> bytes:
    try:
        return codings.unpacked(body, encoding, most_bytes=limits.content_bytes)
    except codings.Bomb as bomb:
        raise FetchFailed(Reason.BOMB, str(bomb)) from None
    except codings.TooLarge as problem:
        raise FetchFailed(Reason.TOO_LARGE, str(problem)) from None
    except codings.BadCoding as problem:
        raise FetchFailed(Reason.UNDECODABLE, str(problem)) from None


def _readable(headers: list[tuple[bytes, bytes]]) -> Headers:
    return tuple(
        (_LINE_ENDS.sub(" ", name.decode("latin-1")), _LINE_ENDS.sub(" ", value.decode("latin-1")))
        for name, value in headers
    )
