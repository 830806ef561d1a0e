"""noindex and noarchive: over every way to an article, for the public and its editors, and back again when the page does."""

from __future__ import annotations

from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.urls import reverse
from django.utils import timezone

from huomiao.newsdesk import crawling, packaging, searching
from huomiao.newsdesk.actions import removals, sources
from huomiao.newsdesk.actions.sources import Way
from huomiao.newsdesk.models import Address, Article
from huomiao.newsdesk.rereading import reread
from huomiao.newsdesk.states import ArticleState, SourceKind
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import AN_EVENING, PARAGRAPH, ArticleFactory, CaptureFactory, blocks
from tests.factories.orgs import MembershipFactory
from tests.newsdesk.desk.press import PARAGRAPHS, printing
from tests.newsdesk.desk.standing import archived
from tests.newsdesk.desk.test_scope import Scene, as_

PAGES = {"page", "versions", "archived", "picture", "timegate", "timemap"}
COPIES = PAGES - {"page"}
PEOPLE = ["anonymous", "worker", "editor_elsewhere", "editor", "editor_above"]
KEEPERS = {"editor", "editor_above"}


def asks(article: Article, **wishes: bool) -> None:
    Article.objects.filter(pk=article.pk).update(**wishes)
    searching.bring_up_to_date()


@pytest.mark.django_db
@pytest.mark.parametrize("who", PEOPLE)
def test_a_page_that_asks_not_to_be_found_is_its_keepers_alone(client, who):
    scene = Scene()
    as_(client, scene.people[who])

    asks(scene.article, asks_noindex=True, state=ArticleState.SEALED)

    assert scene.seen(client) == {way: who in KEEPERS and way in PAGES for way in scene.seen(client)}


@pytest.mark.django_db
@pytest.mark.parametrize("who", PEOPLE)
def test_of_a_page_that_asks_for_no_copy_the_public_sees_what_it_is_about_and_where_it_stands(client, who):
    scene = Scene()
    as_(client, scene.people[who])
    asks(scene.article, asks_noarchive=True)

    seen = scene.seen(client)

    assert seen == {way: who in KEEPERS or way not in COPIES for way in seen}


@pytest.mark.django_db
def test_without_a_copy_a_page_shows_an_excerpt_and_the_link_and_not_a_word_more(client):
    last = "最后一句只在正文里，摘要里没有。"
    article = ArticleFactory(body=blocks(PARAGRAPH * 5, last), asks_noarchive=True)
    editor = MembershipFactory(role=Role.EDITOR, organization=article.source.keeper).user

    page = client.get(article.get_absolute_url()).content.decode()
    client.force_login(editor)
    whole = client.get(article.get_absolute_url()).content.decode()

    assert (article.title in page, article.summary in page, f'href="{article.url}"' in page) == (True, True, True)
    assert (last in page, "newsdesk:archived" in page, reverse("newsdesk:versions", args=[article.pk]) in page) == (
        False,
        False,
        False,
    )
    assert last in whole


@pytest.mark.django_db
def test_what_is_taken_down_stays_down_and_comes_back_to_what_its_page_asks():
    scene = Scene()
    editor = scene.people["editor"]
    asks(scene.article, asks_noindex=True, state=ArticleState.SEALED)

    removals.take_down(scene.article, note="试", by=editor)
    scene.article.refresh_from_db()
    assert scene.article.state == ArticleState.TAKEN_DOWN

    removals.bring_back(scene.article, note="试", by=editor)
    scene.article.refresh_from_db()
    assert scene.article.state == ArticleState.SEALED


@pytest.fixture
def press(settings):
    settings.NEWS_NETWORKS = ["127.0.0.0/8"]
    with printing() as paper:
        paper.article("/a/1.html", "职工技能竞赛点燃创新火苗")
        paper.article("/a/2.html", "岗位练兵百万人次", *PARAGRAPHS[::-1])
        paper.feed(("/a/1.html", "职工技能竞赛点燃创新火苗"), ("/a/2.html", "岗位练兵百万人次"))
        yield paper


