"""Who may run a campaign, and what of it may still be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power
from huomiao.practice.models import Campaign
from huomiao.practice.states import CAMPAIGN_MOVES, CampaignState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# How a session goes and what it counts for.
RULES = (
    "questions",
    "minutes",
    "tries_a_day",
    "points_a_day",
    "pass_percent",
    "excellent_percent",
    "feedback",
)
# What people were told when they began: from publication on it stands. Dates, text, banks and units may still be added to.
FIXED = ("opens_at", *RULES)


def can_create(user: User | AnonymousUser) -> bool:
    """Whether ``user`` runs campaigns anywhere."""
    return bool(reach(user, Power.RUN_PRACTICE))


def can_create_for(user: User | AnonymousUser, organiser: Organization) -> bool:
    return organiser.is_active and has_power(user, Power.RUN_PRACTICE, organiser)


def can_run(user: User | AnonymousUser, campaign: Campaign) -> bool:
    """Whether ``user`` runs the campaigns of its organiser."""
    return has_power(user, Power.RUN_PRACTICE, campaign.organiser)


def can_edit(user: User | AnonymousUser, campaign: Campaign) -> bool:
    return campaign.state in {CampaignState.DRAFT, CampaignState.PUBLISHED} and can_run(user, campaign)


def can_move(user: User | AnonymousUser, campaign: Campaign, to: CampaignState) -> bool:
    return to in CAMPAIGN_MOVES[CampaignState(campaign.state)] and can_run(user, campaign)
