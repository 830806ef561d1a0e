"""Reads over campaigns: who may see which, who takes part, and what they have come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import below, children, held, posts, reach, within
from huomiao.orgs.roles import Power
from huomiao.orgs.states import UNIT_KINDS
from huomiao.practice.models import (
    Bank,
    Campaign,
    CampaignDay,
    CampaignItem,
    CampaignPerson,
    CampaignReminder,
    CampaignUnit,
)
from huomiao.practice.queries.board_sizes import Size, size_of
from huomiao.practice.states import CampaignState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[Campaign]:
    """Published campaigns are for everybody, on posters too; drafts are for those who may run them."""
    found = Campaign.objects.select_related("organiser")
    return found.filter(~Q(state=CampaignState.DRAFT) | within(reach(user, Power.RUN_PRACTICE), "organiser__path"))


def editable_by(user: User | AnonymousUser) -> QuerySet[Campaign]:
    """The campaigns of the unions over which ``user`` runs practice."""
    return Campaign.objects.filter(within(reach(user, Power.RUN_PRACTICE), "organiser__path")).select_related(
        "organiser"
    )


def paths_of(campaign: Campaign) -> list[str]:
    """The branches that take part: those of the units chosen, else the organiser's own."""
    targets = sorted(target.path for target in campaign.targets.all())
    outer: list[str] = []
    for path in targets or [campaign.organiser.path]:
        if not outer or not path.startswith(outer[-1]):
            outer.append(path)
    return outer


def units_of(campaign: Campaign) -> QuerySet[Organization]:
    """The organizations in the branches that take part."""
    return Organization.objects.filter(within(paths_of(campaign)), is_active=True)


def takes_part(user: User | AnonymousUser, campaign: Campaign) -> bool:
    """Whether ``user`` belongs to a branch that takes part."""
    paths = paths_of(campaign)
    return any(membership.organization.path.startswith(path) for membership in held(user) for path in paths)


def open_to(user: User | AnonymousUser, *, at: datetime) -> list[Campaign]:
    """The campaigns that run now and in which ``user`` takes part, those that end first first."""
    running = (
        Campaign.objects.filter(state=CampaignState.PUBLISHED, opens_at__lte=at, closes_at__gt=at)
        .select_related("organiser")
        .prefetch_related("targets")
        .order_by("closes_at", "pk")
    )
    return [campaign for campaign in running if takes_part(user, campaign)]


def banks_for(organiser: Organization) -> QuerySet[Bank]:
    """The banks that a campaign of ``organiser`` may draw from: its own branch's and the shared ones above it."""
    steps = range(Organization.steplen, len(organiser.path), Organization.steplen)
    above = Q(owner__path__in=[organiser.path[:end] for end in steps], is_shared=True)
    return (
        Bank.objects.filter(above | below(organiser.path, "owner__path"), archived_at=None, current__isnull=False)
        .select_related("owner", "current")
        .order_by("owner__path", "name", "pk")
    )


def silent_units(campaign: Campaign) -> QuerySet[Organization]:
    """The basic units that take part in ``campaign`` and in which nobody has yet."""
    heard = CampaignUnit.objects.filter(campaign=campaign, people__gt=0).values("organization")
    return units_of(campaign).filter(kind__in=UNIT_KINDS).exclude(pk__in=heard).order_by("path")


def with_last_reminder(units: QuerySet[Organization], campaign: Campaign) -> QuerySet[Organization]:
    """``units`` with the moment at which each was last reminded, in ``reminded_at``."""
    last = CampaignReminder.objects.filter(campaign=campaign, unit=OuterRef("pk")).order_by("-at").values("at")[:1]
    return units.annotate(reminded_at=Subquery(last))


def asked_of(user: User, *, at: datetime) -> list[CampaignReminder]:
    """The reminders that wait at ``user``'s own units: campaigns that run and in which nobody there takes part yet."""
    found = (
        CampaignReminder.objects.filter(
            unit__in=posts(user, Power.RUN_PRACTICE),
            campaign__state=CampaignState.PUBLISHED,
            campaign__opens_at__lte=at,
            campaign__closes_at__gt=at,
        )
        .exclude(
            Exists(
                CampaignUnit.objects.filter(campaign=OuterRef("campaign"), organization=OuterRef("unit"), people__gt=0)
            )
        )
        .select_related("campaign", "unit")
        .order_by("campaign__closes_at", "campaign", "unit", "-at")
    )
    latest: dict[tuple[int, int], CampaignReminder] = {}
    for reminder in found:
        latest.setdefault((reminder.campaign_id, reminder.unit_id), reminder)
    return list(latest.values())