def says(press, path: str, words: str) -> None:
    kind, page = press.pages[path]
    head, _, rest = page.partition(b"<title>")
    meta = f'<meta name="robots" content="{words}">' if words else ""
    press.pages[path] = (kind, head.partition(b"<meta name=")[0] + meta.encode() + b"<title>" + rest)


@pytest.mark.django_db(transaction=True)
def test_the_newest_snapshot_decides_though_nothing_else_changed(client, press, tmp_path):
    editor = MembershipFactory(role=Role.EDITOR)
    way = Way(press.address("/feed.xml"), SourceKind.FEED)
    sources.add(way, name="示例日报", keeper=editor.organization, category=None, by=editor.user)
    says(press, "/a/1.html", "noindex, follow")
    says(press, "/a/2.html", "noarchive")
    crawling.crawl(forever=False, delay_seconds=0)

    first, second = Article.objects.order_by("url")
    assert [(one.state, one.asks_noindex, one.asks_noarchive) for one in (first, second)] == [
        (ArticleState.SEALED, True, False),
        (ArticleState.SHOWN, False, True),
    ]
    assert [hit.article.pk for hit in searching.find("岗位练兵").hits] == [second.pk]
    assert packaging.export(tmp_path / "a.wacz", query="", at=timezone.now()) == 0
    assert packaging.export(tmp_path / "b.wacz", query="岗位练兵", at=timezone.now()) == 0

    says(press, "/a/1.html", "")
    says(press, "/a/2.html", "")
    Address.objects.filter(kind="page").update(due_at=AN_EVENING)
    crawling.crawl(forever=False, delay_seconds=0)

    assert set(Article.objects.values_list("state", "asks_noindex", "asks_noarchive")) == {
        (ArticleState.SHOWN, False, False)
    }
    assert [one.versions.count() for one in (first, second)] == [1, 1]
    assert len(searching.find("岗位练兵").hits) == 2
    assert client.get(first.get_absolute_url()).status_code == 200
    assert packaging.export(tmp_path / "c.wacz", query="", at=timezone.now()) == 2
    with ZipFile(tmp_path / "c.wacz") as package:
        assert package.testzip() is None


@pytest.mark.django_db
def test_what_was_kept_before_is_heeded_when_the_archive_is_read_again():
    article = ArticleFactory()
    kept = f'<html><head><meta name="robots" content="none"><title>x</title></head><body><h1>x</h1><p>{PARAGRAPH * 3}</p></body>'
    archived(article.current.capture, "text/html; charset=utf-8", kept.encode())

    reread(article.source, at=timezone.now())

    article.refresh_from_db()
    assert (article.state, article.asks_noarchive) == (ArticleState.SEALED, True)


@pytest.mark.django_db
def test_an_older_snapshot_that_is_read_again_does_not_undo_what_a_newer_one_asks():
    article = ArticleFactory(asks_noindex=True, state=ArticleState.SEALED)
    old = article.current.capture
    archived(old, "text/html; charset=utf-8", f"<html><body><h1>x</h1><p>{PARAGRAPH * 3}</p></body>".encode())
    CaptureFactory(url=article.url, taken_at=old.taken_at + timedelta(days=1))

    reread(article.source, at=timezone.now())

    article.refresh_from_db()
    assert (article.state, article.asks_noindex) == (ArticleState.SEALED, True)


@pytest.mark.django_db
def test_a_repost_says_where_its_original_stands(client):
    article = ArticleFactory()
    elsewhere = "https://original.example/a/1.html"
    article.versions.update(canonical=elsewhere)

    page = client.get(article.get_absolute_url()).content.decode()

    assert f'<link rel="canonical" href="{elsewhere}">' in page
    assert page.count(elsewhere) == 3
