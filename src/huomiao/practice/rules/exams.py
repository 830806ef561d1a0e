"""Who may run an exam, and what of it may still be changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power
from huomiao.practice.models import Exam
from huomiao.practice.states import ExamState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

_BEFORE = frozenset({ExamState.DRAFT, ExamState.ANNOUNCED})


def can_create(user: User | AnonymousUser) -> bool:
    """Whether ``user`` runs exams anywhere."""
    return bool(reach(user, Power.RUN_PRACTICE))


def can_run(user: User | AnonymousUser, exam: Exam) -> bool:
    """Whether ``user`` runs the exams of its organiser: its papers, candidates, tickets and sittings."""
    return has_power(user, Power.RUN_PRACTICE, exam.organiser)


def has_begun(exam: Exam, at: datetime) -> bool:
    return exam.state not in _BEFORE or (exam.state == ExamState.ANNOUNCED and at >= exam.opens_at)


def can_arrange(exam: Exam, at: datetime) -> bool:
    """Whether times, places and the instructions may still be changed: until it begins."""
    return not has_begun(exam, at)


def can_change_rules(exam: Exam, at: datetime) -> bool:
    """Whether blueprint, banks and the rules of papers may still be changed: until papers are built."""
    return exam.built_at is None and exam.building_at is None and not has_begun(exam, at)


def can_rebuild(exam: Exam, at: datetime) -> bool:
    """Whether the built papers may be thrown away: before the exam begins."""
    return exam.built_at is not None and not has_begun(exam, at)


def can_list(exam: Exam, at: datetime) -> bool:
    """Whether candidates may still be added: until it closes."""
    return exam.state in _BEFORE and at < exam.closes_at
