"""Who may say that a key is wrong, and who may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.practice.models import KeyReport, QuestionVersion
from huomiao.practice.queries import reports
from huomiao.practice.rules import banks
from huomiao.practice.states import ReportState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_report(user: User | AnonymousUser, version: QuestionVersion) -> bool:
    """Whether ``user`` was graded on the question: whoever was not must not learn of it this way."""
    return reports.was_graded_on(user, version)


def can_answer(user: User | AnonymousUser, report: KeyReport) -> bool:
    """Whether ``user`` keeps the bank; nobody answers their own report."""
    bank = report.version.question.bank
    return report.state == ReportState.OPEN and report.by_id != user.pk and banks.can_keep(user, bank)
