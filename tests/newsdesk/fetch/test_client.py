from __future__ import annotations

import asyncio
import gzip
import itertools
import zlib

import brotli
import pytest

from huomiao.newsdesk.pipeline.fetch.client import Client, Identity, Limits, Validators
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason
from huomiao.newsdesk.pipeline.fetch.exchange import Exchange
from huomiao.newsdesk.pipeline.fetch.guard import Guard
from tests.newsdesk.fetch.local_host import IDENTITY, LOOPBACK, Answer, Host, Request, checking, running

SMALL = Limits(wire_bytes=50_000, content_bytes=100_000, seconds=5)


def asked(
    host: Host, path: str = "/", *, limits: Limits = SMALL, validators: Validators | None = None
) -> Exchange | Reason:
    async def story() -> Exchange | Reason:
        async with running(host), Client(Guard(allowed=[LOOPBACK]), IDENTITY, ssl_context=checking()) as client:
            try:
                return (await client.get(f"{host.origin}{path}", limits=limits, validators=validators))[0]
            except FetchFailed as failure:
                return failure.reason

    return asyncio.run(story())


def test_an_exchange_is_everything_that_went_over_the_wire():
    body = gzip.compress("江西".encode())
    host = Host(
        {
            "/a?b=c": Answer(
                body,
                headers=(
                    ("Content-Type", 'Text/HTML; Charset="GBK"'),
                    ("Content-Encoding", "gzip"),
                    ("Set-Cookie", "a=1"),
                    ("Set-Cookie", "b=2"),
                ),
            )
        }
    )

    exchange = asked(host, "/a?b=c")

    assert (exchange.status, exchange.reason, exchange.http_version, exchange.method, exchange.target) == (
        200,
        "So",
        "HTTP/1.1",
        "GET",
        "/a?b=c",
    )
    assert (exchange.body, exchange.content) == (body, "江西".encode())
    assert (exchange.media_type, exchange.charset, exchange.ip) == ("text/html", "gbk", "127.0.0.1")
    assert [value for name, value in exchange.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert exchange.started_at <= exchange.ended_at
    # What is said to have been sent is what was received.
    assert {name.lower(): value for name, value in exchange.request_headers} == host.asked[0].headers


def test_every_coding_that_is_asked_for_is_taken_off():
    packers = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}

    def packed(request: Request) -> Answer:
        coding = request.target.strip("/")
        return Answer(packers[coding]("江西".encode()), headers=(("Content-Encoding", coding),))

    for coding in packers:
        host = Host({f"/{coding}": packed})
        assert asked(host, f"/{coding}").content == "江西".encode()
        assert host.asked[0].headers["accept-encoding"].split(", ") == list(packers)


def test_we_say_who_we_are_and_where_to_complain():
    host = Host({"/": Answer()})

    asked(host)

    assert host.asked[0].headers["user-agent"] == "Huomiao/0.1 (+https://press.example.org/crawler)"
    assert "cookie" not in host.asked[0].headers


@pytest.mark.parametrize("contact", ["", "mailto:desk@example.org", "https://example.org\r\nX: y"])
def test_a_crawler_without_a_contact_page_does_not_start(contact):
    with pytest.raises(ValueError):
        Identity(contact=contact)


def test_a_contact_page_may_have_a_chinese_name():
    assert Identity(contact="https://例子.中国/采集").user_agent == (
        "Huomiao/0.1 (+https://xn--fsqu00a.xn--fiqs8s/%E9%87%87%E9%9B%86)"
    )


def test_validators_are_given_back_as_they_were():
    host = Host({"/": Answer(status=304, headers=(("ETag", '"x"'),))})

    exchange = asked(host, validators=Validators('W/"a-1"', "Tue, 05 Dec 2023 10:41:00 GMT"))

    assert (exchange.status, exchange.body) == (304, b"")
    assert host.asked[0].headers["if-none-match"] == 'W/"a-1"'
    assert host.asked[0].headers["if-modified-since"] == "Tue, 05 Dec 2023 10:41:00 GMT"


