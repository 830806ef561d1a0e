from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline import codings
from huomiao.newsdesk.pipeline.discover import sitemaps
from huomiao.newsdesk.pipeline.discover.moments import CHINA
from huomiao.newsdesk.pipeline.fetch.kinds import Kind

BASE = "https://news.example.com/sitemap.xml"

URLSET = """<?xml version="1.0" encoding="UTF-8"?><!-- made today -->
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><image:image><image:loc>https://news.example.com/a.jpg</image:loc></image:image><loc> https://news.example.com/gn/1.html?a=1&amp;b=2 </loc><lastmod>2023-12-05</lastmod></url>
<url><loc><![CDATA[https://news.example.com/gn/2.html?a=1&b=2]]></loc></url>
<url><loc>https://news.example.com/gn/2.html?a=1&amp;b=2</loc></url>
<url><loc>mailto:a@example.com</loc></url><url></url></urlset>"""

NEWS = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url>
<loc>https://news.example.com/gn/3.html</loc><n:news><n:publication><n:name>示例网</n:name></n:publication>
<n:publication_date>2023-12-05T10:41:00Z</n:publication_date><n:title>技能竞赛 &amp; 岗位练兵</n:title></n:news></url></urlset>"""

INDEX = """<sm:sitemapindex xmlns:sm="http://www.sitemaps.org/schemas/sitemap/0.9"><sm:sitemap><sm:loc>/sitemaps/2023-12.xml.gz</sm:loc>
<sm:lastmod>2023-12-05T18:41:00+08:00</sm:lastmod></sm:sitemap></sm:sitemapindex>"""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_sitemap_lists_pages_once_with_their_days(pack):
    sitemap = sitemaps.parse(pack(URLSET.encode()), base=BASE)

    assert [(one.address, one.published_at) for one in sitemap.entries] == [
        ("https://news.example.com/gn/1.html?a=1&b=2", datetime(2023, 12, 5, tzinfo=CHINA)),
        ("https://news.example.com/gn/2.html?a=1&b=2", None),
    ]
    assert (sitemap.is_index, sitemap.is_news) == (False, False)


def test_a_news_sitemap_has_titles_and_times():
    sitemap = sitemaps.parse(NEWS.encode(), base=BASE)

    assert sitemap.is_news
    assert [(one.title, one.published_at) for one in sitemap.entries] == [
        ("技能竞赛 & 岗位练兵", datetime(2023, 12, 5, 10, 41, tzinfo=UTC))
    ]


def test_an_index_leads_to_sitemaps():
    sitemap = sitemaps.parse(INDEX.encode(), base=BASE)

    assert sitemap.is_index
    assert [(one.address, one.kind) for one in sitemap.entries] == [
        ("https://news.example.com/sitemaps/2023-12.xml.gz", Kind.SITEMAP)
    ]


def test_a_text_sitemap_has_an_address_a_line():
    sitemap = sitemaps.parse(
        "\ufeffhttps://news.example.com/1\r\n\r\nhttps://news.example.com/新\r\n".encode(), base=BASE
    )

    assert [one.address for one in sitemap.entries] == [
        "https://news.example.com/1",
        "https://news.example.com/%E6%96%B0",
    ]


def test_a_sitemap_that_breaks_off_gives_what_is_there():
    assert len(sitemaps.parse(URLSET[: URLSET.index("<url><loc><![CDATA")].encode(), base=BASE).entries) == 1


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b"hello", b"https://news.example.com/ and more", b"\x00" * 100]
)
def test_what_is_no_sitemap_is_none(content):
    assert sitemaps.parse(content, base=BASE) is None


def test_entities_stay_as_they_are():
    bomb = (
        '<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        + URLSET.replace("gn/1", "&b;&f;")
    )

    sitemap = sitemaps.parse(bomb.encode(), base=BASE)

    assert sitemap.entries[0].address == "https://news.example.com/&b;&f;.html?a=1&b=2"


def test_a_gzipped_bomb_is_refused():
    with pytest.raises(codings.TooLarge):
        sitemaps.parse(gzip.compress(b"<urlset>" + bytes(100 * 1024 * 1024), 1), base=BASE)


@pytest.mark.parametrize(
    "piece",
    [b"<url>", b"<url><loc>", b"<loc>", b"<url><loc></loc>", b"< loc", b"<url><loc>/1</loc><lastmod>2023", b"&#x41;"],
)
def test_hostile_sitemaps_do_not_keep_us(piece):
    began = time.process_time()

    sitemap = sitemaps.parse(b"<urlset>" + piece * (1024 * 1024 // len(piece)), base=BASE)

    assert len(sitemap.entries) <= sitemaps.MOST_ENTRIES
    assert time.process_time() - began < 10


@settings(max_examples=40)
@given(st.binary(max_size=300), st.sampled_from([b"<urlset >", b"<urlset><url><loc>", b"<sitemapindex><sitemap>", b""]))
def test_any_bytes_are_a_sitemap_or_none(rest, start):
    sitemap = sitemaps.parse(start + rest, base=BASE)

    assert sitemap is None or all(one.address.startswith("http") for one in sitemap.entries)
