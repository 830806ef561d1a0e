"""The chains that the desk draws: copies of one story stand together, and a page that prints two stories joins neither."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from huomiao.demo.press.stories import Story, read
from huomiao.newsdesk import relating
from huomiao.newsdesk.models import Article, Copy
from tests.factories.newsdesk import AN_EVENING, ArticleFactory, SourceFactory, blocks

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
