"""Who may do what to organizations, memberships and rosters. The tree itself is open to everyone signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.orgs import queries
from huomiao.orgs.models import Membership, Organization, RosterEntry
from huomiao.orgs.roles import GRANTS, Power, Role

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_edit(user: User | AnonymousUser, organization: Organization) -> bool:
    """Whether ``user`` may change the facts of ``organization`` (industry, head count …)."""
    return queries.has_power(user, Power.MANAGE_ORGS, organization)


def can_create_below(user: User | AnonymousUser, parent: Organization) -> bool:
    return parent.is_active and queries.has_power(user, Power.MANAGE_ORGS, parent)


def can_rearrange(user: User | AnonymousUser, organization: Organization) -> bool:
    """Whether ``user`` may rename, move, merge or close ``organization``: from above it only; a root, from itself."""
    paths = queries.reach(user, Power.MANAGE_ORGS)
    return any(
        organization.path.startswith(path) and (organization.path != path or organization.depth == 1) for path in paths
    )


def can_move(user: User | AnonymousUser, organization: Organization, *, to: Organization) -> bool:
    return organization.depth > 1 and can_rearrange(user, organization) and can_create_below(user, to)


def can_merge(user: User | AnonymousUser, organization: Organization, *, into: Organization) -> bool:
    return organization.depth > 1 and can_rearrange(user, organization) and can_edit(user, into)


def grantable(user: User | AnonymousUser, organization: Organization) -> list[Role]:
    """The roles that ``user`` may grant at ``organization``, by what they are there or above."""
    allowed: set[Role] = set()
    for membership in queries.held(user):
        if organization.path.startswith(membership.organization.path):
            allowed |= GRANTS[Role(membership.role)]
    return [role for role in Role if role in allowed]


def can_grant(user: User | AnonymousUser, organization: Organization, role: str, *, to: User) -> bool:
    """Whether ``user`` may make somebody else a ``role``; nobody grants anything to themself."""
    return user.pk != to.pk and role in grantable(user, organization)


def can_end(user: User | AnonymousUser, membership: Membership) -> bool:
    """Whether ``user`` may end a role of somebody else, under the same rule by which it is granted."""
    return user.pk != membership.user_id and membership.role in grantable(user, membership.organization)


def can_manage_roster(user: User | AnonymousUser, organization: Organization) -> bool:
    """Whether ``user`` may see and keep the roster of ``organization``."""
    return queries.has_power(user, Power.MANAGE_ROSTER, organization)


def can_help_sign_in(user: User | AnonymousUser, entry: RosterEntry) -> bool:
    """Whether ``user`` may unlock the account of somebody on a roster or give it a new password.

    Whoever can give a password can act as that person. So for an official it takes power over each post they hold:
    a unit's secretary never reaches the account of an officer above who happens to be on the unit's roster.
    """
    if entry.user is None or entry.user_id == user.pk or not can_manage_roster(user, entry.organization):
        return False
    posts = (membership for membership in queries.memberships(entry.user) if membership.role != Role.MEMBER)
    return all(queries.has_power(user, Power.MANAGE_PEOPLE, membership.organization) for membership in posts)


def can_see_people(user: User | AnonymousUser, organization: Organization) -> bool:
    """Whether ``user`` may see who holds which role: everybody's at what they belong to, else by their powers."""
    is_own = any(membership.organization.path.startswith(organization.path) for membership in queries.held(user))
    return is_own or any(
        queries.has_power(user, power, organization) for power in (Power.MANAGE_PEOPLE, Power.MANAGE_ROSTER)
    )


def can_see_history(user: User | AnonymousUser, organization: Organization) -> bool:
    return queries.has_power(user, Power.SEE_HISTORY, organization)
