from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations import readiness, scoring_bands, sections
from huomiao.innovations.actions import call_sections
from huomiao.innovations.actions import calls as actions
from huomiao.innovations.models import Call, Quota
from huomiao.innovations.queries import calls as queries
from huomiao.innovations.rules import calls as rules
from huomiao.innovations.states import CALL_MOVES, CallState, Section, Stage, State
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind
from tests.factories.innovations import CallFactory, DeclarationFactory, call_with_rules
from tests.factories.orgs import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def province():
    root = OrganizationFactory(kind=Kind.PROVINCE, name="示例省总工会")
    for number in range(2):
        OrganizationFactory(parent=root, kind=Kind.CITY, name=f"示例市{number}总工会")
    OrganizationFactory(parent=root, kind=Kind.COUNTY, name="不直接推荐的县总工会")
    return root


@pytest.fixture
def organiser(province):
    return MembershipFactory(organization=province, role=Role.ORGANISER).user


@pytest.fixture
def draft(province, organiser) -> Call:
    call = actions.create(province, year=2026, by=organiser)
    call.contact = "经济技术部"
    call.save()
    return call


def _fields(call, section):
    return {name: getattr(call, name) for name in sections.FIELDS[section]}


def test_a_new_call_is_complete(draft):
    assert draft.slug == "wuxiao-2026"
    assert [c.name for c in draft.categories.all()] == ["小发明", "小创造", "小设计", "小革新", "小建议"]
    assert [c.rubric.name for c in draft.categories.all()] == ["通用评分标准"] * 4 + ["小建议评分标准"]
    assert sorted(draft.priority_list.fields.values_list("group", flat=True)) == ["chain"] * 12 + ["cluster"] * 6
    assert draft.quotas.count() == 2 * 6
    assert [stage for stage, _opens in draft.windows.values_list("stage", "opens_at")] == [s.value for s in Stage]
    assert [entry.action for entry in history.of(draft)] == ["call.created"]


def test_a_new_call_can_be_announced_at_once(draft, organiser):
    assert [check.label for check in readiness.checklist(draft, CallState.OPEN, at=NOW) if not check.is_met] == []

    actions.advance(draft, CallState.OPEN, by=organiser, at=NOW)

    draft.refresh_from_db()
    assert (draft.state, draft.announced_at) == (CallState.OPEN, NOW)


def test_shipped_rubrics_add_up_and_leave_no_gap(draft):
    for rubric in draft.rubrics.all():
        criteria = [
            (c.name, c.points, [(b.label, b.low, b.high) for b in c.bands.all()]) for c in rubric.criteria.all()
        ]
        assert scoring_bands.problems(criteria) == []


def test_a_second_call_of_the_year_is_refused(draft, province, organiser):
    with pytest.raises(Invalid):
        actions.create(province, year=2026, by=organiser)

    assert Call.objects.count() == 1


def test_somebody_else_cannot_make_a_call(province):
    city_officer = MembershipFactory(
        organization=Organization.objects.filter(depth=2).first(), role=Role.ORGANISER
    ).user

    with pytest.raises(NotAllowed):
        actions.create(province, year=2026, by=city_officer)


def test_a_copy_holds_every_rule_a_year_later(draft, organiser):
    actions.advance(draft, CallState.OPEN, by=organiser, at=NOW)

    new = actions.copy(draft, year=2027, by=organiser)

    assert (new.state, new.announced_at, new.copied_from, new.title) == (
        CallState.DRAFT,
        None,
        draft,
        "2027年度职工“五小”创新成果征集",
    )
    for section in set(Section) - {Section.BASICS, Section.WINDOWS, Section.PRIORITIES}:
        assert sections.snapshot(new, section) == sections.snapshot(draft, section)
    # "1269" ends in 2026, and nothing else is in force.
    assert new.priority_list is None
    old, moved = queries.window(draft, Stage.DECLARE), queries.window(new, Stage.DECLARE)
    assert timezone.localtime(moved.opens_at) == timezone.localtime(old.opens_at).replace(year=2027)
    assert {c.rubric.call_id for c in new.categories.all()} == {new.pk}


