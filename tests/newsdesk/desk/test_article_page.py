"""The page of an article: every part of the reference page, and nothing of what an article must not bring."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huomiao.newsdesk.queries import articles
from tests.factories.newsdesk import AN_EVENING, ArticleFactory, VersionFactory, blocks

pytestmark = pytest.mark.django_db


def test_the_neighbours_are_of_the_same_category_and_in_the_order_of_the_lists(client):
    first = ArticleFactory()
    same_time = ArticleFactory(category=first.category)
    last = ArticleFactory(category=first.category, published_at=AN_EVENING + timedelta(hours=1))
    ArticleFactory(published_at=AN_EVENING + timedelta(minutes=1))

    found = [articles.beside(one) for one in (first, same_time, last)]

    assert found == [(None, same_time), (first, last), (same_time, None)]


def test_a_lasting_address_leads_to_its_version_and_to_the_newer_reading_of_its_snapshot(client):
    article = ArticleFactory(title="先读的")
    first = article.current
    VersionFactory(article=article, capture=first.capture, title="重读的")
    article.versions.filter(pk=first.pk).update(is_superseded=True)
    latest = VersionFactory(article=article, title="后来的")
    article.current = latest
    article.save()

    def shown(number):
        return client.get(article.get_absolute_url(), {"version": number}).context["version"].title

    assert [shown(number) for number in (1, 2, 3, 99)] == ["重读的", "重读的", "后来的", "后来的"]


def test_the_page_has_every_part(client):
    article = ArticleFactory(title="职工技能竞赛点燃创新火苗", body=blocks("第一段。", "第二段。"))
    others = ArticleFactory.create_batch(2, category=article.category)

    page = client.get(article.get_absolute_url()).content.decode()

    for part in (
        "我的订阅",
        article.category.name,
        "职工技能竞赛点燃创新火苗",
        "2023-12-05 18:41:00",
        "每日示例",
        "本文转自：示例新闻社",
        "第一段。",
        "第二段。",
        "HuomiaoBot",
        "未对信息内容做任何修改",
        "2023-12-05 20:41:00",
        article.url,
        "申请删除",
        *(other.title for other in others),
    ):
        assert part in page
