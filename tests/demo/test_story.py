"""The demo province, told once and looked at from all sides."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count
from django.test import override_settings

from huomiao.accounts.models import User
from huomiao.core import history
from huomiao.demo import people
from huomiao.demo.story import Story, is_told
from huomiao.honours.models import Honour
from huomiao.innovations.models import Call, Declaration, Round, Sheet
from huomiao.innovations.states import CallState, RoundState, SheetState, State
from huomiao.notices.models import NoticeItem
from huomiao.notices.states import ItemState
from huomiao.practice.models import Attempt, Bank, Campaign, Enrolment, Exam, FollowerCursor, Sitting
from huomiao.practice.states import CampaignState, ExamState

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    """The whole story in the test database; taken back at the end of the module."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"), DEMO=True),
        transaction.atomic(),
    ):
        Story(lambda _line: None, now=NOW).tell()
        yield
        transaction.set_rollback(True)


def test_the_bulletin_finds_the_figures_of_the_reference_page(told):
    out = io.StringIO()
    call_command("bulletin", call="wuxiao-2023", format="json", stdout=out)

    values = {figure["key"]: figure["value"] for figure in json.loads(out.getvalue())["figures"]}
    assert {
        key: values[key]
        for key in (
            "total", "category:invention", "category:creation", "category:design", "category:renovation",
            "category:suggestion", "priority", "priority_share", "divisions", "unions", "unions:city", "unions:new_area",
        )
    } == {
        "total": 510,
        "category:invention": 207,
        "category:creation": 92,
        "category:design": 44,
        "category:renovation": 154,
        "category:suggestion": 13,
        "priority": 331,
        "priority_share": 64.9,
        "divisions": 35,
        "unions": 27,
        "unions:city": 11,
        "unions:new_area": 1,
    }  # fmt: skip
    assert values["unions:industry"] + values["unions:direct"] == 15


def test_2023_went_through_every_stage(told):
    call = Call.objects.get(slug="wuxiao-2023")

    assert call.state == CallState.PUBLISHED
    assert dict(call.declarations.order_by().values_list("state").annotate(Count("pk"))) == {
        State.PUBLISHED: 100,
        State.REVOKED: 1,
        State.UNSUCCESSFUL: 409,
    }
    assert Sheet.objects.filter(entry__round__call=call, state=SheetState.SIGNED).count() == 510 * 5
    assert Round.objects.get(call=call).state == RoundState.RELEASED
    assert Honour.objects.filter(series="wuxiao", year=2023).count() == 100


def test_an_objection_was_upheld_and_the_next_moved_up(told):
    items = NoticeItem.objects.filter(notice__subject_id=str(Call.objects.get(slug="wuxiao-2023").pk))

    assert sorted(items.exclude(state=ItemState.LISTED).values_list("state", flat=True)) == [
        ItemState.PROMOTED,
        ItemState.STRUCK,
    ]


def test_this_year_has_something_at_every_stage(told):
    assert dict(Call.objects.filter(year=2026).values_list("series", "state")) == {
        "wuxiao": CallState.OPEN,
        "caozuofa": CallState.REVIEWING,
        "jianyi": CallState.CHECKING,
        "jueji": CallState.NOTICE,
    }


@pytest.mark.parametrize("account", people.ACCOUNTS, ids=lambda account: account.username)
def test_every_account_signs_in_and_sees_its_tasks(told, client, account):
    response = client.post("/accounts/login/", {"login": account.username, "password": people.PASSWORD})
    assert response.status_code == 302

    assert client.get("/tasks/").status_code == 200


def test_the_expert_has_sheets_to_mark(told):
    waiting = Sheet.objects.filter(
        expert__user__username="expert", state=SheetState.ASSIGNED, entry__round__state=RoundState.SCORING
    )

    assert waiting.count() > 0


def test_the_worker_has_a_draft_and_the_desks_have_work(told):
    mine = Declaration.objects.filter(declared_by__username="worker").values_list("state", flat=True)

    assert sorted(mine) == [State.DRAFT, State.SUBMITTED]
    assert Declaration.objects.filter(state=State.SUBMITTED, desk__code=people.HOME_UNIT).count() == 1


def test_the_history_holds_and_names_an_edit_behind_its_back(told):
    assert list(history.verify()) == []
    signed = Sheet.objects.filter(state=SheetState.SIGNED).first()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE innovations_sheet SET total = total + 1 WHERE id = %s", [signed.pk])

    found = [(problem.where, problem.what) for problem in history.verify()]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE innovations_sheet SET total = total - 1 WHERE id = %s", [signed.pk])
    assert found == [(f"innovations.sheet {signed.pk}", "changed behind the history's back")]


def test_a_second_start_tells_nothing_again(told):
    assert is_told()
    before = Declaration.objects.count()

    call_command("demo", no_serve=True, stdout=io.StringIO())

    assert Declaration.objects.count() == before


def test_the_province_practises_and_has_an_exam_to_sit_today(told):
    worker = User.objects.get(username="worker")

    assert list(Bank.objects.filter(is_demo=True).order_by("code").values_list("code", "current__question_count")) == [
        ("demo-electrician", 40),
        ("demo-safety", 36),
        ("demo-welder", 34),
    ]
    assert FollowerCursor.objects.get().attempt_id == Attempt.objects.latest("pk").pk
    assert Campaign.objects.get(is_demo=True).state == CampaignState.PUBLISHED
    assert Exam.objects.get(title="安全知识在线考试（演示）").candidates.filter(user=worker).exists()
    over = Exam.objects.get(state=ExamState.RELEASED)
    passed = Sitting.objects.filter(exam=over, is_passed=True).count()
    assert 0 < passed < over.sittings.count()
    assert Honour.objects.filter(programme=over.title).count() == passed
    assert Enrolment.objects.get(user=worker).done.count() == 2
