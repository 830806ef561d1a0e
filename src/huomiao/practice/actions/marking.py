"""What those who organise the marking do: choose rules and markers, begin, spread the work, give sheets back, end."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.accounts.models import User as Person
from huomiao.core import history
from huomiao.core.errors import Invalid, WrongState
from huomiao.practice import balancing, remarking, scripts
from huomiao.practice.actions.exam_moves import locked_exam, move, need_no_run, start_run
from huomiao.practice.models import Exam, Marker, MarkerUnit, MarkingPlan, MarkSheet
from huomiao.practice.queries import results
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import (
    ExamState,
    PaperSheetState,
    RunCause,
    SheetState,
    SittingState,
)
from huomiao.practice.tasks import marking as tasks

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# The clock waits so long after the closing: what was given in the last second is in by then.
CLOCK_WAITS = timedelta(minutes=15)


def plan_of(exam: Exam) -> MarkingPlan:
    """The marking plan of ``exam``, made with its defaults when there is none."""
    plan, _created = MarkingPlan.objects.get_or_create(exam=exam, defaults={"seed": secrets.token_hex(16)})
    return plan


@transaction.atomic
def set_rules(exam: Exam, *, tolerance_percent: int, third_rule: str, by: User, at: datetime) -> MarkingPlan:
    """Say when a third marker is called and what then counts; fixed once the first sheet is locked.

    Raises:
        WrongState: sheets are locked already, or the marking is over.
    """
    locked = _set_up(exam, by=by)
    plan = plan_of(locked)
    if MarkSheet.objects.filter(script__exam=locked, state=SheetState.LOCKED).exists():
        raise WrongState(_("已经有锁定的评分，阅卷规则不能再改。"))
    before = [plan.tolerance_percent, plan.third_rule]
    plan.tolerance_percent, plan.third_rule = tolerance_percent, third_rule
    plan.save(update_fields=["tolerance_percent", "third_rule"])
    history.record(
        locked, "exam.marking_rules", by=by, changes={"rules": [before, [tolerance_percent, third_rule]]}, at=at
    )
    return plan


@transaction.atomic
def add_markers(exam: Exam, people: Iterable[Person], *, by: User, at: datetime) -> int:
    """Let ``people`` mark; who marked before and was taken off comes back. Returns how many there are more.

    Raises:
        Invalid: somebody is a candidate.
    """
    locked = _set_up(exam, by=by)
    chosen = list({person.pk: person for person in people}.values())
    sitting = set(locked.candidates.filter(user__in=chosen).values_list("user__name", flat=True))
    if sitting:
        raise Invalid(_("考生不能参加本场阅卷：%(names)s。") % {"names": "、".join(sorted(sitting))})
    added = []
    for person in chosen:
        marker, created = Marker.objects.get_or_create(exam=locked, user=person, defaults={"added_at": at})
        if created or not marker.is_active:
            added.append(marker)
        marker.is_active = True
        marker.save(update_fields=["is_active"])
        for unit in scripts.units_of(person.pk):
            MarkerUnit.objects.get_or_create(marker=marker, unit=unit)
    history.record_many(added, "exam.marker_added", by=by, at=at)
    return len(added)


@transaction.atomic
def take_off(marker: Marker, *, by: User, at: datetime) -> int:
    """Let somebody mark no longer. Their unlocked sheets go to the others; returns how many. Locked ones stay."""
    locked = _set_up(marker.exam, by=by)
    found = Marker.objects.select_for_update().get(pk=marker.pk)
    if not found.is_active:
        raise WrongState(_("%(name)s 已经不在阅卷名单里。") % {"name": found.user})
    found.is_active = False
    found.save(update_fields=["is_active"])
    count, _details = found.sheets.exclude(state=SheetState.LOCKED).delete()
    history.record(found, "exam.marker_removed", by=by, changes={"sheets": [count, 0]}, at=at)
    if locked.state == ExamState.MARKING and count:
        scripts.assign(locked)
    return count


def _set_up(exam: Exam, *, by: User) -> Exam:
    locked = locked_exam(exam, by=by)
    if not rules.can_set_up(by, locked):
        raise WrongState(_("阅卷已经结束，不能再改阅卷安排。"))
    return locked


@transaction.atomic
def begin(exam: Exam, *, by: User | None, at: datetime) -> Exam:
    """Begin the marking: machines mark everything they can, and the rest becomes sheets for markers.

    Raises:
        WrongState: the exam is not over, or somebody still sits it.
    """
    locked = locked_exam(exam, by=by)
    if locked.closes_at > at:
        raise WrongState(_("考试还没有结束，到结束时间后才能开始阅卷。"))
    if running := locked.sittings.filter(state=SittingState.RUNNING).count():
        raise WrongState(_("还有 %(number)d 人没有交卷，请等系统收卷后再开始阅卷。") % {"number": running})
    plan_of(locked)
    move(locked, ExamState.MARKING, by=by, at=at)
    exam.state = locked.state
    scripts.open_scripts(locked)
    scripts.assign(locked)
    start_run(locked, RunCause.BEGUN, by=by, at=at)
    return locked


def begin_due(at: datetime) -> int:
    """The clock's turn: begin the marking of exams that are over and have sittings; take up runs that were broken off."""
    moved = 0
    over = Exam.objects.filter(state=ExamState.ANNOUNCED, closes_at__lte=at - CLOCK_WAITS, sittings__isnull=False)
    for exam in over.distinct().order_by("pk"):
        if not exam.sittings.filter(state=SittingState.RUNNING).exists():
            begin(exam, by=None, at=at)
            moved += 1
    for run in remarking.stalled(at):
        tasks.carry_on.enqueue(run)
        moved += 1
    return moved


