"""Who sees what: an article's every way to a reader, shown and taken down, for the public and for editors near and far."""

from __future__ import annotations

import pytest
from django.urls import reverse

from huomiao.newsdesk import searching
from huomiao.newsdesk.actions import removals
from huomiao.newsdesk.models import Subscription
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.newsdesk import ArticleFactory, PictureFactory, SubscriptionFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory
from tests.files import samples
from tests.newsdesk.desk.standing import archived

pytestmark = pytest.mark.django_db

TITLE = "班组长的新办法省下两小时"


class Scene:
    """An article with everything by which a reader may come upon it, and people near and far from it."""

    def __init__(self) -> None:
        province = OrganizationFactory()
        city = OrganizationFactory(parent=province)
        self.article = ArticleFactory(title=TITLE, source__keeper=city)
        self.picture = PictureFactory(article=self.article)
        archived(self.article.current.capture, "text/html", b"<html><body>x</body></html>")
        archived(self.picture.capture, "image/jpeg", samples.jpeg())
        self.subscription: Subscription = SubscriptionFactory(query="新办法", user=UserFactory())
        self.people = {
            "anonymous": None,
            "worker": MembershipFactory(organization=city, role=Role.MEMBER).user,
            "organiser": MembershipFactory(organization=province, role=Role.ORGANISER).user,
            "editor_elsewhere": MembershipFactory(role=Role.EDITOR).user,
            "editor": MembershipFactory(organization=city, role=Role.EDITOR).user,
            "editor_above": MembershipFactory(organization=province, role=Role.EDITOR).user,
        }
        searching.bring_up_to_date()

    def seen(self, client) -> dict[str, bool]:
        """By way: whether it leads to the article."""
        article, capture = self.article, self.article.current.capture
        pages = {
            "page": article.get_absolute_url(),
            "versions": reverse("newsdesk:versions", args=[article.pk]),
            "archived": reverse("newsdesk:archived", args=[capture.pk]),
            "picture": self.picture.get_absolute_url(),
            "timegate": reverse("newsdesk:timegate", args=[article.url]),
            "timemap": reverse("newsdesk:timemap-link", args=[article.url]),
        }
        lists = {
            "front": reverse("newsdesk:front"),
            "category": article.category.get_absolute_url(),
            "search": reverse("newsdesk:search") + "?q=新办法",
            "feed": reverse("newsdesk:feed", args=["atom"]),
            "feed of a query": reverse("newsdesk:feed", args=["rss"]) + "?q=新办法",
            "feed of the category": reverse("newsdesk:category-feed", args=[article.category.slug, "atom"]),
            "feed of a subscription": reverse("newsdesk:subscription-feed", args=[self.subscription.token, "atom"]),
        }
        found = {way: client.get(address).status_code in {200, 302} for way, address in pages.items()}
        # The words looked for are marked, so the rest of the title tells.
        found |= {way: "省下两小时" in client.get(address).content.decode() for way, address in lists.items()}
        return found


@pytest.fixture
def scene():
    return Scene()


def as_(client, user):
    if user:
        client.force_login(user)
    return client


@pytest.mark.parametrize("who", ["anonymous", "worker", "organiser", "editor_elsewhere", "editor", "editor_above"])
def test_a_shown_article_is_everybodys_and_one_taken_down_only_its_keepers(client, scene, who):
    as_(client, scene.people[who])
    shown = scene.seen(client)

    removals.take_down(scene.article, note="试", by=scene.people["editor"])
    down = scene.seen(client)
    removals.bring_back(scene.article, note="试", by=scene.people["editor"])

    assert set(shown.values()) == {True}
    is_keeper = who in {"editor", "editor_above"}
    pages = {"page", "versions", "archived", "picture", "timegate", "timemap"}
    assert down == {way: is_keeper and way in pages for way in shown}
    assert scene.seen(client) == shown


@pytest.mark.parametrize(
    ("who", "code"),
    [("worker", 403), ("organiser", 403), ("editor_elsewhere", 403), ("editor", 302), ("editor_above", 302)],
)
def test_only_its_keepers_take_an_article_down(client, scene, who, code):
    as_(client, scene.people[who])

    answer = client.post(reverse("newsdesk:take-down", args=[scene.article.pk]), {"note": "试"})

    scene.article.refresh_from_db()
    assert (answer.status_code, scene.article.is_shown) == (code, code != 302)


def test_what_is_taken_down_leaves_the_index_too(scene, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        removals.take_down(scene.article, note="试", by=scene.people["editor"])

    assert len(searching.index()) == 0
