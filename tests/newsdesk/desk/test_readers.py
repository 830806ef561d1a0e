"""Subscriptions, their lists, feeds and digests; watched pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huomiao.core.errors import Invalid
from huomiao.newsdesk import following, searching
from huomiao.newsdesk.actions import readers, removals
from huomiao.newsdesk.models import Digest, Subscription, Watch
from huomiao.newsdesk.states import Frequency
from huomiao.newsdesk.tasks import digests
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.newsdesk import ArticleFactory, CaptureFactory, SubscriptionFactory, VersionFactory, blocks
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def reader():
    return UserFactory()


def article(title="焊工技能竞赛开赛", **more):
    made = ArticleFactory(title=title, first_seen_at=timezone.now(), **more)
    searching.bring_up_to_date()
    return made


def following_since(reader, *, ago=DAY * 2, **more) -> Subscription:
    then = timezone.now() - ago
    given = {"query": "技能竞赛", "made_at": then, "seen_at": then, "digested_at": then, **more}
    return SubscriptionFactory(user=reader, **given)


def test_what_is_new_is_listed_until_the_reader_has_opened_it(client, reader):
    kept = following_since(reader)
    made = article()
    client.force_login(reader)

    first = client.get(reverse("newsdesk:subscriptions")).context["lines"]
    client.get(kept.get_absolute_url())
    second = client.get(reverse("newsdesk:subscriptions")).context["lines"]

    assert [([one.pk for one in found], count) for _kept, found, count in first] == [([made.pk], 1)]
    assert [count for _kept, _found, count in second] == [0]


def test_a_subscription_is_its_readers_alone(client, reader):
    kept = following_since(reader)
    client.force_login(UserFactory())

    names = ("subscription", "subscription-change", "subscription-remove")
    codes = [client.post(reverse(f"newsdesk:{name}", args=[kept.pk])).status_code for name in names]

    assert codes == [405, 404, 404]
    assert client.get(kept.get_absolute_url()).status_code == 404


def test_subscribing_to_the_same_query_again_changes_the_first(reader):
    first = readers.subscribe(reader, query="技能竞赛", name="竞赛")
    again = readers.subscribe(reader, query="技能竞赛", name="技能")

    assert (again.pk, again.name, Subscription.objects.count()) == (first.pk, "技能", 1)


def test_mail_goes_nowhere_before_the_mailbox_is_confirmed(
    client, reader, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        kept = readers.subscribe(
            reader, query="技能竞赛", name="竞赛", frequency=Frequency.DAILY, mail_to="a@example.org"
        )
    Subscription.objects.update(digested_at=timezone.now() - 2 * DAY)
    article()
    [asked] = mailoutbox
    assert asked.to == ["a@example.org"]
    assert following.make_due(timezone.now()) == 0

    link = re.search(r"/news/subscriptions/confirm/\S+", asked.body)[0]
    assert "愿意接收" in client.get(link).content.decode()
    client.post(link)

    with django_capture_on_commit_callbacks(execute=True):
        assert following.make_due(timezone.now()) == 1
    assert mailoutbox[1].to == ["a@example.org"]
    assert "焊工技能竞赛开赛" in mailoutbox[1].body
    assert (following.make_due(timezone.now()), Digest.objects.get().sent_at is not None) == (0, True)
    assert kept.pk == Digest.objects.get().subscription_id


@pytest.mark.parametrize("is_one_click", [True, False])
def test_a_digest_is_stopped_from_the_mail_without_signing_in(client, reader, mailoutbox, is_one_click):
    kept = following_since(reader, frequency=Frequency.DAILY, mail_to="a@example.org", confirmed_at=timezone.now())
    digests.letter(kept, [article()], left=2).send()
    [letter] = mailoutbox
    link = re.search(r"/news/subscriptions/stop/[^\s>]+", letter.extra_headers["List-Unsubscribe"])[0]
    assert link in letter.body
    assert "3 篇" in letter.subject
    # Programmes that look at links in mails change nothing.
    client.get(link)
    kept.refresh_from_db()
    assert kept.frequency == Frequency.DAILY

    strict = Client(enforce_csrf_checks=True)
    strict.post(link, {"List-Unsubscribe": "One-Click"} if is_one_click else {})

    kept.refresh_from_db()
    assert kept.frequency == Frequency.NEVER
    assert client.get(link[:-3] + "xx/").status_code == 404


def test_the_way_out_of_another_mailbox_stops_nothing(client, reader):
    kept = following_since(reader, frequency=Frequency.DAILY, mail_to="a@example.org")
    link = reverse("newsdesk:digest-stop", args=[digests.way_out(kept)])
    readers.change(kept, name="竞赛", frequency=Frequency.DAILY, mail_to="b@example.org")

    assert client.post(link).status_code == 404
    kept.refresh_from_db()
    assert kept.frequency == Frequency.DAILY


def test_the_page_of_a_subscription_shows_what_its_digest_looks_like(client, reader):
    kept = following_since(reader)
    made = article()
    client.force_login(reader)

    letter = client.get(kept.get_absolute_url()).context["letter"]

    assert made.title in letter.body


def test_a_changed_mailbox_is_asked_again_and_the_old_link_confirms_nothing(
    client, reader, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        kept = readers.subscribe(reader, query="x", name="x", frequency=Frequency.DAILY, mail_to="a@example.org")
    link = re.search(r"/news/subscriptions/confirm/\S+", mailoutbox[0].body)[0]
    client.post(link)

    readers.change(kept, name="x", frequency=Frequency.DAILY, mail_to="b@example.org")

    assert client.post(link).status_code == 404
    assert Subscription.objects.get().confirmed_at is None


def test_a_digest_without_a_mailbox_is_refused(reader):
    with pytest.raises(Invalid):
        readers.subscribe(reader, query="x", name="x", frequency=Frequency.WEEKLY)


def test_what_is_taken_down_after_the_digest_was_made_is_not_in_the_mail(
    reader, mailoutbox, django_capture_on_commit_callbacks
):
    following_since(reader, frequency=Frequency.DAILY, mail_to="a@example.org", confirmed_at=timezone.now())
    kept, gone = article("焊工技能竞赛开赛"), article("钳工技能竞赛开赛")
    editor = MembershipFactory(organization=gone.source.keeper, role=Role.EDITOR).user
    with django_capture_on_commit_callbacks() as callbacks:
        following.make_due(timezone.now())
    removals.take_down(gone, note="", by=editor)

    for callback in callbacks:
        callback()

    assert (kept.title in mailoutbox[0].body, gone.title in mailoutbox[0].body) == (True, False)


def test_a_line_break_in_a_name_adds_no_header_to_the_mail(reader, mailoutbox, django_capture_on_commit_callbacks):
    following_since(
        reader,
        name="竞赛\r\nBcc: all@example.org",
        frequency=Frequency.DAILY,
        mail_to="a@example.org",
        confirmed_at=timezone.now(),
    )
    article()

    with django_capture_on_commit_callbacks(execute=True):
        following.make_due(timezone.now())

    assert mailoutbox[0].recipients() == ["a@example.org"]
    assert "\n" not in mailoutbox[0].subject


def test_a_watched_page_that_changed_says_so_until_the_change_was_seen(client, reader):
    made = article()
    client.force_login(reader)
    client.post(reverse("newsdesk:watch", args=[made.pk]))
    made.current = VersionFactory(article=made, capture=CaptureFactory(url=made.url), body=blocks("改了。"))
    made.save()

    [(before, pieces)] = client.get(reverse("newsdesk:subscriptions")).context["watches"]
    client.get(reverse("newsdesk:versions", args=[made.pk]))
    [(after, none)] = client.get(reverse("newsdesk:subscriptions")).context["watches"]

    assert ([(piece.kind, piece.text) for piece in pieces][-1], none) == (("added", "改了。"), None)
    assert (before.latest, before.seen_number, after.seen_number) == (2, 1, 2)
    client.post(reverse("newsdesk:watch", args=[made.pk]))
    assert not Watch.objects.exists()


def test_of_a_page_that_wants_no_copy_shown_no_changed_words_are_told(client, reader):
    made = article(asks_noarchive=True)
    readers.watch(reader, made)
    made.current = VersionFactory(article=made, capture=CaptureFactory(url=made.url), body=blocks("改了。"))
    made.save()
    client.force_login(reader)

    [(watch, pieces)] = client.get(reverse("newsdesk:subscriptions")).context["watches"]

    assert (watch.latest > watch.seen_number, pieces) == (True, None)


def test_a_feed_is_asked_again_only_when_it_changed(client):
    article()
    address = reverse("newsdesk:feed", args=["atom"])
    first = client.get(address)

    same = client.get(address, headers={"if-none-match": first.headers["ETag"]})
    article("新的一篇")
    other = client.get(address, headers={"if-none-match": first.headers["ETag"]})

    assert (first.status_code, same.status_code, other.status_code) == (200, 304, 200)
    assert client.get(reverse("newsdesk:feed", args=["html"])).status_code == 404


@pytest.mark.parametrize("address", ["newsdesk:subscriptions"])
def test_a_list_asks_as_often_for_three_articles_as_for_one(client, reader, django_assert_max_num_queries, address):
    following_since(reader)
    article()
    client.force_login(reader)
    client.get(reverse(address))
    with django_assert_max_num_queries(40) as one:
        client.get(reverse(address))
    for _more in range(2):
        article()

    with django_assert_max_num_queries(40) as three:
        client.get(reverse(address))

    assert len(one) == len(three)
