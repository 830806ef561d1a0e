from __future__ import annotations

import asyncio

import pytest

from huomiao.newsdesk.pipeline.fetch.client import Limits, Validators
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, HostRests, Reason
from huomiao.newsdesk.pipeline.fetch.exchange import Fetched
from huomiao.newsdesk.pipeline.fetch.fetcher import Fetcher
from huomiao.newsdesk.pipeline.fetch.politeness import Pace, Politeness
from tests.newsdesk.fetch.local_host import IDENTITY, Answer, Host, fetching, running
from tests.newsdesk.fetch.local_tls import contexts, http2_host
from tests.newsdesk.fetch.virtual_time import run


def to(location: str, status: int = 302) -> Answer:
    return Answer(status=status, headers=(("Location", location),))


def fetched(host: Host, path: str = "/") -> Fetched | Reason:
    async def story() -> Fetched | Reason:
        async with running(host), fetching() as fetcher:
            try:
                return await fetcher.fetch(f"{host.origin}{path}")
            except FetchFailed as failure:
                return failure.reason

    return asyncio.run(story())


def test_redirects_are_followed_and_kept_one_by_one():
    host = Host(
        {"/": to("a/b"), "/a/b": to("/新?x=1#top".encode().decode("latin-1"), 307), "/%E6%96%B0?x=1": Answer(b"there")}
    )

    result = fetched(host)

    assert [(one.target, one.status) for one in result.exchanges] == [
        ("/", 302),
        ("/a/b", 307),
        ("/%E6%96%B0?x=1", 200),
    ]
    assert (result.last.content, result.moved_to) == (b"there", "")


@pytest.mark.parametrize(("statuses", "moved"), [((301, 308), True), ((301, 302), False), ((303,), False)])
def test_only_redirects_for_good_move_an_address(statuses, moved):
    pages = {f"/{number}": to(f"/{number + 1}", status) for number, status in enumerate(statuses)}
    host = Host({**pages, f"/{len(statuses)}": Answer(b"there")})

    result = fetched(host, "/0")

    assert result.moved_to == (f"{host.origin}/{len(statuses)}" if moved else "")


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ({"/": to("/")}, Reason.REDIRECTS),
        ({"/": to("/a"), "/a": to("/")}, Reason.REDIRECTS),
        ({"/": to("/1")} | {f"/{number}": to(f"/{number + 1}") for number in range(1, 9)}, Reason.REDIRECTS),
        ({"/": to("http://a b/")}, Reason.BAD_ADDRESS),
        ({"/": to("data:text/html,x")}, Reason.BAD_ADDRESS),
        ({"/": to("/" + "a" * 5000)}, Reason.BAD_ADDRESS),
    ],
)
def test_redirects_that_lead_nowhere_end(pages, reason):
    host = Host(pages)

    assert fetched(host) is reason
    assert len(host.targets) <= 6


def test_a_redirect_without_a_target_is_an_answer():
    assert fetched(Host({"/": Answer(b"moved", status=302)})).last.status == 302


def test_a_redirect_cannot_smuggle_a_header_line():
    host = Host({"/": to("/a%0d%0aX-Evil:%201\tb"), "/a%0D%0AX-Evil:%201b": Answer(b"there")})

    assert fetched(host).last.status == 200
    assert all("x-evil" not in request.headers for request in host.asked)


def test_validators_are_for_the_first_address_only():
    host = Host({"/": to("/a"), "/a": Answer(b"there")})

    async def story() -> None:
        async with running(host), fetching() as fetcher:
            await fetcher.fetch(f"{host.origin}/", validators=Validators('"x"'))

    asyncio.run(story())

    assert [(request.target, request.headers.get("if-none-match")) for request in host.asked[1:]] == [
        ("/", '"x"'),
        ("/a", None),
    ]


def test_an_overloaded_host_is_left_alone_as_long_as_it_says():
    host = Host({"/": Answer(status=503, headers=(("Retry-After", "3600"),))})

    async def story() -> tuple[int, float]:
        async with running(host), fetching() as fetcher:
            status = (await fetcher.fetch(f"{host.origin}/")).last.status
            with pytest.raises(HostRests) as resting:
                await fetcher.fetch(f"{host.origin}/")
            return status, resting.value.seconds

    status, seconds = asyncio.run(story())

    assert status == 503
    assert 3500 < seconds <= 3600
    assert host.targets == ["/"]


def test_the_pause_after_a_failure_counts_from_when_it_was_known():
    sent: list[float] = []

    class Breaking:
        identity = IDENTITY

        async def get(self, address, **options):
            sent.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.7)
            raise FetchFailed(Reason.PROTOCOL)

    async def story() -> None:
        fetcher = Fetcher(Breaking(), Politeness(Pace(delay_seconds=1.0)))
        for _each in range(2):
            with pytest.raises(FetchFailed):
                await fetcher._ask("http://news.example.com/", None, Limits())

    run(story())

    assert sent == [0.0, 1.7]


def test_http2_is_spoken_where_the_host_does(tmp_path):
    server, client = contexts(tmp_path)
    asked: list[dict[str, str]] = []

    async def story() -> Fetched:
        async with (
            http2_host(server, b"there" * 3_000, asked=asked) as origin,
            fetching(ssl_context=client) as fetcher,
        ):
            both = await asyncio.gather(*(fetcher.fetch(f"{origin}/{number}") for number in range(4)))
            return both[-1]

    result = asyncio.run(story())

    assert (result.last.http_version, result.last.content, result.last.ip) == ("HTTP/2", b"there" * 3_000, "127.0.0.1")
    assert sorted(headers[":path"] for headers in asked) == ["/0", "/1", "/2", "/3", "/robots.txt"]
    assert asked[0]["user-agent"].startswith("Huomiao/")


def test_a_certificate_that_nobody_vouches_for_is_said_so(tmp_path):
    server, _client = contexts(tmp_path)

    async def story() -> Reason:
        async with running(Host({"/": Answer(b"x")}), ssl_context=server) as host, fetching() as fetcher:
            with pytest.raises(FetchFailed) as refused:
                await fetcher.fetch(f"{host.origin}/")
            return refused.value.reason

    assert asyncio.run(story()) is Reason.BAD_CERTIFICATE
