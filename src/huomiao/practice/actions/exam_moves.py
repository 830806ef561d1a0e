"""The lock on an exam and its moves from state to state, for everything that happens after it was held."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.practice.models import Exam, KeyCorrection, MarkingRun, Sitting
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import EXAM_MOVES, ExamState, RunCause, RunState, SittingState
from huomiao.practice.tasks import marking as tasks

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def locked_exam(exam: Exam, *, by: User | None) -> Exam:
    """The row of ``exam``, locked, if ``by`` runs it; ``by`` is None for the clock."""
    locked = Exam.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=exam.pk)
    if by is not None and not rules.can_run(by, locked):
        raise NotAllowed(_("只有举办考试的工会可以组织阅卷、处理成绩。"))
    return locked


def move(exam: Exam, to: ExamState, *, by: User | None, at: datetime, note: str = "", **more: object) -> None:
    """Move a locked exam on, with ``more`` fields set.

    Raises:
        WrongState: it may not go there from where it is.
    """
    before = ExamState(exam.state)
    if to not in EXAM_MOVES[before]:
        raise WrongState(_("考试现在是“%(state)s”，不能这样做。请刷新页面看看最新情况。") % {"state": before.label})
    exam.state = to
    for name, value in more.items():
        setattr(exam, name, value)
    exam.save(update_fields=["state", *more])
    history.record(exam, f"exam.{to}", by=by, note=note, changes={"state": [before, to]}, at=at)


def start_run(
    exam: Exam, cause: RunCause, *, by: User | None, at: datetime, correction: KeyCorrection | None = None
) -> MarkingRun:
    """Have all sittings of a locked exam marked anew, after this transaction."""
    run = MarkingRun.objects.create(
        exam=exam,
        cause=cause,
        correction=correction,
        total=Sitting.objects.filter(exam=exam).exclude(state=SittingState.RUNNING).count(),
        by=by,
        started_at=at,
        beat_at=at,
    )
    transaction.on_commit(partial(tasks.carry_on.enqueue, run.pk))
    return run


def need_no_run(exam: Exam) -> None:
    """Refuse while all sittings are being marked."""
    if exam.runs.filter(state=RunState.RUNNING).exists():
        raise WrongState(_("正在重新计算全部成绩，请等它完成后再操作。"))
