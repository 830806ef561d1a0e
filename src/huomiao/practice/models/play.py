"""What the worker's pages keep of their own: what somebody practises, and duels."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.practice.models.attempts import Attempt
from huomiao.practice.models.banks import Release, Topic
from huomiao.practice.states import Level


class Choice(models.Model):
    """The trade and level that somebody practises; asked once, changed whenever they like."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="practice_choice"
    )
    # None: all trades.
    trade = models.ForeignKey(
        Topic, verbose_name=_("工种"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    level = models.CharField(_("等级"), max_length=1, choices=Level, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("练习方向")

    def __str__(self) -> str:
        return f"{self.trade or ''} {self.get_level_display()}"


def new_duel_code() -> str:
    return secrets.token_urlsafe(9)


def new_seed() -> str:
    return secrets.token_hex(12)


# From the second person's arrival to the first question, so that both phones have heard of it.
COUNTDOWN = timedelta(seconds=4)


class Duel(models.Model):
    """Two people, the same questions, the same time. The server compares what each has handed in."""

    code = models.CharField(max_length=16, unique=True, default=new_duel_code)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    # The branch in which a quick match finds somebody; "" for a duel by invitation only.
    branch_path = models.CharField(max_length=255, blank=True)
    # From which both draw the same questions in the same order.
    seed = models.CharField(max_length=32, default=new_seed)
    questions = models.PositiveSmallIntegerField(default=5, validators=[MinValueValidator(1), MaxValueValidator(20)])
    minutes = models.PositiveSmallIntegerField(default=2)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    guest = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    # The guest came, or the host began against a recorded run.
    begun_at = models.DateTimeField(null=True, blank=True)
    # How many questions each has answered, and when their phone was last heard of.
    host_done = models.PositiveSmallIntegerField(default=0)
    guest_done = models.PositiveSmallIntegerField(default=0)
    host_seen_at = models.DateTimeField()
    guest_seen_at = models.DateTimeField(null=True, blank=True)
    # What counts for each: the first attempt they handed in. Attempts carry no database constraints.
    host_attempt = models.ForeignKey(
        Attempt, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    guest_attempt = models.ForeignKey(
        Attempt, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    # Somebody's earlier attempt, played against in place of a person who did not come or went away.
    recorded = models.ForeignKey(
        Attempt, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(guest=None) | ~Q(guest=F("host")), name="practice_duel_of_two"),
        )
        indexes = (
            models.Index(fields=["release", "-id"], name="practice_duel_recent"),
            models.Index(fields=["host", "-id"], name="practice_duel_host"),
            models.Index(fields=["guest", "-id"], name="practice_duel_guest"),
        )
        verbose_name = _("对战")

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("practice:duel", args=[self.code])

    @property
    def starts_at(self) -> datetime | None:
        """When the first question may be seen; None as long as nobody has come."""
        return self.begun_at + COUNTDOWN if self.begun_at else None

    @property
    def ends_at(self) -> datetime | None:
        """When the time of both is over."""
        return self.starts_at + timedelta(minutes=self.minutes) if self.starts_at else None
