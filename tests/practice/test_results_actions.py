"""Results judged, released, appealed against and corrected; certificates follow."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.honours.models import Honour, Status
from huomiao.orgs.roles import Role
from huomiao.practice.actions import appeals, corrections, marking, questions, results
from huomiao.practice.kinds.base import BadQuestion
from huomiao.practice.models import (
    Adjustment,
    Appeal,
    Bank,
    Certificate,
    Judgement,
    KeyCorrection,
    KeyReport,
    MarkingRun,
    QuestionVersion,
    Release,
    ScoreChange,
)
from huomiao.practice.queries import results as queries
from huomiao.practice.remarking import preview
from huomiao.practice.states import (
    AppealState,
    CorrectionKind,
    CorrectionState,
    ExamState,
    QuestionState,
    SittingState,
)
from tests.factories.accounts import UserFactory
from tests.factories.marking import (
    begun,
    committing,
    exam_over,
    mark_all,
    markers_of,
    officer_of,
    released,
    sittings_of,
)
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.django_db


def version_at(exam, position):
    return QuestionVersion.objects.get(pk=exam.papers.get().items[position][0])


def propose(exam, version, kind=CorrectionKind.KEY, key=None, by=None):
    return corrections.propose(
        exam, version, kind=kind, key=key, reason="与现行规程不符", by=by or officer_of(exam), at=timezone.now()
    )


def apply(correction, by=None):
    with committing(execute=True):
        return corrections.apply(correction, by=by or officer_of(correction.exam), at=timezone.now())


def points_of(exam):
    return [one.points for one in sittings_of(exam)]


def other_key(version):
    return {"right": [(version.key["right"][0] + 1) % 4]}


# --- Judging ------------------------------------------------------------------------------------------------------


def test_a_void_sitting_counts_for_nothing_and_can_be_restored():
    exam = begun(exam_over(candidates=2))
    officer = officer_of(exam)
    sitting = sittings_of(exam)[0]

    with pytest.raises(Invalid):
        results.judge(sitting, verdict="void", reason=" ", by=officer, at=timezone.now())
    results.judge(sitting, verdict="void", reason="替考", by=officer, at=timezone.now())

    sitting.refresh_from_db()
    assert (sitting.state, sitting.note) == (SittingState.VOID, "替考")
    assert [one.pk for one in queries.counted(exam)] == [sittings_of(exam)[1].pk]
    results.judge(sitting, verdict="kept", reason="核实为本人", by=officer, at=timezone.now())
    sitting.refresh_from_db()
    assert (sitting.state, sitting.note) == (SittingState.SUBMITTED, "")
    assert list(Judgement.objects.order_by("pk").values_list("verdict", flat=True)) == ["void", "kept"]
    assert [entry.action for entry in history.of(sitting)] == ["sitting.kept", "sitting.void"]


def test_nobody_judges_their_own_sitting():
    exam = begun(exam_over(candidates=1))
    sitting = sittings_of(exam)[0]
    MembershipFactory(organization=exam.organiser, role=Role.TRAINER, user=sitting.candidate.user)

    with pytest.raises(NotAllowed):
        results.judge(sitting, verdict="kept", reason="是我", by=sitting.candidate.user, at=timezone.now())


# --- Release and certificates --------------------------------------------------------------------------------------


def test_release_gives_certificates_to_those_who_passed():
    exam = released(exam_over(candidates=3, right={2: 0}, award="安全知识合格证"), appeal_days=3)

    assert exam.state == ExamState.RELEASED
    assert exam.appeals_until - exam.released_at == timedelta(days=3)
    honours = list(Honour.objects.order_by("number"))
    assert [honour.holders.get().user for honour in honours] == [one.candidate.user for one in sittings_of(exam)[:2]]
    assert {honour.award for honour in honours} == {"安全知识合格证"}
    assert honours[0].number.startswith("岗位考试证字〔")


def test_without_an_award_there_is_no_certificate():
    released(exam_over(candidates=1))

    assert (Honour.objects.count(), Certificate.objects.count()) == (0, 0)


def test_results_with_texts_unmarked_are_not_released():
    exam = exam_over(candidates=1, shorts=1)
    begun(exam)
    officer = officer_of(exam)

    for act in (
        lambda: marking.finish(exam, by=officer, at=timezone.now()),
        lambda: results.release(exam, by=officer, appeal_days=3, at=timezone.now()),
    ):
        with pytest.raises(WrongState):
            act()


@pytest.mark.parametrize("days", [-1, 61])
def test_days_for_appeals_have_bounds(days):
    exam = begun(exam_over(candidates=1))
    officer = officer_of(exam)
    marking.finish(exam, by=officer, at=timezone.now())

    with pytest.raises(Invalid):
        results.release(exam, by=officer, appeal_days=days, at=timezone.now())


def test_a_verdict_after_release_takes_the_certificate_and_gives_a_new_one():
    exam = released(exam_over(candidates=1, award="合格证"))
    officer, sitting = officer_of(exam), sittings_of(exam)[0]

    with committing(execute=True):
        results.judge(sitting, verdict="void", reason="替考", by=officer, at=timezone.now())
    assert Honour.objects.get().status == Status.REVOKED
    with committing(execute=True):
        results.judge(sitting, verdict="kept", reason="核实为本人", by=officer, at=timezone.now())

    assert list(Honour.objects.order_by("pk").values_list("status", flat=True)) == [Status.REVOKED, Status.VALID]


# --- Corrections ---------------------------------------------------------------------------------------------------


def test_a_wrong_key_is_previewed_applied_published_and_everybody_marked_again():
    exam = released(exam_over(candidates=3, singles=2, right={0: 2, 1: 1, 2: 0}, award="合格证", pass_percent=100))
    version = version_at(exam, 1)
    wrong_one = other_key(version)
    officer = officer_of(exam)
    bank = Bank.objects.get()

    made = propose(exam, version, key=wrong_one, by=officer)
    seen = preview(made)

    # The first had it right by the old key; the others took what is right now.
    assert (seen.sittings, seen.asked, seen.up, seen.down) == (3, 3, 2, 1)
    assert (seen.now_passed, seen.now_failed) == (1, 1)
    assert points_of(exam) == [Decimal(4), Decimal(2), Decimal(0)]
    run = apply(made, by=officer)
    run.refresh_from_db()
    assert (run.state, run.done, run.changed) == ("done", 3, 3)
    assert points_of(exam) == [Decimal(2), Decimal(4), Decimal(2)]
    made.refresh_from_db()
    question = version.question
    question.refresh_from_db()
    assert (made.state, made.applied_by, made.new_version) == (CorrectionState.APPLIED, officer, question.published)
    assert (question.published.key, question.published.number) == (wrong_one, 2)
    bank.refresh_from_db()
    assert question.published_id in bank.current.version_ids
    assert version.pk not in bank.current.version_ids
    changes = ScoreChange.objects.order_by("sitting").values_list(
        "points_before", "points_after", "passed_before", "passed_after", "correction"
    )
    assert list(changes) == [
        (Decimal(4), Decimal(2), True, False, made.pk),
        (Decimal(2), Decimal(4), False, True, made.pk),
        (Decimal(0), Decimal(2), False, False, made.pk),
    ]
    first, second, _third = sittings_of(exam)
    assert [(honour.status, honour.holders.get().user) for honour in Honour.objects.order_by("pk")] == [
        (Status.REVOKED, first.candidate.user),
        (Status.VALID, second.candidate.user),
    ]
    assert [change.sitting for change in queries.unseen_changes(second.candidate.user)] == [second]


def test_applying_twice_starts_nothing_the_second_time():
    exam = begun(exam_over(candidates=2))
    made = propose(exam, version_at(exam, 0), kind=CorrectionKind.ALL_RIGHT)
    first = apply(made)
    before = (points_of(exam), ScoreChange.objects.count(), Release.objects.count(), QuestionVersion.objects.count())

    again = apply(made)

    assert again.pk == first.pk
    assert MarkingRun.objects.filter(correction=made).count() == 1
    assert before == (
        points_of(exam),
        ScoreChange.objects.count(),
        Release.objects.count(),
        QuestionVersion.objects.count(),
    )


def test_two_corrections_in_a_row_leave_what_the_second_says():
    exam = begun(exam_over(candidates=2, singles=2, right={1: 1}))
    version = version_at(exam, 1)
    apply(propose(exam, version, key=other_key(version)))
    assert points_of(exam) == [Decimal(2), Decimal(4)]

    apply(propose(exam, version, key=version.key))

    assert points_of(exam) == [Decimal(4), Decimal(2)]
    version.question.refresh_from_db()
    assert (version.question.published.key, version.question.published.number) == (version.key, 3)


def test_before_the_release_nobody_is_told_of_a_change():
    exam = begun(exam_over(candidates=1))
    apply(propose(exam, version_at(exam, 0), key=other_key(version_at(exam, 0))))
    user = sittings_of(exam)[0].candidate.user
    assert queries.changes_told(user).count() == 0

    released(exam)

    assert queries.changes_told(user).count() == 0
    assert ScoreChange.objects.count() == 1


def test_a_dropped_question_is_asked_no_more_and_the_rest_counts_for_all():
    exam = begun(exam_over(candidates=2, singles=4, right={1: 3}))
    version = version_at(exam, 3)

    apply(propose(exam, version, kind=CorrectionKind.DROP))

    assert points_of(exam) == [Decimal(8), Decimal(8)]
    version.question.refresh_from_db()
    assert version.question.state == QuestionState.RETIRED
    assert version.pk not in Bank.objects.get().current.version_ids


def test_who_does_not_keep_the_bank_tells_its_keepers():
    exam = begun(exam_over(candidates=1))
    bank = Bank.objects.get()
    bank.owner = MembershipFactory().organization
    bank.save()
    version = version_at(exam, 0)

    made = propose(exam, version, key=other_key(version))
    apply(made)

    made.refresh_from_db()
    assert made.new_version is None
    assert points_of(exam) == [Decimal(6)]
    assert KeyReport.objects.get().text == "与现行规程不符"
    version.question.refresh_from_db()
    assert version.question.published_id == version.pk


def test_a_question_that_somebody_changed_since_is_left_to_its_keepers():
    exam = begun(exam_over(candidates=1))
    version = version_at(exam, 0)
    questions.save(
        version.question.bank,
        by=None,
        at=timezone.now(),
        kind="single",
        body={**version.body, "stem": "改过的题干"},
        key=version.key,
        code=version.question.code,
        question=version.question,
    )

    made = propose(exam, version, key=other_key(version))
    apply(made)

    made.refresh_from_db()
    assert made.new_version is None
    assert KeyReport.objects.count() == 1
    assert points_of(exam) == [Decimal(6)]


def test_what_cannot_be_corrected_is_refused():
    exam = exam_over(candidates=1, shorts=1)
    with pytest.raises(WrongState):
        propose(exam, version_at(exam, 0), kind=CorrectionKind.DROP)
    begun(exam)
    version, text = version_at(exam, 0), version_at(exam, 4)
    foreign = QuestionVersion.objects.exclude(pk__in=[item[0] for item in exam.papers.get().items]).first()

    for bad in (
        lambda: propose(exam, foreign, kind=CorrectionKind.DROP),
        lambda: propose(exam, text, key={"reference": "x", "points": []}),
        lambda: propose(exam, version, key=version.key),
        lambda: propose(exam, version, key={"right": [0, 1]}),
    ):
        with pytest.raises((Invalid, BadQuestion)):
            bad()
    assert KeyCorrection.objects.count() == 0


def test_a_dropped_proposal_cannot_be_applied():
    exam = begun(exam_over(candidates=1))
    made = propose(exam, version_at(exam, 0), kind=CorrectionKind.DROP)
    corrections.drop(made, by=officer_of(exam), at=timezone.now())

    with pytest.raises(WrongState):
        apply(made)
    assert points_of(exam) == [Decimal(8)]


# --- Appeals -------------------------------------------------------------------------------------------------------


def ask(sitting, **more):
    return appeals.ask(
        sitting,
        **{"text": "第二题我选的是对的", "position": 1, "by": sitting.candidate.user, "at": timezone.now(), **more},
    )


def rule(appeal, by, points=None, reply="经复核，确有漏评。"):
    with committing(execute=True):
        return appeals.rule(appeal, reply=reply, points=points or {}, by=by, at=timezone.now())


def test_an_upheld_appeal_changes_the_result_and_is_told():
    exam = released(exam_over(candidates=1, singles=2, right={0: 1}, award="合格证", pass_percent=100))
    sitting, officer = sittings_of(exam)[0], officer_of(exam)

    appeal = ask(sitting)
    rule(appeal, officer, {1: Decimal(2)})

    appeal.refresh_from_db()
    assert (appeal.state, appeal.ruled_by) == (AppealState.UPHELD, officer)
    assert points_of(exam) == [Decimal(4)]
    assert Adjustment.objects.get().points == Decimal(2)
    assert queries.unseen_changes(sitting.candidate.user).get().appeal == appeal
    assert Honour.objects.get().status == Status.VALID


def test_an_appeal_may_leave_the_result_as_it_is():
    exam = released(exam_over(candidates=1))
    appeal = ask(sittings_of(exam)[0], position=None)

    rule(appeal, officer_of(exam), reply="评分无误。")

    appeal.refresh_from_db()
    assert (appeal.state, ScoreChange.objects.count()) == (AppealState.KEPT, 0)


def test_neither_the_candidate_nor_a_marker_of_theirs_rules():
    exam = exam_over(candidates=1, singles=1, shorts=1)
    people = markers_of(exam, 2)
    begun(exam)
    mark_all(exam, "5")
    released(exam)
    sitting = sittings_of(exam)[0]
    for user in (people[0], sitting.candidate.user):
        MembershipFactory(organization=exam.organiser, role=Role.TRAINER, user=user)
    appeal = ask(sitting)

    for user in (people[0], sitting.candidate.user, UserFactory()):
        with pytest.raises(NotAllowed):
            rule(appeal, user, {1: Decimal(1)})

    assert rule(appeal, officer_of(exam), {1: Decimal(9)}).state == AppealState.UPHELD
    assert points_of(exam) == [Decimal(11)]


def test_appeals_have_a_window_one_at_a_time_and_an_end():
    exam = released(exam_over(candidates=2), appeal_days=2)
    one, other = sittings_of(exam)

    with pytest.raises(NotAllowed):
        ask(one, by=other.candidate.user)
    with pytest.raises(Invalid):
        ask(one, text="？")
    with pytest.raises(Invalid):
        ask(one, position=99)
    with pytest.raises(WrongState):
        ask(one, at=timezone.now() + timedelta(days=3))
    for _time in range(3):
        appeal = ask(one)
        with pytest.raises(WrongState):
            ask(one)
        rule(appeal, officer_of(exam), reply="评分无误。")
        with pytest.raises(WrongState):
            rule(appeal, officer_of(exam), reply="再答一次。")
    with pytest.raises(WrongState):
        ask(one)
    assert Appeal.objects.count() == 3


def test_without_days_for_appeals_there_are_none():
    exam = released(exam_over(candidates=1), appeal_days=0)

    with pytest.raises(WrongState):
        ask(sittings_of(exam)[0])


@pytest.mark.parametrize("points", [{1: Decimal("2.5")}, {9: Decimal(1)}, {1: Decimal(-1)}])
def test_points_that_a_question_cannot_give_are_refused(points):
    exam = released(exam_over(candidates=1))
    appeal = ask(sittings_of(exam)[0])

    with pytest.raises(Invalid):
        rule(appeal, officer_of(exam), points)

    appeal.refresh_from_db()
    assert appeal.state == AppealState.OPEN


# --- What counts ---------------------------------------------------------------------------------------------------


def test_equals_share_a_place_and_the_next_is_counted_on():
    exam = begun(exam_over(candidates=4, right={1: 3, 2: 3, 3: 1}))

    assert [(one.candidate.number, one.place) for one in queries.ranked(exam)] == [
        ("0001", 1),
        ("0002", 2),
        ("0003", 2),
        ("0004", 4),
    ]


def test_of_several_attempts_the_best_that_stands_counts():
    exam = exam_over(candidates=1, attempts=3)
    first = sittings_of(exam)[0]
    begun(exam)
    kept = {}
    for attempt, points in ((2, Decimal(5)), (3, Decimal(8))):
        kept[attempt] = exam.sittings.create(
            candidate=first.candidate,
            attempt=attempt,
            paper=first.paper,
            seed="x",
            state=SittingState.SUBMITTED,
            started_at=first.started_at,
            ends_at=first.ends_at,
            points=points,
            is_passed=True,
        )

    assert list(queries.counted(exam)) == [first]
    first.state = SittingState.VOID
    first.save()
    assert list(queries.counted(exam)) == [kept[3]]


def test_the_summary_counts_what_counts():
    exam = begun(exam_over(candidates=4, right={1: 3, 2: 2, 3: 0}))
    sittings_of(exam)[3].signals.create(kind="left", at=timezone.now())

    found = queries.summary(exam)

    assert (found.candidates, found.sat, found.marked, found.passed, found.void) == (4, 4, 4, 2, 0)
    assert (found.mean, found.best, found.total, found.pass_percent) == (Decimal("4.50"), Decimal(8), Decimal(8), 50.0)
    assert found.bars == [1, 0, 0, 0, 0, 1, 0, 1, 0, 1]
    assert (found.signals, found.unjudged) == (1, 1)
    rows = [(row["listed"], row["sat"], row["passed"], row["mean"]) for row in queries.by_unit(exam)]
    assert rows == [(1, 1, 1, 8), (1, 1, 1, 6), (1, 1, 0, 4), (1, 1, 0, 0)]
