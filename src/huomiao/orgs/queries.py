"""Reads over the tree: branches, reach, and who may see what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Length, Substr
from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.orgs.models import FormerName, ImportBatch, Membership, Organization, RosterEntry
from huomiao.orgs.roles import POWERS, Power, Role, roles_with

PATH_LENGTH = 255


def below(path: str, field: str = "path") -> Q:
    """The condition that ``field`` lies in the branch at ``path`` (itself included), as a range an index can serve."""
    # The end is made of the path's own alphabet: what sorts after Z differs between databases and their languages.
    return Q(**{f"{field}__gte": path, f"{field}__lte": path + "Z" * (PATH_LENGTH - len(path))})


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


def parent(organization: Organization) -> Organization | None:
    """What ``organization`` hangs below; None for a root."""
    return Organization.objects.filter(path=organization.path[: -Organization.steplen]).first()


def visible_to(user: User | AnonymousUser) -> QuerySet[Organization]:
    """The organizations that ``user`` may know of: all of them, once signed in."""
    return Organization.objects.all() if user.is_authenticated else Organization.objects.none()


def rosters_visible_to(user: User | AnonymousUser) -> QuerySet[RosterEntry]:
    """The roster entries in ``user``'s reach."""
    return RosterEntry.objects.filter(within(reach(user, Power.MANAGE_ROSTER), "organization__path"))


def batches_visible_to(user: User | AnonymousUser) -> QuerySet[ImportBatch]:
    """One's own imports."""
    return ImportBatch.objects.filter(by_id=user.pk) if user.is_authenticated else ImportBatch.objects.none()


def roots() -> QuerySet[Organization]:
    return Organization.objects.filter(depth=1, is_active=True).order_by("path")


def children(organization: Organization, *, with_inactive: bool = False) -> QuerySet[Organization]:
    """What hangs directly below ``organization``, in the order of the tree."""
    found = Organization.objects.filter(below(organization.path), depth=organization.depth + 1).order_by("path")
    return found if with_inactive else found.filter(is_active=True)


def search(text: str) -> QuerySet[Organization]:
    """The organizations with ``text`` in a name, short name or former name, or with a code that begins with it."""
    named = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__istartswith=text)
    formerly = Q(pk__in=FormerName.objects.filter(name__icontains=text).values("organization"))
    return Organization.objects.filter(named | formerly).order_by("depth", "path")


@dataclass(frozen=True)
class Branch:
    """What lies below a node: how many organizations, how many working people in all of them and itself."""

    organizations: int
    head_count: int


def branches_of(nodes: Iterable[Organization]) -> dict[str, Branch]:
    """The size of the branch of each of ``nodes`` (siblings), by path, in one query."""
    paths = [node.path for node in nodes]
    if not paths:
        return {}
    length = len(paths[0])
    rows = (
        Organization.objects.filter(path__gte=min(paths), path__lte=max(paths) + "Z" * (PATH_LENGTH - length))
        .filter(is_active=True)
        .annotate(top=Substr("path", 1, length))
        .order_by()
        .values("top")
        .annotate(organizations=Count("pk"), heads=Sum("head_count"))
    )
    return {row["top"]: Branch(row["organizations"] - 1, row["heads"] or 0) for row in rows}


def last_children(paths: Iterable[str]) -> dict[str, str]:
    """The last child's path of each of the nodes at ``paths`` ("" for the root level), where there is one."""
    wanted = sorted(set(paths))
    last: dict[str, str] = {}
    for start in range(0, len(wanted), 400):
        rows = (
            Organization.objects.annotate(above=Substr("path", 1, Length("path") - Organization.steplen))
            .filter(above__in=wanted[start : start + 400])
            .order_by()
            .values("above")
            .annotate(last=Max("path"))
        )
        last.update({row["above"]: row["last"] for row in rows})
    return last


def people(organization: Organization) -> QuerySet[Membership]:
    """Who holds which role at ``organization`` today, officials first."""
    now = timezone.now()
    current = Q(until=None) | Q(until__gt=now)
    return (
        Membership.objects.filter(current, organization=organization)
        .select_related("user", "organization")
        .order_by("role", "user__name", "pk")
    )


@dataclass(frozen=True)
class RosterSummary:
    """A roster in figures: who works there now, and how many of them are on the line and have signed in."""

    present: int
    frontline: int
    activated: int
    members: int


def roster_summary(organization: Organization) -> RosterSummary:
    present = Q(left_on=None)
    figures = RosterEntry.objects.filter(organization=organization).aggregate(
        present=Count("pk", filter=present),
        frontline=Count("pk", filter=present & Q(is_frontline=True)),
        activated=Count("pk", filter=present & Q(activated_at__isnull=False)),
        members=Count("pk", filter=present & Q(is_member=True)),
    )
    return RosterSummary(**figures)


def roster(
    organization: Organization, *, text: str = "", frontline: str = "", activated: str = "", left: bool = False
) -> QuerySet[RosterEntry]:
    """The roster of ``organization`` by name; ``frontline`` and ``activated`` are "yes", "no" or ""."""
    found = RosterEntry.objects.filter(organization=organization, left_on__isnull=not left).order_by("name", "pk")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(staff_number__istartswith=text) | Q(post__icontains=text))
    if frontline:
        found = found.filter(is_frontline=frontline == "yes")
    if activated:
        found = found.filter(activated_at__isnull=activated == "no")
    return found


def people_found(text: str, *, by: User) -> QuerySet[User]:
    """Whom ``by`` may find to give a role to: by name, those who belong to their reach; by exact account, anybody."""
    paths = reach(by, Power.MANAGE_PEOPLE)
    on_rosters = RosterEntry.objects.filter(within(paths, "organization__path"), left_on=None, user__isnull=False)
    with_roles = Membership.objects.filter(within(paths, "organization__path"))
    near = Q(pk__in=on_rosters.values("user")) | Q(pk__in=with_roles.values("user"))
    found = User.objects.filter(Q(username__iexact=text) | (Q(name__icontains=text) & near), is_active=True)
    return found.prefetch_related("memberships__organization").order_by("name", "pk")