def test_a_copy_moves_the_29th_of_february_to_the_28th(province, organiser):
    call = actions.create(province, year=2024, by=organiser)
    call.windows.filter(stage=Stage.DECLARE).update(opens_at=datetime(2024, 2, 29, 1, tzinfo=UTC))

    new = actions.copy(call, year=2025, by=organiser)

    assert queries.window(new, Stage.DECLARE).opens_at == datetime(2025, 2, 28, 1, tzinfo=UTC)


def test_a_change_is_recorded_with_before_and_after(draft, organiser):
    call_sections.save_fields(
        draft, Section.BASICS, {**_fields(draft, Section.BASICS), "contact": "新的电话"}, by=organiser
    )

    entry = history.of(draft).first()
    assert (entry.action, entry.changes) == ("call.basics.changed", {"联系方式": ["经济技术部", "新的电话"]})


def test_saving_the_same_again_records_nothing(draft, organiser):
    call_sections.save_fields(draft, Section.BASICS, _fields(draft, Section.BASICS), by=organiser)

    assert [entry.action for entry in history.of(draft)] == ["call.created"]


def test_a_change_over_somebody_elses_is_refused(draft, organiser):
    seen = sections.fingerprint(sections.snapshot(draft, Section.BASICS))
    values = _fields(draft, Section.BASICS)
    call_sections.save_fields(draft, Section.BASICS, {**values, "contact": "甲"}, by=organiser, seen=seen)

    with pytest.raises(WrongState):
        call_sections.save_fields(draft, Section.BASICS, {**values, "contact": "乙"}, by=organiser, seen=seen)

    draft.refresh_from_db()
    assert draft.contact == "甲"


@pytest.mark.parametrize(
    ("section", "open_in"),
    [
        (Section.CATEGORIES, {"draft"}),
        (Section.PRIORITIES, {"draft"}),
        (Section.LIMITS, {"draft"}),
        (Section.EXCLUSIONS, {"draft"}),
        (Section.QUOTAS, {"draft", "open"}),
        (Section.RUBRICS, {"draft", "open", "checking"}),
        (Section.REVIEW, {"draft", "open", "checking"}),
        (Section.GRADES, {"draft", "open", "checking", "reviewing", "deciding"}),
        (Section.BASICS, {"draft", "open", "checking", "reviewing", "deciding", "notice"}),
        (Section.WINDOWS, {"draft", "open", "checking", "reviewing", "deciding", "notice"}),
        (Section.ATTACHMENTS, {"draft", "open", "checking", "reviewing", "deciding", "notice"}),
    ],
)
def test_a_section_is_frozen_once_its_stage_has_begun(section, open_in):
    found = {state.value for state in CallState if rules.is_section_open(Call(state=state), section)}

    assert found == open_in


def test_a_frozen_section_is_not_saved(draft, organiser):
    actions.advance(draft, CallState.OPEN, by=organiser, at=NOW)

    with pytest.raises(WrongState):
        call_sections.save_exclusions(draft, [{"pk": None, "text": "新的情形"}], by=organiser)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.SECRETARY, Role.OFFICER, Role.EDITOR, Role.ADMINISTRATOR])
def test_others_cannot_change_a_call(draft, role):
    other = MembershipFactory(organization=draft.organiser, role=role).user

    with pytest.raises(NotAllowed):
        call_sections.save_exclusions(draft, [], by=other)
    with pytest.raises(NotAllowed):
        actions.advance(draft, CallState.OPEN, by=other, at=NOW)