@pytest.mark.parametrize("hostile", ['"a"\r\nX-Evil: 1', '"a"\nX-Evil: 1', "\x00", '"新"', "x" * 600])
def test_validators_cannot_add_header_lines(hostile):
    host = Host({"/": Answer()})

    asked(host, validators=Validators(hostile, hostile))

    assert not {"if-none-match", "if-modified-since", "x-evil"} & set(host.asked[0].headers)


def test_header_values_hold_no_line_ends():
    folded = b"HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\nContent-Length: 0\r\n\r\n"

    exchange = asked(Host({"/": Answer(raw=folded)}))

    assert exchange is Reason.PROTOCOL or not any("\n" in value or "\r" in value for _name, value in exchange.headers)


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _each in itertools.count():
        writer.write(b"<p>and on</p>" * 100)
        await writer.drain()


async def _endless_chunks(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _each in itertools.count():
        writer.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        await writer.drain()


async def _endless_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        writer.write(b"X-%d: %s\r\n" % (number, b"y" * 500))
        await writer.drain()


async def _endless_hints(writer: asyncio.StreamWriter) -> None:
    for _each in itertools.count():
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        await writer.drain()


async def _silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(write=_endless), Reason.TOO_LARGE),
        (Answer(write=_endless_chunks), Reason.TOO_LARGE),
        (Answer(write=_endless_headers), Reason.PROTOCOL),
        (Answer(b"x" * 60_000), Reason.TOO_LARGE),
        (Answer(gzip.compress(bytes(90_000))[:-20], headers=(("Content-Encoding", "br"),)), Reason.UNDECODABLE),
        (Answer(gzip.compress(bytes(200_000)), headers=(("Content-Encoding", "gzip"),)), Reason.TOO_LARGE),
        (Answer(brotli.compress(bytes(200_000)), headers=(("Content-Encoding", "br"),)), Reason.TOO_LARGE),
        (Answer(raw=b""), Reason.PROTOCOL),
        (Answer(raw=b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), Reason.PROTOCOL),
        (Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), Reason.PROTOCOL),
        (Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), Reason.PROTOCOL),
        (Answer(raw=b"HTTP/1.1 200 OK\r\nX\x00: y\r\n\r\n"), Reason.PROTOCOL),
    ],
)
def test_a_hostile_answer_is_refused(answer, reason):
    assert asked(Host({"/": answer})) is reason


@pytest.mark.parametrize("write", [_silent, _endless_hints])
def test_an_answer_that_never_comes_ends_with_our_patience(write):
    assert asked(Host({"/": Answer(write=write)}), limits=Limits(seconds=0.2)) is Reason.TOO_SLOW


def test_a_body_may_be_cut_where_its_beginning_is_enough():
    exchange = asked(Host({"/": Answer(write=_endless)}), limits=Limits(wire_bytes=5000, cut=True))

    assert len(exchange.body) == 5000


def test_nobody_listening_is_unreachable():
    async def story() -> Reason:
        async with running(Host()) as host:
            origin = host.origin
        async with Client(Guard(allowed=[LOOPBACK]), IDENTITY, ssl_context=checking()) as client:
            with pytest.raises(FetchFailed) as refused:
                await client.get(f"{origin}/")
        return refused.value.reason

    assert asyncio.run(story()) is Reason.UNREACHABLE


def test_connections_are_used_again():
    connections = []

    class Counting(Host):
        async def serve(self, reader, writer):
            connections.append(writer)
            await super().serve(reader, writer)

    async def story() -> None:
        async with (
            running(Counting({"/": Answer(b"x")})) as host,
            Client(Guard(allowed=[LOOPBACK]), IDENTITY, ssl_context=checking()) as client,
        ):
            for _each in range(5):
                await client.get(f"{host.origin}/")

    asyncio.run(story())

    assert len(connections) == 1
