"""What those who watch an exam do to one sitting, each with a reason: collect it, void it, reopen it, give it more time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.practice import sittings
from huomiao.practice.models import Sitting
from huomiao.practice.rules import exams as rules
from huomiao.practice.states import ExamState, SittingState, SubmitReason

if TYPE_CHECKING:
    from huomiao.accounts.models import User

MOST_EXTRA = 240


@transaction.atomic
def collect(sitting: Sitting, *, by: User, note: str, at: datetime | None = None) -> Sitting:
    """Hand a paper in for its candidate, now.

    Raises:
        NotAllowed, Invalid: as all of these: ``by`` does not run the exam; there is no reason.
        WrongState: it does not run.
    """
    moment = at or timezone.now()
    locked = _locked(sitting, by=by, note=note)
    if locked.state != SittingState.RUNNING:
        raise WrongState(_("这份答卷已经交了。"))
    locked.state, locked.reason = SittingState.SUBMITTED, SubmitReason.OFFICER
    locked.submitted_at = min(moment, locked.ends_at)
    locked.save(update_fields=["state", "reason", "submitted_at"])
    history.record(locked, "sitting.collected", by=by, note=note.strip(), at=moment)
    return locked


@transaction.atomic
def void(sitting: Sitting, *, by: User, note: str, at: datetime | None = None) -> Sitting:
    """Have a sitting count for nothing.

    Raises:
        WrongState: it is void already, or results are out.
    """
    moment = at or timezone.now()
    locked = _locked(sitting, by=by, note=note)
    if locked.state == SittingState.VOID:
        raise WrongState(_("这份答卷已经作废。"))
    if locked.exam.state == ExamState.RELEASED:
        raise WrongState(_("成绩已经公布，不能在这里作废。"))
    before = locked.state
    locked.state = SittingState.VOID
    locked.note = note.strip()[:200]
    locked.save(update_fields=["state", "note"])
    history.record(
        locked, "sitting.voided", by=by, note=note.strip(), changes={"state": [before, locked.state]}, at=moment
    )
    return locked


@transaction.atomic
def reopen(sitting: Sitting, *, by: User, note: str, minutes: int, at: datetime | None = None) -> Sitting:
    """Let somebody whose paper is in, or void, go on for ``minutes`` from now.

    Raises:
        WrongState: it runs, or the exam is being marked.
        Invalid: the minutes are none or too many.
    """
    moment = at or timezone.now()
    locked = _locked(sitting, by=by, note=note)
    if locked.state == SittingState.RUNNING:
        raise WrongState(_("他还在答题，不用重新打开。需要时可以延长时间。"))
    if locked.exam.state != ExamState.ANNOUNCED:
        raise WrongState(_("已经开始阅卷，不能再打开答卷。"))
    _check_minutes(minutes)
    changes = {
        "state": [locked.state, SittingState.RUNNING],
        "ends_at": [locked.ends_at, moment + timedelta(minutes=minutes)],
    }
    locked.state, locked.reason, locked.submitted_at = SittingState.RUNNING, "", None
    locked.ends_at = moment + timedelta(minutes=minutes)
    locked.save(update_fields=["state", "reason", "submitted_at", "ends_at"])
    history.record(locked, "sitting.reopened", by=by, note=note.strip(), changes=changes, at=moment)
    return locked


@transaction.atomic
def extend(sitting: Sitting, *, by: User, note: str, minutes: int, at: datetime | None = None) -> Sitting:
    """Give somebody who sits ``minutes`` more.

    Raises:
        WrongState: it does not run any more.
        Invalid: the minutes are none or too many.
    """
    moment = at or timezone.now()
    locked = _locked(sitting, by=by, note=note)
    if locked.state != SittingState.RUNNING or moment > locked.ends_at + sittings.GRACE:
        raise WrongState(_("这份答卷已经交了。需要继续答题时，请重新打开。"))
    _check_minutes(minutes)
    before = locked.ends_at
    locked.ends_at = before + timedelta(minutes=minutes)
    locked.save(update_fields=["ends_at"])
    history.record(
        locked, "sitting.extended", by=by, note=note.strip(), changes={"ends_at": [before, locked.ends_at]}, at=moment
    )
    return locked


def _check_minutes(minutes: int) -> None:
    if not 1 <= minutes <= MOST_EXTRA:
        raise Invalid(_("请填 1 到 %(most)d 分钟。") % {"most": MOST_EXTRA})


def _locked(sitting: Sitting, *, by: User, note: str) -> Sitting:
    locked = (
        Sitting.objects.select_for_update(of=("self",))
        .select_related("exam__organiser", "candidate__user")
        .get(pk=sitting.pk)
    )
    if not rules.can_run(by, locked.exam):
        raise NotAllowed(_("只有主办工会可以处理答卷。"))
    if not note.strip():
        raise Invalid(_("请写明原因，会记入操作历史。"))
    return locked
