from __future__ import annotations

from datetime import UTC, datetime

import pytest

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations.actions import recommendations as actions
from huomiao.innovations.models import Quota, SummaryTable
from huomiao.innovations.queries import recommendations
from huomiao.innovations.states import CallState, Decision, MixMeasure, State
from huomiao.orgs.states import Nature
from tests.factories.innovations import AuthorFactory, DeclarationFactory, MixRuleFactory, WindowFactory
from tests.factories.orgs import UnitFactory
from tests.innovations.test_recommendations_climb import NOW, Scene

pytestmark = pytest.mark.django_db


class ListScene(Scene):
    def __init__(self, count=3):
        super().__init__()
        self.items = [self.declaration(desk=self.city) for _number in range(count)]

    def rank(self, *order, **values):
        values = {"by": self.city_officer, "at": NOW} | values
        return actions.rank(self.call, self.city, [self.items[place].pk for place in order], **values)

    def sign(self, **values):
        values = {"by": self.city_officer, "at": NOW} | values
        return actions.sign_off(self.call, self.city, **values)

    def state(self):
        for item in self.items:
            item.refresh_from_db()
        return [(item.state, item.rank) for item in self.items]


@pytest.fixture
def scene():
    return ListScene()


def test_ranking_orders_what_is_named_and_leaves_out_the_rest(scene):
    scene.rank(2, 0)
    scene.rank(0, 2, 1)
    scene.rank(1, 0)

    assert scene.state() == [(State.SUBMITTED, 2), (State.SUBMITTED, 1), (State.SUBMITTED, None)]
    assert [d.pk for d in recommendations.ranked(scene.call, scene.city)] == [scene.items[1].pk, scene.items[0].pk]
    assert [d.pk for d in recommendations.unranked(scene.call, scene.city)] == [scene.items[2].pk]


def test_ranking_over_quota_is_refused_with_the_sum(scene):
    category = scene.call.categories.first()
    Quota.objects.filter(union=scene.city, category=category).update(maximum=2)

    with pytest.raises(actions.OverQuota) as refusal:
        scene.rank(0, 1, 2)

    assert refusal.value.message == "小发明：名额 2，已选 3，超出 1。请减少后再保存。"
    assert [rank for _state, rank in scene.state()] == [None, None, None]


def test_quota_over_all_counts_every_category(scene):
    Quota.objects.filter(union=scene.city, category=None).update(maximum=2)
    other = scene.declaration(desk=scene.city, category=scene.call.categories.last())
    scene.items[2] = other

    with pytest.raises(actions.OverQuota, match="合计：名额 2，已选 3，超出 1"):
        scene.rank(0, 1, 2)


def test_forwarding_into_a_full_list_is_refused(scene):
    Quota.objects.filter(union=scene.city, category=None).update(maximum=1)
    scene.rank(0)

    with pytest.raises(actions.OverQuota):
        actions.forward(scene.items[1], by=scene.city_officer, at=NOW)


def test_second_officer_notices_that_the_list_changed(scene):
    seen = recommendations.fingerprint(recommendations.ranked(scene.call, scene.city))
    scene.rank(0, 1, seen=seen)

    with pytest.raises(actions.ListChanged):
        scene.rank(1, 2, seen=seen)
    assert [rank for _state, rank in scene.state()] == [1, 2, None]


def test_declarations_of_another_union_cannot_be_ranked(scene):
    foreign = DeclarationFactory(call=scene.call, union=scene.other_city, desk=scene.other_city)

    with pytest.raises(actions.ListChanged):
        actions.rank(scene.call, scene.city, [foreign.pk], by=scene.city_officer, at=NOW)


@pytest.mark.parametrize("who", ["secretary", "county_officer", "organiser"])
def test_only_the_recommending_union_ranks_and_signs(scene, who):
    with pytest.raises(NotAllowed):
        scene.rank(0, by=getattr(scene, who))
    with pytest.raises(NotAllowed):
        scene.sign(by=getattr(scene, who))


