from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.honours.models import Honour, Status
from huomiao.innovations.actions import publication as actions
from huomiao.innovations.models import Call, Declaration, Entry, Result, Round, Sheet, Unsealing
from huomiao.innovations.queries import calls as call_queries
from huomiao.innovations.queries import publication as queries
from huomiao.innovations.states import CallState, GradesBy, RoundState, SheetState, State
from huomiao.notices import actions as notices
from huomiao.notices import hashing
from huomiao.notices.models import NoticeItem
from huomiao.notices.states import Finding, ItemState, NoticeState, Outcome
from huomiao.orgs.roles import Role
from tests.factories.innovations import (
    AuthorFactory,
    DeclarationFactory,
    ExpertFactory,
    OpinionFactory,
    call_with_rules,
)
from tests.factories.notices import ObjectionFactory
from tests.factories.orgs import MembershipFactory, UnitFactory

pytestmark = pytest.mark.django_db

# A Monday.
NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)


@pytest.fixture
def call() -> Call:
    """A call whose round has ended: five declarations in rank order, one first grade and two of the second."""
    call = call_with_rules(state=CallState.DECIDING, organiser=None, notice_days=5)
    rank(call, ["一等", "二等", "二等", "", ""])
    return call


def rank(call, grades, *, by=GradesBy.ALL):
    review = Round.objects.create(
        call=call,
        name="评审",
        state=RoundState.LOCKED,
        seed=1,
        rules={"basis": "raw", "grades_by": by, "tie_breaks": [], "rubrics": {}},
    )
    unions = list(call_queries.unions(call))
    category = call.categories.first()
    for number, grade in enumerate(grades):
        declaration = DeclarationFactory(
            call=call,
            state=State.ACCEPTED,
            category=category,
            union=unions[number % len(unions)],
            unit=UnitFactory(parent=unions[number % len(unions)]),
            title=f"成果{number}",
        )
        AuthorFactory(declaration=declaration, name=f"作者{number}")
        entry = Entry.objects.create(
            round=review, number=f"E{number}", category_name=category.name, rubric=category.rubric, title="匿名"
        )
        Unsealing.objects.create(entry=entry, declaration=declaration)
        score = Decimal(95 - number)
        Result.objects.create(
            round=review,
            entry=entry,
            sheets=5,
            raw=score,
            calibrated=score,
            low=score,
            high=score,
            place=number + 1,
            best_place=1,
            worst_place=5,
            grade=grade,
            # What an aggregation leaves behind; ranking reads the criteria's means for ties.
            detail={"criteria": {}},
        )
        review.rules["rubrics"][str(category.rubric_id)] = {"name": "标准", "criteria": []}
    review.save()
    return review


@pytest.fixture
def organiser(call):
    return MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user


@pytest.fixture
def notice(call, organiser):
    return actions.open_notice(call, by=organiser, at=NOW)


def standing(call):
    return {one.title: (one.state, one.grade) for one in call.declarations.order_by("title")}


def item_of(notice, title):
    return next(item for item in notice.items.select_related("notice") if item.cells[1] == title)


def uphold(notice, title, organiser, *, outcome=Outcome.STRIKE, at=NOW):
    objection = ObjectionFactory(item=item_of(notice, title), made_at=at)
    notices.accept(objection, by=organiser, at=at)
    return notices.rule(objection, finding=Finding.UPHELD, outcome=outcome, reasons="属实", by=organiser, at=at)


def test_a_notice_lists_who_has_a_grade_and_parts_with_the_others(call, organiser, notice):
    call.refresh_from_db()
    assert call.state == CallState.NOTICE
    assert standing(call) == {
        "成果0": (State.LISTED, "一等"),
        "成果1": (State.LISTED, "二等"),
        "成果2": (State.LISTED, "二等"),
        "成果3": (State.UNSUCCESSFUL, ""),
        "成果4": (State.UNSUCCESSFUL, ""),
    }
    assert [(item.cells[1], item.cells[3], item.cells[6]) for item in notice.items.all()] == [
        ("成果0", "作者0", "一等"),
        ("成果1", "作者1", "二等"),
        ("成果2", "作者2", "二等"),
    ]
    first = call.declarations.get(title="成果0")
    assert history.of(first).first().changes == {"state": ["accepted", "listed"], "grade": ["", "一等"]}


def test_a_notice_tells_nothing_to_reach_anybody_by(notice):
    told = str([item.cells for item in notice.items.all()]) + notice.body
    for secret in ("13800005678", "13900001234", "360102198001011234", "王联系"):
        assert secret not in told


@pytest.mark.parametrize("state", [state for state in CallState if state != CallState.DECIDING])
def test_a_notice_is_opened_from_deciding_only(call, organiser, state):
    Call.objects.filter(pk=call.pk).update(state=state)

    with pytest.raises((Invalid, WrongState)):
        actions.open_notice(call, by=organiser)

    assert call.declarations.filter(state=State.ACCEPTED).count() == 5


