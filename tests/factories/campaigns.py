"""Plain factories of campaigns."""

from __future__ import annotations

from datetime import timedelta

import factory

from huomiao.practice.models import Campaign
from huomiao.practice.states import CampaignState
from tests.factories.orgs import OrganizationFactory
from tests.factories.rollups import AT


class CampaignFactory(factory.django.DjangoModelFactory):
    """A published campaign that runs at ``AT`` and for a month; give ``banks`` and ``targets`` as lists."""

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    organiser = factory.SubFactory(OrganizationFactory)
    slug = factory.Sequence(lambda n: f"campaign-{n}")
    title = factory.Sequence(lambda n: f"第{n}届岗位练兵")
    state = CampaignState.PUBLISHED
    opens_at = AT - timedelta(days=1)
    closes_at = AT + timedelta(days=30)

    @factory.post_generation
    def banks(self, create, extracted, **kwargs):
        self.banks.set(extracted or [])

    @factory.post_generation
    def targets(self, create, extracted, **kwargs):
        self.targets.set(extracted or [])
