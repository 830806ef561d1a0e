"""What changes results after the marking: runs over all sittings, verdicts, corrections, appeals, certificates."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huomiao.honours.models import Honour
from huomiao.practice.models.banks import QuestionVersion
from huomiao.practice.models.exams import Exam, Sitting
from huomiao.practice.states import AppealState, CorrectionKind, CorrectionState, RunCause, RunState, Verdict


class KeyCorrection(models.Model):
    """A question of an exam whose key was wrong, and what counts instead. The newest applied one of a version holds."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="corrections")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("处理方式"), max_length=9, choices=CorrectionKind)
    key = models.JSONField(null=True)
    reason = models.CharField(_("原因"), max_length=300)
    state = models.CharField(max_length=8, choices=CorrectionState, default=CorrectionState.DRAFT)
    # The version that the bank asks from now on; None where the bank was only told of it.
    new_version = models.ForeignKey(QuestionVersion, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # In the order of this moment later corrections take the place of earlier ones.
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="key", key__isnull=False) | (~Q(kind="key") & Q(key__isnull=True)),
                name="practice_correction_key_when_due",
            ),
        )
        indexes = (models.Index(fields=["exam", "state"], name="practice_correction_state"),)

    def __str__(self) -> str:
        return self.reason[:60]


class MarkingRun(models.Model):
    """All sittings of an exam marked anew, in batches, with how far it is. Taken up where it stood when it was broken off."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="runs")
    cause = models.CharField(max_length=10, choices=RunCause)
    correction = models.ForeignKey(KeyCorrection, null=True, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=8, choices=RunState, default=RunState.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    # Sittings up to this key are done.
    cursor = models.PositiveBigIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    # The last sign of life: a run without one for some minutes is taken up again.
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.exam_id} {self.done}/{self.total}"


class Appeal(models.Model):
    """A candidate asks that their result be looked at again (复核申请)."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="appeals")
    # Which question, counted from 0 in the paper's own order; None for the result as a whole.
    position = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.TextField(_("申请理由"), max_length=500)
    state = models.CharField(max_length=6, choices=AppealState, default=AppealState.OPEN)
    reply = models.TextField(_("答复"), max_length=500, blank=True)
    at = models.DateTimeField()
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["sitting"], condition=Q(state="open"), name="practice_appeal_open_once"),
        )

    def __str__(self) -> str:
        return self.text[:40]


class Adjustment(models.Model):
    """Points that a ruling gave to one answer; they stand whatever is marked again. The newest of a position holds."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="adjustments")
    position = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=6, decimal_places=2)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="adjustments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.sitting_id} {self.position} {self.points}"


class ScoreChange(models.Model):
    """A result that was known and became another: before and after, and what did it."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="changes")
    correction = models.ForeignKey(KeyCorrection, null=True, on_delete=models.CASCADE, related_name="changes")
    appeal = models.ForeignKey(Appeal, null=True, on_delete=models.CASCADE, related_name="changes")
    points_before = models.DecimalField(max_digits=6, decimal_places=2)
    points_after = models.DecimalField(max_digits=6, decimal_places=2)
    passed_before = models.BooleanField()
    passed_after = models.BooleanField()
    at = models.DateTimeField()
    # When the candidate looked at their result after it had changed.
    seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.sitting_id} {self.points_before}→{self.points_after}"


class Judgement(models.Model):
    """What a person decided about a sitting, with the reason; the newest one holds."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="judgements")
    verdict = models.CharField(max_length=4, choices=Verdict)
    reason = models.CharField(_("理由"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.get_verdict_display()


class Certificate(models.Model):
    """A certificate given for a sitting that passed. Revoked when the pass is unmade; a pass made anew gets a new one."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="certificates")
    honour = models.OneToOneField(Honour, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["sitting"], condition=Q(revoked_at=None), name="practice_certificate_once"),
        )

    def __str__(self) -> str:
        return f"{self.sitting_id} {self.honour_id}"


class ExamAnalysis(models.Model):
    """What the items of an exam proved to be worth, as it was last worked out. Follows from the marks; may be made anew."""

    exam = models.OneToOneField(Exam, on_delete=models.CASCADE, related_name="analysis")
    data = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.exam_id)