def test_signing_off_recommends_in_order_and_freezes_the_rows(scene):
    AuthorFactory(declaration=scene.items[2], place=1, name="周师傅")
    scene.rank(2, 0)

    table = scene.sign()

    assert scene.state() == [(State.RECOMMENDED, 2), (State.SUBMITTED, None), (State.RECOMMENDED, 1)]
    assert [(row["rank"], row["title"], row["authors"]) for row in table.rows] == [
        (1, scene.items[2].title, ["周师傅"]),
        (2, scene.items[0].title, []),
    ]
    assert table.rows_hash == actions.rows_hash(table.rows)
    assert "13800005678" not in str(table.rows)
    assert [o.decision for o in scene.items[2].opinions.all()] == [Decision.RECOMMEND]
    assert history.of(table).get().action == "table.signed"


def test_signing_off_may_decline_the_rest(scene):
    scene.rank(0)

    scene.sign(declines_rest=True)

    assert scene.state() == [(State.RECOMMENDED, 1), (State.DECLINED, None), (State.DECLINED, None)]


def test_signing_off_twice_is_refused(scene):
    scene.rank(0)
    scene.sign()

    with pytest.raises(WrongState, match="已经签发"):
        scene.sign()
    with pytest.raises(WrongState):
        scene.rank(1)
    with pytest.raises(WrongState):
        actions.forward(scene.items[1], by=scene.city_officer, at=NOW)
    assert SummaryTable.objects.count() == 1


def test_signing_an_empty_list_is_refused(scene):
    with pytest.raises(Invalid):
        scene.sign()


def test_signing_checks_the_quota_again(scene):
    scene.rank(0, 1)
    Quota.objects.filter(union=scene.city, category=None).update(maximum=1)

    with pytest.raises(actions.OverQuota):
        scene.sign()


def test_signing_a_list_that_changed_unseen_is_refused(scene):
    seen = recommendations.fingerprint(scene.rank(0))
    scene.rank(1)

    with pytest.raises(actions.ListChanged):
        scene.sign(seen=seen)


def test_reopening_brings_everything_back_in_order_and_allows_a_new_table(scene):
    scene.rank(2, 0)
    table = scene.sign()
    scene.items[0].refresh_from_db()
    type(scene.items[0]).objects.filter(pk=scene.items[2].pk).update(state=State.ACCEPTED)

    actions.reopen(table, by=scene.organiser, at=NOW, note="第二项单位有误")

    assert scene.state() == [(State.SUBMITTED, 2), (State.SUBMITTED, None), (State.SUBMITTED, 1)]
    assert [d.pk for d in recommendations.ranked(scene.call, scene.city)] == [scene.items[2].pk, scene.items[0].pk]
    scene.rank(0)
    scene.sign()
    assert SummaryTable.objects.filter(call=scene.call, union=scene.city).count() == 2


def test_a_union_whose_table_was_sent_back_may_sign_again_while_forms_are_checked(scene):
    scene.rank(0)
    table = scene.sign()
    scene.call.state = CallState.CHECKING
    scene.call.save()
    with pytest.raises(WrongState):
        scene.rank(1)
    actions.reopen(table, by=scene.organiser, at=NOW, note="缺少盖章")

    scene.sign()

    assert scene.state()[0] == (State.RECOMMENDED, 1)


@pytest.mark.parametrize(
    ("state", "allowed"),
    [(CallState.OPEN, True), (CallState.CHECKING, True), (CallState.REVIEWING, False), (CallState.NOTICE, False)],
)
def test_tables_are_sent_back_until_the_form_check_is_over(scene, state, allowed):
    scene.rank(0)
    table = scene.sign()
    type(scene.call).objects.filter(pk=scene.call.pk).update(state=state)
    table.refresh_from_db()

    if allowed:
        actions.reopen(table, by=scene.organiser, at=NOW, note="有误")
    else:
        with pytest.raises(WrongState):
            actions.reopen(table, by=scene.organiser, at=NOW, note="有误")


def test_only_the_organiser_sends_a_table_back_and_says_why(scene):
    scene.rank(0)
    table = scene.sign()

    with pytest.raises(NotAllowed):
        actions.reopen(table, by=scene.city_officer, at=NOW, note="想改")
    with pytest.raises(Invalid):
        actions.reopen(table, by=scene.organiser, at=NOW, note=" ")


