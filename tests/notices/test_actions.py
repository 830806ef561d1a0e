from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huomiao.core import clock, history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.notices import actions, hashing, queries, subjects
from huomiao.notices.models import Notice, NoticeItem, Objection, Ruling
from huomiao.notices.states import Finding, ItemState, NoticeState, ObjectionState, Outcome
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.notices import NoticeFactory, NoticeItemFactory, ObjectionFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

# A Monday.
NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
TEXT = "所列效益与实际不符，请予核查。"


@pytest.fixture
def issuer():
    return OrganizationFactory(name="示例省总工会")


@pytest.fixture
def officer(issuer):
    return MembershipFactory(organization=issuer, role=Role.ORGANISER).user


@pytest.fixture
def notice(issuer, officer) -> Notice:
    things = [OrganizationFactory(name=f"项目{number}") for number in range(3)]
    return actions.open_notice(
        issuer,
        title="公示",
        issuer=issuer,
        columns=["名称", "单位"],
        items=[actions.ItemRow(thing, (thing.name, "一厂")) for thing in things],
        working_days=5,
        by=officer,
        at=NOW,
    )


@pytest.fixture
def objection(notice) -> Objection:
    return ObjectionFactory(item=notice.items.first(), made_at=NOW)


def _rule(objection, by, *, finding=Finding.UPHELD, outcome=Outcome.STRIKE, **more):
    return actions.rule(objection, finding=finding, outcome=outcome, reasons="已核实。", by=by, at=NOW, **more)


def test_a_notice_freezes_its_list_and_counts_working_days(notice):
    assert (notice.opens_on, notice.closes_on) == (date(2026, 11, 2), date(2026, 11, 9))
    assert [item.cells for item in notice.items.all()] == [["项目0", "一厂"], ["项目1", "一厂"], ["项目2", "一厂"]]
    assert {item.closes_on for item in notice.items.all()} == {notice.closes_on}
    assert notice.list_hash == hashing.list_hash(["名称", "单位"], [[f"项目{n}", "一厂"] for n in range(3)])
    assert hashing.is_unchanged(notice)
    assert list(history.verify()) == []


def test_an_edited_list_shows_in_hash_and_history(notice):
    item = notice.items.first()
    NoticeItem.objects.filter(pk=item.pk).update(cells=["改过的", "一厂"])

    assert not hashing.is_unchanged(notice)
    assert [problem.where for problem in history.verify()] == [f"notices.noticeitem {item.pk}"]


@pytest.mark.parametrize("change", [{"items": []}, {"working_days": 0}, {"columns": ["只有一列"]}])
def test_a_wrong_list_is_refused(issuer, change):
    values = {
        "title": "公示",
        "issuer": issuer,
        "columns": ["名称", "单位"],
        "items": [actions.ItemRow(issuer, ("甲", "乙"))],
        "working_days": 5,
        "by": None,
    }

    with pytest.raises(Invalid):
        actions.open_notice(issuer, **{**values, **change})


def test_a_second_open_notice_of_the_same_thing_is_refused(notice, issuer):
    with pytest.raises(WrongState):
        actions.open_notice(
            issuer,
            title="公示",
            issuer=issuer,
            columns=["名称"],
            items=[actions.ItemRow(issuer, ("甲",))],
            working_days=5,
            by=None,
        )


@pytest.mark.parametrize(("days", "closed"), [(0, 0), (7, 0), (8, 1)])
def test_the_clock_closes_a_notice_once_its_last_day_is_over(notice, days, closed):
    at = NOW + timedelta(days=days)

    assert [actions.close_due(at), actions.close_due(at)] == [closed, 0]
    notice.refresh_from_db()
    assert notice.state == (NoticeState.CLOSED if closed else NoticeState.OPEN)


def test_the_clock_knows_of_notices(notice):
    assert clock.run(NOW + timedelta(days=30))["notices closed"] == 1


@pytest.mark.parametrize(
    ("days", "state", "item_state", "expected"),
    [
        (-1, NoticeState.OPEN, ItemState.LISTED, False),
        (0, NoticeState.OPEN, ItemState.LISTED, True),
        (7, NoticeState.OPEN, ItemState.LISTED, True),
        (8, NoticeState.OPEN, ItemState.LISTED, False),
        (0, NoticeState.OPEN, ItemState.STRUCK, False),
        (0, NoticeState.OPEN, ItemState.PROMOTED, True),
        (0, NoticeState.CLOSED, ItemState.LISTED, False),
        (0, NoticeState.CANCELLED, ItemState.LISTED, False),
    ],
)
def test_objections_are_taken_in_the_items_days_only(notice, days, state, item_state, expected):
    Notice.objects.filter(pk=notice.pk).update(state=state)
    item = notice.items.first()
    NoticeItem.objects.filter(pk=item.pk).update(state=item_state)
    item = NoticeItem.objects.select_related("notice").get(pk=item.pk)

    assert queries.takes_objections(item, NOW + timedelta(days=days)) is expected