def own_row(user: User, campaign: Campaign) -> CampaignPerson | None:
    """What ``user`` came to in ``campaign``; None when they have not taken part."""
    return CampaignPerson.objects.filter(campaign=campaign, user=user).first()


@dataclass(frozen=True)
class Outcome:
    """A campaign in figures, each as the union reports it (``campaign_report.py`` says how each is counted)."""

    size: Size
    people: int
    sessions: int
    counted: int
    scores: int
    days: int
    answered: int
    right: int
    passed: int
    excellent: int
    flagged: int
    units: int
    units_with_people: int

    @property
    def rate(self) -> float | None:
        return 100 * self.people / self.size.people if self.size.people else None

    @property
    def sessions_each(self) -> float | None:
        return self.sessions / self.people if self.people else None

    @property
    def score(self) -> float | None:
        return self.scores / self.counted if self.counted else None

    @property
    def pass_rate(self) -> float | None:
        return 100 * self.passed / self.people if self.people else None

    @property
    def excellent_rate(self) -> float | None:
        return 100 * self.excellent / self.people if self.people else None

    @property
    def accuracy(self) -> float | None:
        return 100 * self.right / self.answered if self.answered else None


def outcome(campaign: Campaign) -> Outcome:
    """The figures of ``campaign`` as they stand."""
    names = ("people", "sessions", "counted", "scores", "days", "answered", "right", "passed", "excellent", "flagged")
    rows = CampaignUnit.objects.filter(campaign=campaign)
    sums = rows.aggregate(**{name: Coalesce(Sum(name), 0) for name in names})
    units = units_of(campaign).filter(kind__in=UNIT_KINDS)
    return Outcome(
        size=size_of(paths_of(campaign)),
        units=units.count(),
        units_with_people=units.filter(pk__in=rows.filter(people__gt=0).values("organization")).count(),
        **sums,
    )


def board_rows(campaign: Campaign) -> QuerySet[CampaignUnit]:
    """What organizations came to in ``campaign``."""
    return CampaignUnit.objects.filter(campaign=campaign)


def people(campaign: Campaign) -> QuerySet[CampaignPerson]:
    """Who takes part, by points, then best try, then days."""
    return (
        CampaignPerson.objects.filter(campaign=campaign)
        .select_related("user", "unit")
        .order_by("-points", "-best", "-days", "user_id")
    )


def days(campaign: Campaign) -> QuerySet[CampaignDay]:
    return CampaignDay.objects.filter(campaign=campaign).order_by("day")


_CHUNK = 500
# What is asked often enough that its share of wrong answers means something.
_ASKED_ENOUGH = 5


def hardest(campaign: Campaign, *, most: int = 20) -> list[CampaignItem]:
    """The questions that went wrong most often in ``campaign``, with their wording; keys are not read."""
    return list(
        CampaignItem.objects.filter(campaign=campaign, shown__gte=_ASKED_ENOUGH, wrong__gt=0)
        .select_related("version__question__topic")
        .defer("version__key", "version__explanation", "version__explanation_media")
        .annotate(share=100.0 * F("wrong") / F("shown"))
        .order_by("-share", "-wrong", "version_id")[:most]
    )


def board_nodes(campaign: Campaign, organization: Organization | None) -> list[Organization]:
    """What the board of ``campaign`` compares: what lies below ``organization``, or where the campaign begins."""
    if organization is not None:
        return list(children(organization))
    paths = paths_of(campaign)
    if len(paths) == 1:
        return list(children(Organization.objects.get(path=paths[0])))
    return list(Organization.objects.filter(path__in=paths).order_by("path"))


def current(campaigns: QuerySet[Campaign], *, at: datetime) -> QuerySet[Campaign]:
    """Those that run or are still to come."""
    return campaigns.filter(state=CampaignState.PUBLISHED, closes_at__gt=at)


def over(campaigns: QuerySet[Campaign], *, at: datetime) -> QuerySet[Campaign]:
    """Those that ended or were called off."""
    ended = Q(state__in=[CampaignState.ENDED, CampaignState.CANCELLED])
    return campaigns.filter(ended | Q(state=CampaignState.PUBLISHED, closes_at__lte=at))


def parents_of(units: Iterable[Organization]) -> dict[str, Organization]:
    """What stands right above each of ``units``, by path."""
    paths = sorted({unit.path[: -Organization.steplen] for unit in units})
    found: dict[str, Organization] = {}
    for start in range(0, len(paths), _CHUNK):
        rows = Organization.objects.filter(path__in=paths[start : start + _CHUNK])
        found.update({row.path: row for row in rows})
    return found
