"""The bridge between the server and Django: what a request is turned into, and how files and crowds are handled."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest

from huomiao import asgi
from huomiao.core import serving


def scope(headers=(), query=b"") -> dict[str, Any]:
    return {"type": "http", "path": "/", "method": "GET", "headers": list(headers), "query_string": query}


def test_a_header_that_passes_for_a_proxys_is_dropped():
    plain = asgi._plain(scope([(b"x_forwarded_for", b"1.1.1.1"), (b"x-forwarded-for", b"2.2.2.2")]))

    assert plain["headers"] == [(b"x-forwarded-for", b"2.2.2.2")]


def test_cookies_sent_in_pieces_are_put_together():
    plain = asgi._plain(scope([(b"cookie", b"a=1"), (b"host", b"x"), (b"cookie", b"b=2")]))

    assert plain["headers"] == [(b"host", b"x"), (b"cookie", b"a=1; b=2")]


@pytest.mark.parametrize(
    ("sent", "read"),
    [(b"q=%E7%81%AB&x=a+b", b"q=%E7%81%AB&x=a+b"), ("q=火".encode(), b"q=%E7%81%AB"), (b"q=\xff&y=1", b"q=%FF&y=1")],
)
def test_an_address_is_always_in_ascii(sent, read):
    assert asgi._plain(scope(query=sent))["query_string"] == read


def test_a_file_is_sent_in_blocks_worth_the_trip():
    file = io.BytesIO(b"x" * 600_000)

    assert [len(block) for block in asgi._Blocks(file, 4096)] == [262_144, 262_144, 75_712]


def test_too_many_who_wait_are_told_so():
    application = asgi.Application()
    application._waiting = asgi.MOST_PAGES
    sent: list[dict[str, Any]] = []

    async def send(message):
        sent.append(message)

    asyncio.run(application._page(scope(), None, send))

    assert sent[0]["status"] == 503
    assert (b"retry-after", b"5") in sent[0]["headers"]
    assert application._waiting == asgi.MOST_PAGES


def test_the_server_serves_the_whole_site():
    server = serving.server("127.0.0.1", 8000, workers=2)

    assert (server.target, server.workers, server.respawn_failed_workers) == ("huomiao.asgi:application", 2, True)
