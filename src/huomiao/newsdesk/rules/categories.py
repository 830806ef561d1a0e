"""Who may arrange the categories: all unions share them, so the editors of a union at the top do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.orgs.queries import posts
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_arrange(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may add, rename, order and retire categories, and write the rules that file articles in them."""
    return any(organization.depth == 1 for organization in posts(user, Power.EDIT_NEWS))
