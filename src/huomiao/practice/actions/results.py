"""What becomes of results: judged where there are signals, checked, released."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.practice.actions.exam_moves import locked_exam, move, need_no_run, start_run
from huomiao.practice.models import Exam, Judgement, MarkingRun, ScoreChange, Sitting
from huomiao.practice.queries import results
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import ExamState, RunCause, SittingState, Verdict
from huomiao.practice.tasks import marking as tasks

if TYPE_CHECKING:
    from huomiao.accounts.models import User

MOST_APPEAL_DAYS = 60


@transaction.atomic
def judge(sitting: Sitting, *, verdict: str, reason: str, by: User, at: datetime) -> Judgement:
    """Say that a sitting stands or not, and why. A void one counts for nothing and may be restored in the same way.

    Raises:
        NotAllowed: ``by`` does not run the exam, or it is their own sitting.
        WrongState: somebody still sits it, or nothing is marked yet.
        Invalid: no reason is given.
    """
    locked_exam(sitting.exam, by=by)
    locked = (
        Sitting.objects.select_for_update(of=("self",))
        .select_related("exam__organiser", "candidate")
        .get(pk=sitting.pk)
    )
    if rules.is_own(by, locked):
        raise NotAllowed(_("不能认定自己的成绩，请由其他负责人处理。"))
    if not rules.can_judge(by, locked):
        raise WrongState(_("交卷并进入阅卷后才能认定成绩是否有效。"))
    if not reason.strip():
        raise Invalid(_("请写明理由，考生申请复核时会用到。"))
    before = locked.state
    locked.state = SittingState.VOID if verdict == Verdict.VOID else SittingState.SUBMITTED
    locked.note = reason.strip()[:200] if verdict == Verdict.VOID else ""
    locked.save(update_fields=["state", "note"])
    made = Judgement.objects.create(sitting=locked, verdict=verdict, reason=reason.strip()[:200], by=by, at=at)
    history.record(
        locked, f"sitting.{verdict}", by=by, note=made.reason, changes={"state": [before, locked.state]}, at=at
    )
    if before != locked.state and locked.exam.state == ExamState.RELEASED:
        transaction.on_commit(partial(tasks.certify.enqueue, locked.exam_id))
    return made


@transaction.atomic
def check(exam: Exam, *, by: User, at: datetime) -> MarkingRun:
    """Mark everything anew from the answers: what comes out must be what stands there already."""
    locked = locked_exam(exam, by=by)
    need_no_run(locked)
    if locked.state not in rules.MARKED:
        raise WrongState(_("开始阅卷后才能复核全部成绩。"))
    return start_run(locked, RunCause.CHECK, by=by, at=at)


@transaction.atomic
def release(exam: Exam, *, by: User, appeal_days: int, at: datetime) -> Exam:
    """Let candidates see their results, and give certificates to those who passed.

    Raises:
        WrongState: the marking is not over, or all sittings are being marked.
        Invalid: the days for appeals are out of bounds.
    """
    locked = locked_exam(exam, by=by)
    need_no_run(locked)
    if not 0 <= appeal_days <= MOST_APPEAL_DAYS:
        raise Invalid(_("复核申请期限须是 0 到 %(most)d 天。") % {"most": MOST_APPEAL_DAYS})
    if results.unmarked(locked):
        raise WrongState(_("还有答卷没有评完，不能公布成绩。"))
    until = at + timedelta(days=appeal_days) if appeal_days else None
    move(locked, ExamState.RELEASED, by=by, at=at, released_at=at, appeals_until=until)
    exam.state, exam.released_at, exam.appeals_until = locked.state, at, until
    transaction.on_commit(partial(tasks.certify.enqueue, locked.pk))
    return locked


def mark_seen(sitting: Sitting, *, by: User, at: datetime) -> int:
    """Note that the candidate looked at their result since it changed."""
    return ScoreChange.objects.filter(pk__in=results.unseen_changes(by).filter(sitting=sitting).values("pk")).update(
        seen_at=at
    )


def note_export(exam: Exam, *, rows: int, by: User) -> None:
    """Write into the history that somebody took the results out of the house."""
    history.record(exam, "exam.results_exported", by=by, changes={"rows": ["", rows]})
