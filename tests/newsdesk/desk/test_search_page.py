"""The search page: conditions seen and taken off one by one, added without writing them, and what to do when nothing is found."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from huomiao.newsdesk import narrowing, searching
from tests.factories.newsdesk import ArticleFactory, CategoryFactory

SEARCH = "/news/search/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("技能竞赛", []),
        ('竞赛 category:"国内"', [("类别", "国内", "竞赛")]),
        ("类别:国内 竞赛", [("类别", "国内", "竞赛")]),
        ("竞赛 2023-12 焊工", [("时间", "2023-12", "竞赛 焊工")]),
        ("竞赛 2023-12-01..2023-12-15", [("时间", "2023-12-01..2023-12-15", "竞赛")]),
        ("竞赛 ..2023-12", [("时间", "..2023-12", "竞赛")]),
        ("竞赛 -体育", [("不含", "体育", "竞赛")]),
        ('竞赛 -"体育 新闻" 焊', [("不含", "体育 新闻", "竞赛 焊")]),
        ("“五小 创新” source:“每日 示例”", [("来源", "每日 示例", "“五小 创新”")]),
        ("奇怪:东西 .. https://a.example", []),
    ],
)
def test_each_condition_is_told_with_the_query_without_it(text, expected):
    assert [(one.label, one.words, one.without) for one in narrowing.conditions(text)] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "竞赛"),
        ({"since": date(2023, 12, 1)}, "竞赛 2023-12-01.."),
        ({"until": date(2023, 12, 1)}, "竞赛 ..2023-12-01"),
        ({"category": "国内", "without": "体育 足球"}, '竞赛 -体育 -足球 category:"国内"'),
    ],
)
def test_conditions_are_written_as_a_reader_would(given, expected):
    given = {"since": None, "until": None, **given}

    assert narrowing.with_conditions("竞赛", **given) == expected


@pytest.mark.django_db
def test_the_form_leads_to_the_narrower_query_and_finds_by_it(client):
    shelf = CategoryFactory(name="车间")
    wanted = ArticleFactory(title="焊工技能竞赛", category=shelf)
    ArticleFactory(title="焊工技能竞赛", category=CategoryFactory(name="食堂"))
    searching.bring_up_to_date()
    given = {"q": "技能竞赛", "narrow": "1", "since": "2023-12-01", "until": "2023-12-31", "category": shelf.pk}

    answer = client.get(SEARCH, given)

    query = parse_qs(urlsplit(answer.url).query)["q"]
    assert query == ['技能竞赛 2023-12-01..2023-12-31 category:"车间"']
    page = client.get(answer.url)
    assert [hit.article for hit in page.context["found"].hits] == [wanted]
    assert [one.words for one in page.context["conditions"]] == ["2023-12-01..2023-12-31", "车间"]


@pytest.mark.django_db
def test_dates_in_the_wrong_order_are_said_to_be(client):
    given = {"q": "技能竞赛", "narrow": "1", "since": "2023-12-31", "until": "2023-12-01"}

    assert set(client.get(SEARCH, given).context["narrow"].errors) == {"until"}


@pytest.mark.django_db
def test_what_is_not_found_comes_with_what_to_do(client):
    ArticleFactory(title="焊工技能竞赛")
    searching.bring_up_to_date()

    page = client.get(SEARCH, {"q": "技能竞赛 1999-01"}).content.decode()

    assert "没有找到" in page
    assert 'href="?q=%E6%8A%80%E8%83%BD%E7%AB%9E%E8%B5%9B"' in page
    assert reverse("newsdesk:subscribe") in page
