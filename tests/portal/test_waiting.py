from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from huomiao.innovations.models import Entry, Reminder, Round, Sheet, SummaryTable
from huomiao.innovations.states import CallState, Path, RoundState, SheetState, Stage, State
from huomiao.notices.models import Notice, NoticeItem, Objection
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind
from huomiao.portal import waiting
from tests.factories.accounts import UserFactory
from tests.factories.innovations import (
    AuthorFactory,
    CallFactory,
    DeclarationFactory,
    ExpertFactory,
    QuotaFactory,
    RubricFactory,
    WindowFactory,
)
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return OrganizationFactory(kind=Kind.PROVINCE, name="省总工会")


@pytest.fixture
def city(province):
    return OrganizationFactory(parent=province, kind=Kind.CITY, name="南昌市总工会", short_name="南昌市")


@pytest.fixture
def unit(city):
    return UnitFactory(parent=city, name="示例机械厂")


@pytest.fixture
def call(province):
    call = CallFactory(organiser=Organization.objects.get(pk=province.pk), title="五小征集", slug="wuxiao")
    for stage in Stage:
        WindowFactory(call=call, stage=stage)
    return call


def somebody(organization, role):
    user = UserFactory()
    MembershipFactory(user=user, organization=organization, role=role)
    return user


def shown(user):
    """Title of the section, then (title, count, how far) of each task."""
    return {
        section.title: [(task.title, task.count, (task.done, task.total)) for task in section.tasks]
        for section in waiting.sections(user, at=timezone.now())
        if not section.is_offer
    }


NOT_COUNTED = (None, None)


# --- Workers ------------------------------------------------------------------------------------------------------


def test_worker_sees_what_came_back_before_drafts(call, unit):
    worker = somebody(unit, Role.MEMBER)
    mine = {"call": call, "unit": unit, "declared_by": worker}
    DeclarationFactory(**mine, title="草稿", state=State.DRAFT, submitted_at=None)
    DeclarationFactory(**mine, title="退回的", state=State.RETURNED)
    DeclarationFactory(**mine, title="已推荐的", state=State.RECOMMENDED)
    DeclarationFactory(call=call, unit=unit, title="别人的", state=State.DRAFT)

    assert shown(worker) == {"我的申报": [("退回的", None, NOT_COUNTED), ("草稿", None, NOT_COUNTED)]}


def test_worker_is_asked_to_confirm_until_they_have(call, unit):
    worker = somebody(unit, Role.MEMBER)
    asked = DeclarationFactory(call=call, unit=unit, title="请确认的")
    AuthorFactory(declaration=asked, user=worker, place=2)
    done = DeclarationFactory(call=call, unit=unit, title="确认过的")
    AuthorFactory(declaration=done, user=worker, confirmed_at=timezone.now())

    assert shown(worker) == {"请您确认": [("请确认的", None, NOT_COUNTED)]}


def test_worker_is_offered_the_open_calls_of_their_own_unions(call, unit):
    worker = somebody(unit, Role.MEMBER)
    elsewhere = CallFactory(title="外省的征集")
    WindowFactory(call=elsewhere)
    over = CallFactory(title="截止的征集", organiser=call.organiser)
    WindowFactory(call=over, closes_at=timezone.now() - timedelta(days=1))

    offered = [section for section in waiting.sections(worker, at=timezone.now()) if section.is_offer]

    assert [[task.title for task in section.tasks] for section in offered] == [["五小征集"]]
    assert [section.count for section in offered] == [0]


# --- Unions -------------------------------------------------------------------------------------------------------


def test_secretary_sees_what_lies_on_the_desk_of_their_unit(call, unit):
    secretary = somebody(unit, Role.SECRETARY)
    DeclarationFactory(call=call, unit=unit, desk=unit)
    DeclarationFactory(call=call, unit=unit, desk=unit)
    DeclarationFactory(call=call, unit=unit, desk=Organization.objects.get(pk=call.organiser_id))
    DeclarationFactory(call=call, unit=unit, desk=unit, state=State.RETURNED)

    assert shown(secretary) == {"审核与推荐": [("五小征集", 2, NOT_COUNTED)]}


