"""Who keeps the pool of experts, and who declares relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.innovations.models import Expert, Relation
from huomiao.orgs.queries import reach
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_manage(user: User | AnonymousUser) -> bool:
    """Whether ``user`` runs calls anywhere: the pool is shared by all calls."""
    return bool(reach(user, Power.RUN_CALLS))


def can_declare_for(user: User | AnonymousUser, expert: Expert) -> bool:
    """Whether ``user`` may enter a relation of ``expert``: the expert themself, or who keeps the pool."""
    return expert.user_id == user.pk or can_manage(user)


def can_remove(user: User | AnonymousUser, relation: Relation) -> bool:
    """Only who keeps the pool takes a relation away: what an expert declared stands until an officer has looked."""
    return can_manage(user)


def can_issue_password(user: User | AnonymousUser, expert: Expert) -> bool:
    """A first password is for an account that nobody has used yet; later ones are the person's own affair."""
    return can_manage(user) and expert.user.last_login is None
