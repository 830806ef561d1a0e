"""Marking sittings in the database: one, some, or all of an exam in batches with a count of how far it is.

What is written follows from ``marking.mark`` alone, and a batch is one transaction, so a run that was broken off goes on where it
stood and a run that is done twice changes nothing the second time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from huomiao.core import history
from huomiao.practice import marking
from huomiao.practice.models import (
    Adjustment,
    Exam,
    ExamPaper,
    ItemMark,
    KeyCorrection,
    MarkingRun,
    QuestionVersion,
    SavedAnswer,
    ScoreChange,
    ScriptOwner,
    Sitting,
)
from huomiao.practice.states import CorrectionState, RunState, SittingState

logger = logging.getLogger(__name__)

BATCH = 200
_MARK_FIELDS = ("version_id", "answer", "fraction", "points")


@dataclass
class Book:
    """What the marking of an exam needs to know, read once and kept while a run goes on."""

    exam: Exam
    corrections: dict[int, marking.Correction]
    papers: dict[int, list[marking.Item]] = field(default_factory=dict)
    _versions: dict[int, tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, exam: Exam, *, more: KeyCorrection | None = None) -> Book:
        """The book as things stand; with ``more`` as they would stand if that correction were applied last."""
        applied = exam.corrections.filter(state=CorrectionState.APPLIED).order_by("applied_at", "pk")
        found = {one.version_id: marking.Correction(one.kind, one.key) for one in applied}
        if more is not None:
            found[more.version_id] = marking.Correction(more.kind, more.key)
        return cls(exam, found)

    def read_papers(self, keys: Iterable[int]) -> None:
        """Have the papers at ``keys`` ready."""
        wanted = set(keys) - self.papers.keys()
        if not wanted:
            return
        rows = dict(ExamPaper.objects.filter(pk__in=wanted).values_list("pk", "items"))
        lacking = {item[0] for items in rows.values() for item in items} - self._versions.keys()
        for start in range(0, len(ordered := sorted(lacking)), 500):
            versions = QuestionVersion.objects.filter(pk__in=ordered[start : start + 500])
            for pk, kind, body, key in versions.values_list("pk", "kind", "body", "key"):
                self._versions[pk] = (kind, body, key)
        for paper, items in rows.items():
            self.papers[paper] = [
                marking.Item(version, Decimal(str(points)), *self._versions[version])
                for version, points, *_line in items
            ]


def answers_of(sittings: Iterable[int]) -> dict[int, dict[int, Any]]:
    """What counts of the answers saved in each sitting, by position."""
    found: dict[int, list[tuple[int, int, Any]]] = defaultdict(list)
    rows = SavedAnswer.objects.filter(sitting_id__in=list(sittings))
    for sitting, position, seq, answer in rows.values_list("sitting_id", "position", "seq", "answer"):
        found[sitting].append((position, seq, answer))
    return {sitting: marking.latest(rows) for sitting, rows in found.items()}


def results_of(book: Book, sittings: Sequence[Sitting]) -> dict[int, marking.Result]:
    """The marks of each of ``sittings``, worked out and not written."""
    keys = [one.pk for one in sittings]
    book.read_papers({one.paper_id for one in sittings})
    answers = answers_of(keys)
    by_hand: dict[int, dict[int, Decimal]] = defaultdict(dict)
    owners = ScriptOwner.objects.filter(sitting_id__in=keys, script__points__isnull=False)
    for sitting, position, points in owners.values_list("sitting_id", "position", "script__points"):
        if points is not None:
            by_hand[sitting][position] = points
    adjusted: dict[int, dict[int, Decimal]] = defaultdict(dict)
    rulings = Adjustment.objects.filter(sitting_id__in=keys).order_by("at", "pk")
    for sitting, position, points in rulings.values_list("sitting_id", "position", "points"):
        adjusted[sitting][position] = points
    return {
        one.pk: marking.mark(
            book.papers[one.paper_id],
            answers.get(one.pk, {}),
            gives_partial=book.exam.gives_partial,
            pass_percent=book.exam.pass_percent,
            corrections=book.corrections,
            by_hand=by_hand.get(one.pk),
            adjusted=adjusted.get(one.pk),
        )
        for one in sittings
    }


@dataclass(frozen=True)
class Changed:
    """A sitting whose known result became another."""

    sitting: Sitting
    points_before: Decimal
    points_after: Decimal
    passed_before: bool
    passed_after: bool


def mark_sittings(book: Book, sittings: Sequence[Sitting]) -> list[Changed]:
    """Write the marks of ``sittings``, which the caller has locked; returns those whose known result changed."""
    results = results_of(book, sittings)
    _write_items(results)
    changed: list[Changed] = []
    stale: list[Sitting] = []
    for sitting in sittings:
        result = results[sitting.pk]
        before = (sitting.machine_points, sitting.points, sitting.is_passed)
        after = (result.machine_points, result.points, result.is_passed)
        if before == after:
            continue
        known = sitting.points is not None and result.points is not None
        if known and (sitting.points, sitting.is_passed) != (result.points, result.is_passed):
            changed.append(
                Changed(
                    sitting,
                    sitting.points or marking.NOTHING,
                    result.points or marking.NOTHING,
                    bool(sitting.is_passed),
                    bool(result.is_passed),
                )
            )
        sitting.machine_points, sitting.points, sitting.is_passed = after
        stale.append(sitting)
    Sitting.objects.bulk_update(stale, ["machine_points", "points", "is_passed"], batch_size=BATCH)
    return changed


def _write_items(results: dict[int, marking.Result]) -> None:
    """Bring the rows of the items to what they should be; a row that is right already is left alone."""
    rows = ItemMark.objects.filter(sitting_id__in=list(results)).values_list("sitting_id", "position", *_MARK_FIELDS)
    known = {(row[0], row[1]): tuple(row[2:]) for row in rows}
    wrong = [
        ItemMark(
            sitting_id=sitting,
            position=item.position,
            version_id=item.version_id,
            answer=item.answer,
            fraction=item.fraction,
            points=item.points,
        )
        for sitting, result in results.items()
        for item in result.items
        if known.get((sitting, item.position)) != (item.version_id, item.answer, item.fraction, item.points)
    ]
    ItemMark.objects.bulk_create(
        wrong,
        update_conflicts=True,
        unique_fields=["sitting", "position"],
        update_fields=["version", "answer", "fraction", "points"],
        batch_size=1000,
    )


@transaction.atomic
def mark_some(exam: Exam, keys: Iterable[int]) -> list[Changed]:
    """Mark the sittings at ``keys`` now."""
    sittings = list(
        Sitting.objects.select_for_update()
        .filter(exam=exam, pk__in=sorted(set(keys)))
        .exclude(state=SittingState.RUNNING)
        .order_by("pk")
    )
    return mark_sittings(Book.of(exam), sittings)


def carry_on(run_pk: int, *, at: datetime | None = None) -> MarkingRun:
    """Mark what ``run_pk`` has not come to yet, batch by batch; returns the run when it is done."""
    book: Book | None = None
    while True:
        with transaction.atomic():
            run = MarkingRun.objects.select_for_update(of=("self",)).select_related("exam", "by").get(pk=run_pk)
            if run.state == RunState.DONE:
                return run
            # Corrections that were applied since the last batch must not wait for a run of their own.
            fresh = Book.of(run.exam)
            if book is None or book.corrections != fresh.corrections:
                book = fresh
            _one_batch(run, book, at=at or timezone.now())


def _one_batch(run: MarkingRun, book: Book, *, at: datetime) -> None:
    sittings = list(
        Sitting.objects.select_for_update()
        .filter(exam=run.exam_id, pk__gt=run.cursor)
        .exclude(state=SittingState.RUNNING)
        .order_by("pk")[:BATCH]
    )
    if not sittings:
        run.state, run.finished_at, run.beat_at = RunState.DONE, at, at
        run.total = run.done
        run.save(update_fields=["state", "finished_at", "beat_at", "total"])
        history.record(
            run.exam,
            "exam.marked",
            by=run.by,
            changes={"sittings": ["", run.done], "changed": ["", run.changed]},
            at=at,
        )
        return
    changed = mark_sittings(book, sittings)
    note_changes(changed, correction=run.correction_id, at=at)
    run.cursor = sittings[-1].pk
    run.done += len(sittings)
    run.total = max(run.total, run.done)
    run.changed += len(changed)
    run.beat_at = at
    run.save(update_fields=["cursor", "done", "total", "changed", "beat_at"])
    if len(book.papers) > BATCH * 10:
        # Where everybody has their own paper, none is needed twice.
        book.papers.clear()


def note_changes(
    changed: Iterable[Changed], *, at: datetime, correction: int | None = None, appeal: int | None = None
) -> None:
    """Keep what known results were before and after."""
    ScoreChange.objects.bulk_create(
        (
            ScoreChange(
                sitting=one.sitting,
                correction_id=correction,
                appeal_id=appeal,
                points_before=one.points_before,
                points_after=one.points_after,
                passed_before=one.passed_before,
                passed_after=one.passed_after,
                at=at,
            )
            for one in changed
        ),
        batch_size=500,
    )


@dataclass
class Preview:
    """What a correction would do to the results that are known."""

    sittings: int = 0
    asked: int = 0
    up: int = 0
    down: int = 0
    now_passed: int = 0
    now_failed: int = 0

    @property
    def changed(self) -> int:
        return self.up + self.down


def preview(correction: KeyCorrection) -> Preview:
    """How many results ``correction`` would change, and how; nothing is written."""
    exam = correction.exam
    after_book, before_book = Book.of(exam, more=correction), Book.of(exam)
    found = Preview()
    keys = list(
        Sitting.objects.filter(exam=exam)
        .exclude(state=SittingState.RUNNING)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(keys), BATCH):
        sittings = list(Sitting.objects.filter(pk__in=keys[start : start + BATCH]).order_by("pk"))
        after_book.read_papers({one.paper_id for one in sittings})
        asked = [
            one
            for one in sittings
            if any(item.version_id == correction.version_id for item in after_book.papers[one.paper_id])
        ]
        found.sittings += len(sittings)
        found.asked += len(asked)
        if not asked:
            continue
        after, before = results_of(after_book, asked), results_of(before_book, asked)
        for one in asked:
            _compare(found, before[one.pk], after[one.pk])
    return found


def _compare(found: Preview, before: marking.Result, after: marking.Result) -> None:
    # While answers wait for people the machine's part tells which way a result goes.
    earlier = before.machine_points if before.points is None else before.points
    later = after.machine_points if after.points is None else after.points
    found.up += later > earlier
    found.down += later < earlier
    found.now_passed += bool(after.is_passed) and before.is_passed is False
    found.now_failed += after.is_passed is False and bool(before.is_passed)


def stalled(at: datetime, *, minutes: int = 5) -> list[int]:
    """The runs that gave no sign of life for some minutes."""
    limit = at - timedelta(minutes=minutes)
    return list(
        MarkingRun.objects.filter(state=RunState.RUNNING, beat_at__lt=limit).order_by("pk").values_list("pk", flat=True)
    )