@pytest.mark.parametrize(
    ("objector", "named", "state"),
    [
        (actions.Objector("李举报", "13700009876", "邻近机械厂"), True, ObjectionState.RECEIVED),
        (actions.Objector(), False, ObjectionState.CLUE),
        (actions.Objector("李举报", "", "邻近机械厂"), False, ObjectionState.CLUE),
    ],
)
def test_a_named_objection_is_received_and_an_anonymous_one_kept_as_clue(notice, objector, named, state):
    made = actions.make_objection(notice.items.first(), kind="truth", text=TEXT, objector=objector, at=NOW)

    assert (made.is_named, made.state) == (named, state)
    assert [(entry.action, entry.actor_name) for entry in history.of(made)] == [("objection.made", "")]


def test_personal_data_of_an_objector_stay_out_of_database_text_and_history(notice):
    from django.db import connection

    actions.make_objection(
        notice.items.first(),
        kind="truth",
        text=TEXT,
        objector=actions.Objector("李举报", "13700009876", "邻近机械厂"),
        at=NOW,
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone, unit FROM notices_objection")
        stored = " ".join(cursor.fetchone())
    told = " ".join(f"{e.note} {e.changes} {e.subject_label}" for e in history.Entry.objects.all())
    for secret in ("李举报", "13700009876", "邻近机械厂"):
        assert secret not in stored
        assert secret not in told


def test_the_same_objection_sent_twice_has_one_receipt(notice):
    item = notice.items.first()
    objector = actions.Objector("李举报", "13700009876", "邻近机械厂")
    first = actions.make_objection(item, kind="truth", text=TEXT, objector=objector, at=NOW)
    second = actions.make_objection(item, kind="truth", text=TEXT, objector=objector, at=NOW + timedelta(minutes=1))
    third = actions.make_objection(item, kind="truth", text=TEXT, objector=actions.Objector(), at=NOW)

    assert first == second
    assert first != third


def test_an_objection_after_the_last_day_is_refused(notice):
    with pytest.raises(WrongState):
        actions.make_objection(
            notice.items.first(), kind="truth", text=TEXT, objector=actions.Objector(), at=NOW + timedelta(days=8)
        )


def test_a_file_that_is_not_what_it_seems_leaves_no_objection(notice):
    with pytest.raises(Invalid):
        actions.make_objection(
            notice.items.first(),
            kind="truth",
            text=TEXT,
            objector=actions.Objector(),
            evidence=[SimpleUploadedFile("照片.jpg", b"MZ\x90\x00 program")],
            at=NOW,
        )

    assert Objection.objects.count() == 0


def test_too_much_evidence_is_refused(notice):
    with pytest.raises(Invalid):
        actions.make_objection(
            notice.items.first(),
            kind="truth",
            text=TEXT,
            objector=actions.Objector(),
            evidence=[SimpleUploadedFile("a.jpg", b"x")] * 6,
            at=NOW,
        )


def test_an_upheld_objection_strikes_the_item(objection, officer):
    actions.accept(objection, by=officer, at=NOW)

    ruling = _rule(objection, officer)

    item = NoticeItem.objects.get(pk=objection.item_id)
    assert (item.state, item.note) == (ItemState.STRUCK, "经核查异议成立，取消")
    assert (ruling.by, Objection.objects.get(pk=objection.pk).state) == (officer, ObjectionState.RULED)
    assert hashing.is_unchanged(objection.notice)


def test_of_two_who_rule_at_once_the_second_is_refused(objection, officer, issuer):
    other = MembershipFactory(organization=issuer, role=Role.ORGANISER).user
    actions.accept(objection, by=officer)
    seen_by_other = Objection.objects.get(pk=objection.pk)
    _rule(objection, officer, finding=Finding.DISMISSED, outcome=Outcome.KEEP)

    with pytest.raises(WrongState):
        _rule(seen_by_other, other)

    assert Ruling.objects.count() == 1
    assert NoticeItem.objects.get(pk=objection.item_id).state == ItemState.LISTED


def test_a_second_upheld_objection_to_a_struck_item_changes_nothing_more(notice, officer):
    first, second = (ObjectionFactory(item=notice.items.first()) for _time in range(2))
    for one in (first, second):
        actions.accept(one, by=officer)
        _rule(one, officer)

    assert [entry.action for entry in history.of(first.item)] == ["notice.item_struck", "notice.item_listed"]


@pytest.mark.parametrize(
    ("finding", "outcome", "reasons"),
    [
        (Finding.DISMISSED, Outcome.STRIKE, "理由"),
        (Finding.UPHELD, Outcome.STRIKE, " "),
        # Nobody answers for this notice's subject, so there are no grades to lower.
        (Finding.UPHELD, Outcome.DOWNGRADE, "理由"),
    ],
)
def test_a_ruling_that_does_not_follow_is_refused(objection, officer, finding, outcome, reasons):
    actions.accept(objection, by=officer)

    with pytest.raises(Invalid):
        actions.rule(objection, finding=finding, outcome=outcome, reasons=reasons, by=officer)

    assert Ruling.objects.count() == 0


@pytest.mark.parametrize("act", ["accept", "keep_as_clue", "rule"])
def test_whoever_handled_the_thing_before_is_refused(objection, officer, act, monkeypatch):
    class Calls:
        def barred(self, item):
            return {officer.pk}

        def outcomes(self, item):
            return list(Outcome)

    monkeypatch.setitem(subjects.SUBJECTS, objection.notice.subject_type, Calls())
    Objection.objects.filter(pk=objection.pk).update(state=ObjectionState.ACCEPTED if act == "rule" else "received")

    with pytest.raises(NotAllowed):
        _act(objection, act, officer)


@pytest.mark.parametrize("act", ["accept", "keep_as_clue", "rule"])
def test_barred_ids_may_also_be_passed_in(objection, officer, act):
    with pytest.raises(NotAllowed):
        _act(objection, act, officer, barred={officer.pk})


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.SECRETARY, Role.OFFICER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("act", ["accept", "keep_as_clue", "rule", "reveal"])
def test_others_may_not_handle_an_objection(objection, issuer, role, act):
    other = MembershipFactory(organization=issuer, role=role).user if role else UserFactory()

    with pytest.raises(NotAllowed):
        _act(objection, act, other)


def _act(objection, act, by, **more):
    if act == "rule":
        _rule(objection, by, **more)
    elif act == "accept":
        actions.accept(objection, by=by, **more)
    elif act == "reveal":
        actions.reveal(objection, reason="核实", by=by)
    else:
        actions.keep_as_clue(objection, note="无具体线索", by=by, **more)


@pytest.mark.parametrize(
    ("state", "act", "allowed"),
    [
        ("received", "accept", True),
        ("received", "keep_as_clue", True),
        ("received", "rule", False),
        ("clue", "accept", True),
        ("clue", "keep_as_clue", False),
        ("clue", "rule", False),
        ("accepted", "accept", False),
        ("accepted", "keep_as_clue", False),
        ("accepted", "rule", True),
        ("ruled", "accept", False),
        ("ruled", "rule", False),
    ],
)
def test_objections_move_by_the_table(objection, officer, state, act, allowed):
    Objection.objects.filter(pk=objection.pk).update(state=state)

    if allowed:
        _act(objection, act, officer)
    else:
        with pytest.raises(WrongState):
            _act(objection, act, officer)


def test_looking_at_who_objected_is_on_record(objection, officer):
    actions.reveal(objection, reason="电话核实情况", by=officer)

    entry = history.of(objection).first()
    assert (entry.action, entry.note, entry.actor_name) == ("objection.revealed", "电话核实情况", officer.name)


def test_an_added_item_has_its_full_days_and_keeps_the_notice_open(notice, officer):
    thing = OrganizationFactory(name="递补项目")
    later = NOW + timedelta(days=3)

    item = actions.add_item(notice, actions.ItemRow(thing, ("递补项目", "二厂")), note="递补", by=officer, at=later)

    notice.refresh_from_db()
    assert (item.position, item.state, item.closes_on) == (4, ItemState.PROMOTED, date(2026, 11, 12))
    assert notice.closes_on == date(2026, 11, 12)
    first = NoticeItem.objects.select_related("notice").get(notice=notice, position=1)
    # The others' days do not grow.
    assert not queries.takes_objections(first, NOW + timedelta(days=8))
    assert hashing.is_unchanged(notice)
    assert list(history.verify()) == []


def test_an_item_added_after_the_close_opens_the_notice_again(notice, officer):
    actions.close_due(NOW + timedelta(days=20))
    late = NOW + timedelta(days=21)

    actions.add_item(notice, actions.ItemRow(OrganizationFactory(), ("甲", "乙")), note="递补", by=officer, at=late)

    notice.refresh_from_db()
    assert (notice.state, notice.closed_at) == (NoticeState.OPEN, None)
    assert history.of(notice).first().action == "notice.extended"


def test_a_notice_is_taken_back_with_a_reason(notice, officer):
    with pytest.raises(Invalid):
        actions.cancel(notice, note="", by=officer)

    actions.cancel(notice, note="名单有误", by=officer)

    assert Notice.objects.get(pk=notice.pk).state == NoticeState.CANCELLED
    with pytest.raises(WrongState):
        actions.cancel(notice, note="再撤", by=officer)


@pytest.mark.parametrize(("tail", "found"), [("9876", True), ("0000", False), ("", False)])
def test_a_status_needs_receipt_and_phone_tail(objection, tail, found):
    assert (queries.by_receipt(objection.receipt.lower(), tail) == objection) is found


def test_a_clue_needs_its_receipt_only():
    clue = ObjectionFactory(name="", phone="", unit="", is_named=False)

    assert queries.by_receipt(clue.receipt, "") == clue
    assert queries.by_receipt("FFFFFFFFFFFF", "") is None


def test_objections_are_seen_within_reach_only(objection, officer):
    elsewhere = ObjectionFactory(item=NoticeItemFactory(notice=NoticeFactory()))

    assert list(queries.objections_visible_to(officer)) == [objection]
    assert elsewhere not in queries.objections_visible_to(UserFactory())
