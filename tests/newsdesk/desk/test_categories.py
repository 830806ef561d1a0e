"""Categories: added, renamed, ordered, retired and restored by those who may, and the rules that file articles in them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.newsdesk import filing, searching
from huomiao.newsdesk.actions import categories
from huomiao.newsdesk.models import Category
from huomiao.newsdesk.queries import categories as queries
from huomiao.newsdesk.rules import categories as rules
from huomiao.newsdesk.states import Filing
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import (
    ArticleFactory,
    CategoryFactory,
    FilingRuleFactory,
    SourceFactory,
    SubscriptionFactory,
    first_categories,
)
from tests.factories.orgs import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return OrganizationFactory()


@pytest.fixture
def editor(province):
    return MembershipFactory(organization=province, role=Role.EDITOR).user


@pytest.fixture
def shelf():
    return CategoryFactory(slug="factory", name="车间", position=5)


@pytest.mark.parametrize(
    ("role", "is_at_the_top", "expected"),
    [(Role.EDITOR, True, True), (Role.EDITOR, False, False), (Role.ORGANISER, True, False), (Role.MEMBER, True, False)],
)
def test_editors_at_the_top_arrange_what_all_unions_share(client, province, shelf, role, is_at_the_top, expected):
    at = province if is_at_the_top else OrganizationFactory(parent=province)
    user = MembershipFactory(organization=at, role=role).user
    client.force_login(user)

    assert rules.can_arrange(user) is expected
    for address in (reverse("newsdesk:categories"), reverse("newsdesk:category-edit", args=[shelf.slug])):
        assert client.get(address).status_code == (200 if expected else 403)
    if not expected:
        with pytest.raises(NotAllowed):
            categories.change(shelf, name="工厂", is_own=False, by=user)


def test_a_category_is_added_from_the_page_and_stands_last(client, editor):
    client.force_login(editor)

    client.post(reverse("newsdesk:categories"), {"name": "职工 生活", "slug": "life", "is_own": "on"})

    made = Category.objects.get(slug="life")
    assert (made.name, made.is_own, list(queries.in_use())[-1]) == ("职工生活", True, made)
    assert [entry.action for entry in history.of(made)] == ["news_category.added"]


@pytest.mark.parametrize("name", ["车间", "旧车间"])
def test_a_name_that_another_has_or_had_is_refused(client, editor, shelf, name):
    Category.objects.filter(pk=shelf.pk).update(former_names=["旧车间"])
    client.force_login(editor)

    answer = client.post(reverse("newsdesk:categories"), {"name": name})

    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"name"})


def test_a_renamed_category_is_found_by_both_names(editor, shelf, django_capture_on_commit_callbacks):
    article = ArticleFactory(category=shelf, title="装配线上的新办法")
    follower = SubscriptionFactory(query='装配 category:"车间"')
    searching.bring_up_to_date()

    with django_capture_on_commit_callbacks(execute=True):
        categories.change(shelf, name="一线", is_own=False, by=editor)

    follower.refresh_from_db()
    assert follower.query == '装配 category:"一线"'
    assert [hit.article for hit in searching.find(follower.query).hits] == [article]
    filed = filing.file(SourceFactory(), url="", said="车间", title="甲", text="乙")
    assert (filed.category, filed.by) == (shelf, Filing.PAGE)


def test_a_category_moves_by_one_place_and_not_beyond_the_ends(editor):
    first_categories()
    first, second, third = list(queries.in_use())[:3]

    categories.move(second, up=True, by=editor)
    categories.move(second, up=True, by=editor)

    assert list(queries.in_use())[:3] == [second, first, third]


def test_a_retired_category_hands_everything_over_and_leads_on(client, editor, shelf):
    into = CategoryFactory(slug="line", name="一线")
    before = CategoryFactory(slug="bench", name="班组", merged_into=shelf)
    article = ArticleFactory(category=shelf, source__category=shelf)
    rule = FilingRuleFactory(category=shelf)

    assert categories.retire(shelf, into=into, by=editor) == 1

    for one in (article, article.source, rule, before):
        one.refresh_from_db()
    assert (article.category, article.source.category, rule.category, before.merged_into) == (into, into, into, into)
    assert article.revision > article.indexed_revision
    assert shelf not in queries.in_use()
    answer = client.get(reverse("newsdesk:category", args=["factory"]))
    assert (answer.status_code, answer.url) == (302, into.get_absolute_url())
    feed = client.get(reverse("newsdesk:category-feed", args=["factory", "rss"]))
    assert feed.url == reverse("newsdesk:category-feed", args=["line", "rss"])
    assert queries.by_name()["车间"] == queries.by_name()["班组"] == into


def test_a_retired_category_is_used_again_only_once(editor, shelf):
    with pytest.raises(WrongState):
        categories.restore(shelf, by=editor)
    with pytest.raises(Invalid):
        categories.retire(shelf, into=shelf, by=editor)
    categories.retire(shelf, into=CategoryFactory(), by=editor)
    with pytest.raises(WrongState):
        categories.retire(shelf, into=CategoryFactory(), by=editor)

    categories.restore(shelf, by=editor)

    assert shelf in queries.in_use()
    assert [entry.action for entry in history.of(shelf)] == ["news_category.restored", "news_category.retired"]


@pytest.mark.parametrize(
    ("place", "words", "filed"),
    [
        ("title", "焊工", True),
        ("title", "电工", False),
        ("address", "/GH/", True),
        ("said", "工会动态", True),
        ("said", "工会", False),
    ],
)
def test_a_rule_files_what_comes_before_the_default_of_a_source(shelf, place, words, filed):
    FilingRuleFactory(category=shelf, place=place, words=words)
    source = SourceFactory(category=CategoryFactory())

    found = filing.file(source, url="https://a.example/gh/1.html", said=" 工会动态", title="焊工比武", text="")

    assert (found.category, found.by) == ((shelf, Filing.RULE) if filed else (source.category, Filing.SOURCE))


def test_a_new_rule_files_what_is_here_but_not_what_an_editor_filed(client, editor, shelf):
    mine = ArticleFactory(title="焊工比武", filed_by=Filing.EDITOR)
    others = [ArticleFactory(title=title) for title in ("焊工练兵", "电工练兵")]
    client.force_login(editor)

    client.post(reverse("newsdesk:category-rule-add", args=[shelf.slug]), {"place": "title", "words": "焊工"})
    for one in (mine, *others):
        one.refresh_from_db()

    assert [one.category == shelf for one in (mine, *others)] == [False, True, False]
    rule = shelf.rules.get()
    again = client.post(reverse("newsdesk:category-rule-add", args=[shelf.slug]), {"place": "title", "words": "焊工"})
    assert (again.status_code, set(again.context["rule_form"].errors)) == (422, {"words"})

    client.post(reverse("newsdesk:category-rule-remove", args=[rule.pk]))
    others[0].refresh_from_db()
    assert (shelf.rules.exists(), others[0].category) == (False, shelf)


def test_the_list_asks_as_often_for_many_as_for_few(client, editor, shelf, django_assert_max_num_queries):
    client.force_login(editor)
    FilingRuleFactory(category=shelf)
    client.get(reverse("newsdesk:categories"))
    with django_assert_max_num_queries(30) as few:
        client.get(reverse("newsdesk:categories"))
    FilingRuleFactory.create_batch(3)
    CategoryFactory.create_batch(2, merged_into=shelf)

    with django_assert_max_num_queries(30) as many:
        client.get(reverse("newsdesk:categories"))

    assert len(many) == len(few)


def test_the_first_categories_have_english_names_and_others_keep_their_own(client):
    first_categories()
    Category.objects.create(slug="craft", name="匠心")

    page = client.get("/news/search/", headers={"accept-language": "en"}).content.decode()

    assert ">World</option>" in page
    assert ">国际</option>" not in page
    assert ">匠心</option>" in page
