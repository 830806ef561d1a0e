"""Which banks somebody keeps, and which they may practise from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import held, reach, within
from huomiao.orgs.roles import Power
from huomiao.practice.models import Bank
from huomiao.practice.states import QuestionState, ReportState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[Bank]:
    """The banks whose pages ``user`` may open: those of their reach. Keys stand there, so nobody else may."""
    kept = within(reach(user, Power.RUN_PRACTICE), "owner__path")
    return Bank.objects.filter(kept).select_related("owner", "trade", "current")


def usable_by(user: User | AnonymousUser) -> QuerySet[Bank]:
    """The banks ``user`` may practise from: published, not archived, and kept by their own unit, above it and shared, or
    by themself."""
    own: set[str] = set()
    above: set[str] = set()
    for membership in held(user):
        path = membership.organization.path
        own.add(path)
        above |= {path[:end] for end in range(Organization.steplen, len(path), Organization.steplen)}
    near = Q(owner__path__in=own) | Q(owner__path__in=above, is_shared=True)
    near |= within(reach(user, Power.RUN_PRACTICE), "owner__path")
    return Bank.objects.filter(near, archived_at=None, current__isnull=False).select_related(
        "owner", "trade", "current"
    )


def owners(user: User | AnonymousUser) -> QuerySet[Organization]:
    """The unions for which ``user`` may keep a bank."""
    return Organization.objects.filter(within(reach(user, Power.RUN_PRACTICE)), is_active=True).order_by("path")


def with_counts(banks: QuerySet[Bank]) -> QuerySet[Bank]:
    """``banks`` with what their list tells: questions in all, in use, in work, and reports that wait."""
    questions = Count("questions", distinct=True)
    reports = Q(questions__versions__reports__state=ReportState.OPEN)
    return banks.annotate(
        question_count=Count("questions", filter=~Q(questions__state=QuestionState.RETIRED), distinct=True),
        submitted_count=Count("questions", filter=Q(questions__state=QuestionState.SUBMITTED), distinct=True),
        report_count=Count("questions__versions__reports", filter=reports, distinct=True),
        any_count=questions,
    )
