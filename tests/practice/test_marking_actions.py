"""From the end of an exam to its results: marked by machines and by people, in every order the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.orgs.roles import Role
from huomiao.practice import remarking, scripts
from huomiao.practice.actions import corrections, marking, results, sheets
from huomiao.practice.models import (
    ItemMark,
    MarkerUnit,
    MarkingRun,
    MarkSheet,
    QuestionVersion,
    SavedAnswer,
    ScoreChange,
    Script,
    ScriptOwner,
    Sitting,
)
from huomiao.practice.states import (
    CorrectionKind,
    ExamState,
    QuestionState,
    RunCause,
    RunState,
    SheetState,
    SittingState,
    ThirdRule,
)
from tests.factories.accounts import UserFactory
from tests.factories.exams import CandidateFactory
from tests.factories.marking import begun, committing, exam_over, mark, mark_all, markers_of, officer_of, sittings_of
from tests.factories.orgs import MembershipFactory, RosterEntryFactory, UnitFactory

pytestmark = pytest.mark.django_db


def marks_of(exam):
    """Everything that marking wrote, in plain values."""
    items = ItemMark.objects.filter(sitting__exam=exam).order_by("sitting", "position")
    totals = Sitting.objects.filter(exam=exam).order_by("pk")
    return (
        list(items.values_list("sitting_id", "position", "version_id", "answer", "fraction", "points")),
        list(totals.values_list("pk", "machine_points", "points", "is_passed")),
    )


# --- Beginning ----------------------------------------------------------------------------------------------------


def test_beginning_marks_every_sitting_and_counts_how_far_it_is():
    exam = begun(exam_over(candidates=3, singles=4, right={1: 2, 2: 0}))

    assert exam.state == ExamState.MARKING
    assert [(one.points, one.is_passed) for one in sittings_of(exam)] == [
        (Decimal("8.00"), True),
        (Decimal("4.00"), False),
        (Decimal("0.00"), False),
    ]
    run = MarkingRun.objects.get(exam=exam)
    assert (run.state, run.cause, run.done, run.total, run.changed) == (RunState.DONE, RunCause.BEGUN, 3, 3, 0)
    assert exam.analysis.data["sittings"] == 3
    assert [entry.action for entry in history.of(exam)][:2] == ["exam.marked", "exam.marking"]


def test_nobody_begins_before_the_end_or_while_somebody_sits():
    early = exam_over(opens_at=timezone.now() - timedelta(minutes=30))
    sitting = exam_over()
    Sitting.objects.filter(pk=sittings_of(sitting)[0].pk).update(state=SittingState.RUNNING)

    for exam in (early, sitting):
        with pytest.raises(WrongState):
            marking.begin(exam, by=officer_of(exam), at=timezone.now())
        exam.refresh_from_db()
        assert exam.state == ExamState.ANNOUNCED


def test_who_does_not_run_the_exam_cannot_begin():
    exam = exam_over()
    stranger = MembershipFactory(role=Role.TRAINER).user

    with pytest.raises(NotAllowed):
        marking.begin(exam, by=stranger, at=timezone.now())


def test_beginning_twice_is_refused_and_changes_nothing():
    exam = begun(exam_over())

    with pytest.raises(WrongState):
        marking.begin(exam, by=officer_of(exam), at=timezone.now())

    assert MarkingRun.objects.filter(exam=exam).count() == 1


def test_the_clock_begins_exams_that_are_over_and_takes_up_broken_runs():
    exam = exam_over()
    running = exam_over()
    Sitting.objects.filter(pk=sittings_of(running)[0].pk).update(state=SittingState.RUNNING)

    with committing(execute=True):
        moved = marking.begin_due(timezone.now())

    exam.refresh_from_db()
    running.refresh_from_db()
    assert (moved, exam.state, running.state) == (1, ExamState.MARKING, ExamState.ANNOUNCED)
    run = MarkingRun.objects.get(exam=exam)
    MarkingRun.objects.filter(pk=run.pk).update(
        state=RunState.RUNNING, cursor=0, done=0, beat_at=timezone.now() - timedelta(minutes=10)
    )
    before = marks_of(exam)
    assert marking.begin_due(timezone.now()) == 1
    run.refresh_from_db()
    assert (run.state, run.done) == (RunState.DONE, 3)
    assert marks_of(exam) == before


# --- Marking again ------------------------------------------------------------------------------------------------


def test_a_broken_run_goes_on_where_it_stood(monkeypatch):
    exam = exam_over(candidates=5)
    monkeypatch.setattr(remarking, "BATCH", 2)
    begun(exam)
    run = MarkingRun.objects.get(exam=exam)
    second = sittings_of(exam)[1]
    ItemMark.objects.all().delete()
    MarkingRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING, cursor=second.pk, done=2)

    done = remarking.carry_on(run.pk)

    assert (done.state, done.done, done.total) == (RunState.DONE, 5, 5)
    assert set(ItemMark.objects.values_list("sitting", flat=True)) == {one.pk for one in sittings_of(exam)[2:]}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_marking_again_equals_marking_afresh(data):
    """After any sequence of corrections, marks, verdicts and repeats, a fresh marking comes to the same."""
    exam = exam_over(candidates=3, singles=3, shorts=1, right={0: 3, 1: 1, 2: 0})
    markers_of(exam, 3)
    begun(exam)
    officer = officer_of(exam)
    versions = [item[0] for item in exam.papers.get().items]
    for _step in range(data.draw(st.integers(1, 5))):
        act = data.draw(st.sampled_from(["correct", "mark", "void", "check"]))
        if act == "correct":
            kind = data.draw(st.sampled_from(CorrectionKind.values))
            key = {"right": [data.draw(st.integers(0, 3))]} if kind == CorrectionKind.KEY else None
            version = QuestionVersion.objects.get(pk=data.draw(st.sampled_from(versions[:3])))
            with committing(execute=True):
                try:
                    made = corrections.propose(
                        exam, version, kind=kind, key=key, reason="核对", by=officer, at=timezone.now()
                    )
                except Invalid:
                    continue
                corrections.apply(made, by=officer, at=timezone.now())
        elif act == "mark":
            left = MarkSheet.objects.exclude(state=SheetState.LOCKED).filter(script__exam=exam)
            sheet = left.select_related("marker__user", "script__exam").order_by("pk").first()
            if sheet:
                mark(sheet, str(data.draw(st.integers(0, 20)) / 2))
        elif act == "void":
            sitting = sittings_of(exam)[data.draw(st.integers(0, 2))]
            verdict = data.draw(st.sampled_from(["void", "kept"]))
            results.judge(sitting, verdict=verdict, reason="核对", by=officer, at=timezone.now())
        else:
            with committing(execute=True):
                results.check(exam, by=officer, at=timezone.now())

    before = marks_of(exam)
    ItemMark.objects.filter(sitting__exam=exam).delete()
    Sitting.objects.filter(exam=exam).update(machine_points=None, points=None, is_passed=None)
    remarking.mark_some(exam, [one.pk for one in sittings_of(exam)])

    assert marks_of(exam) == before


def test_a_question_that_was_given_up_can_be_dropped_afterwards():
    exam = begun(exam_over(candidates=2, singles=2, right={0: 2, 1: 0}))
    officer = officer_of(exam)
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[0][0])

    for kind in (CorrectionKind.ALL_RIGHT, CorrectionKind.DROP):
        with committing(execute=True):
            made = corrections.propose(
                exam, version, kind=kind, key=None, reason="题干有误", by=officer, at=timezone.now()
            )
            corrections.apply(made, by=officer, at=timezone.now())

    assert version.question.state == QuestionState.RETIRED
    # What is left of the paper carries its whole worth.
    assert [one.points for one in sittings_of(exam)] == [Decimal(4), Decimal(0)]


def test_only_the_last_of_the_saved_answers_counts():
    exam = exam_over(candidates=1, singles=1)
    sitting = sittings_of(exam)[0]
    last = SavedAnswer.objects.get(sitting=sitting)
    SavedAnswer.objects.create(sitting=sitting, position=0, seq=last.seq + 1, answer=None, at=timezone.now())

    begun(exam)

    sitting.refresh_from_db()
    assert sitting.points == Decimal(0)
    assert ItemMark.objects.get(sitting=sitting).answer is None


def test_a_check_finds_a_mark_that_was_altered_and_says_so():
    exam = begun(exam_over(candidates=2, singles=2))
    officer = officer_of(exam)
    sitting = sittings_of(exam)[0]
    Sitting.objects.filter(pk=sitting.pk).update(points=Decimal(1), is_passed=False)

    with committing(execute=True):
        run = results.check(exam, by=officer, at=timezone.now())

    run.refresh_from_db()
    sitting.refresh_from_db()
    assert (run.changed, sitting.points, sitting.is_passed) == (1, Decimal("4.00"), True)
    change = ScoreChange.objects.get()
    assert (change.points_before, change.points_after) == (Decimal("1.00"), Decimal("4.00"))


def test_the_number_of_queries_does_not_grow_with_the_sittings(django_assert_max_num_queries):
    few, many = exam_over(candidates=1), exam_over(candidates=12)

    for exam in (few, many):
        keys = [one.pk for one in sittings_of(exam)]
        with django_assert_max_num_queries(14):
            remarking.mark_some(exam, keys)


# --- Markers ------------------------------------------------------------------------------------------------------


def test_every_text_becomes_a_script_without_a_name_and_goes_to_two_markers():
    exam = exam_over(candidates=3, singles=1, shorts=2)
    markers_of(exam, 3)
    begun(exam)

    texts = list(Script.objects.values_list("text", flat=True))
    sheets_by_script = {}
    for script, marker, place in MarkSheet.objects.values_list("script", "marker", "place"):
        sheets_by_script.setdefault(script, []).append((place, marker))
    assert len(texts) == 6
    for sitting in sittings_of(exam):
        assert not any(sitting.candidate.user.name in text or sitting.candidate.unit.name in text for text in texts)
    assert all("〔已隐去〕" in text for text in texts)
    assert all(sorted(place for place, _who in chosen) == [1, 2] for chosen in sheets_by_script.values())
    assert all(len({who for _place, who in chosen}) == 2 for chosen in sheets_by_script.values())
    assert sorted(Script.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert all(one.points is None for one in sittings_of(exam))


def test_no_marker_gets_an_answer_from_their_own_unit():
    exam = exam_over(candidates=2, singles=0, shorts=1)
    home, away = (one.candidate.unit for one in sittings_of(exam))
    workshop = UnitFactory(parent=home, name="一车间工会")
    colleague, neighbour, other = UserFactory(), UserFactory(), UserFactory()
    MembershipFactory(organization=workshop, user=colleague)
    RosterEntryFactory(organization=home, user=neighbour)
    marking.add_markers(exam, [colleague, neighbour, other], by=officer_of(exam), at=timezone.now())

    begun(exam)

    units = set(MarkerUnit.objects.values_list("marker__user", "unit"))
    assert units == {(colleague.pk, home.pk), (neighbour.pk, home.pk)}
    given_to = {}
    for script, user in MarkSheet.objects.values_list("script", "marker__user"):
        given_to.setdefault(script, set()).add(user)
    unit_of = dict(ScriptOwner.objects.values_list("script", "sitting__candidate__unit"))
    for script, people in given_to.items():
        assert people == ({other.pk} if unit_of[script] == home.pk else people)
        assert len(people) == (1 if unit_of[script] == home.pk else 2)
    assert away.pk in unit_of.values()


def test_a_candidate_cannot_mark():
    exam = exam_over()
    candidate = sittings_of(exam)[0].candidate.user

    with pytest.raises(Invalid):
        marking.add_markers(exam, [candidate], by=officer_of(exam), at=timezone.now())

    assert exam.markers.count() == 0


def test_two_who_agree_give_the_mean():
    exam = exam_over(candidates=1, singles=1, shorts=1)
    markers_of(exam, 2)
    begun(exam)

    mark_all(exam, {1: "6", 2: "7.5"})

    sitting = sittings_of(exam)[0]
    script = Script.objects.get()
    assert (script.points, script.is_disputed) == (Decimal("6.75"), False)
    assert (sitting.points, sitting.is_passed) == (Decimal("8.75"), True)


def test_two_who_disagree_call_a_third_who_decides():
    exam = exam_over(candidates=1, singles=1, shorts=1)
    people = markers_of(exam, 3)
    begun(exam)
    first, second = MarkSheet.objects.select_related("marker__user", "script__exam").order_by("place")

    mark(first, "2")
    mark(second, "8")

    script = Script.objects.get()
    third = MarkSheet.objects.select_related("marker__user", "script__exam").get(place=3)
    assert (script.is_disputed, script.points) == (True, None)
    assert {first.marker.user, second.marker.user, third.marker.user} == set(people)
    assert sittings_of(exam)[0].points is None
    mark(third, "7")
    script.refresh_from_db()
    assert script.points == Decimal("7.50")
    assert sittings_of(exam)[0].points == Decimal("9.50")


def test_the_third_rule_of_the_exam_is_followed():
    exam = exam_over(candidates=1, singles=0, shorts=1)
    marking.set_rules(exam, tolerance_percent=10, third_rule=ThirdRule.THIRD, by=officer_of(exam), at=timezone.now())
    markers_of(exam, 3)
    begun(exam)

    mark_all(exam, {1: "2", 2: "8", 3: "3"})

    assert Script.objects.get().points == Decimal("3.00")


def test_without_a_third_person_the_board_knows_what_lacks_and_a_later_one_gets_it():
    exam = exam_over(candidates=1, singles=0, shorts=1)
    markers_of(exam, 2)
    begun(exam)
    mark_all(exam, {1: "0", 2: "10"})
    assert MarkSheet.objects.count() == 2

    markers_of(exam, 1)
    marking.spread(exam, by=officer_of(exam), at=timezone.now())

    assert MarkSheet.objects.filter(place=3).count() == 1


def test_rules_are_fixed_once_a_sheet_is_locked():
    exam = exam_over(candidates=1, singles=0, shorts=1)
    markers_of(exam, 2)
    begun(exam)
    mark_all(exam, "5")

    with pytest.raises(WrongState):
        marking.set_rules(exam, tolerance_percent=50, third_rule=ThirdRule.MEAN, by=officer_of(exam), at=timezone.now())


@pytest.mark.parametrize("typed", ["-1", "10.5", "3.3", "很多", "NaN", "Infinity", "1e9"])
def test_points_that_cannot_be_given_are_refused(typed):
    exam = exam_over(candidates=1, singles=0, shorts=1)
    markers_of(exam, 2)
    begun(exam)
    sheet = MarkSheet.objects.select_related("marker__user", "script__exam").first()

    with pytest.raises(Invalid):
        sheets.save(sheet, points=typed, ticks=[], comment="", version=0, by=sheet.marker.user, at=timezone.now())

    sheet.refresh_from_db()
    assert (sheet.points, sheet.state) == (None, SheetState.ASSIGNED)


def test_a_sheet_is_its_markers_alone_and_fixed_once_locked():
    exam = exam_over(candidates=1, singles=0, shorts=1)
    markers_of(exam, 2)
    begun(exam)
    one, other = MarkSheet.objects.select_related("marker__user", "script__exam").order_by("place")

    def save(by, version=0):
        return sheets.save(one, points="5", ticks=[0, 9], comment="好", version=version, by=by, at=timezone.now())

    with pytest.raises(NotAllowed):
        save(other.marker.user)
    assert save(one.marker.user).ticks == [0]
    with pytest.raises(sheets.Stale):
        save(one.marker.user)
    sheets.lock([one], by=one.marker.user, at=timezone.now())
    with pytest.raises(WrongState):
        save(one.marker.user, version=2)
    assert sheets.lock([one], by=one.marker.user, at=timezone.now()) == 0
    with pytest.raises(Invalid):
        sheets.lock([other], by=other.marker.user, at=timezone.now())


def test_a_sheet_given_back_unsettles_the_answer_and_settles_it_anew():
    exam = exam_over(candidates=1, singles=0, shorts=1)
    markers_of(exam, 2)
    begun(exam)
    mark_all(exam, "5")
    sheet = MarkSheet.objects.select_related("script__exam", "marker__user").first()
    officer = officer_of(exam)

    with pytest.raises(Invalid):
        marking.give_back(sheet, by=officer, note=" ", at=timezone.now())
    with committing(execute=True):
        marking.give_back(sheet, by=officer, note="漏看第二点", at=timezone.now())

    assert Script.objects.get().points is None
    assert sittings_of(exam)[0].points is None
    sheet.refresh_from_db()
    mark(MarkSheet.objects.select_related("script__exam", "marker__user").get(pk=sheet.pk), "6")
    assert sittings_of(exam)[0].points == Decimal("5.50")


def test_who_is_taken_off_keeps_locked_sheets_and_the_others_get_the_rest():
    exam = exam_over(candidates=4, singles=0, shorts=1)
    markers_of(exam, 3)
    begun(exam)
    marker = exam.markers.order_by("pk").first()
    kept = MarkSheet.objects.select_related("script__exam", "marker__user").filter(marker=marker).first()
    mark(kept, "5")

    marking.take_off(marker, by=officer_of(exam), at=timezone.now())

    assert list(MarkSheet.objects.filter(marker=marker)) == [kept]
    assert scripts.assign(exam).given == {}
    assert MarkSheet.objects.count() == 8


def test_the_marking_ends_when_everything_is_marked_and_not_before():
    exam = exam_over(candidates=1, singles=1, shorts=1)
    markers_of(exam, 2)
    begun(exam)
    officer = officer_of(exam)

    with pytest.raises(WrongState, match="1 份"):
        marking.finish(exam, by=officer, at=timezone.now())
    mark_all(exam, "5")
    marking.finish(exam, by=officer, at=timezone.now())

    exam.refresh_from_db()
    assert exam.state == ExamState.REVIEWED
    with pytest.raises(Invalid):
        marking.reopen(exam, by=officer, note="", at=timezone.now())
    marking.reopen(exam, by=officer, note="有一份没扫全", at=timezone.now())
    exam.refresh_from_db()
    assert exam.state == ExamState.MARKING


def test_names_given_for_markers_are_found_and_unknown_ones_said():
    one = UserFactory(username="zhang.san")

    people, unknown = marking.people_named("zhang.san，nobody\n\n")

    assert (people, unknown) == ([one], ["nobody"])


def test_an_extra_candidate_who_never_sat_stops_nothing():
    exam = exam_over(candidates=1)
    CandidateFactory(exam=exam, number="9999", paper=exam.papers.get())

    begun(exam)

    assert sittings_of(exam)[0].points == Decimal("8.00")