def test_categories_are_added_changed_and_removed(draft, organiser):
    first, second, *_rest = draft.categories.all()
    rows = [
        {"pk": second.pk, "code": "two", "name": "小创造", "definition": "改装", "hints": [], "rubric": second.rubric},
        {"pk": None, "code": "method", "name": "先进操作法", "definition": "操作法", "hints": [], "rubric": None},
    ]

    call_sections.save_categories(draft, rows, by=organiser)

    assert draft.categories.values_list("pk", "code", "name").first() == (second.pk, "two", "小创造")
    assert [c.name for c in draft.categories.all()] == ["小创造", "先进操作法"]
    assert not Quota.objects.filter(category_id=first.pk).exists()


def test_two_categories_of_one_name_are_refused(draft, organiser):
    row = {"pk": None, "code": "a", "name": "小发明", "definition": "", "hints": [], "rubric": None}

    with pytest.raises(Invalid):
        call_sections.save_categories(draft, [row, {**row, "code": "b"}], by=organiser)


def test_quotas_are_set_taken_away_and_recorded(draft, organiser):
    union = queries.unions(draft)[0]
    category = draft.categories.first()
    maxima = {(quota.union_id, quota.category_id): quota.maximum for quota in draft.quotas.all()}

    call_sections.save_quotas(draft, {**maxima, (union.pk, category.pk): 3, (union.pk, None): None}, [], by=organiser)

    assert draft.quotas.get(union=union, category=category).maximum == 3
    assert not draft.quotas.filter(union=union, category=None).exists()
    changes = history.of(draft).first().changes
    assert changes[f"{union.name} · 小发明"] == ["10", "3"]
    assert changes[f"{union.name} · 合计"] == ["40", ""]


def test_a_quota_below_what_is_recommended_is_refused():
    call = call_with_rules()
    organiser = MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user
    union, category = queries.unions(call)[0], call.categories.first()
    for _time in range(2):
        DeclarationFactory(call=call, category=category, union=union, state=State.RECOMMENDED)

    with pytest.raises(Invalid):
        call_sections.save_quotas(call, {(union.pk, category.pk): 1}, [], by=organiser)

    assert call.quotas.get(union=union, category=category).maximum == 3


def test_a_quota_of_a_strange_union_is_refused(draft, organiser):
    stranger = OrganizationFactory()

    with pytest.raises(Invalid):
        call_sections.save_quotas(draft, {(stranger.pk, None): 1}, [], by=organiser)


def test_windows_out_of_order_are_refused(draft, organiser):
    check = queries.window(draft, Stage.CHECK)
    early = check.opens_at - timedelta(days=200)

    with pytest.raises(Invalid):
        call_sections.save_windows(draft, {Stage.CHECK: (early, check.closes_at)}, by=organiser)


def test_the_time_of_a_stage_that_is_over_stays(organiser, draft):
    actions.advance(draft, CallState.OPEN, by=organiser, at=NOW)
    DeclarationFactory(call=draft, state=State.RECOMMENDED)
    actions.advance(draft, CallState.CHECKING, by=organiser)
    declare = queries.window(draft, Stage.DECLARE)
    later = declare.closes_at + timedelta(days=1)

    call_sections.save_windows(draft, {Stage.DECLARE: (declare.opens_at, later)}, by=organiser)

    assert queries.window(Call.objects.get(pk=draft.pk), Stage.DECLARE).closes_at == declare.closes_at


def test_a_rubric_is_saved_whole(draft, organiser):
    rubric = draft.rubrics.first()
    rows = [
        call_sections.CriterionRow(
            None,
            "成效",
            "说明",
            100,
            (
                call_sections.BandRow("好", Decimal(50), Decimal(100), "有数据"),
                call_sections.BandRow("差", Decimal(0), Decimal(50), "无数据"),
            ),
        )
    ]

    call_sections.save_rubric(rubric, name="新标准", rows=rows, by=organiser)

    rubric.refresh_from_db()
    assert rubric.name == "新标准"
    assert [(c.name, [b.label for b in c.bands.all()]) for c in rubric.criteria.all()] == [("成效", ["好", "差"])]


