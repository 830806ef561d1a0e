"""Marking by people. What a marker can reach (``Script``, ``MarkSheet``) holds no identity and no key that leads to one.

``ScriptOwner`` is the only table that ties an answer to its sitting. Queries that serve markers never name it; a test reads
their SQL.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.orgs.models import Organization
from huomiao.practice.models.banks import QuestionVersion
from huomiao.practice.models.exams import Exam, Sitting
from huomiao.practice.states import SheetState, ThirdRule


class MarkingPlan(models.Model):
    """How the short answers of an exam are marked."""

    exam = models.OneToOneField(Exam, on_delete=models.CASCADE, related_name="marking_plan")
    # Two marks further apart than this share of the question's points go to a third marker.
    tolerance_percent = models.PositiveSmallIntegerField(
        _("允许误差（%）"), default=20, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    third_rule = models.CharField(_("三评后如何定分"), max_length=8, choices=ThirdRule, default=ThirdRule.NEAREST)
    # The numbers of scripts and the spread over markers are drawn from it.
    seed = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("阅卷规则")

    def __str__(self) -> str:
        return f"{self.exam_id} {self.tolerance_percent}%"


class Marker(models.Model):
    """Somebody who marks short answers of an exam, blind."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="markers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="markings")
    is_active = models.BooleanField(_("参加阅卷"), default=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["exam", "user"], name="practice_marker_once"),)

    def __str__(self) -> str:
        return str(self.user)


class MarkerUnit(models.Model):
    """Where a marker belongs: no answer from there comes to them. Read only by those who assign."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["marker", "unit"], name="practice_marker_unit_once"),)

    def __str__(self) -> str:
        return f"{self.marker_id} {self.unit_id}"


class Script(models.Model):
    """One answer to be marked, under a number that says nothing of whose it is or which others are by the same hand."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="scripts")
    number = models.PositiveIntegerField()
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    max_points = models.DecimalField(max_digits=5, decimal_places=1)
    # The answer with the candidate's own names struck out.
    text = models.TextField(blank=True)
    # None as long as markers are at work.
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    # Two markers were further apart than the tolerance.
    is_disputed = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["exam", "number"], name="practice_script_number_once"),)

    def __str__(self) -> str:
        return f"{self.number:05d}"


class ScriptOwner(models.Model):
    """Whose answer a script is. Read only by those who assign and by the marking itself."""

    script = models.OneToOneField(Script, on_delete=models.CASCADE, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sitting", "position"], name="practice_script_owner_once"),)

    def __str__(self) -> str:
        return str(self.script_id)


class MarkSheet(models.Model):
    """One marker's mark for one answer: assigned, drafted, locked, and from then on fixed."""

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="sheets")
    marker = models.ForeignKey(Marker, on_delete=models.PROTECT, related_name="sheets")
    # 1 and 2 mark side by side; 3 decides between them and is told neither.
    place = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=SheetState, default=SheetState.ASSIGNED)
    points = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True)
    # Which points of the reference answer were found, by their place in it.
    ticks = models.JSONField(default=list, blank=True)
    comment = models.CharField(_("批注"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["script", "place"], name="practice_sheet_place_once"),
            models.UniqueConstraint(fields=["script", "marker"], name="practice_sheet_marker_once"),
        )
        indexes = (models.Index(fields=["marker", "state"], name="practice_sheet_work"),)

    def __str__(self) -> str:
        return f"{self.script_id} {self.place}"


history.guard(
    MarkSheet,
    "script_id",
    "marker_id",
    "place",
    "state",
    "points",
    when=lambda values: values["state"] == SheetState.LOCKED,
)
