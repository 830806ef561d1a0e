"""Campaigns: a practice activity with dates, banks, rules and target units."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.orgs.models import Organization
from huomiao.practice.models.banks import Bank
from huomiao.practice.states import CampaignState, Feedback


class Campaign(models.Model):
    """A practice activity (岗位练兵活动) that a union runs for the units in its branch."""

    organiser = models.ForeignKey(
        Organization, verbose_name=_("主办工会"), on_delete=models.PROTECT, related_name="practice_campaigns"
    )
    slug = models.SlugField(_("网址代码"), max_length=60, unique=True)
    title = models.CharField(_("名称"), max_length=80)
    text = models.TextField(_("活动说明"), blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=CampaignState, default=CampaignState.DRAFT)
    opens_at = models.DateTimeField(_("开始时间"))
    closes_at = models.DateTimeField(_("结束时间"))
    banks = models.ManyToManyField(Bank, verbose_name=_("题库"), related_name="campaigns")
    # Whose branches take part; none means the organiser's whole branch.
    targets = models.ManyToManyField(Organization, verbose_name=_("参加单位"), blank=True, related_name="+")
    questions = models.PositiveSmallIntegerField(
        _("每次题数"), default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    minutes = models.PositiveSmallIntegerField(_("每次限时（分钟）"), default=10)
    tries_a_day = models.PositiveSmallIntegerField(_("每日计分次数"), default=3)
    points_a_day = models.PositiveSmallIntegerField(_("每日积分上限"), default=30)
    # What the report calls qualified and excellent, of a person's best counted try.
    pass_percent = models.PositiveSmallIntegerField(_("合格线（%）"), default=60, validators=[MaxValueValidator(100)])
    excellent_percent = models.PositiveSmallIntegerField(
        _("优秀线（%）"), default=90, validators=[MaxValueValidator(100)]
    )
    feedback = models.CharField(_("何时显示答案"), max_length=4, choices=Feedback, default=Feedback.END)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies")
    published_at = models.DateTimeField(null=True, blank=True)
    # When it was ended by hand before its time, or cancelled.
    stopped_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="practice_campaign_ends_after_start"),
            models.CheckConstraint(
                condition=Q(excellent_percent__gte=F("pass_percent")), name="practice_campaign_excellent_above_pass"
            ),
        )
        verbose_name = _("练兵活动")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("practice:campaign", args=[self.slug])

    def is_running(self, at: datetime) -> bool:
        """Whether it can be taken part in at ``at``."""
        return self.state == CampaignState.PUBLISHED and self.opens_at <= at < self.closes_at

    def is_over(self, at: datetime) -> bool:
        return self.state == CampaignState.ENDED or (self.state == CampaignState.PUBLISHED and at >= self.closes_at)


class CampaignReminder(models.Model):
    """An officer asked a unit in which nobody takes part yet to get on with it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="reminders")
    unit = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    # Reminders of one day say the same thing: the database keeps one of them.
    day = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["campaign", "unit", "day"], name="practice_reminder_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.unit_id}"
