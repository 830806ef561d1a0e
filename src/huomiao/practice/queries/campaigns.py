"""Reads over campaigns: who may see which, who takes part, and what they have come to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import held, reach, within
from huomiao.orgs.roles import Power
from huomiao.practice.models import Campaign
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
