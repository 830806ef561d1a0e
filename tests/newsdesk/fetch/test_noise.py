"""Whatever bytes a host sends, there is an exchange or a reason; nothing else comes out."""

from __future__ import annotations

import asyncio
import random
import ssl

from huomiao.newsdesk.pipeline.fetch.client import Client, Limits
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason
from huomiao.newsdesk.pipeline.fetch.guard import Guard
from tests.newsdesk.fetch.local_host import IDENTITY, LOOPBACK
from tests.newsdesk.fetch.local_tls import contexts

PATIENCE = Limits(wire_bytes=100_000, content_bytes=100_000, seconds=2)
PIECES = [
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 404\r\n", b"HTTP/9.9 999 \xff\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 204 No\r\n", b"\r\n", b"\n",
    b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n",
    b"Content-Encoding: gzip\r\n", b"Content-Encoding: \xff\r\n", b"Connection: close\r\n", b"Connection: upgrade\r\n", b": empty\r\n", b"X" * 3000, b"5\r\nhello\r\n", b"ffffffffffff\r\n",
    b"0\r\n\r\n", b"\x00\xff\x80", b"hello", b"\x1f\x8b\x08",
]  # fmt: skip
# Frames of HTTP/2: settings, ping, go away, headers, data, continuation, push, window; whole, cut and out of place.
FRAMES = [
    b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", b"\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678", b"\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00",
    b"\x00\x00\x01\x01\x04\x00\x00\x00\x01\x88", b"\x00\x00\x01\x01\x05\x00\x00\x00\x01\x88", b"\x00\x00\x05\x00\x01\x00\x00\x00\x01hello", b"\x00\x00\x01\x09\x04\x00\x00\x00\x01\x88",
    b"\x00\x00\x05\x05\x04\x00\x00\x00\x01\x00\x00\x00\x02\x88", b"\x00\x00\x04\x08\x00\x00\x00\x00\x01\x7f\xff\xff\xff", b"\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x08",
    b"\xff\xff\xff\x00\x00\x00\x00\x00\x01", b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00", b"HTTP/1.1 200 OK\r\n\r\n", b"\x00" * 9, b"\x00\x00\x03\x01\x04\x00\x00\x00\x01\xff\xff\xff",
]  # fmt: skip


def noises(pieces: list[bytes], *, start: bytes, count: int) -> list[bytes]:
    chance = random.Random(1269)
    return [start + b"".join(chance.choices(pieces, k=chance.randrange(9))) for _each in range(count)]


async def _outcome(answer: bytes, server_context: ssl.SSLContext | None, client_context: ssl.SSLContext) -> str:
    async def serve(reader, writer):
        try:
            await reader.read(65536)
            writer.write(answer)
            await writer.drain()
            async with asyncio.timeout(0.7):  # time for the client to have its say
                await reader.read()
        except (OSError, TimeoutError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_context)
    origin = f"{'https' if server_context else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with Client(Guard(allowed=[LOOPBACK]), IDENTITY, ssl_context=client_context) as client:
            await client.get(f"{origin}/", limits=PATIENCE)
    except FetchFailed as failure:
        return failure.reason
    finally:
        server.close()
        await asyncio.sleep(0)
    return "answered"


async def _outcomes(
    answers: list[bytes], server_context: ssl.SSLContext | None, client_context: ssl.SSLContext
) -> list[str]:
    outcomes: list[str] = []
    for start in range(0, len(answers), 60):
        some = answers[start : start + 60]
        outcomes += await asyncio.gather(*(_outcome(one, server_context, client_context) for one in some))
    return outcomes


def test_any_bytes_over_http1():
    answers = noises(PIECES, start=b"", count=30) + noises(PIECES, start=b"HTTP/1.1 200 OK\r\n", count=60)

    outcomes = asyncio.run(_outcomes(answers, None, ssl.create_default_context()))

    assert len(outcomes) == len(answers)
    assert {"answered", "protocol"} <= set(outcomes)


def test_any_frames_over_http2(tmp_path):
    server, client = contexts(tmp_path)
    server.set_alpn_protocols(["h2"])
    answers = noises(FRAMES, start=b"", count=20) + noises(FRAMES, start=FRAMES[0] + FRAMES[3], count=40)

    outcomes = asyncio.run(_outcomes(answers, server, client))

    assert len(outcomes) == len(answers)
    assert set(outcomes) <= {"answered", *Reason}
