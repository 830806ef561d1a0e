"""The invented press: what its three sites send, and that a real client can read it."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from huomiao.demo.press.server import Press, sites
from huomiao.demo.press.stories import read

OPENED = datetime(2026, 11, 20, 1, tzinfo=UTC)
PORTS = {"gongren": 81, "zaixian": 82, "kandian": 83}
NOW = timedelta(0)


@pytest.fixture(scope="module")
def press():
    return sites(PORTS, OPENED)


def path_of(site, key):
    return next(site.path_of(story) for story in site.stories if story.key == key)


def test_every_address_of_every_site_answers_with_its_title(press):
    encodings = {"gongren": "gb18030", "zaixian": "utf-8", "kandian": "utf-8"}
    for name, site in press.items():
        for path, (story, _number) in site.addresses.items():
            answer = site.answer(path, NOW)
            assert (answer.status, story.title in answer.body.decode(encodings[name])) == (200, True), path
            assert all(
                site.answer(site.image_path(story, n + 1), NOW).status == 200 for n in range(len(story.pictures))
            )


def test_stories_of_days_ago_follow_the_day_of_opening_and_the_others_stay():
    first, later = (read(OPENED.date() + timedelta(days=days)) for days in (0, 10))
    moved = [
        (one.key, (after.published_at - one.published_at).days)
        for one, after in zip(first["gongren"], later["gongren"], strict=True)
    ]
    assert {days for _key, days in moved} == {0, 10}


def test_labels_that_lie(press):
    old = press["gongren"].answer("/", NOW)
    assert b"charset=gb2312" in old.body
    assert "charset" not in old.headers["Content-Type"]
    taken = press["kandian"].answer("/", NOW)
    assert taken.headers["Content-Type"].endswith("gbk")
    assert "每日看点" in taken.body.decode("utf-8")


def test_a_repost_credits_its_paper_and_carries_its_words(press):
    gongren, kandian = press["gongren"], press["kandian"]
    page = kandian.answer(path_of(kandian, "wrench"), NOW).body.decode()
    own = next(story for story in gongren.stories if story.key == "wrench")
    assert "本文转自：江岸工人报" in page
    assert own.pages[0][-1] in page
    assert own.title not in page


def test_an_article_is_corrected_some_minutes_after_the_opening(press):
    site = press["zaixian"]
    path = path_of(site, "results")
    before, after = (site.answer(path, timedelta(seconds=seconds)) for seconds in (179, 180))
    assert "三分之二来自重点产业" in before.body.decode()
    assert "逾六成来自重点产业" in after.body.decode()
    assert "一项异议成立" in after.body.decode()
    assert before.tag != after.tag


def test_a_paged_article_goes_on_at_its_second_address(press):
    site = press["gongren"]
    first = path_of(site, "final-2")
    second = first.replace(".htm", "_2.htm")
    assert f'<a href="{second}">下一页</a>' in site.answer(first, NOW).body.decode("gb18030")
    assert "午饭后是第二场" in site.answer(second, NOW).body.decode("gb18030")
    assert site.answer(first.replace(".htm", "_3.htm"), NOW).status == 404


def test_feeds_list_every_story(press):
    for name, path in (("zaixian", "/rss.xml"), ("kandian", "/feed.atom")):
        feed = feedparser.parse(press[name].answer(path, NOW).body)
        assert not feed.bozo
        assert {entry.link for entry in feed.entries} == {
            press[name].base + press[name].path_of(story) for story in press[name].stories
        }


@pytest.mark.enable_socket
def test_an_unchanged_page_is_not_sent_again():
    press = Press(dict.fromkeys(PORTS, 0), OPENED, lambda: OPENED)
    press.start()
    try:
        client = http.client.HTTPConnection("127.0.0.1", press.ports["zaixian"], timeout=10)
        client.request("GET", "/")
        first = client.getresponse()
        first.read()
        client.request("GET", "/", headers={"If-None-Match": first.headers["ETag"]})
        again = client.getresponse()
        assert (first.status, again.status, again.read()) == (200, 304, b"")
        client.close()
    finally:
        press.stop()
