"""What is counted from attempts, for the person who practised: written only by the follower, rebuilt by a command.

Nothing here is a fact of its own. Lose it all and ``rebuild_rollups`` makes it again from the attempts, to the last
digit; that is why sums are whole numbers and nothing depends on how attempts were cut into batches. Foreign keys carry
no database constraint and most rows no date of change: there are ten rows of memory for each session.

The exceptions, kept through a rebuild, are ``Seat`` (which bit of a map stands for a question) and ``BoardChoice``.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huomiao.orgs.models import Organization
from huomiao.practice.models.attempts import Attempt
from huomiao.practice.models.banks import Bank, Question, QuestionVersion, Topic
from huomiao.practice.models.campaigns import Campaign


class FollowerCursor(models.Model):
    """How far the follower has read, in the one row ``pk=1``: moved in the transaction that writes what it read."""

    attempt_id = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)
    # Counts every change of the rollups: who worked out a batch before somebody else changed them throws it away.
    revision = models.BigIntegerField(default=0)
    # Who works now. Only politeness: what keeps two from counting the same is the revision.
    holder = models.CharField(max_length=40, blank=True)
    held_until = models.DateTimeField(null=True)
    # A rebuild reads up to here; until then pages say that figures are being made again.
    rebuilds_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.attempt_id)


class Seat(models.Model):
    """Which bit of a bank's maps stands for a question: given when a release first holds it, and never again."""

    question = models.OneToOneField(Question, primary_key=True, on_delete=models.CASCADE, related_name="seat")
    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, db_index=False, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["bank", "number"], name="practice_seat_once"),)

    def __str__(self) -> str:
        return f"{self.bank_id} {self.number}"


class SeenMap(models.Model):
    """Which questions of a bank somebody was asked: bit ``number`` of the question's seat, lowest bit first."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    bank = models.ForeignKey(Bank, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    bits = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "bank"], name="practice_seen_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.bank_id}"


class Memory(models.Model):
    """What somebody has made of one question so far, and when it should be asked again.

    Days are days in Shanghai. ``stability`` and ``difficulty`` are the state of FSRS (``practice/scheduling.py``).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    question = models.ForeignKey(
        Question, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    seen = models.PositiveSmallIntegerField()
    right = models.PositiveSmallIntegerField()
    wrong = models.PositiveSmallIntegerField()
    # Right answers in a row since the last wrong one.
    run = models.PositiveSmallIntegerField()
    in_wrong_book = models.BooleanField()
    # Right again when it was due, and not wrong since.
    is_mastered = models.BooleanField()
    stability = models.FloatField()
    difficulty = models.FloatField()
    last_on = models.DateField()
    wrong_on = models.DateField(null=True)
    due_on = models.DateField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "question"], name="practice_memory_once"),)
        indexes = (
            models.Index(
                fields=["user", "wrong_on"], condition=models.Q(in_wrong_book=True), name="practice_memory_wrong_book"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.question_id}"


class PersonDay(models.Model):
    """One day of one person: what they did and the points it earned (``practice/points.py``)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    # Sessions and answers that count; ``shown`` also holds questions of sessions that do not.
    sessions = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    shown = models.PositiveIntegerField()
    flagged = models.PositiveIntegerField()
    # Questions right for the first time ever, right again when due, and out of the wrong-answer book.
    first_right = models.PositiveIntegerField()
    retained = models.PositiveIntegerField()
    cleared = models.PositiveIntegerField()
    points = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "day"], name="practice_person_day_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.day} {self.points}"


class Person(models.Model):
    """One person's practice as a whole, with the running figures of the current week and month.

    ``last_on`` tells which day, week and month the running figures belong to: they count only while that is today's.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="practice",
    )
    # Where they last practised: people are counted there, once.
    unit = models.ForeignKey(
        Organization, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    last_on = models.DateField(null=True)
    days = models.PositiveIntegerField()
    # Days in a row up to ``last_on``.
    streak = models.PositiveIntegerField()
    longest_streak = models.PositiveIntegerField()
    sessions = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    mastered = models.PositiveIntegerField()
    wrong_book = models.PositiveIntegerField()
    cleared = models.PositiveIntegerField()
    # What badges are made of besides: sessions of ten or more without a mistake, reviews, campaigns taken part in.
    perfect = models.PositiveIntegerField()
    reviews = models.PositiveIntegerField()
    campaigns = models.PositiveIntegerField()
    flagged = models.PositiveIntegerField()
    points = models.PositiveIntegerField()
    day_points = models.PositiveIntegerField()
    week_points = models.PositiveIntegerField()
    month_points = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.points}"


class PersonTrade(models.Model):
    """One person's practice in the banks of one trade."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    trade = models.ForeignKey(Topic, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    unit = models.ForeignKey(
        Organization, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    last_on = models.DateField()
    sessions = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    right = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "trade"], name="practice_person_trade_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.trade_id}"


class EarnedBadge(models.Model):
    """A badge (``practice/badges.py``) and the day on which somebody earned it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=20)
    earned_on = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "name"], name="practice_badge_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.name}"


class ItemTally(models.Model):
    """How a version of a question did in practice: whole-number sums from which its statistics are made.

    ``score`` is the fraction right in thousandths, ``rest`` the fraction right of the rest of the same session in
    thousandths; their sums give the point-biserial correlation, which is the item's discrimination.
    """

    version = models.OneToOneField(
        QuestionVersion, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="tally"
    )
    shown = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    # {the version's own index of an option: how often it was chosen}; "" counts who gave no answer.
    options = models.JSONField()
    pairs = models.PositiveBigIntegerField()
    sum_score = models.PositiveBigIntegerField()
    sum_score_squared = models.PositiveBigIntegerField()
    sum_rest = models.PositiveBigIntegerField()
    sum_rest_squared = models.PositiveBigIntegerField()
    sum_product = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.version_id} {self.right}/{self.shown}"


class QuickSession(models.Model):
    """A session too quick to have been read: it earned nothing, and an officer may look at it. A signal, no verdict."""

    attempt = models.OneToOneField(
        Attempt, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    unit = models.ForeignKey(
        Organization, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    day = models.DateField()
    seconds = models.PositiveIntegerField()
    total = models.PositiveSmallIntegerField()
    right = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.seconds} s"


class BoardChoice(models.Model):
    """Whether somebody wants to be named on the boards of their own unit; without a row they are."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="board_choice"
    )
    is_named = models.BooleanField(_("在本单位榜单上显示姓名"), default=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.is_named}"
