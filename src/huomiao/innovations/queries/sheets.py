"""What an expert may read: their own sheets, with entries that name nobody.

Nothing here (or in anything that serves an expert) imports or joins declarations, authors, attachments or the table that ties
an entry to its declaration; ``tests/innovations/test_blindness.py`` reads the SQL to make sure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from huomiao.innovations.models import Expert, Sheet
from huomiao.innovations.states import RoundState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def expert_of(user: User | AnonymousUser) -> Expert | None:
    """The expert that ``user`` is; None for everybody else."""
    if not user.is_authenticated:
        return None
    return Expert.objects.filter(user=user).select_related("user").first()


def visible_to(user: User | AnonymousUser) -> QuerySet[Sheet]:
    """The sheets of rounds that have begun which were given to ``user`` as an expert."""
    if not user.is_authenticated:
        return Sheet.objects.none()
    return (
        Sheet.objects.filter(expert__user=user)
        .exclude(entry__round__state=RoundState.PREPARING)
        .select_related("entry__round__call", "expert")
        .order_by("-entry__round__started_at", "entry__number")
    )
