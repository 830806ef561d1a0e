from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.fetch import robots
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason
from huomiao.newsdesk.pipeline.fetch.robots import KEEP_FAILURE_SECONDS, KEEP_SECONDS
from tests.newsdesk.fetch.local_host import Answer, Host, fetching, running

FORBIDS = (
    b"User-agent: *\nDisallow: /private\nAllow: /private/open\n\nUser-agent: huomiao\nDisallow: /ours\nCrawl-delay: 2\n"
)
EVERYTHING_FORBIDDEN = b"User-agent: *\nDisallow: /\n"


def outcome(host: Host, path: str = "/page") -> Reason | int:
    async def story() -> Reason | int:
        async with running(host), fetching() as fetcher:
            try:
                return (await fetcher.fetch(f"{host.origin}{path}")).last.status
            except FetchFailed as failure:
                return failure.reason

    host.pages.setdefault("/page", Answer(b"page"))
    return asyncio.run(story())


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(FORBIDS), 200),
        (Answer(EVERYTHING_FORBIDDEN), Reason.ROBOTS),
        (Answer(EVERYTHING_FORBIDDEN, status=206), Reason.ROBOTS),
        (Answer(b""), 200),
        (Answer(b"<html>not found</html>"), 200),
        (Answer(EVERYTHING_FORBIDDEN, status=404), 200),
        (Answer(EVERYTHING_FORBIDDEN, status=403), 200),
        (Answer(EVERYTHING_FORBIDDEN, status=401), 200),
        (Answer(status=429, headers=(("Retry-After", "0"),)), Reason.ROBOTS_UNREACHABLE),
        (Answer(status=500), Reason.ROBOTS_UNREACHABLE),
        (Answer(status=503, headers=(("Retry-After", "0"),)), Reason.ROBOTS_UNREACHABLE),
        (Answer(raw=b"nonsense\r\n\r\n"), Reason.PROTOCOL),
        (Answer(status=301, headers=(("Location", "/robots.txt"),)), 200),
        (Answer(status=302, headers=(("Location", "/more.txt"),)), Reason.ROBOTS),
        (Answer(status=302, headers=(("Location", "http://10.0.0.1/robots.txt"),)), Reason.ROBOTS_UNREACHABLE),
        (Answer(b"\x1f\x8b" + b"x" * 99, headers=(("Content-Encoding", "gzip"),)), Reason.ROBOTS_UNREACHABLE),
    ],
)
def test_what_robots_txt_answers_decides_as_rfc_9309_says(answer, expected):
    assert outcome(Host({"/robots.txt": answer, "/more.txt": Answer(EVERYTHING_FORBIDDEN)})) == expected


def test_more_than_five_redirects_are_no_robots_txt():
    pages = {"/robots.txt": Answer(status=302, headers=(("Location", "/1"),))}
    pages |= {f"/{number}": Answer(status=302, headers=(("Location", f"/{number + 1}"),)) for number in range(1, 9)}

    assert outcome(Host({**pages, "/9": Answer(EVERYTHING_FORBIDDEN)})) == 200
    assert outcome(Host({**pages, "/5": Answer(EVERYTHING_FORBIDDEN)})) == Reason.ROBOTS


def test_what_is_forbidden_is_never_asked_for():
    host = Host({"/robots.txt": Answer(EVERYTHING_FORBIDDEN)})

    outcome(host)

    assert host.targets == []


def test_the_target_of_a_redirect_is_asked_about_too():
    host = Host(
        {
            "/robots.txt": Answer(FORBIDS),
            "/page": Answer(status=302, headers=(("Location", "/ours/x"),)),
            "/ours/x": Answer(b"secret"),
        }
    )

    assert outcome(host) is Reason.ROBOTS
    assert host.targets == ["/page"]


