"""Which calls have figures that somebody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from huomiao.innovations.models import Call
from huomiao.innovations.states import CallState
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import held

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def calls_with_figures(user: User) -> QuerySet[Call]:
    """Calls that were announced by an organisation at or above one where ``user`` sits, newest first."""
    paths = {m.organization.path for m in held(user)}
    above = {path[:end] for path in paths for end in range(Organization.steplen, len(path) + 1, Organization.steplen)}
    return (
        Call.objects.filter(organiser__path__in=above)
        .exclude(state=CallState.DRAFT)
        .select_related("organiser", "priority_list")
        .order_by("-year", "-pk")
    )