@pytest.mark.parametrize(
    ("criteria", "count"),
    [
        ([], 1),
        ([("甲", 100, [("好", Decimal(0), Decimal(100))])], 0),
        ([("甲", 90, [("好", Decimal(0), Decimal(90))])], 1),
        ([("甲", 100, [])], 1),
        ([("甲", 100, [("好", Decimal(50), Decimal(100))])], 1),
        ([("甲", 100, [("好", Decimal(60), Decimal(100)), ("差", Decimal(0), Decimal(50))])], 1),
        ([("甲", 100, [("好", Decimal(40), Decimal(100)), ("差", Decimal(0), Decimal(50))])], 1),
        ([("甲", 100, [("好", Decimal(0), Decimal(90))])], 1),
        ([("甲", 100, [("好", Decimal(0), Decimal(101))])], 1),
        ([("甲", 100, [("好", Decimal(0), Decimal(100)), ("空", Decimal(100), Decimal(100))])], 1),
    ],
)
def test_band_problems_are_counted(criteria, count):
    assert len(scoring_bands.problems(criteria)) == count


def test_a_rubric_in_use_cannot_be_removed(draft, organiser):
    with pytest.raises(Invalid):
        call_sections.remove_rubric(draft.rubrics.first(), by=organiser)

    assert draft.rubrics.count() == 2


@pytest.mark.parametrize("state", list(CallState))
@pytest.mark.parametrize("to", list(CallState))
def test_moves_follow_the_table(state, to):
    call = CallFactory(state=state)

    if to in CALL_MOVES[state]:
        actions.move(call, to, by=None)
        assert Call.objects.get(pk=call.pk).state == to
    else:
        with pytest.raises(WrongState):
            actions.move(call, to, by=None)


def test_an_incomplete_call_is_not_announced(draft, organiser):
    draft.categories.all().delete()

    with pytest.raises(Invalid):
        actions.advance(draft, CallState.OPEN, by=organiser, at=NOW)

    draft.refresh_from_db()
    assert draft.state == CallState.DRAFT


def test_the_page_cannot_make_moves_of_the_review(draft, organiser):
    Call.objects.filter(pk=draft.pk).update(state=CallState.DECIDING)

    with pytest.raises(WrongState):
        actions.advance(draft, CallState.NOTICE, by=organiser)


def test_cancelling_needs_a_reason(draft, organiser):
    with pytest.raises(Invalid):
        actions.advance(draft, CallState.CANCELLED, by=organiser)

    actions.advance(draft, CallState.CANCELLED, by=organiser, note="调整到明年")

    assert history.of(draft).first().note == "调整到明年"


@pytest.mark.parametrize(
    ("state", "opens", "closes", "expected"),
    [
        (CallState.OPEN, -1, 1, True),
        (CallState.OPEN, 0, 1, True),
        (CallState.OPEN, 1, 2, False),
        (CallState.OPEN, -2, 0, False),
        (CallState.DRAFT, -1, 1, False),
        (CallState.CHECKING, -1, 1, False),
    ],
)
def test_a_stage_is_open_in_its_state_and_window(state, opens, closes, expected):
    call = CallFactory(state=state)
    call.windows.create(
        stage=Stage.DECLARE, opens_at=NOW + timedelta(days=opens), closes_at=NOW + timedelta(days=closes)
    )

    assert rules.is_open(call, Stage.DECLARE, NOW) is expected


def test_a_stage_without_window_is_open_in_its_state():
    assert rules.is_open(CallFactory(state=CallState.OPEN), Stage.DECLARE, NOW)


def test_drafts_are_seen_by_their_organiser_only(draft, organiser):
    announced = CallFactory(state=CallState.PUBLISHED)
    cancelled_draft = CallFactory(state=CallState.CANCELLED, announced_at=None)
    other = MembershipFactory(role=Role.ORGANISER).user
    member = MembershipFactory(organization=draft.organiser, role=Role.MEMBER).user

    assert set(queries.visible_to(organiser)) == {announced, draft}
    for user in (other, member):
        assert set(queries.visible_to(user)) == {announced}
    assert cancelled_draft not in queries.visible_to(other)
