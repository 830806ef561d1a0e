"""Exams on paper: who keys answer sheets in, and what two people typed independently of each other."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huomiao.practice.models.exams import Candidate, Exam, ExamPaper, Sitting
from huomiao.practice.states import PaperSheetState


class Keyer(models.Model):
    """Somebody who keys answer sheets of an exam in."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="keyers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="keyings_given")
    added_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["exam", "user"], name="practice_keyer_once"),)

    def __str__(self) -> str:
        return str(self.user)


class PaperSheet(models.Model):
    """The answer sheet that one candidate handed in on paper, and how far it is keyed in."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="paper_sheets")
    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, related_name="paper_sheet")
    state = models.CharField(max_length=9, choices=PaperSheetState, default=PaperSheetState.WAITING)
    sitting = models.OneToOneField(Sitting, null=True, on_delete=models.PROTECT, related_name="paper_sheet")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["exam", "state"], name="practice_paper_sheet_state"),)

    def __str__(self) -> str:
        return str(self.candidate_id)


class Keying(models.Model):
    """What one person typed from a sheet. Shown to nobody else before the other has typed it too."""

    sheet = models.ForeignKey(PaperSheet, on_delete=models.CASCADE, related_name="keyings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="keyings")
    paper = models.ForeignKey(ExamPaper, verbose_name=_("试卷"), on_delete=models.PROTECT, related_name="+")
    # Which printed order of the paper the candidate had.
    variant = models.CharField(_("卷型"), max_length=1)
    # What was typed for each printed number, as it was typed: "AC", "对", "3.5"; "" for nothing.
    entries = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sheet", "by"], name="practice_keying_once"),)

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.by_id}"
