from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.discover import feeds
from huomiao.newsdesk.pipeline.discover.moments import CHINA

BASE = "https://news.example.com/rss/gn.xml"

RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>
<title>国内要闻</title><link>https://news.example.com/</link><ttl>15</ttl>
<atom:link rel="hub" href="https://hub.example.org/"/><atom:link rel="self" href="https://news.example.com/rss/gn.xml"/>
<item><title><![CDATA[技能竞赛<b>带动</b>岗位练兵]]></title><link>/gn/1.html?utm_source=rss</link>
<pubDate>Tue, 05 Dec 2023 18:41:00 +0800</pubDate><category>国内</category></item>
<item><title>五小成果</title><link>https://news.example.com/gn/2.html</link><pubDate>2023-12-05 18:41:00</pubDate></item>
<item><title>同一篇</title><link>https://news.example.com/gn/2.html</link></item>
<item><title>没有地址</title></item><item><title>x</title><link>javascript:alert(1)</link></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Notes</title><link rel="self" href="/atom"/>
<entry><title type="html">A &amp;lt;b&amp;gt; c</title><link rel="alternate" href="a/1"/><updated>2023-12-05T10:41:00Z</updated></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>旧式</title></channel><item><title>一</title><link>https://news.example.com/3</link><dc:date>2023-12-05T18:41+08:00</dc:date></item></rdf:RDF>"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "要闻", "feed_url": "/feed.json", "hubs": [{"type": "WebSub", "url": "https://hub.example.org/"}],
"items": [{"url": "/gn/4.html", "title": "四", "date_published": "2023-12-05T18:41:00+08:00", "tags": ["国内"]}, {"id": "no address"}, 7]}"""

MINUTE = datetime(2023, 12, 5, 18, 41, tzinfo=CHINA)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "big5"])
def test_rss_is_read_in_any_charset(encoding):
    text = RSS.format(encoding=encoding).replace("带动", "帶動" if encoding == "big5" else "带动")
    if encoding == "big5":
        text = "".join(character for character in text if character.encode("big5", "ignore"))

    feed = feeds.parse(text.encode(encoding), base=BASE)

    assert [one.address for one in feed.items] == [
        "https://news.example.com/gn/1.html",
        "https://news.example.com/gn/2.html",
    ]
    assert [one.published_at for one in feed.items] == [MINUTE, MINUTE]
    assert (feed.hub, feed.address, feed.calm_seconds) == ("https://hub.example.org/", BASE, 900)
    if encoding != "big5":
        assert (feed.title, feed.items[0].title, feed.items[0].category) == ("国内要闻", "技能竞赛带动岗位练兵", "国内")


def test_a_feed_with_the_wrong_label_is_read_by_its_bytes():
    feed = feeds.parse(RSS.format(encoding="utf-8").encode("gbk"), base=BASE, charset="iso-8859-1")

    assert feed.items[1].title == "五小成果"


@pytest.mark.parametrize(
    ("content", "address"),
    [
        (ATOM, "https://news.example.com/rss/a/1"),
        (RDF, "https://news.example.com/3"),
        (JSON, "https://news.example.com/gn/4.html"),
    ],
)
def test_other_kinds_of_feed_are_read(content, address):
    feed = feeds.parse(content.encode(), base=BASE)

    assert [(one.address, one.published_at) for one in feed.items] == [(address, MINUTE)]


def test_json_feeds_name_their_hub():
    feed = feeds.parse(JSON.encode(), base=BASE)

    assert (feed.title, feed.hub, feed.address) == (
        "要闻",
        "https://hub.example.org/",
        "https://news.example.com/feed.json",
    )


def test_a_feed_that_is_not_well_formed_is_read_all_the_same():
    broken = RSS.format(encoding="utf-8").replace("</item>", "", 1).replace("国内要闻", "国内 & 要闻 <br>")

    assert "https://news.example.com/gn/2.html" in [
        one.address for one in feeds.parse(broken.encode(), base=BASE).items
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body>feed</body></html>", b"{}", b'{"version": 1}', b"[" * 100_000, b'{"a":' * 100_000, b"\x00\xff"],
)
def test_what_is_no_feed_is_none(content):
    assert feeds.parse(content, base=BASE) is None


def laughs(declarations: str) -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE rss [{declarations}]>{RSS[RSS.index("<rss") :]}'.replace(
        "五小成果", "五小&big;成果"
    ).encode()


@pytest.mark.parametrize(
    "declarations",
    [
        '<!ENTITY a "ha">'
        + "".join(
            f'<!ENTITY {new} "{("&" + old + ";") * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True)
        )
        + '<!ENTITY big "&j;">',
        f'<!ENTITY big "{"ha" * 20_000}">',
        '<!ENTITY big SYSTEM "file:///etc/passwd">',
        '<!ENTITY % outside SYSTEM "http://127.0.0.1:9/x.dtd"> %outside;',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_neither_expanded_nor_fetched(declarations, encoding):
    feed = feeds.parse(laughs(declarations).decode().encode(encoding), base=BASE)

    assert len(feed.items) == 2
    assert all(len(one.title) < 100 for one in feed.items)
    assert "root:" not in str(feed)


def test_a_doctype_hidden_behind_a_false_root_is_not_believed():
    content = b'<!-- <rss > --><!DOCTYPE rss [<!ENTITY big SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&big;</title><link>/1</link></item></channel></rss>'

    assert "root:" not in str(feeds.parse(content, base=BASE))


@pytest.mark.parametrize(
    "content",
    [
        b"<rss><channel>" + b"<item>" * 100_000,
        b"<rss><channel><item><title>" + b"<" * 100_000,
        b"<rss><channel><item><title>" + b"&" * 100_000,
        b"<rss " + b"a='b' " * 50_000 + b">",
        b"<rss><channel>" + b"<item><link>/1</link></item>" * 30_000,
        b"<rss><channel><item><pubDate>" + b"1" * 300_000 + b"</pubDate></item>",
        b"<rss><channel><item><title>" + b"<!--" * 100_000,
        b"<rss><channel><item><title>" + b"<![CDATA[" * 50_000,
    ],
    ids=range(8),
)
def test_hostile_feeds_do_not_keep_us(content):
    began = time.process_time()

    feeds.parse(content, base=BASE)

    assert time.process_time() - began < 10


@settings(max_examples=40)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"<rss>", b"<feed xmlns='http://www.w3.org/2005/Atom'>", b'{"version":', b""]),
)
def test_any_bytes_are_a_feed_or_none(rest, start):
    feed = feeds.parse(start + rest, base=BASE)

    assert feed is None or all(one.address.startswith("http") for one in feed.items)


def test_times_without_a_zone_are_chinas_and_others_keep_theirs():
    feed = feeds.parse(ATOM.encode(), base=BASE)

    assert feed.items[0].published_at == datetime(2023, 12, 5, 10, 41, tzinfo=UTC)
