from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.orgs.queries import reach
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_see_figures(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may see figures at all; which ones is ``figures.within_reach``."""
    return bool(reach(user, Power.SEE_FIGURES))