def test_a_notice_without_grades_is_refused(call, organiser):
    Result.objects.update(grade="")

    with pytest.raises(Invalid):
        actions.open_notice(call, by=organiser)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OFFICER, Role.SECRETARY])
def test_others_can_neither_open_nor_publish_nor_withdraw(call, role):
    other = MembershipFactory(organization=call.organiser, role=role).user

    for act in (
        lambda: actions.open_notice(call, by=other),
        lambda: actions.publish(call, by=other),
        lambda: actions.withdraw_notice(call, by=other, note="原因"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_struck_first_moves_everybody_up_and_the_next_comes_in(call, organiser, notice):
    uphold(notice, "成果0", organiser, at=NOW + timedelta(days=2))

    assert standing(call) == {
        "成果0": (State.REVOKED, "一等"),
        "成果1": (State.LISTED, "一等"),
        "成果2": (State.LISTED, "二等"),
        "成果3": (State.LISTED, "二等"),
        "成果4": (State.UNSUCCESSFUL, ""),
    }
    assert (item_of(notice, "成果0").state, item_of(notice, "成果1").note) == (ItemState.STRUCK, "递升：二等 → 一等")
    moved = item_of(notice, "成果1")
    assert moved.titled[6] == ("等次", "二等", "一等")
    assert hashing.is_unchanged(notice)
    added = item_of(notice, "成果3")
    assert (added.state, added.note, added.cells[6], added.position) == (ItemState.PROMOTED, "递补", "二等", 4)
    notice.refresh_from_db()
    assert notice.closes_on == added.closes_on


def test_a_struck_last_lets_only_the_next_come_in(call, organiser, notice):
    uphold(notice, "成果2", organiser)

    assert [standing(call)[f"成果{n}"] for n in (0, 1, 3, 4)] == [
        (State.LISTED, "一等"),
        (State.LISTED, "二等"),
        (State.LISTED, "二等"),
        (State.UNSUCCESSFUL, ""),
    ]


def test_whose_union_has_no_room_is_passed_over(call, organiser, notice):
    # 成果3 is of the second city, of which 成果1 is listed already.
    city = call.declarations.get(title="成果3").union
    call.quotas.filter(union=city).update(maximum=1)

    uphold(notice, "成果2", organiser)

    assert standing(call)["成果3"] == (State.UNSUCCESSFUL, "")
    assert standing(call)["成果4"] == (State.LISTED, "二等")


def test_with_nobody_left_the_place_stays_vacant(call, organiser, notice):
    for title in ("成果2", "成果1", "成果0"):
        uphold(notice, title, organiser)

    assert [standing(call)[f"成果{n}"] for n in range(5)] == [
        (State.REVOKED, "一等"),
        (State.REVOKED, "二等"),
        (State.REVOKED, "二等"),
        (State.LISTED, "一等"),
        (State.LISTED, "二等"),
    ]


def test_a_downgrade_changes_places_with_the_best_below(call, organiser, notice):
    uphold(notice, "成果0", organiser, outcome=Outcome.DOWNGRADE)

    assert standing(call) == {
        "成果0": (State.LISTED, "二等"),
        "成果1": (State.LISTED, "一等"),
        "成果2": (State.LISTED, "二等"),
        "成果3": (State.UNSUCCESSFUL, ""),
        "成果4": (State.UNSUCCESSFUL, ""),
    }
    assert item_of(notice, "成果0").note == "异议成立，降等：一等 → 二等"
    assert item_of(notice, "成果0").titled[6] == ("等次", "一等", "二等")
    assert [problem for problem in history.verify() if "notices" in problem.where] == []


def test_the_last_grade_cannot_be_lowered(call, organiser, notice):
    with pytest.raises(Invalid):
        uphold(notice, "成果2", organiser, outcome=Outcome.DOWNGRADE)

    assert standing(call)["成果2"] == (State.LISTED, "二等")


def test_a_dismissed_objection_changes_nothing(call, organiser, notice):
    before = standing(call)
    objection = ObjectionFactory(item=item_of(notice, "成果0"))
    notices.accept(objection, by=organiser)
    notices.rule(objection, finding=Finding.DISMISSED, outcome=Outcome.KEEP, reasons="不属实", by=organiser)

    assert standing(call) == before


@pytest.mark.parametrize("hand", ["checked", "declared", "made", "scored"])
def test_whoever_had_a_hand_in_it_may_not_rule(call, organiser, notice, hand):
    declaration = call.declarations.get(title="成果0")
    if hand == "checked":
        OpinionFactory(declaration=declaration, organization=call.organiser, by=organiser)
    elif hand == "declared":
        Declaration.objects.filter(pk=declaration.pk).update(declared_by=organiser)
    elif hand == "made":
        AuthorFactory(declaration=declaration, place=2, user=organiser)
    else:
        entry = Unsealing.objects.get(declaration=declaration).entry
        Sheet.objects.create(entry=entry, expert=ExpertFactory(user=organiser), state=SheetState.SIGNED)

    with pytest.raises(NotAllowed):
        uphold(notice, "成果0", organiser)


def test_results_are_published_after_the_notice_with_an_honour_each(call, organiser, notice):
    at = NOW + timedelta(days=8)

    assert actions.publish(call, by=organiser, at=at) == 3

    call.refresh_from_db()
    assert (call.state, call.published_at) == (CallState.PUBLISHED, at)
    assert [one.title for one in queries.published().order_by("title")] == ["成果0", "成果1", "成果2"]
    honour = Honour.objects.get(work="成果0")
    assert (honour.award, honour.grade, honour.awarded_by) == (call.award_wording, "一等", call.organiser.name)
    assert [holder.name for holder in honour.holders.all()] == ["作者0"]
    assert Honour.objects.count() == 3
    notice.refresh_from_db()
    assert notice.state == NoticeState.CLOSED


def test_publishing_twice_is_refused(call, organiser, notice):
    actions.publish(call, by=organiser, at=NOW + timedelta(days=8))

    with pytest.raises(Invalid):
        actions.publish(call, by=organiser, at=NOW + timedelta(days=8))

    assert Honour.objects.count() == 3


def test_nothing_is_published_before_the_notice_is_over(call, organiser, notice):
    with pytest.raises(Invalid):
        actions.publish(call, by=organiser, at=NOW + timedelta(days=7))

    assert list(queries.published()) == []


@pytest.mark.parametrize(("state", "published"), [("received", False), ("accepted", False), ("clue", True)])
def test_an_unanswered_objection_holds_publication_up(call, organiser, notice, state, published):
    ObjectionFactory(item=item_of(notice, "成果0"), state=state)

    if published:
        actions.publish(call, by=organiser, at=NOW + timedelta(days=8))
    else:
        with pytest.raises(Invalid):
            actions.publish(call, by=organiser, at=NOW + timedelta(days=8))
    assert queries.published().exists() is published


def test_a_withdrawn_notice_goes_back_to_deciding(call, organiser, notice):
    actions.withdraw_notice(call, by=organiser, note="等次有误")

    call.refresh_from_db()
    notice.refresh_from_db()
    assert (call.state, notice.state) == (CallState.DECIDING, NoticeState.CANCELLED)
    assert set(standing(call).values()) == {(State.ACCEPTED, "")}
    again = actions.open_notice(call, by=organiser, at=NOW)
    assert queries.notice(call) == again


def test_a_revoked_result_leaves_the_pages_and_its_honour_falls(call, organiser, notice):
    actions.publish(call, by=organiser, at=NOW + timedelta(days=8))
    gone = call.declarations.get(title="成果0")

    actions.revoke(gone, by=organiser, reason="重复获奖")

    assert [one.title for one in queries.published().order_by("title")] == ["成果1", "成果2"]
    assert Honour.objects.get(work="成果0").status == Status.REVOKED
    with pytest.raises(WrongState):
        actions.revoke(call.declarations.get(title="成果0"), by=organiser, reason="再来")


def test_grades_by_category_are_filled_within_the_category(call, organiser):
    Round.objects.all().update(state=RoundState.PREPARING)
    call.declarations.update(state=State.REFUSED, title="旧的")
    rank(call, ["一等", "二等", ""], by=GradesBy.CATEGORY)
    other = Entry.objects.filter(round=call.rounds.last()).last()
    Entry.objects.filter(pk=other.pk).update(category_name="另一类")
    notice = actions.open_notice(call, by=organiser, at=NOW)

    uphold(notice, "成果1", organiser)

    assert not call.declarations.filter(title="成果2", state=State.LISTED).exists()


def test_the_history_of_a_whole_notice_verifies(call, organiser):
    watched = list(call.declarations.all())
    history.record_many(watched, "declaration.imported", by=None)
    history.record_many(list(Result.objects.all()), "result.computed", by=None)
    notice = actions.open_notice(call, by=organiser, at=NOW)
    objection = notices.make_objection(
        item_of(notice, "成果0"),
        kind="truth",
        text="所列效益与实际不符，请予核查。",
        objector=notices.Objector("李举报", "13700009876", "邻近机械厂"),
        at=NOW,
    )
    notices.accept(objection, by=organiser)
    notices.rule(objection, finding=Finding.UPHELD, outcome=Outcome.STRIKE, reasons="属实", by=organiser)
    actions.publish(call, by=organiser, at=datetime(2099, 1, 1, tzinfo=UTC))

    assert [problem for problem in history.verify() if "notices" in problem.where] == []
    NoticeItem.objects.filter(position=1).update(state=ItemState.LISTED)
    assert [problem.where for problem in history.verify()] == [
        f"notices.noticeitem {NoticeItem.objects.get(position=1).pk}"
    ]
