"""What a marker may read: their own sheets, with answers that name nobody.

Nothing here (or in anything that serves a marker) joins sittings, candidates or the table that ties an answer to its sitting;
``tests/practice/test_marking_blindness.py`` reads the SQL to make sure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from huomiao.practice.models import MarkSheet
from huomiao.practice.states import ExamState, SheetState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[MarkSheet]:
    """The sheets of exams under marking that were given to ``user``."""
    if not user.is_authenticated:
        return MarkSheet.objects.none()
    return (
        MarkSheet.objects.filter(marker__user=user.pk, marker__is_active=True, script__exam__state=ExamState.MARKING)
        .select_related("script__exam", "script__version", "marker")
        .order_by("script__version_id", "script__number")
    )


def of_exam(user: User | AnonymousUser, slug: str) -> QuerySet[MarkSheet]:
    """The sheets of one exam, question by question, without the keys that they are marked by."""
    listed = visible_to(user).filter(script__exam__slug=slug)
    return listed.defer("script__version__key", "script__version__explanation", "script__version__explanation_media")


def progress(user: User | AnonymousUser) -> QuerySet[MarkSheet, dict[str, Any]]:
    """How far ``user`` is in each exam: one row an exam."""
    return (
        visible_to(user)
        .order_by()
        .values("script__exam__slug", "script__exam__title")
        .annotate(
            total=Count("pk"),
            drafted=Count("pk", filter=Q(state=SheetState.DRAFT)),
            locked=Count("pk", filter=Q(state=SheetState.LOCKED)),
        )
        .order_by("script__exam__title")
    )
