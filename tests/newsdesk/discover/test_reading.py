from __future__ import annotations

from datetime import UTC, datetime

import pytest

from huomiao.newsdesk.pipeline.discover.moments import CHINA
from huomiao.newsdesk.pipeline.discover.reading import read
from huomiao.newsdesk.pipeline.fetch.exchange import Exchange, Fetched
from huomiao.newsdesk.pipeline.fetch.kinds import Kind

AT = datetime(2023, 12, 5, tzinfo=UTC)
FEED = "<rss><channel><ttl>20</ttl><item><link>/gn/1.html</link><pubDate>2023-12-05 08:00:00</pubDate></item><item><link>/gn/2.html</link><pubDate>2013-12-05 08:00:00</pubDate></item></channel></rss>"
SITEMAP = "<urlset><url><loc>/gn/1.html</loc></url></urlset>"
LIST = "<ul>{}</ul>".format(
    "".join(f'<li><a href="/gn/2023/12-05/{at}.shtml">江西点燃职工创新火苗之{at}</a></li>' for at in range(9))
)


def came(content: str) -> Fetched:
    return Fetched(
        (),
        Exchange(
            "https://news.example.com/x",
            "1.1.1.1",
            AT,
            AT,
            "HTTP/1.1",
            "GET",
            "/x",
            (),
            200,
            "",
            (),
            b"",
            content.encode(),
        ),
    )


@pytest.mark.parametrize(
    ("kind", "content", "count"),
    [
        (Kind.FEED, FEED, 2),
        (Kind.SITEMAP, SITEMAP, 1),
        (Kind.LIST, LIST, 9),
        (Kind.PAGE, LIST, 0),
        (Kind.FEED, LIST, 0),
    ],
)
def test_each_kind_is_read_in_its_way(kind, content, count):
    assert len(read(kind, "", came(content)).found) == count


def test_the_digest_stands_for_what_was_found_and_not_for_what_is_around_it():
    assert (
        read(Kind.LIST, "", came(LIST)).digest
        == read(Kind.LIST, "", came(LIST + "<p>an advertisement</p>")).digest
        != ""
    )
    assert read(Kind.LIST, "", came("")).digest == ""


def test_a_feed_says_how_long_it_wants_to_be_left_alone():
    assert read(Kind.FEED, "", came(FEED)).calm_seconds == 1200


def test_what_is_older_than_wanted_is_left_out():
    found = read(Kind.FEED, "", came(FEED), since=datetime(2023, 1, 1, tzinfo=CHINA)).found

    assert [one.address for one in found] == ["https://news.example.com/gn/1.html"]


def test_a_list_is_read_by_the_patterns_that_are_given():
    found = read(Kind.LIST, "", came(LIST), expressions=[r".*/[12]\.shtml"]).found

    assert [one.address[-7:] for one in found] == ["1.shtml", "2.shtml"]
