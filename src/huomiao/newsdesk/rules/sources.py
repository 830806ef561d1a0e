from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.newsdesk.models import Source
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_add(user: User | AnonymousUser, keeper: Organization) -> bool:
    """Whether ``user`` may add sources that ``keeper`` keeps."""
    return keeper.is_active and has_power(user, Power.EDIT_NEWS, keeper)


def can_manage(user: User | AnonymousUser, source: Source) -> bool:
    """Whether ``user`` may change, pause and resume ``source``."""
    return has_power(user, Power.EDIT_NEWS, source.keeper)
