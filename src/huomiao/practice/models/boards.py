"""What is counted from attempts, for units, trades and campaigns: written only by the follower.

A row belongs to the one organization in which people practised. What a union above has is the sum over its branch,
taken by the path when it is read, so units that move take their figures along. A person is counted in one organization
of a period only (where they last practised in it), so sums over a branch count nobody twice.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from huomiao.orgs.models import Organization
from huomiao.practice.models.banks import QuestionVersion, Topic
from huomiao.practice.models.campaigns import Campaign
from huomiao.practice.states import Period


class UnitPeriod(models.Model):
    """What the people of one organization practised in a day, a week (from Monday), a month, or ever."""

    organization = models.ForeignKey(
        Organization, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="practice_periods"
    )
    period = models.CharField(max_length=5, choices=Period)
    # The first day of the period; for "ever" the same day for all, ``periods.EVER``.
    start = models.DateField()
    people = models.PositiveIntegerField()
    # Days on which each of them practised, added up.
    days = models.PositiveIntegerField()
    sessions = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    points = models.PositiveIntegerField()
    flagged = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["period", "start", "organization"], name="practice_unit_period_once"),
        )
        indexes = (models.Index(fields=["organization", "period", "start"], name="practice_unit_periods"),)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.period} {self.start}"


class TradePeriod(models.Model):
    """What the people of one organization practised in the banks of one trade in a period."""

    organization = models.ForeignKey(
        Organization, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    trade = models.ForeignKey(Topic, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    period = models.CharField(max_length=5, choices=Period)
    start = models.DateField()
    people = models.PositiveIntegerField()
    sessions = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    right = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["period", "start", "organization", "trade"], name="practice_trade_period_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization_id} {self.trade_id} {self.period} {self.start}"


class CampaignPerson(models.Model):
    """One person in one campaign. Only the first so many tries of a day count (``campaign.tries_a_day``)."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="people"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    unit = models.ForeignKey(
        Organization, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    last_on = models.DateField()
    days = models.PositiveIntegerField()
    sessions = models.PositiveIntegerField()
    counted = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    # The best counted try, in per cent.
    best = models.PositiveSmallIntegerField()
    points = models.PositiveIntegerField()
    # Of the day ``last_on``.
    day_tries = models.PositiveIntegerField()
    day_points = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["campaign", "user"], name="practice_campaign_person_once"),)
        indexes = (models.Index(fields=["campaign", "unit", "-points"], name="practice_campaign_people"),)

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.user_id} {self.points}"


class CampaignUnit(models.Model):
    """What the people of one organization did in one campaign."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="units"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="campaign_figures"
    )
    people = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    sessions = models.PositiveIntegerField()
    counted = models.PositiveIntegerField()
    # Per cent of each counted try, added up.
    scores = models.PositiveBigIntegerField()
    answered = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    points = models.PositiveIntegerField()
    # People whose best counted try reached the campaign's pass mark, and its mark for excellent.
    passed = models.PositiveIntegerField()
    excellent = models.PositiveIntegerField()
    flagged = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["campaign", "organization"], name="practice_campaign_unit_once"),
        )

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.organization_id}"


class CampaignDay(models.Model):
    """One day of a campaign over all units."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="days"
    )
    day = models.DateField()
    people = models.PositiveIntegerField()
    newcomers = models.PositiveIntegerField()
    sessions = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["campaign", "day"], name="practice_campaign_day_once"),)

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day}"


class CampaignItem(models.Model):
    """How often a version of a question was asked in a campaign, and how often it was not right."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="items"
    )
    version = models.ForeignKey(
        QuestionVersion, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    shown = models.PositiveIntegerField()
    wrong = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["campaign", "version"], name="practice_campaign_item_once"),)

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.version_id}"


class RosterSize(models.Model):
    """How many people stand on an organization's roster today: what participation is measured against.

    Counted by the clock, since a province's roster is a million rows.
    """

    organization = models.OneToOneField(
        Organization, primary_key=True, on_delete=models.CASCADE, related_name="roster_size"
    )
    people = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organization_id} {self.people}"
