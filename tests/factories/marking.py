"""Exams that were held: ``exam_over`` has papers and sittings, ``begun`` markers with sheets, ``released`` results; ``paper_exam`` was sat on paper."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import TestCase
from django.utils import timezone

from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.practice import building
from huomiao.practice.actions import keying, marking, results, sheets
from huomiao.practice.models import Exam, MarkSheet, QuestionVersion, Sitting
from huomiao.practice.states import ExamState, SheetState, Use
from tests.factories.accounts import UserFactory
from tests.factories.exams import BlueprintLineFactory, CandidateFactory, ExamFactory, sat
from tests.factories.orgs import MembershipFactory, UnitFactory
from tests.factories.practice import bank_with

# What follows a commit (tasks) is run at the end of the block, as it is in life.
committing = TestCase.captureOnCommitCallbacks

# Every kind of question, in the order in which ``paper_exam`` asks them.
KINDS = ("single", "multiple", "true_false", "fill", "ordering", "matching", "short")


def officer_of(exam: Exam, **values: Any):
    """Somebody who runs ``exam``."""
    return MembershipFactory(organization=exam.organiser, role=Role.TRAINER, user=UserFactory(**values)).user


def exam_over(
    *,
    candidates: int = 3,
    singles: int = 4,
    shorts: int = 0,
    right: dict[int, int] | None = None,
    texts: str = "先断电，再施救。",
    **values: Any,
) -> Exam:
    """An exam that closed an hour ago: ``singles`` questions of 2 points, then ``shorts`` texts of 10.

    ``right[n]`` says how many single choices the ``n``th candidate (from 0) has right; others have all of them right.
    """
    values.setdefault("opens_at", timezone.now() - timedelta(hours=3))
    exam = ExamFactory(**values)
    bank = bank_with((singles + shorts) * 2, use=Use.EXAM, kind=("single", "short"), owner=exam.organiser)
    exam.banks.add(bank)
    if singles:
        BlueprintLineFactory(exam=exam, position=0, kind="single", count=singles, points=Decimal(2))
    if shorts:
        BlueprintLineFactory(exam=exam, position=1, title="简答题", kind="short", count=shorts, points=Decimal(10))
    for number in range(candidates):
        unit = UnitFactory(parent=Organization.objects.get(pk=exam.organiser_id))
        CandidateFactory(exam=exam, number=f"{number + 1:04d}", unit=unit)
    building.build(exam, at=exam.opens_at - timedelta(hours=1))
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.ANNOUNCED)
    exam.refresh_from_db()
    answers = {}
    for place, candidate in enumerate(exam.candidates.select_related("paper").order_by("number")):
        given: dict[int, Any] = {}
        wanted = (right or {}).get(place, singles)
        for position, item in enumerate(candidate.paper.items):
            version = QuestionVersion.objects.get(pk=item[0])
            if version.kind == "short":
                given[position] = f"{texts}（{candidate.user.name}，{candidate.unit.name}）"
            else:
                key = version.key["right"]
                given[position] = key if position < wanted else [(key[0] + 1) % 4]
        answers[candidate.number] = given
    sat(exam, answers)
    return exam


def markers_of(exam: Exam, number: int = 3) -> list[Any]:
    """``number`` people who mark ``exam``."""
    people = [UserFactory() for _one in range(number)]
    marking.add_markers(exam, people, by=officer_of(exam), at=timezone.now())
    return people


def begun(exam: Exam, *, by=None) -> Exam:
    """``exam`` with its marking begun."""
    with committing(execute=True):
        marking.begin(exam, by=by or officer_of(exam), at=timezone.now())
    exam.refresh_from_db()
    return exam


def mark_all(exam: Exam, points: dict[int, str] | str = "6") -> None:
    """Have every open sheet of ``exam`` marked and locked; ``points`` may differ by the marker's place."""
    while open_sheets := list(
        MarkSheet.objects.filter(script__exam=exam)
        .exclude(state=SheetState.LOCKED)
        .select_related("marker__user", "script__exam")
    ):
        for sheet in open_sheets:
            given = points if isinstance(points, str) else points[sheet.place]
            mark(sheet, given)


def mark(sheet: MarkSheet, points: str) -> None:
    """Have a sheet marked and locked by its marker."""
    by = sheet.marker.user
    with committing(execute=True):
        saved = sheets.save(sheet, points=points, ticks=[], comment="", version=sheet.version, by=by, at=timezone.now())
        sheets.lock([saved], by=by, at=timezone.now())


def released(exam: Exam, *, appeal_days: int = 5) -> Exam:
    """``exam`` marked, reviewed and released."""
    officer = officer_of(exam)
    if exam.state == ExamState.ANNOUNCED:
        begun(exam, by=officer)
    with committing(execute=True):
        marking.finish(exam, by=officer, at=timezone.now())
        results.release(exam, by=officer, appeal_days=appeal_days, at=timezone.now())
    exam.refresh_from_db()
    return exam


def marked_exam() -> Exam:
    """An exam of three candidates with texts, whose sheets are all marked, and differently by each marker."""
    exam = exam_over(candidates=3, singles=2, shorts=1, right={1: 1, 2: 0})
    markers_of(exam, 3)
    begun(exam)
    mark_all(exam, {1: "4", 2: "9", 3: "8"})
    return exam


def paper_exam(*, candidates: int = 2, asked: tuple[str, ...] = KINDS, **values: Any) -> tuple[Exam, list[Any]]:
    """An exam on paper that is over, with one question of each kind in ``asked``, and three people who key."""
    exam = ExamFactory(opens_at=timezone.now() - timedelta(hours=3), **values)
    exam.banks.add(bank_with(len(asked) * 2, use=Use.EXAM, kind=asked, owner=exam.organiser))
    for position, kind in enumerate(asked):
        BlueprintLineFactory(exam=exam, position=position, kind=kind, title=kind, count=1, points=Decimal(2))
    for number in range(candidates):
        CandidateFactory(exam=exam, number=f"{number + 1:04d}")
    building.build(exam, at=exam.opens_at - timedelta(hours=1))
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.ANNOUNCED)
    exam.refresh_from_db()
    people = [UserFactory(), UserFactory(), UserFactory()]
    keying.add_keyers(exam, people, by=officer_of(exam), at=timezone.now())
    return exam, people


def sittings_of(exam: Exam) -> list[Sitting]:
    """The sittings of ``exam`` in the order of the candidates' numbers."""
    return list(
        Sitting.objects.filter(exam=exam)
        .select_related("candidate__user", "candidate__unit", "exam__organiser", "paper")
        .order_by("candidate__number", "attempt")
    )
