"""Reports that a question or its key is wrong: those one keeps, and those one made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, IntegerField, QuerySet, Value, When

from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power
from huomiao.practice.models import Attempt, KeyReport, Memory, Question, QuestionVersion
from huomiao.practice.states import ReportState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# So many of somebody's latest sessions are looked through for a question that the follower has not counted yet.
LOOKED_BACK = 50


def visible_to(user: User | AnonymousUser) -> QuerySet[KeyReport]:
    """The reports on questions of the banks that ``user`` keeps, those that wait first, the oldest of them first."""
    kept = within(reach(user, Power.RUN_PRACTICE), "version__question__bank__owner__path")
    order = Case(When(state=ReportState.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    return (
        KeyReport.objects.filter(kept)
        .select_related("version__question__bank__owner", "by", "replied_by")
        .annotate(order=order)
        .order_by("order", "at", "pk")
    )


def own(user: User | AnonymousUser) -> QuerySet[KeyReport]:
    """What ``user`` reported, newest first; without the key of the question."""
    if not user.is_authenticated:
        return KeyReport.objects.none()
    rows = KeyReport.objects.filter(by=user).select_related("version__question__bank")
    return rows.defer("version__key", "version__explanation", "version__explanation_media").order_by("-at", "-pk")


def of_question(question: Question) -> QuerySet[KeyReport]:
    """The reports on any version of ``question``, newest first."""
    rows = KeyReport.objects.filter(version__question=question).select_related("version", "by", "replied_by")
    return rows.order_by("-at", "-pk")


def made_since(user: User, at: datetime, *, within_days: int = 1) -> int:
    """How many reports ``user`` made in the days before ``at``."""
    return KeyReport.objects.filter(by=user, at__gt=at - timedelta(days=within_days)).count()


def was_graded_on(user: User | AnonymousUser, version: QuestionVersion) -> bool:
    """Whether ``user`` has handed in a session with this question, and so knows its key already."""
    if not user.is_authenticated:
        return False
    if Memory.objects.filter(user=user, question=version.question_id).exists():
        return True
    latest = Attempt.objects.filter(user=user).order_by("-pk").values_list("answers", flat=True)[:LOOKED_BACK]
    return any(row[0] == version.pk for answers in latest for row in answers)
