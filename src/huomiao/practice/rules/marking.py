"""Who runs the marking of an exam, who marks, who rules, and what may be done in which state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.orgs.queries import has_power
from huomiao.orgs.roles import Power
from huomiao.practice.models import Appeal, Exam, KeyCorrection, MarkSheet, ScriptOwner, Sitting
from huomiao.practice.states import (
    AppealState,
    CorrectionState,
    ExamState,
    SheetState,
    SittingState,
)

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# The states in which results exist and may be put right.
MARKED = frozenset({ExamState.MARKING, ExamState.REVIEWED, ExamState.RELEASED})
# The states in which paper answer sheets may still come in.
KEYED_IN = frozenset({ExamState.ANNOUNCED, ExamState.MARKING})


def can_run(user: User | AnonymousUser, exam: Exam) -> bool:
    """Whether ``user`` organises the marking of ``exam`` and sees its results."""
    return has_power(user, Power.RUN_PRACTICE, exam.organiser)


def can_begin(user: User | AnonymousUser, exam: Exam, at: datetime) -> bool:
    return can_run(user, exam) and exam.state == ExamState.ANNOUNCED and exam.closes_at <= at


def can_set_up(user: User | AnonymousUser, exam: Exam) -> bool:
    """Whether ``user`` may choose markers and rules now."""
    return can_run(user, exam) and exam.state in {ExamState.DRAFT, ExamState.ANNOUNCED, ExamState.MARKING}


def can_see_scores(user: User | AnonymousUser, exam: Exam) -> bool:
    return exam.state in MARKED and can_run(user, exam)


def can_read_answers(user: User | AnonymousUser, exam: Exam) -> bool:
    """Whether ``user`` may read a named candidate's texts: not while markers are at work on them without names."""
    return exam.state in {ExamState.REVIEWED, ExamState.RELEASED} and can_run(user, exam)


def is_own(user: User | AnonymousUser, sitting: Sitting) -> bool:
    return sitting.candidate.user_id == user.pk


def can_judge(user: User | AnonymousUser, sitting: Sitting) -> bool:
    """Whether ``user`` may say that a sitting stands or not; nobody decides on their own."""
    return (
        can_run(user, sitting.exam)
        and not is_own(user, sitting)
        and sitting.state != SittingState.RUNNING
        and sitting.exam.state in MARKED
    )


def can_correct(user: User | AnonymousUser, exam: Exam) -> bool:
    return can_run(user, exam) and exam.state in MARKED


def can_apply(user: User | AnonymousUser, correction: KeyCorrection) -> bool:
    return correction.state == CorrectionState.DRAFT and can_correct(user, correction.exam)


# --- Markers ------------------------------------------------------------------------------------------------------


def can_mark(user: User | AnonymousUser, sheet: MarkSheet) -> bool:
    """Whether ``user`` may write on ``sheet`` now."""
    return (
        sheet.marker.user_id == user.pk
        and sheet.marker.is_active
        and sheet.state != SheetState.LOCKED
        and sheet.script.exam.state == ExamState.MARKING
    )


# --- Appeals ------------------------------------------------------------------------------------------------------


def can_appeal(user: User | AnonymousUser, sitting: Sitting, at: datetime) -> bool:
    """Whether ``user`` may ask that their result be looked at again."""
    exam = sitting.exam
    return (
        is_own(user, sitting)
        and exam.state == ExamState.RELEASED
        and exam.appeals_until is not None
        and at < exam.appeals_until
        and sitting.state != SittingState.RUNNING
    )


def can_rule(user: User | AnonymousUser, appeal: Appeal) -> bool:
    """Whether ``user`` may rule on ``appeal``: who runs the exam, but neither the candidate nor who marked their answers."""
    sitting = appeal.sitting
    if appeal.state != AppealState.OPEN or not can_run(user, sitting.exam) or is_own(user, sitting):
        return False
    marked = ScriptOwner.objects.filter(sitting=sitting, script__sheets__marker__user=user.pk)
    return not marked.exists()