def test_history_holds_after_ranking_signing_and_sending_back():
    from huomiao.innovations.actions.moves import move

    scene = ListScene(count=0)
    draft = scene.declaration(state=State.DRAFT, desk=None)
    move(draft, State.SUBMITTED, by=scene.secretary, desk=scene.city)
    scene.items = [draft]
    scene.rank(0)
    table = scene.sign()
    actions.reopen(table, by=scene.organiser, at=NOW, note="有误")

    assert list(history.verify()) == []


def test_quota_use_says_used_left_and_over(scene):
    Quota.objects.filter(union=scene.city, category=scene.call.categories.first()).update(maximum=2)

    uses = recommendations.quota_use(scene.call, scene.city, scene.items)

    assert [(str(use.category or "合计"), use.used, use.left, use.over) for use in uses] == [
        ("小发明", 3, 0, 1),
        ("小创造", 0, 3, 0),
        ("合计", 3, 2, 0),
    ]


@pytest.mark.parametrize(
    ("measure", "percent", "is_met"),
    [
        (MixMeasure.PRIORITY, 50, True),
        (MixMeasure.NON_PUBLIC, 50, True),
        (MixMeasure.PUBLIC_SERVICE, 0, False),
        (MixMeasure.FRONTLINE, 50, True),
    ],
)
def test_mix_shares_look_at_what_the_rule_measures(scene, measure, percent, is_met):
    MixRuleFactory(call=scene.call, measure=measure, minimum_percent=50)
    private = UnitFactory(parent=scene.city, nature=Nature.NON_PUBLIC)
    first = DeclarationFactory(call=scene.call, unit=private, field=scene.call.priority_list.fields.first())
    AuthorFactory(declaration=first, place=1, is_frontline=True)
    second = DeclarationFactory(call=scene.call, unit=scene.unit)
    AuthorFactory(declaration=second, place=1, is_frontline=False)

    share = recommendations.mix_shares(scene.call, [first, second])[0]

    assert (share.percent, share.is_met) == (percent, is_met)


def test_progress_says_where_each_unions_declarations_are(scene):
    scene.declaration(desk=scene.unit)
    scene.declaration(desk=scene.county)
    scene.declaration(state=State.RETURNED)
    scene.declaration(state=State.DECLINED)
    scene.declaration(state=State.DRAFT, submitted_at=None)
    scene.rank(0)
    scene.sign()

    board = recommendations.progress(scene.call, at=NOW)

    ours, other = board.rows
    assert (ours.at_units, ours.between, ours.at_union, ours.returned, ours.declined, ours.recommended) == (
        1,
        1,
        2,
        1,
        1,
        1,
    )
    assert (ours.declared, ours.quota, ours.table is not None, ours.is_overdue) == (7, 5, True, False)
    assert (other.declared, other.table, board.most) == (0, None, 7)


def test_progress_marks_unions_that_did_not_sign_in_time(scene):
    scene.call.windows.filter(stage="recommend").delete()
    WindowFactory(call=scene.call, stage="recommend", closes_at=datetime(2026, 5, 1, tzinfo=UTC))

    board = recommendations.progress(scene.call, at=NOW)

    assert [row.is_overdue for row in board.rows] == [True, True]


def test_progress_takes_the_same_queries_however_many_unions(scene, django_assert_num_queries):
    with django_assert_num_queries(6):
        recommendations.progress(scene.call, at=NOW)


def test_reminder_stands_on_the_unions_page_until_it_signs(scene):
    actions.remind(scene.call, scene.city, by=scene.organiser, at=NOW, note="请于周五前签发")
    assert [r.note for r in recommendations.reminders(scene.city_officer)] == ["请于周五前签发"]
    assert list(recommendations.reminders(scene.county_officer)) == []

    scene.rank(0)
    scene.sign()

    assert list(recommendations.reminders(scene.city_officer)) == []
    with pytest.raises(WrongState):
        actions.remind(scene.call, scene.city, by=scene.organiser, at=NOW)


def test_only_the_organiser_reminds(scene):
    with pytest.raises(NotAllowed):
        actions.remind(scene.call, scene.city, by=scene.city_officer, at=NOW)
