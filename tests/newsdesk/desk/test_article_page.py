"""The page of an article: every part of the reference page, and nothing of what an article must not bring."""

from __future__ import annotations

import pytest

from tests.factories.newsdesk import ArticleFactory, blocks

pytestmark = pytest.mark.django_db


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
