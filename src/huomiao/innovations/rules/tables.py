"""Who may bring a summary table, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.innovations.models import Call, ImportBatch
from huomiao.innovations.queries import tables
from huomiao.innovations.rules import recommendations
from huomiao.innovations.states import CallState
from huomiao.orgs.models import Organization

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_import(user: User | AnonymousUser, call: Call, organization: Organization) -> bool:
    """Whether ``user`` may bring a table for ``organization``: they sit there, or run the call."""
    return organization.pk in {place.pk for place in tables.places(call, user)}


def can_confirm(user: User | AnonymousUser, batch: ImportBatch) -> bool:
    """Whether ``user`` brought the table, and may still bring tables for that organization."""
    return batch.by_id == user.pk and can_import(user, batch.call, batch.organization)


def is_open(call: Call, organization: Organization, at: datetime) -> bool:
    """Whether tables may come in: as long as desks may decide; for the organiser, while the call is open."""
    if organization.pk == call.organiser_id:
        return call.state == CallState.OPEN
    return recommendations.is_desk_open(call, organization, at)
