"""Reads of results: what counts, in which place, how it is distributed, and what a candidate may see of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Avg, Count, Exists, F, Max, OuterRef, Q, QuerySet, Value, Window
from django.db.models.functions import Coalesce, Rank

from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power
from huomiao.practice.models import (
    Appeal,
    Exam,
    MarkingRun,
    ScoreChange,
    Sitting,
)
from huomiao.practice.states import (
    AppealState,
    ExamState,
    RunState,
    SittingState,
)

if TYPE_CHECKING:
    from huomiao.accounts.models import User

BARS = 10


def exams_run_by(user: User | AnonymousUser) -> QuerySet[Exam]:
    """The exams whose marking ``user`` organises."""
    return Exam.objects.filter(within(reach(user, Power.RUN_PRACTICE), "organiser__path")).select_related("organiser")


def counted(exam: Exam) -> QuerySet[Sitting]:
    """The sittings that count: of each candidate the best that stands, of equal ones the first."""
    found = Sitting.objects.filter(exam=exam, state=SittingState.SUBMITTED)
    if exam.attempts == 1:
        return found
    # What waits for marks is worth less than anything that has some.
    worth = Coalesce("points", Value(Decimal(-1)))
    better = (
        Sitting.objects.filter(candidate=OuterRef("candidate"), state=SittingState.SUBMITTED)
        .annotate(worth=worth)
        .filter(Q(worth__gt=OuterRef("worth")) | Q(worth=OuterRef("worth"), attempt__lt=OuterRef("attempt")))
    )
    return found.annotate(worth=worth).exclude(Exists(better))


def ranked(exam: Exam) -> QuerySet[Sitting]:
    """What counts with its ``place``: equals share one, and the next is counted on (1, 2, 2, 4)."""
    return (
        counted(exam)
        .filter(points__isnull=False)
        .annotate(place=Window(Rank(), order_by=F("points").desc()))
        .select_related("candidate__user", "candidate__unit", "paper")
        .order_by("-points", "candidate__number")
    )


def places(exam: Exam, wanted: Sequence[int]) -> dict[int, int]:
    """The places of some sittings among all that count."""
    found = counted(exam).filter(points__isnull=False)
    points = dict(found.filter(pk__in=wanted).values_list("pk", "points"))
    first: dict[Decimal, int] = {}
    place = 1
    for value, count in found.order_by("-points").values_list("points").annotate(count=Count("pk")):
        first[value] = place
        place += count
    return {pk: first[value] for pk, value in points.items() if value is not None}


def all_sittings(exam: Exam) -> QuerySet[Sitting]:
    """Every sitting of an exam with whose it is and how many signals it has."""
    return (
        Sitting.objects.filter(exam=exam)
        .select_related("candidate__user", "candidate__unit", "exam__organiser")
        .annotate(signal_count=Count("signals", distinct=True), judged_count=Count("judgements", distinct=True))
        .order_by("candidate__number", "attempt")
    )


@dataclass(frozen=True)
class Summary:
    """An exam's results in figures."""

    candidates: int
    sat: int
    marked: int
    passed: int
    void: int
    mean: Decimal | None
    best: Decimal | None
    total: Decimal
    # How many results lie in each tenth of the paper's points.
    bars: list[int]
    signals: int
    unjudged: int

    @property
    def pass_percent(self) -> float | None:
        return round(self.passed * 100 / self.marked, 1) if self.marked else None

    @property
    def waiting(self) -> int:
        return self.sat - self.marked


