"""What those who organise the marking see: markers, their progress and how they compare. No answer is tied to anybody here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from huomiao.practice import marker_figures
from huomiao.practice.models import Exam, Marker, MarkingPlan, MarkSheet, Script
from huomiao.practice.states import SheetState


def plan_of(exam: Exam) -> MarkingPlan | None:
    return MarkingPlan.objects.filter(exam=exam).first()


def markers(exam: Exam) -> QuerySet[Marker, Marker]:
    """The markers of an exam with how far each is."""
    return (
        exam.markers.select_related("user")
        .annotate(
            given=Count("sheets"),
            drafted=Count("sheets", filter=Q(sheets__state=SheetState.DRAFT)),
            locked=Count("sheets", filter=Q(sheets__state=SheetState.LOCKED)),
            last_at=Max("sheets__saved_at"),
        )
        .order_by("user__name", "pk")
    )


@dataclass(frozen=True)
class Progress:
    scripts: int
    settled: int
    disputed: int
    sheets: int
    locked: int
    # Answers that lack a marker: too few people, or all of them barred.
    lacking: int

    @property
    def disputed_percent(self) -> float | None:
        """The share of the answers with two marks in which they were too far apart."""
        return round(self.disputed * 100 / self.compared, 1) if self.compared else None

    @property
    def compared(self) -> int:
        return max(self.settled, self.disputed)


def progress(exam: Exam) -> Progress:
    scripts = Script.objects.filter(exam=exam)
    figures = scripts.aggregate(
        total=Count("pk"),
        settled=Count("pk", filter=Q(points__isnull=False)),
        disputed=Count("pk", filter=Q(is_disputed=True)),
    )
    sheets = MarkSheet.objects.filter(script__exam=exam).aggregate(
        total=Count("pk"), locked=Count("pk", filter=Q(state=SheetState.LOCKED))
    )
    lacking = (
        scripts.filter(points=None)
        .annotate(held=Count("sheets"))
        .filter(Q(is_disputed=False, held__lt=2) | Q(is_disputed=True, held__lt=3))
        .count()
    )
    return Progress(
        figures["total"], figures["settled"], figures["disputed"], sheets["total"], sheets["locked"], lacking
    )


def figures(exam: Exam) -> dict[int, marker_figures.Figures]:
    """How each marker compares with those who marked the same answers."""
    rows = MarkSheet.objects.filter(script__exam=exam, place__in=(1, 2), state=SheetState.LOCKED).values_list(
        "script_id", "marker_id", "points", "locked_at", "script__max_points", "script__is_disputed"
    )
    by_script: dict[int, list[Any]] = {}
    for script, *rest in rows:
        by_script.setdefault(script, []).append(rest)
    pairs = []
    for sheets in by_script.values():
        if len(sheets) < 2:
            continue
        for (marker, own, at, most, disputed), (_other, other, *_rest) in (sheets, sheets[::-1]):
            pairs.append(marker_figures.Pair(marker, own, other, most, at, disputed))
    return marker_figures.by_marker(pairs)


def disputed(exam: Exam) -> QuerySet[Script]:
    """The answers about which two markers disagreed, the open ones first."""
    return (
        Script.objects.filter(exam=exam, is_disputed=True)
        .select_related("version")
        .prefetch_related("sheets__marker__user")
        .order_by(F("points").asc(nulls_first=True), "number")
    )


def locked_sheets(exam: Exam, at: datetime) -> QuerySet[MarkSheet]:
    """The sheets that were locked before ``at``, newest first: those that may be given back."""
    return (
        MarkSheet.objects.filter(script__exam=exam, state=SheetState.LOCKED, locked_at__lte=at)
        .select_related("script", "marker__user")
        .order_by("-locked_at", "pk")
    )
