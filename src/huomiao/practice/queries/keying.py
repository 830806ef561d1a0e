"""How far the keying of paper answer sheets is, and what a keyer may see: never the other's reading before both are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from huomiao.practice.models import Candidate, Exam, Keyer, Keying, PaperSheet, Sitting
from huomiao.practice.queries import results
from huomiao.practice.states import ExamState, PaperSheetState, SittingState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def exams_of(user: User | AnonymousUser) -> QuerySet[Exam]:
    """The exams whose sheets ``user`` keys in or whose keying they run."""
    if not user.is_authenticated:
        return Exam.objects.none()
    mine = Q(pk__in=Keyer.objects.filter(user=user.pk).values("exam")) & ~Q(state=ExamState.DRAFT)
    run = Q(pk__in=results.exams_run_by(user).values("pk"))
    return Exam.objects.filter(mine | run).select_related("organiser")


@dataclass(frozen=True)
class Progress:
    """How many sheets stand where."""

    candidates: int
    online: int
    once: int
    different: int
    done: int

    @property
    def begun(self) -> int:
        return self.once + self.different + self.done


def progress(exam: Exam) -> Progress:
    counts = dict(exam.paper_sheets.order_by().values_list("state").annotate(count=Count("pk")))
    online = Sitting.objects.filter(exam=exam, paper_sheet=None).values("candidate").distinct().count()
    return Progress(
        candidates=exam.candidates.count(),
        online=online,
        once=counts.get(PaperSheetState.ONCE, 0),
        different=counts.get(PaperSheetState.DIFFERENT, 0),
        done=counts.get(PaperSheetState.DONE, 0),
    )


def keyers(exam: Exam) -> QuerySet[Keyer, Keyer]:
    """The keyers of an exam with how many sheets each has typed."""
    return (
        exam.keyers.select_related("user")
        .annotate(typed=Count("user__keyings", filter=Q(user__keyings__sheet__exam=exam)))
        .order_by("user__name", "pk")
    )


def different(exam: Exam) -> QuerySet[PaperSheet]:
    """The sheets whose two readings differ."""
    return (
        exam.paper_sheets.filter(state=PaperSheetState.DIFFERENT)
        .select_related("candidate__user", "exam__organiser")
        .order_by("candidate__number")
    )


def lacking(exam: Exam) -> QuerySet[Candidate]:
    """The candidates of whom there is neither a finished sheet nor a sitting."""
    return (
        exam.candidates.exclude(paper_sheet__state=PaperSheetState.DONE)
        .exclude(sittings__state__in=[SittingState.SUBMITTED, SittingState.VOID])
        .select_related("user", "unit", "paper_sheet")
        .order_by("number")
    )


def waiting_for_second(exam: Exam, user: User) -> int:
    """How many sheets somebody else typed once and ``user`` may type the second time."""
    return exam.paper_sheets.filter(state=PaperSheetState.ONCE).exclude(keyings__by=user).count()


def own(exam: Exam, user: User) -> QuerySet[Keying]:
    """What ``user`` typed, newest first."""
    return (
        Keying.objects.filter(sheet__exam=exam, by=user)
        .select_related("sheet__candidate__user", "paper")
        .order_by("-at")
    )


def second_readings(user: User) -> QuerySet[PaperSheet, dict[str, Any]]:
    """How many sheets of each exam somebody else typed once and ``user`` may type the second time: one row an exam."""
    return (
        PaperSheet.objects.filter(
            state=PaperSheetState.ONCE,
            exam__in=Keyer.objects.filter(user=user).values("exam"),
            exam__state__in=[ExamState.ANNOUNCED, ExamState.MARKING],
        )
        .exclude(keyings__by=user)
        .order_by()
        .values("exam__slug", "exam__title")
        .annotate(count=Count("pk"))
        .order_by("exam__title")
    )
