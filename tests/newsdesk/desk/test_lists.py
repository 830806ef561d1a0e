"""Every list of articles asks as often for three rows as for one, and finds what it should."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.urls import reverse

from huomiao.newsdesk import relating, searching
from huomiao.newsdesk.models import Category
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import (
    AddressFactory,
    ArticleFactory,
    CategoryFactory,
    MentionFactory,
    SourceFactory,
    VersionFactory,
    first_categories,
)
from tests.factories.orgs import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return OrganizationFactory()


@pytest.fixture
def editor(desk):
    return MembershipFactory(organization=desk, role=Role.EDITOR).user


def fill(desk, count):
    source = SourceFactory(keeper=desk)
    shelf = CategoryFactory(slug="shelf", name="架上")
    for _one in range(count):
        ArticleFactory(source=source, category=shelf)
        AddressFactory(source=source, trouble="too_slow")
    relating.relate_pending()
    # Relating takes suggestions back that the text does not bear out.
    for made in source.articles.all():
        MentionFactory(article=made)
        MentionFactory(article=made, state="confirmed", subject_type="studios.studio", subject_id="1")
    searching.bring_up_to_date()
    return source


PAGES = (
    "front", "category", "search", "feed", "feed of a query", "feed of a category",
    "sources", "source", "mentions", "mentioned", "article",
)  # fmt: skip


def address(name, source):
    article = source.articles.order_by("pk").first()
    return {
        "front": reverse("newsdesk:front"),
        "category": reverse("newsdesk:category", args=["shelf"]),
        "search": reverse("newsdesk:search") + "?q=技能竞赛",
        "feed": reverse("newsdesk:feed", args=["atom"]),
        "feed of a query": reverse("newsdesk:feed", args=["rss"]) + "?q=技能竞赛",
        "feed of a category": reverse("newsdesk:category-feed", args=["shelf", "atom"]),
        "mentioned": reverse("newsdesk:mentioned", args=[article.mentions.get(state="confirmed").pk]),
        "sources": reverse("newsdesk:sources"),
        "source": source.get_absolute_url(),
        "mentions": reverse("newsdesk:mentions"),
        "article": article.get_absolute_url(),
    }[name]


@pytest.mark.parametrize("name", PAGES)
def test_a_list_asks_as_often_for_many_as_for_few(client, desk, editor, django_assert_max_num_queries, name):
    client.force_login(editor)
    # With one article there is nothing to be a copy of or related to, so few are two.
    few = address(name, fill(desk, 2))
    client.get(few)
    with django_assert_max_num_queries(60) as before:
        assert client.get(few).status_code == 200
    many = address(name, fill(desk, 4)) if name == "source" else few
    if name != "source":
        fill(desk, 3)

    with django_assert_max_num_queries(60) as after:
        client.get(many)

    assert len(after) == len(before)


def test_the_versions_of_an_article_ask_as_often_for_many_as_for_two(client, desk, django_assert_max_num_queries):
    made = ArticleFactory(source__keeper=desk)
    VersionFactory(article=made, title="改过一次")
    address = reverse("newsdesk:versions", args=[made.pk])
    client.get(address)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    VersionFactory(article=made, title="改过两次")
    VersionFactory(article=made, title="改过三次")

    with django_assert_max_num_queries(30) as many:
        client.get(address)

    assert len(many) == len(few)


def test_the_categories_to_begin_with_are_there(client):
    first_categories()

    names = set(Category.objects.values_list("name", flat=True))

    assert {"国内", "国际", "劳动竞赛", "职工创新"} <= names


def test_a_query_that_is_not_understood_is_told_so_and_still_finds(client):
    made = ArticleFactory(title="焊工技能竞赛")
    searching.bring_up_to_date()

    page = client.get(reverse("newsdesk:search"), {"q": "技能竞赛 颜色:红 ("})

    assert [hit.article for hit in client.get(reverse("newsdesk:search"), {"q": "技能竞赛"}).context["found"].hits] == [
        made
    ]
    assert page.context["problems"]
    assert page.status_code == 200


def test_facets_narrow_a_search(client):
    shelf = CategoryFactory(slug="shelf", name="架上")
    wanted = ArticleFactory(title="焊工技能竞赛", category=shelf, source_name="甲报")
    ArticleFactory(title="钳工技能竞赛", source_name="乙报")
    searching.bring_up_to_date()

    found = client.get(reverse("newsdesk:search"), {"q": "技能竞赛"})
    narrower = {name: {value: query for value, _count, query in values} for name, values in found.context["facets"]}
    page = client.get(reverse("newsdesk:search"), {"q": narrower["类别"]["架上"]})

    assert found.context["found"].total == 2
    assert [hit.article for hit in page.context["found"].hits] == [wanted]


@pytest.mark.skipif(
    "postgresql" not in settings.DATABASES["default"]["ENGINE"], reason="the index in the database is PostgreSQL's"
)
def test_the_index_may_lie_in_the_database(client, settings):
    settings.NEWS_INDEX = "database"
    made = ArticleFactory(title="焊工技能竞赛")
    searching.bring_up_to_date()

    page = client.get(reverse("newsdesk:search"), {"q": "技能竞赛"})

    assert [hit.article for hit in page.context["found"].hits] == [made]


def test_a_category_can_be_followed(client, editor):
    shelf = CategoryFactory(slug="shelf", name="架上")
    client.force_login(editor)

    page = client.get(shelf.get_absolute_url()).content.decode()

    address = re.search(r'href="(/news/subscriptions/add/\?q=[^"]+)"', page)[1]
    assert client.get(address).context["form"]["query"].value() == 'category:"架上"'