@pytest.mark.parametrize(
    ("agent", "path", "may"),
    [
        ("Huomiao", "/ours/a", False),
        ("Huomiao", "/private/a", True),
        ("Other", "/private/a", False),
        ("Other", "/private/open/a", True),
        ("Other", "/ours", True),
    ],
)
def test_the_group_that_names_us_is_ours(agent, path, may):
    assert robots.parse(FORBIDS, agent=agent).allow(f"https://example.com{path}") is may


def test_rules_carry_the_pause_and_the_sitemaps():
    rules = robots.parse(
        FORBIDS + b"Sitemap: /a.xml\nSitemap: https://example.com/b.xml\nSitemap: file:///etc/passwd\n",
        agent="Huomiao",
        origin="https://example.com",
    )

    assert rules.crawl_delay == 2
    assert rules.sitemaps == ("https://example.com/a.xml", "https://example.com/b.xml")


@pytest.mark.parametrize("delay", [b"-5", b"nan", b"abc", b"1e999", b"9" * 400])
def test_a_crawl_delay_that_is_none_stops_nothing(delay):
    rules = robots.parse(b"User-agent: *\nCrawl-delay: " + delay, agent="Huomiao")

    assert rules.crawl_delay is None or 0 <= rules.crawl_delay <= float("inf")


POISON = [
    b"User-agent: *\nDisallow: /" + b"*a" * 5000 + b"b\n",
    b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*a*a*a*b$\n" * 10_000,
    b"User-agent: *\n" + b"Disallow: /x\n" * 100_000,
    b"User-agent: a\n" * 40_000 + b"Disallow: /",
    b"\x00" * 600_000,
    b"User-agent: *\nDisallow: /" + b"%" * 500_000,
    b"Sitemap: https://example.com/" + b"a" * 500_000 + b"\n" + b"Sitemap: /a\n" * 10_000,
    "User-agent: *\nDisallow: /新".encode("utf-16"),
]


@pytest.mark.parametrize("content", POISON, ids=range(len(POISON)))
def test_a_poisoned_robots_txt_does_not_keep_us(content):
    began = time.process_time()

    rules = robots.parse(content, agent="Huomiao", origin="https://example.com")
    for number in range(20):
        rules.allow(f"https://example.com/{'a' * 1000}{number}")

    assert len(rules.sitemaps) <= 200
    assert time.process_time() - began < 10


def test_only_the_beginning_of_an_endless_robots_txt_is_read():
    content = EVERYTHING_FORBIDDEN + b"# and on\n" * 200_000

    assert outcome(Host({"/robots.txt": Answer(content)})) is Reason.ROBOTS


def test_robots_txt_is_asked_for_once_a_day_and_sooner_where_it_failed():
    now = [0.0]
    content = b"User-agent: *\nDisallow: /private\n"
    host = Host({"/page": Answer()})

    async def story() -> list[int]:
        async with running(host), fetching() as fetcher:
            fetcher.robots._clock = lambda: now[0]
            counts = []
            for moment, status in [
                (0, 200),
                (KEEP_SECONDS - 1, 200),
                (KEEP_SECONDS + 1, 500),
                (KEEP_SECONDS + KEEP_FAILURE_SECONDS + 2, 200),
            ]:
                now[0] = moment
                host.pages["/robots.txt"] = Answer(content, status=status)
                # Older rules stand while new ones cannot be had.
                await asyncio.gather(*(fetcher.fetch(f"{host.origin}/page") for _each in range(3)))
                counts.append(sum(request.target == "/robots.txt" for request in host.asked))
            return counts

    assert asyncio.run(story()) == [1, 1, 2, 3]


@settings(max_examples=50)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"User-agent: *\nDisallow: ", b"User-agent: huomiao\nCrawl-delay: ", b"Sitemap: ", b""]),
)
def test_any_bytes_are_rules(rest, start):
    rules = robots.parse(start + rest, agent="Huomiao", origin="https://example.com")

    assert rules.allow("https://example.com/robots.txt") in {True, False}