@transaction.atomic
def spread(exam: Exam, *, by: User, at: datetime) -> balancing.Spread:
    """Give every answer the markers it lacks, as evenly as may be.

    Raises:
        WrongState: the exam is not being marked.
        Invalid: there are fewer than two markers.
    """
    locked = locked_exam(exam, by=by)
    if locked.state != ExamState.MARKING:
        raise WrongState(_("考试进入阅卷后才能分配试卷。"))
    if locked.markers.filter(is_active=True).count() < scripts.MARKERS_AN_ANSWER:
        raise Invalid(_("至少要有两位阅卷人，才能两人独立评分。"))
    scripts.open_scripts(locked)
    found = scripts.assign(locked)
    history.record(
        locked,
        "exam.sheets_spread",
        by=by,
        changes={"given": ["", sum(map(len, found.given.values()))], "lacking": ["", len(found.lacking)]},
        at=at,
    )
    return found


@transaction.atomic
def give_back(sheet: MarkSheet, *, by: User, note: str, at: datetime) -> MarkSheet:
    """Let a marker change a locked sheet again; the history keeps what it was.

    Raises:
        WrongState: the sheet is not locked, or the marking is over.
        Invalid: no reason is given.
    """
    exam = locked_exam(sheet.script.exam, by=by)
    if exam.state != ExamState.MARKING:
        raise WrongState(_("阅卷已经结束，不能再退回。"))
    locked = MarkSheet.objects.select_for_update().get(pk=sheet.pk)
    if locked.state != SheetState.LOCKED:
        raise WrongState(_("这份评分没有锁定，不需要退回。"))
    if not note.strip():
        raise Invalid(_("请写明退回重评的原因，阅卷人会看到。"))
    before = locked.points
    locked.state = SheetState.DRAFT
    locked.locked_at = None
    locked.version += 1
    locked.save(update_fields=["state", "locked_at", "version"])
    history.record(
        locked,
        "mark_sheet.given_back",
        by=by,
        note=note.strip()[:300],
        changes={"points": [str(before), ""], "state": [SheetState.LOCKED, SheetState.DRAFT]},
        at=at,
    )
    transaction.on_commit(partial(tasks.take_back.enqueue, locked.script_id))
    return locked


@transaction.atomic
def finish(exam: Exam, *, by: User, at: datetime) -> Exam:
    """End the marking: everything has marks, and the results wait to be released.

    Raises:
        WrongState: answers or sheets of paper wait, or all sittings are being marked.
    """
    locked = locked_exam(exam, by=by)
    need_no_run(locked)
    if waiting := results.unmarked(locked):
        raise WrongState(_("还有 %(number)d 份答卷没有评完，请等阅卷人评完并锁定。") % {"number": waiting})
    if keying := locked.paper_sheets.exclude(state=PaperSheetState.DONE).exclude(state=PaperSheetState.WAITING).count():
        raise WrongState(_("还有 %(number)d 份纸质答卷没有录完两遍，请先完成录入。") % {"number": keying})
    if not locked.sittings.exclude(state=SittingState.RUNNING).exists():
        raise WrongState(_("还没有一份答卷，不能结束阅卷。"))
    move(locked, ExamState.REVIEWED, by=by, at=at)
    exam.state = locked.state
    return locked


@transaction.atomic
def reopen(exam: Exam, *, by: User, note: str, at: datetime) -> Exam:
    """Go back to the marking, also from released results, which are then hidden again.

    Raises:
        Invalid: no reason is given.
    """
    locked = locked_exam(exam, by=by)
    need_no_run(locked)
    if not note.strip():
        raise Invalid(_("请写明重新阅卷的原因。"))
    if locked.state not in {ExamState.REVIEWED, ExamState.RELEASED}:
        raise WrongState(_("阅卷还没有结束，不需要重新开放。"))
    move(locked, ExamState.MARKING, by=by, at=at, note=note.strip()[:300])
    exam.state = locked.state
    return locked


def people_named(text: str) -> tuple[list[Person], list[str]]:
    """The people whose accounts stand in ``text``, one a line or with commas, and what is no account."""
    names = [
        name
        for line in text.replace("，", "\n").replace(",", "\n").replace("、", "\n").split("\n")
        if (name := line.strip())
    ]
    found = {person.username.casefold(): person for person in Person.objects.filter(username__in=names, is_active=True)}
    unknown = [name for name in names if name.casefold() not in found]
    return list(found.values()), unknown
