"""A request for removal, from the public form to the page that is gone, and back."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.newsdesk.actions import removals
from huomiao.newsdesk.models import Removal
from huomiao.newsdesk.queries import removals as queries
from huomiao.newsdesk.states import RemovalState
from huomiao.notices.calendar import Calendar
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import ArticleFactory, RemovalFactory
from tests.factories.orgs import MembershipFactory
from tests.files import samples

pytestmark = pytest.mark.django_db

ASKED = {
    "reason": "copyright",
    "text": "本文系我单位原创，未经许可转载，请予下架。",
    "name": "示例杂志社",
    "phone": "137 0000 9876",
}


@pytest.fixture
def removal():
    return RemovalFactory()


@pytest.fixture
def editor(removal):
    return MembershipFactory(organization=removal.article.source.keeper, role=Role.EDITOR).user


def proof():
    return SimpleUploadedFile("证明.jpg", samples.jpeg())


@time_machine.travel("2026-11-27T10:00:00+08:00", tick=False)  # a Friday
def test_anybody_asks_with_proof_and_has_an_answer_within_three_working_days(client):
    article = ArticleFactory()

    client.post(reverse("newsdesk:ask-removal", args=[article.pk]), {**ASKED, "proofs": [proof()]})

    made = Removal.objects.get()
    assert (made.article, made.state, made.due_on) == (article, RemovalState.RECEIVED, date(2026, 12, 2))
    assert (made.phone, made.proofs.count()) == ("13700009876", 1)
    assert made.receipt in client.get(reverse("newsdesk:removal-receipt")).content.decode()


@pytest.mark.parametrize("missing", ["reason", "text", "name", "phone", "proofs"])
def test_a_request_without_something_says_what_is_missing(client, missing):
    article = ArticleFactory()
    given = {name: value for name, value in {**ASKED, "proofs": [proof()]}.items() if name != missing}

    answer = client.post(reverse("newsdesk:ask-removal", args=[article.pk]), given)

    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {missing})
    assert not Removal.objects.exists()


def test_a_request_sent_twice_is_one(client):
    article = ArticleFactory()
    for _time in range(2):
        client.post(reverse("newsdesk:ask-removal", args=[article.pk]), {**ASKED, "proofs": [proof()]})

    assert Removal.objects.count() == 1


def test_a_granted_request_hides_the_page_and_its_lifting_shows_it(client, removal, editor):
    address = removal.article.get_absolute_url()
    client.force_login(editor)
    client.post(reverse("newsdesk:removal-grant", args=[removal.pk]), {"answer": "已下架。"})
    client.logout()
    gone = client.get(address)
    assert (gone.status_code, gone["X-Robots-Tag"]) == (451, "noindex")
    assert removal.article.title not in gone.content.decode()

    client.force_login(editor)
    client.post(reverse("newsdesk:removal-lift", args=[removal.pk]), {"answer": "申请人撤回。"})
    client.logout()
    assert client.get(address).status_code == 200

    acts = [entry.action for entry in history.of(removal)]
    assert acts == ["removal.lifted", "removal.taken_down"]
    assert [entry.action for entry in history.of(removal.article)] == ["article.lifted", "article.taken_down"]


@pytest.mark.parametrize(
    ("reason", "code"), [("copyright", 451), ("privacy", 451), ("reputation", 451), ("untrue", 410), (None, 410)]
)
def test_the_place_of_a_page_says_on_which_ground_it_was_taken_down(client, removal, editor, reason, code):
    Removal.objects.update(reason=reason or "other")
    removal.refresh_from_db()
    if reason:
        removals.grant(removal, answer="下架。", by=editor)
    else:
        removals.take_down(removal.article, note="试", by=editor)

    page = client.get(removal.article.get_absolute_url())

    assert (page.status_code, page.context["ground"]) == (code, reason)
    assert client.get(reverse("newsdesk:article", args=[removal.article_id + 1000])).status_code == 404


@pytest.mark.parametrize(
    ("today", "days", "tone"),
    [
        (date(2026, 11, 27), [True, True, True], "good"),
        (date(2026, 12, 1), [True, False, False], "warn"),
        (date(2026, 12, 2), [False, False, False], "warn"),
        (date(2026, 12, 3), [False, False, False], "bad"),
    ],
)
def test_a_deadline_draws_the_working_days_that_are_left(removal, today, days, tone):
    removal.due_on = date(2026, 12, 2)

    due = queries.deadline(removal, calendar=Calendar(), today=today)

    assert (due.days, due.tone) == (days, tone)


def test_the_asker_reads_the_answer_with_receipt_and_phone(client, removal, editor):
    removals.refuse(removal, answer="属于正常报道。", by=editor)
    address = reverse("newsdesk:removal-status")

    right = client.post(address, {"receipt": removal.receipt, "phone_tail": "9876"})
    wrong = client.post(address, {"receipt": removal.receipt, "phone_tail": "0000"})

    assert "属于正常报道。" in right.content.decode()
    assert (wrong.status_code, "属于正常报道。" in wrong.content.decode()) == (422, False)


def test_another_granted_request_keeps_a_page_down(removal, editor):
    second = RemovalFactory(article=removal.article)
    removals.grant(removal, answer="下架。", by=editor)
    removals.grant(second, answer="下架。", by=editor)

    removals.lift(removal, answer="撤回。", by=editor)
    removal.article.refresh_from_db()
    assert not removal.article.is_shown
    with pytest.raises(WrongState):
        removals.bring_back(removal.article, note="", by=editor)

    removals.lift(second, answer="撤回。", by=editor)
    removal.article.refresh_from_db()
    assert removal.article.is_shown


@pytest.mark.parametrize("state", list(RemovalState))
@pytest.mark.parametrize(("act", "to"), [("grant", "taken_down"), ("refuse", "refused"), ("lift", "lifted")])
def test_each_answer_is_given_only_where_it_makes_sense(removal, editor, state, act, to):
    Removal.objects.filter(pk=removal.pk).update(state=state)
    allowed = {
        ("received", "grant"),
        ("received", "refuse"),
        ("refused", "grant"),
        ("taken_down", "lift"),
        ("lifted", "grant"),
    }

    if (state.value, act) in allowed:
        getattr(removals, act)(removal, answer="好。", by=editor)
        removal.refresh_from_db()
        assert removal.state == to
    else:
        with pytest.raises(WrongState):
            getattr(removals, act)(removal, answer="好。", by=editor)


def test_an_editor_of_another_union_neither_sees_nor_answers_it(client, removal):
    stranger = MembershipFactory(role=Role.EDITOR).user
    client.force_login(stranger)

    assert client.get(removal.get_absolute_url()).status_code == 404
    with pytest.raises(NotAllowed):
        removals.grant(removal, answer="好。", by=stranger)


def test_a_history_edited_behind_its_back_shows(removal, editor):
    removals.grant(removal, answer="下架。", by=editor)
    assert [one for one in history.verify() if "newsdesk.article" in one.where] == []

    type(removal.article).objects.filter(pk=removal.article_id).update(state="shown")

    assert [one.where for one in history.verify() if "newsdesk.article" in one.where] == [
        f"newsdesk.article {removal.article_id}"
    ]


def test_the_queue_shows_what_is_late_and_asks_as_often_for_one_as_for_three(
    client, removal, editor, django_assert_max_num_queries
):
    client.force_login(editor)
    Removal.objects.update(due_on=timezone.localdate())
    client.get(reverse("newsdesk:removals"))
    with django_assert_max_num_queries(30) as one:
        client.get(reverse("newsdesk:removals"))
    RemovalFactory.create_batch(2, article__source=removal.article.source, due_on=date(2020, 1, 1))

    with django_assert_max_num_queries(30) as three:
        page = client.get(reverse("newsdesk:removals"))

    assert len(three) == len(one)
    assert [due.is_late for _row, due in page.context["lines"]] == [True, True, False]