def summary(exam: Exam) -> Summary:
    sittings = counted(exam)
    figures = sittings.aggregate(
        sat=Count("pk"),
        marked=Count("pk", filter=Q(points__isnull=False)),
        passed=Count("pk", filter=Q(is_passed=True)),
        mean=Avg("points"),
        best=Max("points"),
    )
    total = exam.papers.aggregate(total=Max("total_points"))["total"] or Decimal(0)
    bars = [0] * BARS
    if total:
        for points in sittings.filter(points__isnull=False).values_list("points", flat=True):
            bars[min(BARS - 1, int((points or 0) * BARS / total))] += 1
    signalled = Sitting.objects.filter(exam=exam, signals__isnull=False).distinct()
    return Summary(
        candidates=exam.candidates.count(),
        sat=figures["sat"],
        marked=figures["marked"],
        passed=figures["passed"],
        void=Sitting.objects.filter(exam=exam, state=SittingState.VOID).count(),
        mean=None if figures["mean"] is None else round(figures["mean"], 2),
        best=figures["best"],
        total=total,
        bars=bars,
        signals=signalled.count(),
        unjudged=signalled.filter(judgements=None).count(),
    )


def by_unit(exam: Exam) -> QuerySet[Any, dict[str, Any]]:
    """Results by the candidates' unit: how many were listed, came and passed, and the mean."""
    counts = Q(sittings__in=counted(exam))
    return (
        exam.candidates.order_by()
        .values("unit", "unit__name")
        .annotate(
            listed=Count("pk", distinct=True),
            sat=Count("sittings", filter=counts, distinct=True),
            passed=Count("sittings", filter=counts & Q(sittings__is_passed=True), distinct=True),
            mean=Avg("sittings__points", filter=counts),
        )
        .order_by(F("mean").desc(nulls_last=True), "unit__name")
    )


def running(exam: Exam) -> MarkingRun | None:
    """The run over all sittings that is under way."""
    return exam.runs.filter(state=RunState.RUNNING).order_by("-pk").first()


def unmarked(exam: Exam) -> int:
    """How many sittings still wait for marks."""
    return Sitting.objects.filter(exam=exam, state=SittingState.SUBMITTED, points=None).count()


# --- What candidates may see ---------------------------------------------------------------------------------------


def mine(user: User) -> QuerySet[Sitting]:
    """The sittings of ``user`` that were handed in, newest first. Marks may be shown of released exams only."""
    return (
        Sitting.objects.filter(candidate__user=user)
        .exclude(state=SittingState.RUNNING)
        .select_related("exam__organiser", "candidate", "paper")
        .order_by("-exam__opens_at", "attempt")
    )


def released_to(user: User) -> QuerySet[Sitting]:
    """The sittings of ``user`` whose marks they may see."""
    return mine(user).filter(exam__state=ExamState.RELEASED)


def changes_told(user: User) -> QuerySet[ScoreChange]:
    """The changes of results that ``user`` had been told of before: after the release, newest first."""
    return (
        ScoreChange.objects.filter(
            sitting__candidate__user=user,
            sitting__exam__state=ExamState.RELEASED,
            at__gte=F("sitting__exam__released_at"),
        )
        .select_related("sitting__exam", "correction", "appeal")
        .defer("correction__key")
        .order_by("-at", "-pk")
    )


def unseen_changes(user: User) -> QuerySet[ScoreChange]:
    """Those of them that ``user`` has not looked at."""
    return changes_told(user).filter(seen_at=None)


# --- Appeals -------------------------------------------------------------------------------------------------------


def appeals(exam: Exam) -> QuerySet[Appeal]:
    """The appeals of an exam, open ones first."""
    return (
        Appeal.objects.filter(sitting__exam=exam)
        .select_related(
            "sitting__candidate__user",
            "sitting__candidate__unit",
            "sitting__exam__organiser",
            "sitting__paper",
            "ruled_by",
        )
        .annotate(is_open=Q(state=AppealState.OPEN))
        .order_by("-is_open", "-at")
    )


def open_appeals(user: User, at: datetime) -> QuerySet[Appeal]:
    """The appeals that wait for somebody who runs the exam, as ``user`` does."""
    return Appeal.objects.filter(state=AppealState.OPEN, sitting__exam__in=exams_run_by(user), at__lte=at)
