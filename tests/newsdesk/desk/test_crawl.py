"""A source is added by its address alone, and its articles come in: archived, read, related, found."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from huomiao.newsdesk import crawling
from huomiao.newsdesk.models import Address, Article, Capture, Source
from huomiao.orgs.roles import Role
from tests.factories.orgs import MembershipFactory
from tests.newsdesk.desk.press import PARAGRAPHS, printing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def press(settings):
    settings.NEWS_NETWORKS = ["127.0.0.0/8"]
    settings.NEWS_ASKS_THE_WEB = True
    with printing() as paper:
        paper.front()
        paper.picture("/p/1.jpg")
        paper.article("/a/1.html", "职工技能竞赛点燃创新火苗", picture="/p/1.jpg")
        paper.article("/a/2.html", "岗位练兵百万人次", charset="gb18030")
        paper.feed(("/a/1.html", "职工技能竞赛点燃创新火苗"), ("/a/2.html", "岗位练兵百万人次"))
        yield paper


def added(client, press) -> Source:
    editor = MembershipFactory(role=Role.EDITOR).user
    client.force_login(editor)
    page = client.post(reverse("newsdesk:source-add"), {"address": press.address("/")}).content.decode()
    way = re.search(r'name="way" id="way-1" value="([^"]+)"', page)[1]
    keeper = editor.memberships.get().organization_id
    client.post(reverse("newsdesk:source-add"), {"way": way, "name": "示例日报", "keeper": keeper})
    return Source.objects.get()


def again() -> None:
    Address.objects.update(due_at="2023-01-01T00:00:00Z")
    crawling.crawl(forever=False, delay_seconds=0)


def test_an_address_alone_becomes_articles_with_pictures_that_search_finds(client, press):
    source = added(client, press)
    assert (source.kind, source.address) == ("feed", press.address("/feed.xml"))

    crawling.crawl(forever=False, delay_seconds=0)

    titles = list(Article.objects.order_by("url").values_list("title", flat=True))
    assert titles == ["职工技能竞赛点燃创新火苗", "岗位练兵百万人次"]
    first = Article.objects.get(url=press.address("/a/1.html"))
    assert (first.source_name, first.published_at.isoformat()) == ("示例日报", "2023-12-05T10:41:00+00:00")
    assert PARAGRAPHS[0] in first.current.text
    picture = first.pictures.get()
    assert client.get(picture.get_absolute_url()).headers["Content-Type"] == "image/jpeg"
    found = client.get(reverse("newsdesk:search"), {"q": "火苗越烧"}).context["found"]
    assert {hit.article.title for hit in found.hits} == set(titles)
    # Two prints of one text: a chain, and neither is related to the other beside it.
    assert first.copy.chain.copies.count() == 2
    source.refresh_from_db()
    assert (source.failures, source.succeeded_at is not None) == (0, True)


def test_a_changed_page_is_a_new_version_and_an_unchanged_one_is_not(client, press):
    added(client, press)
    crawling.crawl(forever=False, delay_seconds=0)
    press.article(
        "/a/1.html", "职工技能竞赛点燃创新火苗", PARAGRAPHS[0], "今天又补充了一段：名单将在下周公布。", PARAGRAPHS[2]
    )

    again()

    first, second = Article.objects.order_by("url")
    assert [one.number for one in first.versions.all()] == [1, 2]
    assert "名单将在下周公布" in first.current.text
    assert second.versions.count() == 1
    page = client.get(reverse("newsdesk:versions", args=[first.pk])).content.decode()
    assert "名单将在下周公布" in page
    assert "贴在机床旁边" in page


def test_the_archived_page_is_the_very_bytes_and_can_do_nothing(client, press):
    press.pages["/a/1.html"] = (
        "text/html",
        press.pages["/a/1.html"][1].replace(b"</body>", b"<script>alert(1)</script></body>"),
    )
    added(client, press)
    crawling.crawl(forever=False, delay_seconds=0)
    capture = Capture.objects.get(url=press.address("/a/1.html"))

    answer = client.get(reverse("newsdesk:archived", args=[capture.pk]))

    assert answer.content == press.pages["/a/1.html"][1]
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert "allow-" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_memento_finds_the_version_of_a_time(client, press):
    added(client, press)
    crawling.crawl(forever=False, delay_seconds=0)
    url = press.address("/a/1.html")
    capture = Capture.objects.get(url=url)

    gate = client.get(reverse("newsdesk:timegate", args=[url]))
    listed = client.get(reverse("newsdesk:timemap-json", args=[url])).json()

    assert gate.status_code == 302
    assert gate.headers["Location"].endswith(reverse("newsdesk:archived", args=[capture.pk]))
    assert listed["original_uri"] == url
    assert len(listed["mementos"]["list"]) == 1
    bad = client.get(reverse("newsdesk:timegate", args=[url]), headers={"accept-datetime": "yesterday"})
    assert bad.status_code == 400


def test_what_was_kept_and_not_settled_is_not_fetched_again(client, press):
    """As after kill -9 between the sink and the frontier: the claims are still there, and so are the captures."""
    added(client, press)
    crawling.crawl(forever=False, delay_seconds=0)
    asked = len(press.asked)
    one = Address.objects.get(url=press.address("/a/1.html"))
    lease = Capture.objects.get(url=one.url).lease
    owner = crawling.owner()
    Address.objects.filter(pk=one.pk).update(lease=lease, owner=owner, leased_until="2099-01-01T00:00:00Z", memory="")

    crawling.crawl(forever=False, delay_seconds=0)

    assert press.asked[asked:] == []
    one.refresh_from_db()
    assert (one.lease, one.status) == ("", 200)


def test_a_correction_becomes_a_rule_by_which_the_archive_is_read_again(client, press):
    """A site that says at the foot of its pages whose text it is: one correction, and its other page has it too."""
    for path, source in (("/a/1.html", "江边"), ("/a/2.html", "山前")):
        kind, html = press.pages[path]
        charset = kind.rpartition("=")[2]
        text = html.decode(charset).replace("</body>", f'<p class="ft">出品 {source}</p></body>')
        press.pages[path] = (kind, text.encode(charset))
    added(client, press)
    crawling.crawl(forever=False, delay_seconds=0)
    first, second = Article.objects.order_by("url")
    assert "山前" not in {first.source_name, second.source_name}

    answer = client.post(
        reverse("newsdesk:correct", args=[first.pk]),
        {"field": "source", "after": "江边", "for_site": "on"},
        follow=True,
    )

    second.refresh_from_db()
    assert "记成这个来源的规则" in answer.content.decode()
    assert second.source_name == "山前"


def test_the_further_pages_of_an_article_are_fetched_and_belong_to_it(client, press):
    press.article("/a/12003.html", "一篇分成两页的长文", PARAGRAPHS[0] * 3, PARAGRAPHS[1] * 2)
    press.article(
        "/a/12003_2.html", "一篇分成两页的长文", PARAGRAPHS[2] * 3, "第二页的最后一段写在这里，说明它确实被接到了后面。"
    )
    for path, links in (
        ("/a/12003.html", '1 <a href="/a/12003_2.html">2</a>'),
        ("/a/12003_2.html", '<a href="/a/12003.html">1</a> 2'),
    ):
        kind, html = press.pages[path]
        turn = f'<div class="page">{links} <a href="/a/12003_2.html">下一页</a></div></body>'
        press.pages[path] = (kind, html.decode().replace("</body>", turn).encode())
    press.feed(("/a/12003.html", "一篇分成两页的长文"))
    added(client, press)

    crawling.crawl(forever=False, delay_seconds=0)

    made = Article.objects.get()
    assert made.url == press.address("/a/12003.html")
    assert "第二页的最后一段" in made.current.text
    assert made.current.text.index(PARAGRAPHS[0]) < made.current.text.index("第二页的最后一段")
