"""Who prints papers and who keys answer sheets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.practice.models import Exam, Keyer, PaperSheet
from huomiao.practice.rules import marking
from huomiao.practice.states import ExamState, PaperPlan, PaperSheetState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_print(user: User | AnonymousUser, exam: Exam) -> bool:
    """Whether ``user`` may have the papers, with or without their key: who runs the exam, once the papers are built."""
    return (
        marking.can_run(user, exam)
        and exam.built_at is not None
        and exam.plan != PaperPlan.DRAWN
        and exam.state != ExamState.CANCELLED
    )


def can_manage(user: User | AnonymousUser, exam: Exam) -> bool:
    """Whether ``user`` chooses who keys and sees how far it is."""
    return marking.can_run(user, exam) and exam.built_at is not None


def can_key(user: User | AnonymousUser, exam: Exam) -> bool:
    """Whether ``user`` may key sheets of ``exam`` in now: a keyer, who is not a candidate."""
    return (
        exam.state in marking.KEYED_IN
        and Keyer.objects.filter(exam=exam, user=user.pk).exists()
        and not exam.candidates.filter(user=user.pk).exists()
    )


def can_settle(user: User | AnonymousUser, sheet: PaperSheet) -> bool:
    """Whether ``user`` may say which of two readings is right: a keyer, or who runs the exam; never the candidate."""
    exam = sheet.exam
    if sheet.state != PaperSheetState.DIFFERENT or sheet.candidate.user_id == user.pk:
        return False
    return exam.state in marking.KEYED_IN and (marking.can_run(user, exam) or can_key(user, exam))
