"""Banks, their releases, the review of questions and the knowledge tree: what changes, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.models import Entry
from huomiao.orgs.roles import Role
from huomiao.practice.actions import banks, questions, releases, reviewing, sorting, topics
from huomiao.practice.models import Bank, Campaign, Question, Topic
from huomiao.practice.queries import banks as banks_queries
from huomiao.practice.queries import near
from huomiao.practice.queries import releases as releases_queries
from huomiao.practice.states import CampaignState, QuestionState, TopicKind, Use
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory
from tests.factories.practice import AT, BankFactory, QuestionFactory, TopicFactory, bank_with, draft, publish_questions

pytestmark = pytest.mark.django_db


def keeper_of(bank, role=Role.TRAINER):
    return MembershipFactory(organization=bank.owner, role=role).user


def states(bank):
    return list(Question.objects.filter(bank=bank).order_by("pk").values_list("state", flat=True))


# --- Banks ------------------------------------------------------------------------------------------------------------


def test_a_code_is_given_once():
    bank = BankFactory(code="electric")

    with pytest.raises(Invalid, match="electric"):
        banks.create(bank.owner, code="electric", by=keeper_of(bank), name="另一个")

    assert Bank.objects.count() == 1


def test_a_change_tells_what_was_and_what_is():
    bank = BankFactory(name="旧名")

    banks.change(bank, by=keeper_of(bank), name="新名", is_shared=False)

    bank.refresh_from_db()
    assert (bank.name, bank.is_shared) == ("新名", False)
    assert Entry.objects.get(action="bank.changed").changes == {"name": ["旧名", "新名"], "is_shared": [True, False]}


def test_a_bank_that_a_campaign_uses_is_not_archived():
    bank = bank_with(1)
    campaign = Campaign.objects.create(
        organiser=bank.owner,
        slug="x",
        title="春季练兵",
        state=CampaignState.PUBLISHED,
        opens_at=AT,
        closes_at=AT + timedelta(days=10),
    )
    campaign.banks.add(bank)

    with pytest.raises(WrongState, match="春季练兵"):
        banks.archive(bank, by=None, at=AT + timedelta(days=1))
    banks.archive(bank, by=None, at=AT + timedelta(days=11))

    bank.refresh_from_db()
    assert bank.archived_at is not None


def test_an_archived_bank_is_practised_by_nobody_until_it_is_brought_back():
    bank = bank_with(1)
    worker = MembershipFactory(organization=UnitFactory(parent=bank.owner)).user

    banks.archive(bank, by=None, at=AT)
    archived = list(banks_queries.usable_by(worker))
    banks.restore(bank, by=None, at=AT)

    assert archived == []
    assert list(banks_queries.usable_by(worker)) == [bank]


def test_who_may_practise_from_which_bank():
    province = OrganizationFactory()
    city = OrganizationFactory(parent=province)
    unit, beside = UnitFactory(parent=city), UnitFactory(parent=city)
    shared = bank_with(1, owner=city)
    own = bank_with(1, owner=unit, is_shared=False)
    bank_with(1, owner=city, is_shared=False)
    bank_with(1, owner=beside)
    BankFactory(owner=city)
    worker = MembershipFactory(organization=unit).user
    trainer = MembershipFactory(organization=unit, role=Role.TRAINER).user

    assert set(banks_queries.usable_by(worker)) == {shared, own}
    assert set(banks_queries.usable_by(trainer)) == {shared, own}
    assert list(banks_queries.visible_to(worker)) == []
    assert list(banks_queries.visible_to(trainer)) == [own]
    assert list(banks_queries.usable_by(UserFactory())) == []


# --- Review -----------------------------------------------------------------------------------------------------------


def test_a_second_person_agrees_and_is_named():
    bank = BankFactory()
    author, other = keeper_of(bank), keeper_of(bank)
    question = QuestionFactory(bank, by=author)
    reviewing.submit(bank, [question.pk], by=author, at=AT)

    with pytest.raises(WrongState, match="另一位"):
        reviewing.agree(bank, [question.pk], by=author, at=AT)
    moved = reviewing.agree(bank, [question.pk], by=other, at=AT)

    question.refresh_from_db()
    assert (moved.moved, moved.left) == (1, 0)
    assert (question.state, question.published) == (QuestionState.PUBLISHED, question.latest)
    assert question.latest.reviewed_by == other


def test_of_a_selection_only_what_is_others_is_agreed_to():
    bank = BankFactory()
    author, other = keeper_of(bank), keeper_of(bank)
    mine, theirs = QuestionFactory(bank, by=other), QuestionFactory(bank, by=author)
    reviewing.submit(bank, [mine.pk, theirs.pk], by=author, at=AT)

    moved = reviewing.agree(bank, [mine.pk, theirs.pk], by=other, at=AT)

    assert (moved.moved, moved.left) == (1, 1)
    assert states(bank) == ["submitted", "published"]


def test_a_bank_without_review_publishes_what_is_submitted():
    bank = BankFactory(needs_review=False)
    author = keeper_of(bank)
    question = QuestionFactory(bank, by=author)

    reviewing.submit(bank, [question.pk], by=author, at=AT)

    assert states(bank) == ["published"]
    assert Entry.objects.filter(action="question.published").count() == 1


def test_a_question_goes_back_with_a_reason():
    bank = BankFactory()
    question = QuestionFactory(bank)
    reviewing.submit(bank, [question.pk], by=None, at=AT)

    with pytest.raises(Invalid):
        reviewing.give_back(bank, [question.pk], by=keeper_of(bank), at=AT, note="  ")
    reviewing.give_back(bank, [question.pk], by=keeper_of(bank), at=AT, note="依据不清")

    assert states(bank) == ["draft"]
    assert Entry.objects.get(action="question.returned").note == "依据不清"


@pytest.mark.parametrize("state", QuestionState)
@pytest.mark.parametrize(
    ("act", "from_", "to"),
    [
        ("submit", {"draft"}, "submitted"),
        ("agree", {"submitted"}, "published"),
        ("give_back", {"submitted"}, "draft"),
        ("retire", {"draft", "submitted", "published"}, "retired"),
        ("bring_back", {"retired"}, "draft"),
    ],
)
def test_which_moves_are_allowed_from_which_state(state, act, from_, to):
    bank = BankFactory()
    question = QuestionFactory(bank)
    Question.objects.filter(pk=question.pk).update(state=state)
    more = {"note": "改"} if act == "give_back" else {}

    if state in from_:
        getattr(reviewing, act)(bank, [question.pk], by=keeper_of(bank), at=AT, **more)
        assert states(bank) == [to]
    else:
        with pytest.raises(WrongState):
            getattr(reviewing, act)(bank, [question.pk], by=keeper_of(bank), at=AT, **more)
        assert states(bank) == [state]


def test_questions_of_another_bank_are_not_moved():
    bank, other = BankFactory(), BankFactory()
    question = QuestionFactory(other)

    with pytest.raises(WrongState):
        reviewing.submit(bank, [question.pk], by=keeper_of(bank), at=AT)

    assert states(other) == ["draft"]


def test_strangers_move_nothing():
    bank = BankFactory()
    question = QuestionFactory(bank)

    with pytest.raises(NotAllowed):
        reviewing.submit(bank, [question.pk], by=UserFactory(), at=AT)


def test_a_draft_over_a_published_question_can_be_given_up():
    bank = BankFactory()
    by = keeper_of(bank)
    question = QuestionFactory(bank, is_published=True)
    questions.save(
        bank, by=by, at=AT, question=question, kind="true_false", body={"stem": "改成判断"}, key={"right": True}
    )

    reviewing.discard(question, by=by, at=AT)

    question.refresh_from_db()
    assert (question.state, question.kind, question.latest) == ("published", "single", question.published)
    assert question.versions.count() == 2
    questions.save(
        bank, by=by, at=AT, question=question, kind="true_false", body={"stem": "又改成判断"}, key={"right": True}
    )
    assert sorted(question.versions.values_list("number", flat=True)) == [1, 2, 3]


def test_sorting_many_makes_no_versions():
    bank = BankFactory()
    topic = TopicFactory()
    first, second = QuestionFactory(bank, is_published=True), QuestionFactory(bank, difficulty=5)

    changed = sorting.sort(bank, [first.pk, second.pk], by=None, at=AT, difficulty=5, topic_id=topic.pk)
    again = sorting.sort(bank, [first.pk, second.pk], by=None, at=AT, difficulty=5)

    assert (changed, again) == (2, 0)
    assert list(bank.questions.values_list("difficulty", "topic")) == [(5, topic.pk), (5, topic.pk)]
    assert first.versions.count() == 1
    assert [entry.changes for entry in Entry.objects.filter(action="question.sorted").order_by("pk")] == [
        {"difficulty": [3, 5], "topic_id": [None, topic.pk]},
        {"topic_id": [None, topic.pk]},
    ]


# --- Releases ---------------------------------------------------------------------------------------------------------


def test_a_release_freezes_what_is_published_in_the_banks_order():
    bank = BankFactory()
    first, second = QuestionFactory(bank, is_published=True), QuestionFactory(bank, is_published=True)
    QuestionFactory(bank)

    release = releases.publish(bank, by=None, at=AT)

    bank.refresh_from_db()
    assert release.version_ids == [first.published_id, second.published_id]
    assert (release.number, release.question_count, bank.current) == (1, 2, release)


def test_a_release_holds_the_version_in_use_while_a_draft_is_written():
    bank = bank_with(1)
    question = bank.questions.get()
    questions.save_many(bank, [draft(1, explanation="改")], by=None, at=AT)

    with pytest.raises(WrongState, match="完全一样"):
        releases.publish(bank, by=None, at=AT)
    publish_questions(bank, [question.pk])
    release = releases.publish(bank, by=None, at=AT)

    question.refresh_from_db()
    assert release.number == 2
    assert release.version_ids == [question.latest_id]


def test_what_has_changed_since_the_last_release():
    bank = bank_with(3)
    kept, changed, gone = bank.questions.order_by("pk")
    questions.save_many(bank, [draft(2, explanation="改")], by=None, at=AT)
    publish_questions(bank, [changed.pk])
    reviewing.retire(bank, [gone.pk], by=None, at=AT)
    new = QuestionFactory(bank, is_published=True)
    QuestionFactory(bank)

    changes = releases_queries.changes(bank)

    assert (changes.added, changes.changed, changes.removed) == ([new.pk], [changed.pk], [gone.pk])
    assert kept.pk not in changes.changed


def test_a_change_of_use_alone_makes_a_release():
    bank = bank_with(2)
    sorting.sort(bank, [bank.questions.first().pk], by=None, at=AT, use=Use.EXAM)

    release = releases.publish(bank, by=None, at=AT)

    assert release.number == 2
    assert not releases_queries.changes(bank)


def test_an_empty_bank_is_not_published():
    with pytest.raises(WrongState, match="审核通过"):
        releases.publish(BankFactory(), by=None, at=AT)


# --- Near-duplicates --------------------------------------------------------------------------------------------------


def test_near_duplicates_are_found_inside_and_across_the_banks_one_sees():
    owner = OrganizationFactory()
    bank, beside, foreign = BankFactory(owner=owner), BankFactory(owner=owner), BankFactory()
    by = keeper_of(bank)
    stem = "在高压设备上工作，必须遵守保证安全的组织措施和技术措施。"
    rows = [
        (bank, stem),
        (bank, stem.replace("必须", "应当")),
        (beside, stem),
        (foreign, stem),
        (bank, "别的题目，说的是焊接"),
    ]
    made = [
        questions.save(one, by=None, at=AT, kind="true_false", body={"stem": text}, key={"right": True})
        for one, text in rows
    ]

    like = near.like(by, stem=stem, body={}, besides=made[0].pk)
    inside = near.pairs(by, bank, across=False)
    across = near.pairs(by, bank, across=True)

    assert [(one.question.pk, one.percent) for one in like] == [(made[2].pk, 100), (made[1].pk, 92)]
    assert [(pair.one.pk, pair.other.pk) for pair in inside] == [(made[0].pk, made[1].pk)]
    assert {(pair.one.pk, pair.other.pk) for pair in across} == {
        (made[0].pk, made[1].pk),
        (made[0].pk, made[2].pk),
        (made[1].pk, made[2].pk),
    }


# --- The knowledge tree -----------------------------------------------------------------------------------------------


def test_topics_hang_by_trade_subject_and_point():
    by = MembershipFactory(role=Role.TRAINER).user
    trade = topics.add(code="", name="电工", kind=TopicKind.TRADE, parent=None, by=by)
    subject = topics.add(code="", name="安全", kind=TopicKind.SUBJECT, parent=trade, by=by)
    point = topics.add(code="AQ-1", name="验电", kind=TopicKind.POINT, parent=subject, by=by)

    assert [(one.code, one.depth) for one in (trade, subject, point)] == [("T01", 1), ("T01-01", 2), ("AQ-1", 3)]
    with pytest.raises(Invalid, match="最上层"):
        topics.add(code="", name="验电", kind=TopicKind.POINT, parent=None, by=by)
    with pytest.raises(Invalid, match="不能放在"):
        topics.add(code="", name="科目", kind=TopicKind.SUBJECT, parent=point, by=by)
    with pytest.raises(Invalid, match="AQ-1"):
        topics.add(code="AQ-1", name="又一个", kind=TopicKind.POINT, parent=subject, by=by)


def test_a_topic_keeps_its_kind_where_a_new_one_could_not_have_it(client):
    by = MembershipFactory(role=Role.TRAINER).user
    common = TopicFactory(name="安全常识", kind=TopicKind.SUBJECT)
    client.force_login(by)

    page = client.get(reverse("practice:topic", args=[common.pk]))
    changed = topics.change(common, code=common.code, name="安全生产", kind=TopicKind.SUBJECT, by=None)

    assert page.context["form"]["kind"].value() in dict(page.context["form"].fields["kind"].choices)
    assert (changed.name, changed.kind) == ("安全生产", TopicKind.SUBJECT)
    with pytest.raises(Invalid, match="最上层"):
        topics.change(common, code=common.code, name="安全生产", kind=TopicKind.POINT, by=None)


def test_siblings_change_places_and_stay_at_the_ends():
    trades = [TopicFactory(name=name) for name in ("甲", "乙", "丙")]

    topics.shift(trades[2], up=True, by=None)
    topics.shift(Topic.objects.get(pk=trades[0].pk), up=True, by=None)

    assert list(Topic.objects.order_by("path").values_list("name", flat=True)) == ["甲", "丙", "乙"]


def test_a_branch_moves_with_its_questions():
    first, second = TopicFactory(name="甲"), TopicFactory(name="乙")
    subject = TopicFactory(parent=first, kind=TopicKind.SUBJECT)
    question = QuestionFactory(topic=subject)

    moved = topics.move(subject, to=second, by=None)

    question.refresh_from_db()
    assert moved.path.startswith(Topic.objects.get(pk=second.pk).path)
    assert question.topic == subject
    with pytest.raises(Invalid, match="自己的下面"):
        topics.move(Topic.objects.get(pk=second.pk), to=moved, by=None)


def test_what_is_used_or_has_something_below_is_not_removed():
    trade = TopicFactory()
    subject = TopicFactory(parent=trade, kind=TopicKind.SUBJECT)
    QuestionFactory(topic=subject)
    unused = TopicFactory()

    with pytest.raises(WrongState, match="下面还有"):
        topics.remove(Topic.objects.get(pk=trade.pk), by=None)
    with pytest.raises(WrongState, match="在用"):
        topics.remove(subject, by=None)
    topics.remove(unused, by=None)

    assert set(Topic.objects.all()) == {trade, subject}


def test_what_others_use_is_changed_from_above_only():
    province = OrganizationFactory()
    city, other = OrganizationFactory(parent=province), OrganizationFactory(parent=province)
    topic = TopicFactory()
    QuestionFactory(BankFactory(owner=city), topic=topic)
    own, foreign, top = (
        MembershipFactory(organization=place, role=Role.TRAINER).user for place in (city, other, province)
    )

    with pytest.raises(NotAllowed):
        topics.change(topic, code=topic.code, name="改名", kind=topic.kind, by=foreign)
    topics.change(topic, code=topic.code, name="改名", kind=topic.kind, by=own)
    topics.change(topic, code=topic.code, name="再改", kind=topic.kind, by=top)

    topic.refresh_from_db()
    assert topic.name == "再改"
