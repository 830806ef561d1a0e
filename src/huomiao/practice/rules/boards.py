"""Who may see people on boards. What units came to is for everybody signed in; people are their unit's own affair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power, held
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def is_of(user: User, unit: Organization) -> bool:
    """Whether ``user`` belongs to ``unit`` itself."""
    return any(membership.organization_id == unit.pk for membership in held(user))


def can_see_people(user: User, unit: Organization) -> bool:
    """Whether ``user`` may open the board of people of ``unit``: their own, and those they are responsible for."""
    return is_of(user, unit) or has_power(user, Power.SEE_FIGURES, unit)


def can_see_names(user: User, unit: Organization) -> bool:
    """Whether names stand there in full: within one's unit, and for those who keep its roster. Others see ``张＊＊``."""
    return is_of(user, unit) or has_power(user, Power.MANAGE_ROSTER, unit)


def can_see_signals(user: User, unit: Organization) -> bool:
    """Whether ``user`` may look at sessions of ``unit`` that went by too quickly to have been read."""
    return has_power(user, Power.RUN_PRACTICE, unit)
