"""What people did: one row per finished session of practice. Written only by the hot path's writer, in groups."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from huomiao.orgs.models import Organization
from huomiao.practice.models.banks import Release
from huomiao.practice.models.campaigns import Campaign
from huomiao.practice.states import Mode


class Attempt(models.Model):
    """A session that was submitted: who, from which release, what they answered and how much was right.

    ``id`` grows in the order of commits (the writer serialises them), so a follower that has read up to an id has read
    everything before it. ``nonce`` comes from the signed token of the paper: a second submission meets it and changes
    nothing. Foreign keys carry no database constraint: the token was checked, and a million rows pay for each.
    """

    nonce = models.CharField(max_length=24, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    # Where the person belonged at the time: boards count them there.
    unit = models.ForeignKey(
        Organization, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    release = models.ForeignKey(
        Release, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    mode = models.CharField(max_length=10, choices=Mode)
    # What the mode needs to be told apart by: the level's key, the course section, the duel.
    tag = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    total = models.PositiveSmallIntegerField()
    right = models.PositiveSmallIntegerField()
    # [[version id, answer in the version's own order, fraction right 0…1], …] in the order in which it was asked.
    answers = models.JSONField()

    class Meta:
        indexes = (models.Index(fields=["user", "id"], name="practice_attempt_user"),)

    def __str__(self) -> str:
        return f"{self.mode} {self.right}/{self.total}"


class AnswerCheck(models.Model):
    """An answer given in a session that explains after each question: the first one given is the one that counts."""

    nonce = models.CharField(max_length=24)
    position = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["nonce", "position"], name="practice_check_once"),)

    def __str__(self) -> str:
        return f"{self.nonce} {self.position}"


class PaperOpening(models.Model):
    """A timed paper that somebody opened: its clock runs from then. Kept until the paper is handed in, or for two days."""

    nonce = models.CharField(max_length=24, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    mode = models.CharField(max_length=10, choices=Mode)
    at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["user", "at"], name="practice_opening_user"),)

    def __str__(self) -> str:
        return f"{self.mode} {self.nonce}"
