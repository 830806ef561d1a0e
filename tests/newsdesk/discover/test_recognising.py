from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.discover.recognising import Answer, Findings, look, what_is
from huomiao.newsdesk.pipeline.discover.websub import Hub
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason
from huomiao.newsdesk.pipeline.fetch.kinds import Kind
from tests.newsdesk.fetch.local_host import Answer as Says
from tests.newsdesk.fetch.local_host import Host, fetching, running

FEED = "<rss version='2.0'><channel><title>要闻</title>{}</channel></rss>".format(
    "".join(
        f"<item><title>技能竞赛之{at}</title><link>/gn/{at}.html</link><pubDate>2023-12-05 18:{at:02}:00</pubDate></item>"
        for at in range(20)
    )
)
EMPTY_FEED = "<rss version='2.0'><channel><title>空</title></channel></rss>"
SITEMAP = "<urlset>{}</urlset>".format("".join(f"<url><loc>/gn/{at}.html</loc></url>" for at in range(20)))
ROWS = "".join(
    f'<li><a href="/gn/2023/12-05/{at}.shtml">江西点燃职工创新火苗之{at}</a> 2023-12-05</li>' for at in range(12)
)
HOME = f"""<html><head><title>示例新闻网</title><link rel=alternate type="application/rss+xml" href="/feed.xml">
<link rel=alternate type="application/atom+xml" href="/gone.xml"></head><body><ul>{ROWS}</ul><a href="/rss/empty.xml">RSS</a>
<a href="https://elsewhere.example.org/feed">feed</a></body></html>"""
ARTICLE = (
    "<html><head><meta property='og:type' content='article'><title>技能竞赛</title></head><body>"
    "<p>" + "江西点燃职工创新火苗。" * 30 + "</p></body></html>"
)


def said(content: str, *headers: tuple[str, str]) -> Findings:
    return what_is("https://news.example.com/x", content.encode(), headers)


@pytest.mark.parametrize(
    ("content", "answer", "count"),
    [
        (FEED, Answer.FEED, 20),
        (SITEMAP, Answer.SITEMAP, 20),
        (HOME, Answer.LIST, 12),
        (ARTICLE, Answer.ARTICLE, None),
        ("<html><body>hello</body></html>", Answer.OTHER, None),
        ("%PDF-1.7", Answer.OTHER, None),
        ("", Answer.OTHER, None),
    ],
)
def test_an_answer_is_recognised_by_its_content(content, answer, count):
    findings = said(content, ("Content-Type", "text/html"))

    assert findings.answer is answer
    assert [way.count for way in findings.ways] == ([count] if count else [])


def test_a_hub_is_found_in_headers_feeds_and_heads():
    hub = Hub("https://hub.example.org/", "https://news.example.com/x")

    assert said(FEED, ("Link", "<https://hub.example.org/>; rel=hub")).ways[0].hub == hub
    assert (
        said(
            FEED.replace(
                "<item>",
                "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='https://hub.example.org/'/><item>",
                1,
            )
        )
        .ways[0]
        .hub
        == hub
    )
    assert said(HOME.replace("<head>", "<head><link rel=hub href='https://hub.example.org/'>")).ways[0].hub == hub


def looked(host: Host, path: str = "/") -> Findings:
    async def story() -> Findings:
        async with running(host), fetching() as fetcher:
            return await look(f"{host.origin}{path}", fetcher)

    return asyncio.run(story())


def test_an_address_alone_gives_every_way_to_watch_the_site_the_best_first():
    host = Host(
        {
            "/": Says(HOME.encode()),
            "/feed.xml": Says(FEED.encode()),
            "/rss/empty.xml": Says(EMPTY_FEED.encode()),
            "/robots.txt": Says(b"User-agent: *\nDisallow: /private\nSitemap: /news.xml\nSitemap: /missing.xml\n"),
            "/news.xml": Says(SITEMAP.encode()),
        }
    )

    findings = looked(host)

    assert (findings.answer, findings.title) == (Answer.LIST, "示例新闻网")
    assert [(way.address, way.kind, way.count) for way in findings.ways] == [
        (f"{host.origin}/feed.xml", Kind.FEED, 20),
        (f"{host.origin}/", Kind.LIST, 12),
        (f"{host.origin}/news.xml", Kind.SITEMAP, 20),
    ]
    assert findings.ways[1].patterns[0].examples[0].title.startswith("江西点燃职工创新火苗之")
    # What other sites offer, and what robots.txt forbids, is not asked for.
    assert sorted(host.targets) == ["/", "/feed.xml", "/gone.xml", "/missing.xml", "/news.xml", "/rss/empty.xml"]


