"""Every page of the desk for every role, as a page and as JSON; what is taken down goes out in no package."""

from __future__ import annotations

import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone

from huomiao.newsdesk import packaging
from huomiao.newsdesk.actions import removals
from huomiao.orgs.roles import Role
from tests.factories.orgs import MembershipFactory, OrganizationFactory
from tests.newsdesk.desk.standing import NewsStanding

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "worker", "organiser", "editor_elsewhere", "editor", "editor_above")
# What each role is answered, in the order above. 302 is the way to the sign-in page, 404: one may not know of it.
PUBLIC = (200, 200, 200, 200, 200, 200)
OWN = (302, 200, 200, 200, 200, 200)
DESK = (302, 403, 403, 200, 200, 200)
QUEUE = (302, 200, 200, 200, 200, 200)
KEPT = (302, 404, 404, 404, 200, 200)
EDITED = (302, 403, 403, 403, 200, 200)
SHARED = (302, 403, 403, 200, 403, 200)
PAGES = {
    "front": PUBLIC,
    "search": PUBLIC,
    "crawler": PUBLIC,
    "removal-status": PUBLIC,
    "article": PUBLIC,
    "versions": PUBLIC,
    "ask-removal": PUBLIC,
    "subscriptions": OWN,
    "subscribe": OWN,
    "sources": DESK,
    "source-add": DESK,
    "mentions": QUEUE,
    "removals": QUEUE,
    "source": KEPT,
    "removal": KEPT,
    "edit": EDITED,
    "evidence": (403, 403, 403, 403, 200, 200),
    "categories": SHARED,
    "category-edit": SHARED,
}


@pytest.fixture
def people():
    province = OrganizationFactory()
    city = OrganizationFactory(parent=province)
    return city, {
        "anonymous": None,
        "worker": MembershipFactory(organization=city, role=Role.MEMBER).user,
        "organiser": MembershipFactory(organization=province, role=Role.ORGANISER).user,
        # An editor at the top of another tree arranges the categories, which all share.
        "editor_elsewhere": MembershipFactory(role=Role.EDITOR).user,
        "editor": MembershipFactory(organization=city, role=Role.EDITOR).user,
        "editor_above": MembershipFactory(organization=province, role=Role.EDITOR).user,
    }


@pytest.mark.parametrize("who", ROLES)
def test_each_role_opens_its_pages_and_no_others(client, people, who):
    city, users = people
    news = NewsStanding(city, reader=users["worker"])
    named = {
        "article": news.article.pk,
        "versions": news.article.pk,
        "ask-removal": news.article.pk,
        "edit": news.article.pk,
        "evidence": news.article.pk,
        "source": news.article.source_id,
        "removal": news.removal.pk,
        "category-edit": news.article.category.slug,
    }
    addresses = {page: reverse(f"newsdesk:{page}", args=[named[page]] if page in named else []) for page in PAGES}
    if users[who]:
        client.force_login(users[who])

    answers = {page: client.get(address).status_code for page, address in addresses.items()}

    assert answers == {page: codes[ROLES.index(who)] for page, codes in PAGES.items()}


@pytest.mark.parametrize("who", ["worker", "organiser", "editor_elsewhere"])
def test_the_queues_of_others_are_empty(client, people, who):
    city, users = people
    news = NewsStanding(city, reader=users["worker"])
    client.force_login(users[who])

    assert client.get(reverse("newsdesk:mentions")).context["lines"] == []
    assert client.get(reverse("newsdesk:removals")).context["lines"] == []
    assert news.removal.receipt not in client.get(reverse("newsdesk:removals")).content.decode()


def test_a_refusal_is_one_sentence_for_a_programme_too(client, people):
    city, users = people
    news = NewsStanding(city, reader=users["worker"])
    client.force_login(users["worker"])

    answer = client.post(
        reverse("newsdesk:take-down", args=[news.article.pk]), {"note": "试"}, headers={"Accept": "application/json"}
    )

    assert (answer.status_code, answer.json()["error"]) == (403, "not_allowed")


def test_nobody_reads_anothers_subscription(client, people):
    city, users = people
    news = NewsStanding(city, reader=users["worker"])
    client.force_login(users["editor_above"])

    for page in ("subscription", "subscription-change"):
        assert client.get(reverse(f"newsdesk:{page}", args=[news.subscription.pk])).status_code == 404
    assert client.post(reverse("newsdesk:subscription-remove", args=[news.subscription.pk])).status_code == 404


def test_what_is_taken_down_is_in_no_package_and_back_in_it_afterwards(people, tmp_path):
    city, users = people
    news = NewsStanding(city, reader=users["worker"])

    def pages(name: str) -> str:
        packaging.export(tmp_path / name, query="", at=timezone.now())
        with zipfile.ZipFile(tmp_path / name) as package:
            return package.read("pages/pages.jsonl").decode()

    assert news.article.url in pages("before.wacz")
    removals.take_down(news.article, note="试", by=users["editor"])
    assert news.article.url not in pages("down.wacz")
    removals.bring_back(news.article, note="试", by=users["editor"])
    assert news.article.url in pages("after.wacz")