def test_secretary_sees_what_their_unit_is_writing(call, unit):
    secretary = somebody(unit, Role.SECRETARY)
    DeclarationFactory(call=call, unit=unit, path=Path.UNIT, title="单位草稿", state=State.DRAFT, submitted_at=None)

    assert shown(secretary) == {"我的申报": [("单位草稿", None, NOT_COUNTED)]}


def test_officer_sees_desk_quota_and_reminder_until_they_signed(call, city, unit):
    officer = somebody(city, Role.OFFICER)
    DeclarationFactory(call=call, unit=unit, union=city, desk=city)
    DeclarationFactory(call=call, unit=unit, union=city, desk=city, rank=1)
    DeclarationFactory(call=call, unit=unit, union=city, state=State.RECOMMENDED, rank=2)
    QuotaFactory(call=call, union=city, maximum=12)
    Reminder.objects.create(call=call, union=city, by=officer, note="请抓紧。", made_at=timezone.now())

    assert shown(officer) == {
        "审核与推荐": [
            ("五小征集", 1, NOT_COUNTED),
            ("南昌市推荐名单", 0, (2, 12)),
            ("主办方催办：五小征集", 0, NOT_COUNTED),
        ]
    }

    SummaryTable.objects.create(call=call, union=city, rows_hash="x", signed_by=officer, signed_at=timezone.now())

    assert shown(officer) == {"审核与推荐": [("五小征集", 1, NOT_COUNTED)]}


def test_quota_by_category_is_added_up(call, city):
    from tests.factories.innovations import CategoryFactory

    officer = somebody(city, Role.OFFICER)
    for maximum in (3, 4):
        QuotaFactory(call=call, union=city, category=CategoryFactory(call=call), maximum=maximum)

    assert shown(officer) == {"审核与推荐": [("南昌市推荐名单", 0, (0, 7))]}


def test_officer_of_another_city_sees_none_of_it(call, province, city, unit):
    other = OrganizationFactory(parent=province, kind=Kind.CITY, name="九江市总工会", short_name="九江市")
    officer = somebody(other, Role.OFFICER)
    DeclarationFactory(call=call, unit=unit, union=city, desk=city)

    assert shown(officer) == {"审核与推荐": [("九江市推荐名单", 0, (0, None))]}


# --- Organisers ---------------------------------------------------------------------------------------------------


def test_organiser_sees_drafts_checks_rounds_results_and_objections(province, call, city, unit):
    organiser = somebody(province, Role.ORGANISER)
    ours = {"organiser": call.organiser}
    CallFactory(**ours, title="起草", state=CallState.DRAFT, announced_at=None)
    reviewing = CallFactory(**ours, title="评审", state=CallState.REVIEWING)
    scoring = Round.objects.create(call=reviewing, name="初评", seed=1, state=RoundState.SCORING)
    expert, rubric = ExpertFactory(), RubricFactory(call=reviewing)
    for number, state in enumerate((SheetState.SIGNED, SheetState.ASSIGNED, SheetState.RECUSED)):
        entry = Entry.objects.create(round=scoring, number=str(number), category_name="x", rubric=rubric, title="x")
        Sheet.objects.create(entry=entry, expert=expert, state=state)
    CallFactory(**ours, title="拟定", state=CallState.DECIDING)
    CallFactory(**ours, title="结束", state=CallState.PUBLISHED)
    checking = CallFactory(**ours, title="形审", state=CallState.CHECKING)
    DeclarationFactory(call=call, unit=unit, union=city, state=State.RECOMMENDED)
    DeclarationFactory(call=checking, unit=unit, union=city, state=State.RECOMMENDED)
    DeclarationFactory(call=checking, unit=unit, desk=call.organiser, rank=1)
    DeclarationFactory(call=checking, unit=unit, union=city, state=State.ACCEPTED)
    today = timezone.localdate()
    notice = Notice.objects.create(
        title="公示", issuer=call.organiser, contact="x", working_days=5, opens_on=today, closes_on=today,
        list_hash="x", opened_at=timezone.now(),
    )  # fmt: skip
    item = NoticeItem.objects.create(notice=notice, position=1)
    Objection.objects.create(notice=notice, item=item, kind="truth", text="x", made_at=timezone.now())
    Objection.objects.create(notice=notice, item=item, kind="truth", text="x", made_at=timezone.now(), state="ruled")

    found = shown(organiser)["主办工作"]

    assert sorted(found, key=lambda task: task[0]) == sorted(
        [
            ("起草", None, NOT_COUNTED),
            ("五小征集", 0, NOT_COUNTED),
            ("形审", 2, NOT_COUNTED),
            ("评审", 0, (1, 2)),
            ("拟定", 1, NOT_COUNTED),
            ("公示", 1, NOT_COUNTED),
        ],
        key=lambda task: task[0],
    )


