"""Pictures come once; again only for a new version of their page, and only where their host says that they changed."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from huomiao.newsdesk import crawling, showing
from huomiao.newsdesk.actions import sources
from huomiao.newsdesk.actions.sources import Way
from huomiao.newsdesk.models import Address, Article, Capture, Picture
from huomiao.newsdesk.picturing import shown_in
from huomiao.newsdesk.states import SourceKind
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import AN_EVENING, AddressFactory, CaptureFactory, PictureFactory
from tests.factories.orgs import MembershipFactory
from tests.newsdesk.desk.press import PARAGRAPHS, printing

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "职工技能竞赛点燃创新火苗"
TAG = '"one"'


@pytest.fixture
def press(settings):
    settings.NEWS_NETWORKS = ["127.0.0.0/8"]
    with printing() as paper:
        paper.picture("/p/1.jpg")
        paper.tags["/p/1.jpg"] = TAG
        paper.article("/a/1.html", TITLE, picture="/p/1.jpg")
        paper.feed(("/a/1.html", TITLE))
        editor = MembershipFactory(role=Role.EDITOR)
        way = Way(paper.address("/feed.xml"), SourceKind.FEED)
        sources.add(way, name="示例日报", keeper=editor.organization, category=None, by=editor.user)
        crawl()
        yield paper


def crawl() -> None:
    crawling.crawl(forever=False, delay_seconds=0)


def again(press, *paragraphs: str) -> list[str]:
    """Let the page say something else, look at it again, and return the pictures that were asked for."""
    press.article("/a/1.html", TITLE, *paragraphs, picture="/p/1.jpg")
    before = len(press.asked)
    Address.objects.filter(kind="page").update(due_at=AN_EVENING)
    crawl()
    return [path for path in press.asked[before:] if path.startswith("/p/")]


def test_a_picture_is_no_page_and_is_asked_for_once(press):
    picture = Address.objects.get(url=press.address("/p/1.jpg"))

    assert (picture.kind, picture.due_at, picture.status) == ("picture", None, 200)
    assert press.asked.count("/p/1.jpg") == 1
    assert again(press) == []


def test_a_new_version_asks_whether_its_picture_is_the_same_and_keeps_one_copy_if_it_is(press):
    asked = again(press, PARAGRAPHS[0], PARAGRAPHS[1], "名单将在下周公布，欢迎各单位职工踊跃报名参加。")

    assert asked == ["/p/1.jpg"]
    assert Capture.objects.filter(url=press.address("/p/1.jpg")).values_list("status", flat=True).last() == 304
    assert Picture.objects.count() == 1
    assert Address.objects.get(url=press.address("/p/1.jpg")).due_at is None


def test_a_picture_whose_host_gives_nothing_to_ask_by_is_not_fetched_twice(press):
    Address.objects.filter(kind="picture").update(memory="{}")

    assert again(press, PARAGRAPHS[2], PARAGRAPHS[1], "名单将在下周公布，欢迎各单位职工踊跃报名参加。") == []


def test_a_picture_that_changed_is_another_copy_and_the_old_version_shows_the_old_one(press):
    press.tags["/p/1.jpg"] = '"two"'
    press.pages["/p/1.jpg"] = ("image/jpeg", press.pages["/p/1.jpg"][1] + b"changed")
    again(press, PARAGRAPHS[0], PARAGRAPHS[1], "名单将在下周公布，欢迎各单位职工踊跃报名参加。")

    article = Article.objects.get()
    old, new = article.pictures.order_by("capture__taken_at")
    first, second = article.versions.select_related("capture").order_by("number")

    def shown(version, until) -> list[int]:
        blocks = showing.blocks(version, shown_in(article, until=until))
        return [block.picture.pk for block in blocks if block.picture]

    assert (old.caption, old.capture.digest != new.capture.digest) == (new.caption, True)
    assert shown(first, second.capture.taken_at) == [old.pk]
    assert shown(second, None) == [new.pk]


def test_pictures_that_were_kept_as_pages_are_pictures_from_now_on():
    """The migration, on what an earlier release left."""
    hour_by_hour = {"due_at": AN_EVENING, "visited_at": AN_EVENING - timedelta(hours=1), "status": 200}
    named = PictureFactory()
    picture = AddressFactory(url=named.url, **hour_by_hour)
    came = AddressFactory(**hour_by_hour)
    CaptureFactory(address=came, url=came.url, content_type="image/png")
    to_come = AddressFactory(url=PictureFactory(capture=None).url)
    page = AddressFactory(**hour_by_hour)
    feed = AddressFactory(kind="feed")

    import_module("huomiao.newsdesk.migrations.0005_pictures_and_ranks").sort(apps, None)

    found = {one.pk: (one.kind, one.due_at, one.rank) for one in Address.objects.all()}
    assert found == {
        picture.pk: ("picture", None, 2),
        came.pk: ("picture", None, 2),
        to_come.pk: ("picture", AN_EVENING, 1),
        page.pk: ("page", AN_EVENING, 2),
        feed.pk: ("feed", AN_EVENING, 0),
    }
