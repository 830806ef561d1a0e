from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.honours.models import Honour
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_grant(user: User | AnonymousUser, unit: Organization | None) -> bool:
    """Whether ``user`` runs calls over ``unit``; for an honour of no unit in the tree, over anything."""
    return has_power(user, Power.RUN_CALLS, unit) if unit else bool(reach(user, Power.RUN_CALLS))


def can_revoke(user: User | AnonymousUser, honour: Honour) -> bool:
    return can_grant(user, honour.unit)


def can_hand_out(user: User | AnonymousUser) -> bool:
    """Whether ``user`` prints certificates by the hundred."""
    return bool(reach(user, Power.RUN_CALLS))