# --- Experts ------------------------------------------------------------------------------------------------------


def test_expert_sees_how_many_sheets_are_left(call):
    expert, other = ExpertFactory(), ExpertFactory()
    scoring = Round.objects.create(call=call, name="初评", seed=1, state=RoundState.SCORING)
    rubric = RubricFactory(call=call)
    for number, state in enumerate((SheetState.SIGNED, SheetState.ASSIGNED, SheetState.DRAFT)):
        entry = Entry.objects.create(round=scoring, number=str(number), category_name="x", rubric=rubric, title="x")
        Sheet.objects.create(entry=entry, expert=expert, state=state)
        Sheet.objects.create(entry=entry, expert=other, state=SheetState.SIGNED)

    assert shown(expert.user) == {"专家评审": [("五小征集", 2, (1, 3))]}
    assert shown(other.user) == {}


def test_expert_has_nothing_to_do_in_a_locked_round(call):
    expert = ExpertFactory()
    locked = Round.objects.create(call=call, name="初评", seed=1, state=RoundState.LOCKED)
    entry = Entry.objects.create(
        round=locked, number="1", category_name="x", rubric=RubricFactory(call=call), title="x"
    )
    Sheet.objects.create(entry=entry, expert=expert)

    assert shown(expert.user) == {}


# --- The next step ------------------------------------------------------------------------------------------------


def test_next_step_is_the_first_thing_that_waits(client, province, call, city, unit):
    organiser = somebody(province, Role.ORGANISER)
    CallFactory(organiser=call.organiser, title="拟定", state=CallState.DECIDING)
    client.force_login(organiser)

    response = client.get("/tasks/")

    assert response.context["next_step"].title == "拟定"
    assert response.content.decode().count("button-primary") == 1


def test_next_step_without_work_is_the_first_offer(call, unit):
    worker = somebody(unit, Role.MEMBER)

    step = waiting.next_step(waiting.sections(worker, at=timezone.now()))

    assert (step.title, step.verb) == ("五小征集", "了解并申报")


# --- All of it ----------------------------------------------------------------------------------------------------


def test_tasks_ask_the_same_number_of_queries_however_much_waits(client, province, city, unit, call):
    user = somebody(unit, Role.SECRETARY)
    MembershipFactory(user=user, organization=city, role=Role.OFFICER)
    MembershipFactory(user=user, organization=province, role=Role.ORGANISER)
    expert = ExpertFactory(user=user)

    def fill():
        another = CallFactory(organiser=call.organiser)
        for stage in Stage:
            WindowFactory(call=another, stage=stage)
        DeclarationFactory(call=another, unit=unit, declared_by=user, state=State.DRAFT)
        asked = DeclarationFactory(call=another, unit=unit, desk=city, union=city)
        AuthorFactory(declaration=asked, user=user)
        DeclarationFactory(call=another, unit=unit, union=city, state=State.RECOMMENDED)
        QuotaFactory(call=another, union=city)
        Reminder.objects.create(call=another, union=city, by=user, made_at=timezone.now())
        scoring = Round.objects.create(call=another, name="初评", seed=1, state=RoundState.SCORING)
        rubric = RubricFactory(call=another)
        entry = Entry.objects.create(round=scoring, number="1", category_name="x", rubric=rubric, title="x")
        Sheet.objects.create(entry=entry, expert=expert)

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get("/tasks/").status_code == 200
        return len(found)

    client.force_login(user)
    fill()
    queries()
    one = queries()
    fill()
    fill()

    assert queries() == one
