"""Feeds as a reader's programme sees them: feedparser reads them without a complaint."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import feedparser
import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline import feeds_out
from huomiao.newsdesk.pipeline.feeds_out import Entry, Feed

CHINA = timezone(timedelta(hours=8))
ENTRY = Entry(
    id="urn:example:article:7",
    title='职工 & 创新 <b>"火苗"</b>',
    address="https://news.example/articles/7?a=1&b=2",
    published_at=datetime(2023, 12, 5, 18, 41, 0, 5, tzinfo=CHINA),
    updated_at=datetime(2023, 12, 6, 9, 0, tzinfo=CHINA),
    summary="不是 <script> 也不是 &amp;",
    content="<p>正文 &amp; <a href='https://a.example'>链接</a></p>",
    authors=("甲", "乙"),
    categories=("国内", "工会 & 职工"),
    source="晨光新闻网",
)
FEED = Feed(
    id="https://news.example/feeds/7",
    title="搜索：职工 & 创新",
    address="https://news.example/search?q=%E8%81%8C&order=newest",
    own_address="https://news.example/search.rss?q=%E8%81%8C&order=newest",
    updated_at=datetime(2023, 12, 6, 9, 0, tzinfo=CHINA),
    description="每小时更新",
    publisher="火苗",
    hub="https://hub.example/",
    entries=(ENTRY, replace(ENTRY, id="urn:example:article:6", content="", authors=(), source="")),
)
WRITERS = pytest.mark.parametrize("write", [feeds_out.rss, feeds_out.atom])


@WRITERS
def test_a_feed_reads_back_as_it_was(write):
    read = feedparser.parse(write(FEED))

    assert read.bozo is False
    assert read.version == ("rss20" if write is feeds_out.rss else "atom10")
    assert read.feed.title == FEED.title
    links = {(link["rel"], link["href"]) for link in read.feed.links}
    assert links == {("self", FEED.own_address), ("hub", FEED.hub), ("alternate", FEED.address)}
    first, second = read.entries
    assert (first.id, first.link) == (ENTRY.id, ENTRY.address)
    assert [tag.term for tag in first.tags] == ["国内", "工会 & 职工"]
    assert first.published_parsed[:6] == (2023, 12, 5, 10, 41, 0)
    assert first.content[-1].value == '<p>正文 &amp; <a href="https://a.example">链接</a></p>'
    assert second.id == "urn:example:article:6"


def test_atom_tells_titles_and_authors_as_text():
    (first, second) = feedparser.parse(feeds_out.atom(FEED)).entries

    assert first.title_detail.type == "text/plain"
    assert first.title == ENTRY.title
    assert first.summary == ENTRY.summary
    assert [author.name for author in first.authors] == ["甲", "乙"]
    assert first.updated == "2023-12-06T09:00:00+08:00"
    assert "author" not in second
    assert feedparser.parse(feeds_out.atom(FEED)).feed.author == "火苗"


def test_a_summary_is_never_taken_for_markup():
    item = ElementTree.fromstring(feeds_out.rss(FEED)).find("channel/item")

    assert item.findtext("description") == "不是 &lt;script&gt; 也不是 &amp;amp;"
    assert item.findtext("{http://purl.org/dc/elements/1.1/}source") == "晨光新闻网"


@WRITERS
def test_an_empty_feed_is_a_feed(write):
    read = feedparser.parse(write(replace(FEED, entries=(), hub="", description="", publisher="")))

    assert (read.bozo, read.entries) == (False, [])
    assert "hub" not in {link["rel"] for link in read.feed.links}


@WRITERS
@given(text=st.text(alphabet=st.characters(codec=None), max_size=40))
@settings(max_examples=40)
def test_no_text_breaks_a_feed(write, text):
    entry = replace(
        ENTRY, id=text, title=text, summary=text, content=text, authors=(text,), categories=(text,), source=text
    )

    written = write(replace(FEED, title=text, description=text, publisher=text, entries=(entry,)))

    ElementTree.fromstring(written)


@WRITERS
@pytest.mark.parametrize("address", ["javascript:alert(1)", "/articles/7", "", 'https://a.example/">'])
def test_only_web_addresses_are_given_out(write, address):
    with pytest.raises(ValueError, match="address"):
        write(replace(FEED, entries=(replace(ENTRY, address=address),)))


def test_a_reader_who_has_it_is_told_so():
    body = feeds_out.atom(FEED)
    sent = feeds_out.headers(FEED, body)
    tag = sent["ETag"]

    assert sent["Last-Modified"] == "Wed, 06 Dec 2023 01:00:00 GMT"
    assert sent["Link"] == f'<{FEED.own_address}>; rel="self", <https://hub.example/>; rel="hub"'
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        assert feeds_out.is_known(sent, if_none_match=known)
    assert feeds_out.is_known(sent, if_modified_since=sent["Last-Modified"])
    assert feeds_out.is_known(sent, if_modified_since="Thu, 07 Dec 2023 00:00:00 GMT")


def test_a_reader_who_has_another_is_not():
    sent = feeds_out.headers(FEED, feeds_out.rss(FEED))
    changed = replace(FEED, entries=FEED.entries[:1])

    assert feeds_out.headers(changed, feeds_out.rss(changed))["ETag"] != sent["ETag"]
    for unknown in ('"x"', "x", sent["ETag"].strip('"')):
        # The tag decides alone, whatever the time says.
        assert not feeds_out.is_known(sent, if_none_match=unknown, if_modified_since=sent["Last-Modified"])
    for since in ("", "gestern", "Wed, 06 Dec 2023 00:59:59 GMT", "Wed, 99 Dec 2023 00:00:00 GMT"):
        assert not feeds_out.is_known(sent, if_modified_since=since)


def test_a_time_without_a_zone_is_taken_for_greenwich():
    sent = feeds_out.headers(FEED, b"")

    assert feeds_out.is_known(sent, if_modified_since="Wed, 06 Dec 2023 01:00:00 -0000")
    assert sent["Last-Modified"] == FEED.updated_at.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
