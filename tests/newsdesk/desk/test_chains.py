"""The chains that the desk draws: copies of one story stand together, and a page that prints two stories joins neither."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse

from huomiao.core import history
from huomiao.demo.press.stories import Story, read
from huomiao.newsdesk import relating
from huomiao.newsdesk.models import Article, Copy, Source
from huomiao.newsdesk.queries import chains, sources
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import AN_EVENING, ArticleFactory, CopyFactory, SourceFactory, blocks
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.django_db

STORIES = {story.key: story for story in read(date(2026, 11, 20))["gongren"]}


def paragraphs(story: Story) -> list[str]:
    return [block for page in story.pages for block in page if not block.startswith(("!", "#"))]


def printed(name: str, *texts: str, hours: int, title: str, credited: str = "") -> Article:
    return ArticleFactory(
        source=SourceFactory(name=name),
        title=title,
        source_name=name,
        reposted_from=credited,
        published_at=AN_EVENING + timedelta(hours=hours),
        body=blocks(*texts),
    )


def test_a_roundup_does_not_join_the_stories_that_it_prints():
    results, studio = paragraphs(STORIES["results"]), paragraphs(STORIES["studio"])
    own = printed("江岸工人报", *results, hours=0, title="成果发布")
    copy = printed("每日看点", *results, hours=1, title="小点子亮相", credited="江岸工人报")
    other = printed("赣鄱在线", *studio, hours=0, title="工作室")
    other_copy = printed("晨报", *studio, hours=2, title="工作室搬家", credited="赣鄱在线")
    printed("一周汇编", *results, *studio, hours=30, title="一周看点")

    relating.relate_pending()

    chain_of = dict(Copy.objects.values_list("article", "chain"))
    assert chain_of[own.pk] == chain_of[copy.pk]
    assert chain_of[other.pk] == chain_of[other_copy.pk]
    assert chain_of[own.pk] != chain_of[other.pk]
    assert Copy.objects.get(article=copy).taken_from == own


def test_a_source_that_credits_itself_by_another_name_is_no_copy_once_an_editor_says_so(client):
    text = paragraphs(STORIES["results"])
    own = printed("工会的网", *text, hours=0, title="成果发布")
    Article.objects.filter(pk=own.pk).update(source_name="江岸工人报")
    own.current.source_name = "江岸工人报"
    own.current.save()
    copy = printed("每日看点", *text, hours=1, title="小点子亮相", credited="江岸工人报")
    relating.relate_pending()
    assert (Copy.objects.get(article=own).named, Copy.objects.get(article=copy).reason) == (
        "江岸工人报",
        "common_source",
    )
    assert [(one.name, one.count) for one in sources.own_credits(own.source)] == [("江岸工人报", 1)]
    editor = MembershipFactory(organization=own.source.keeper, role=Role.EDITOR).user
    client.force_login(editor)

    client.post(reverse("newsdesk:source-names", args=[own.source_id]), {"add": "江岸工人报"})
    relating.relate_pending()

    source = Source.objects.get(pk=own.source_id)
    assert (source.also_called, sources.own_credits(source)) == (["江岸工人报"], [])
    assert [entry.action for entry in history.of(source)] == ["news_source.named"]
    assert (Copy.objects.get(article=own).named, Copy.objects.get(article=copy).reason) == ("", "credited")


def test_only_a_keeper_says_what_a_source_is_called(client):
    source = SourceFactory()
    client.force_login(MembershipFactory(role=Role.EDITOR).user)

    assert client.post(reverse("newsdesk:source-names", args=[source.pk]), {"names": "甲报"}).status_code == 404


def chained(count: int) -> list[Article]:
    """So many copies, each taken from the one before."""
    articles = [ArticleFactory(published_at=AN_EVENING + timedelta(hours=at)) for at in range(count)]
    first = CopyFactory(article=articles[0], taken_from=None)
    for earlier, later in pairwise(articles):
        CopyFactory(article=later, taken_from=earlier, chain=first.chain, reason="credited")
    return articles


def test_the_way_to_an_article_leads_from_where_it_was_first_and_leaves_the_others_aside():
    first, second, third, fourth = chained(4)

    story = chains.story_of(third)

    assert [one.article for one in story.path] == [first, second, third]
    assert ([one.article for one in story.others], story.count) == ([fourth], 4)


def test_a_story_is_listed_once_with_how_many_have_it():
    articles = chained(3)
    alone = ArticleFactory()

    listed = chains.counted(chains.without_copies(Article.objects.order_by("pk")))

    assert [(one, getattr(one, "copy_count", 0)) for one in listed] == [(articles[0], 3), (alone, 0)]


def test_the_front_page_shows_the_copy_when_what_it_was_taken_from_is_down(client):
    first, second = chained(2)
    Article.objects.filter(pk=first.pk).update(state="taken_down")

    assert [one.pk for one in client.get(reverse("newsdesk:front")).context["newest"]] == [second.pk]
    assert chains.story_of(second) is None
