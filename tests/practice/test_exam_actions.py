"""Making exams, building papers, listing candidates: what changes, what is recorded, what is refused."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.tables import SheetOut, write_table
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.practice import building, candidate_table, tickets
from huomiao.practice.actions import candidates as listing
from huomiao.practice.actions import exams as actions
from huomiao.practice.actions import sittings as watching
from huomiao.practice.actions.exams import LineValues
from huomiao.practice.models import Candidate, Exam, QuestionVersion, Sitting
from huomiao.practice.states import Eligibility, ExamState, PaperPlan, SittingState, Use
from tests.factories.accounts import UserFactory
from tests.factories.exams import BlueprintLineFactory, CandidateFactory, ExamFactory, exam_ready, sat
from tests.factories.orgs import MembershipFactory, OrganizationFactory, RosterEntryFactory, UnitFactory
from tests.factories.practice import bank_with

AT = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
OPENS = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def draft(db):
    """A draft with a bank and a blueprint, no papers."""
    exam = ExamFactory(opens_at=OPENS)
    exam.banks.add(bank_with(30, use=Use.EXAM, owner=exam.organiser))
    BlueprintLineFactory(exam=exam, position=0, count=10)
    return exam


def officer_of(exam, role=Role.TRAINER):
    return MembershipFactory(organization=exam.organiser, role=role).user


def acts(subject):
    return list(history.of(subject).order_by("pk").values_list("action", flat=True))


# --- Papers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "papers", "held"),
    [
        (PaperPlan.FIXED, 1, {1: 6}),
        (PaperPlan.EQUAL, 3, {1: 2, 2: 2, 3: 2}),
        (PaperPlan.DRAWN, 6, dict.fromkeys(range(1, 7), 1)),
    ],
)
def test_each_plan_gives_every_candidate_a_paper(draft, plan, papers, held, django_capture_on_commit_callbacks):
    Exam.objects.update(plan=plan, paper_count=3)
    for _number in range(6):
        CandidateFactory(exam=draft)

    with django_capture_on_commit_callbacks(execute=True):
        actions.build(draft, by=officer_of(draft), at=AT)

    draft.refresh_from_db()
    assert draft.papers.count() == papers
    assert Counter(draft.candidates.values_list("paper__number", flat=True)) == held
    assert all(len({version for version, _p, _l in paper.items}) == 10 for paper in draft.papers.all())
    assert {paper.total_points for paper in draft.papers.all()} == {Decimal("20.0")}
    assert (draft.build_done, draft.build_total, draft.building_at) == (papers, papers, None)
    assert acts(draft) == ["exam.build_started", "exam.built"]


def test_only_questions_for_exams_of_the_current_release_are_drawn(db):
    exam = ExamFactory(opens_at=OPENS)
    practice = bank_with(5, use=Use.PRACTICE, owner=exam.organiser)
    both = bank_with(5, use=Use.BOTH, owner=exam.organiser)
    exam.banks.add(practice, both)

    versions = {item.version for item in building.pool(exam)}

    assert versions == set(both.current.version_ids)


def test_a_short_bank_stops_the_build_and_says_at_which_line(draft, django_capture_on_commit_callbacks):
    BlueprintLineFactory(exam=draft, position=1, kind="multiple", count=3)

    with django_capture_on_commit_callbacks(execute=True):
        actions.build(draft, by=officer_of(draft), at=AT)

    draft.refresh_from_db()
    assert (draft.built_at, draft.building_at) == (None, None)
    assert draft.build_problem.startswith("题库里符合条件的试题不够：第 2 行缺 3 题")
    assert acts(draft) == ["exam.build_started", "exam.build_failed"]


def test_building_anew_replaces_all_papers_and_ends_with_the_first_start(draft):
    candidate = CandidateFactory(exam=draft)
    building.build(draft, at=AT)
    first = set(draft.papers.values_list("pk", flat=True))

    building.build(draft, at=AT)

    candidate.refresh_from_db()
    assert candidate.paper_id not in first
    assert draft.papers.count() == 1
    sat(draft, state=SittingState.RUNNING)
    with pytest.raises(Invalid):
        building.build(draft, at=AT)


def test_a_build_that_is_under_way_is_not_begun_twice(draft):
    officer = officer_of(draft)
    actions.build(draft, by=officer, at=AT)

    with pytest.raises(WrongState):
        actions.build(draft, by=officer, at=AT + timedelta(minutes=1))

    # Its worker died: somebody may ask again.
    actions.build(draft, by=officer, at=AT + timedelta(minutes=16))


def test_the_next_exam_prefers_what_the_last_did_not_ask(draft):
    building.build(draft, at=AT)
    asked = {version for version, _p, _l in draft.papers.get().items}
    organiser = Organization.objects.get(pk=draft.organiser_id)
    following = ExamFactory(organiser=organiser, opens_at=OPENS)
    following.banks.set(draft.banks.all())
    BlueprintLineFactory(exam=following, position=0, count=20)

    building.build(following, at=AT)

    assert asked.isdisjoint({version for version, _p, _l in following.papers.get().items})


def test_rules_are_frozen_by_the_build_and_open_again_when_it_is_discarded(draft):
    officer = officer_of(draft)
    building.build(draft, at=AT)
    lines = [LineValues("单选", "single", 3, Decimal(1))]

    with pytest.raises(WrongState):
        actions.set_blueprint(draft, lines, by=officer, at=AT)
    with pytest.raises(WrongState):
        actions.edit(draft, by=officer, values={"plan": PaperPlan.DRAWN}, at=AT)
    actions.edit(draft, by=officer, values={"plan": draft.plan, "title": "新名称"}, at=AT)
    actions.discard_papers(draft, by=officer, at=AT)
    actions.set_blueprint(draft, lines, by=officer, at=AT)

    draft.refresh_from_db()
    assert (draft.title, draft.built_at, draft.papers.count(), draft.blueprint.count()) == ("新名称", None, 0, 1)
    assert acts(draft) == ["exam.edited", "exam.papers_discarded", "exam.blueprint_changed"]


def test_nothing_is_changed_once_it_has_begun(db):
    exam = exam_ready(opens_at=OPENS)
    officer = officer_of(exam)
    later = OPENS + timedelta(minutes=1)

    for change in (
        lambda: actions.edit(exam, by=officer, values={"title": "新"}, at=later),
        lambda: actions.discard_papers(exam, by=officer, at=later),
        lambda: actions.build(exam, by=officer, at=later),
        lambda: actions.set_blueprint(exam, [], by=officer, at=later),
    ):
        with pytest.raises(WrongState):
            change()


# --- Moving on --------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_before_it_is_announced(draft):
    officer = officer_of(draft)
    Exam.objects.update(needs_ticket=True)
    draft.refresh_from_db()

    assert actions.unready(draft, at=AT) == ["还没有组卷", "还没有考生"]
    with pytest.raises(Invalid):
        actions.announce(draft, by=officer, at=AT)
    CandidateFactory(exam=draft)
    building.build(draft, at=AT)
    assert actions.unready(draft, at=AT) == ["有考生还没有准考码"]
    listing.issue_tickets(draft, by=officer, at=AT)
    actions.announce(draft, by=officer, at=AT)

    draft.refresh_from_db()
    assert draft.state == ExamState.ANNOUNCED
    with pytest.raises(WrongState):
        actions.announce(draft, by=officer, at=AT)
    with pytest.raises(Invalid):
        actions.cancel(draft, by=officer, note=" ")
    actions.cancel(draft, by=officer, note="台风", at=AT)
    assert acts(draft)[-2:] == ["exam.announced", "exam.cancelled"]


def test_a_copy_has_every_rule_and_nobody(draft):
    officer = officer_of(draft)
    CandidateFactory(exam=draft)
    building.build(draft, at=AT)
    opens = OPENS + timedelta(days=90)

    new = actions.copy(draft, by=officer, opens_at=opens)

    assert (new.state, new.built_at, new.candidates.count(), new.papers.count()) == (ExamState.DRAFT, None, 0, 0)
    assert (new.opens_at, new.closes_at) == (opens, opens + timedelta(hours=2))
    assert list(new.blueprint.values_list("kind", "count", "points")) == [("single", 10, Decimal("2.0"))]
    assert list(new.banks.all()) == list(draft.banks.all())


@pytest.mark.parametrize(
    ("role", "where", "expected"),
    [
        (Role.TRAINER, "at", True),
        (Role.OFFICER, "at", True),
        (Role.SECRETARY, "at", True),
        (Role.MEMBER, "at", False),
        (Role.EDITOR, "at", False),
        (Role.ADMINISTRATOR, "at", False),
        (Role.TRAINER, "below", False),
        (Role.TRAINER, "elsewhere", False),
    ],
)
def test_who_may_run_an_exam(draft, role, where, expected):
    organiser = Organization.objects.get(pk=draft.organiser_id)
    place = {
        "at": lambda: organiser,
        "below": lambda: OrganizationFactory(parent=organiser),
        "elsewhere": OrganizationFactory,
    }
    user = MembershipFactory(organization=place[where](), role=role).user

    if expected:
        actions.edit(draft, by=user, values={"title": "新"}, at=AT)
    else:
        with pytest.raises(NotAllowed):
            actions.edit(draft, by=user, values={"title": "新"}, at=AT)


# --- Candidates -------------------------------------------------------------------------------------------------------


def test_rosters_give_each_person_once_and_say_who_has_no_account(draft):
    organiser = Organization.objects.get(pk=draft.organiser_id)
    unit = UnitFactory(parent=organiser)
    other = UnitFactory(parent=Organization.objects.get(pk=organiser.pk))
    users = [UserFactory() for _n in range(3)]
    for user in users:
        RosterEntryFactory(organization=unit, user=user)
    RosterEntryFactory(organization=other, user=users[0])
    RosterEntryFactory(organization=unit, user=UserFactory(), left_on=AT.date())
    RosterEntryFactory(organization=unit, user=None)
    draft.units.set([unit, other])
    officer = officer_of(draft)

    first = listing.draw_from_rosters(draft, by=officer, at=AT)
    again = listing.draw_from_rosters(draft, by=officer, at=AT)

    assert (first.added, first.already, first.without_account) == (3, 0, 1)
    assert (again.added, again.already) == (0, 3)
    assert list(draft.candidates.order_by("number").values_list("number", flat=True)) == ["000001", "000002", "000003"]


def test_rosters_without_units_are_refused(draft):
    with pytest.raises(Invalid):
        listing.draw_from_rosters(draft, by=officer_of(draft), at=AT)


def _table(rows):
    return write_table([SheetOut("名单", candidate_table.columns(), rows)])


def test_a_list_finds_people_by_account_phone_and_staff_number(draft):
    unit = UnitFactory(parent=Organization.objects.get(pk=draft.organiser_id))
    by_account, by_phone, by_number = UserFactory(username="wang1"), UserFactory(), UserFactory(name="刘洋")
    by_phone.set_phone("13812345678")
    by_phone.save()
    RosterEntryFactory(organization=unit, user=by_number, staff_number="A7", name="刘洋")
    content = _table(
        [
            {"name": "王一", "account": "WANG1", "number": "20260009", "room": "一考场", "seat": "3"},
            {"name": "李二", "phone": "138 1234 5678", "extra_minutes": 15},
            {"name": "刘洋", "staff_number": "A7"},
        ]
    )

    done = listing.import_list(draft, content, "名单.xlsx", by=officer_of(draft), at=AT)

    assert (done.added, done.updated, done.problems) == (3, 0, [])
    rows = {row.user_id: row for row in draft.candidates.all()}
    one = rows[by_account.pk]
    assert (one.number, one.room, one.seat) == ("20260009", "一考场", "3")
    assert rows[by_phone.pk].extra_minutes == 15
    assert rows[by_number.pk].unit_id == unit.pk
    again = listing.import_list(
        draft, _table([{"account": "wang1", "room": "二考场"}]), "x.xlsx", by=officer_of(draft), at=AT
    )
    assert (again.added, again.updated) == (0, 1)
    one.refresh_from_db()
    assert (one.number, one.room) == ("20260009", "二考场")


def test_what_is_wrong_in_a_list_is_said_at_its_cell_and_nobody_is_listed(draft):
    user = UserFactory(username="there")
    unit = UnitFactory(parent=Organization.objects.get(pk=draft.organiser_id))
    other = UnitFactory(parent=Organization.objects.get(pk=draft.organiser_id))
    RosterEntryFactory(organization=unit, user=None, staff_number="N1")
    for place in (unit, other):
        RosterEntryFactory(organization=place, user=UserFactory(), staff_number="N2")
    CandidateFactory(exam=draft, number="77")
    content = _table(
        [
            {"account": "nobody"},
            {"phone": "13900000000"},
            {"staff_number": "N0"},
            {"staff_number": "N1"},
            {"staff_number": "N2"},
            {"name": "无"},
            {"account": "there", "number": "77"},
            {"account": "there", "number": "78"},
        ]
    )

    done = listing.import_list(draft, content, "名单.xlsx", by=officer_of(draft), at=AT)

    assert [problem.cell for problem in done.problems] == ["B2", "C3", "D4", "D5", "D6", "A7", "F8", "A9"]
    assert draft.candidates.exclude(number="77").count() == 0
    assert user.pk not in draft.candidates.values_list("user_id", flat=True)


def test_somebody_listed_late_gets_a_paper_at_once(draft):
    Exam.objects.update(plan=PaperPlan.DRAWN)
    draft.refresh_from_db()
    CandidateFactory(exam=draft)
    building.build(draft, at=AT)
    late = UserFactory(username="late")

    listing.import_list(draft, _table([{"account": "late"}]), "x.xlsx", by=officer_of(draft), at=AT)

    papers = list(draft.candidates.order_by("number").values_list("paper__number", flat=True))
    assert sorted(papers) == [1, 2]
    assert draft.candidates.get(user=late).paper is not None


def test_candidates_are_changed_and_removed_until_they_begin(draft):
    officer = officer_of(draft)
    one, other = CandidateFactory(exam=draft, number="1"), CandidateFactory(exam=draft, number="2")
    building.build(draft, at=AT)

    with pytest.raises(Invalid):
        listing.change(one, by=officer, values={"number": "2"}, at=AT)
    listing.change(one, by=officer, values={"room": "三考场", "extra_minutes": 20}, at=AT)
    listing.remove(other, by=officer, at=AT)
    sat(draft, state=SittingState.RUNNING)

    one.refresh_from_db()
    assert (one.room, one.extra_minutes) == ("三考场", 20)
    with pytest.raises(WrongState):
        listing.remove(one, by=officer, at=AT)
    with pytest.raises(WrongState):
        listing.change(one, by=officer, values={"extra_minutes": 30}, at=AT)
    assert Candidate.objects.filter(pk=other.pk).count() == 0


def test_a_code_is_kept_nowhere_and_a_new_one_makes_it_void(draft):
    officer = officer_of(draft)
    CandidateFactory(exam=draft, room="一")
    CandidateFactory(exam=draft, room="二")

    issued = listing.issue_tickets(draft, by=officer, room="一", at=AT)
    ((candidate, code),) = issued
    ((_same, newer),) = listing.issue_tickets(draft, by=officer, only=candidate, at=AT)

    candidate.refresh_from_db()
    assert tickets.is_right(candidate, newer)
    assert not tickets.is_right(candidate, code)
    assert code not in candidate.ticket_key
    assert draft.candidates.filter(ticket_key="").count() == 1


# --- Sittings ---------------------------------------------------------------------------------------------------------


def test_one_sitting_for_each_attempt_whatever_races(db):
    exam = exam_ready(opens_at=OPENS)
    (sitting,) = sat(exam)

    with pytest.raises(IntegrityError), transaction.atomic():
        Sitting.objects.create(
            candidate=sitting.candidate,
            exam=exam,
            paper=sitting.paper,
            seed="x",
            started_at=OPENS,
            ends_at=OPENS + timedelta(hours=1),
        )


def test_acts_on_a_sitting_need_the_right_a_reason_and_its_state(db):
    exam = exam_ready(opens_at=OPENS)
    (sitting,) = sat(exam, state=SittingState.RUNNING)
    officer, stranger = officer_of(exam), UserFactory()
    at = OPENS + timedelta(minutes=10)

    with pytest.raises(NotAllowed):
        watching.collect(sitting, by=stranger, note="原因", at=at)
    with pytest.raises(Invalid):
        watching.collect(sitting, by=officer, note=" ", at=at)
    with pytest.raises(Invalid):
        watching.extend(sitting, by=officer, note="停电", minutes=0, at=at)
    with pytest.raises(WrongState):
        watching.reopen(sitting, by=officer, note="停电", minutes=5, at=at)
    watching.collect(sitting, by=officer, note="作弊嫌疑", at=at)
    with pytest.raises(WrongState):
        watching.extend(sitting, by=officer, note="停电", minutes=5, at=at)
    Exam.objects.update(state=ExamState.MARKING)
    with pytest.raises(WrongState):
        watching.reopen(sitting, by=officer, note="停电", minutes=5, at=at)

    sitting.refresh_from_db()
    assert (sitting.state, sitting.reason, sitting.submitted_at) == ("submitted", "officer", at)


def test_the_factory_gives_what_marking_stands_on(db):
    exam = exam_ready(candidates=2)
    one, other = sat(exam, {"0001": {0: [1], 3: [2]}})

    assert (one.state, other.state) == ("submitted", "submitted")
    assert QuestionVersion.objects.filter(pk__in=[item[0] for item in one.paper.items]).count() == 5
    assert exam.eligibility == Eligibility.LIST