def test_an_index_of_sitemaps_shows_what_its_newest_one_lists():
    index = "<sitemapindex>{}</sitemapindex>".format(
        "".join(
            f"<sitemap><loc>/{year}.xml</loc><lastmod>{year}-12-05</lastmod></sitemap>" for year in (2021, 2023, 2022)
        )
    )
    host = Host({"/sitemap.xml": Says(index.encode()), "/2023.xml": Says(SITEMAP.encode())})

    findings = looked(host, "/sitemap.xml")

    assert [(way.address, way.count) for way in findings.ways] == [(f"{host.origin}/sitemap.xml", 20)]
    assert host.targets == ["/sitemap.xml", "/2023.xml"]


def test_indexes_of_indexes_end():
    host = Host({"/": Says(b"<sitemapindex><sitemap><loc>/</loc></sitemap></sitemapindex>")})

    assert looked(host).ways == ()
    assert len(host.targets) < 5


def test_the_address_of_an_article_gives_the_ways_to_watch_its_site():
    host = Host(
        {"/": Says(HOME.encode()), "/gn/2023/12-05/7.shtml": Says(ARTICLE.encode()), "/feed.xml": Says(FEED.encode())}
    )

    findings = looked(host, "/gn/2023/12-05/7.shtml")

    assert findings.answer is Answer.ARTICLE
    assert [way.address for way in findings.ways] == [f"{host.origin}/feed.xml", f"{host.origin}/"]


def test_a_page_with_an_address_like_those_it_links_is_an_article():
    page = f"<html><body><p>江西点燃职工创新火苗</p><ul>{ROWS}</ul></body></html>".encode()

    assert what_is("https://news.example.com/gn/2023/12-05/99.shtml", page, ()).answer is Answer.ARTICLE
    assert what_is("https://news.example.com/gn/", page, ()).answer is Answer.LIST


def test_the_address_of_a_feed_is_that_feed_and_nothing_more_is_asked():
    host = Host({"/feed.xml": Says(FEED.encode())})

    findings = looked(host, "/feed.xml")

    assert [way.kind for way in findings.ways] == [Kind.FEED]
    assert host.targets == ["/feed.xml"]


def test_an_address_without_its_scheme_is_tried_both_ways():
    host = Host({"/": Says(HOME.encode())})

    async def story() -> Findings:
        async with running(host), fetching() as fetcher:
            return await look(f" 127.0.0.1:{host.port} ", fetcher)

    assert asyncio.run(story()).answer is Answer.LIST


def test_an_address_that_cannot_be_had_says_why():
    with pytest.raises(FetchFailed) as refused:
        looked(Host({"/robots.txt": Says(b"User-agent: *\nDisallow: /")}))

    assert refused.value.reason is Reason.ROBOTS


@pytest.mark.parametrize(
    ("status", "reason"), [(404, Reason.GONE), (403, Reason.REFUSED), (500, Reason.SERVER_ERROR), (503, Reason.BUSY)]
)
def test_an_error_page_is_no_source(status, reason):
    with pytest.raises(FetchFailed) as refused:
        looked(Host({"/": Says(HOME.encode(), status=status)}))

    assert refused.value.reason is reason


@settings(max_examples=50)
@given(
    st.binary(max_size=400),
    st.sampled_from(["text/html", 'application/rss+xml; charset="\xff', "text/xml; charset=utf-7", ""]),
)
def test_any_bytes_are_something(content, content_type):
    assert what_is("https://news.example.com/", content, (("Content-Type", content_type),)).answer in Answer
