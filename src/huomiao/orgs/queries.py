"""Reads over the tree: branches, reach, and who may see what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from huomiao.orgs.models import Membership, Organization
from huomiao.orgs.roles import POWERS, Power, Role, roles_with

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def below(path: str, field: str = "path") -> Q:
    """The condition that ``field`` lies in the branch at ``path`` (itself included), as a range an index can serve."""
    return Q(**{f"{field}__gte": path, f"{field}__lt": path[:-1] + chr(ord(path[-1]) + 1)})


def within(paths: Iterable[str], field: str = "path") -> Q:
    """The condition that ``field`` lies in any of the branches; matches nothing when there are none."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= below(path, field)
    return condition


def memberships(user: User | AnonymousUser) -> QuerySet[Membership]:
    """What ``user`` is today, with the organizations."""
    if not user.is_authenticated:
        return Membership.objects.none()
    now = timezone.now()
    current = Q(until=None) | Q(until__gt=now)
    return Membership.objects.filter(current, user=user, organization__is_active=True).select_related("organization")


def held(user: User | AnonymousUser) -> list[Membership]:
    """The memberships of ``user``, read once per user object: rules ask for them many times on one page."""
    if not user.is_authenticated:
        return []
    cached: list[Membership] | None = user.__dict__.get("held_memberships")
    if cached is None:
        cached = user.__dict__["held_memberships"] = list(memberships(user))
    return cached


def reach(user: User | AnonymousUser, power: Power) -> list[str]:
    """The paths of the branches in which ``user`` holds ``power``, each once and none inside another."""
    roles = set(roles_with(power))
    paths = sorted({m.organization.path for m in held(user) if m.role in roles})
    outer: list[str] = []
    for path in paths:
        if not outer or not path.startswith(outer[-1]):
            outer.append(path)
    return outer


def posts(user: User | AnonymousUser, power: Power) -> list[Organization]:
    """The organizations at which ``user`` themself sits with ``power`` (not the branches below)."""
    roles = set(roles_with(power))
    return [m.organization for m in held(user) if m.role in roles]


def has_power(user: User | AnonymousUser, power: Power, organization: Organization) -> bool:
    """Whether ``user`` holds ``power`` over ``organization``: at it or above it."""
    return any(organization.path.startswith(path) for path in reach(user, power))


def has_role(user: User | AnonymousUser, *roles: Role) -> bool:
    """Whether ``user`` holds any of ``roles`` anywhere."""
    return any(m.role in roles for m in held(user))


def powers(user: User | AnonymousUser) -> frozenset[Power]:
    """Everything that ``user`` may do somewhere."""
    return frozenset().union(*(POWERS[Role(m.role)] for m in held(user)))


def branch(organization: Organization) -> QuerySet[Organization]:
    """``organization`` and everything below it."""
    return Organization.objects.filter(below(organization.path))


def ancestors(organization: Organization) -> QuerySet[Organization]:
    """What stands above ``organization``, from the root down; itself not included."""
    steps = range(Organization.steplen, len(organization.path), Organization.steplen)
    return Organization.objects.filter(path__in=[organization.path[:end] for end in steps]).order_by("path")
