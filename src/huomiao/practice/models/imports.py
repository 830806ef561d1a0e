"""Files of questions that somebody brought, between looking at what they would do and doing it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.orgs.models import Organization
from huomiao.practice.models.banks import Bank, Question
from huomiao.practice.states import ImportState, RowFate


class QuestionLabel(models.Model):
    """What a question belongs to beside its place in the knowledge tree: a class, a list, a year. It may have several."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="label_rows")
    name = models.CharField(_("标签"), max_length=40)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["question", "name"], name="practice_label_once"),)
        indexes = (models.Index(fields=["name", "question"], name="practice_label_name"),)

    def __str__(self) -> str:
        return self.name


class BankImport(models.Model):
    """One file on its way into a bank. The file itself is gone once it is done or given up; the counts stay."""

    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(_("文件"), max_length=200)
    # Which reader reads it; "" until the file was looked at.
    format = models.CharField(_("格式"), max_length=12, blank=True)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    state = models.CharField(_("状态"), max_length=8, choices=ImportState, default=ImportState.READING)
    # What each sheet is taken for (``formats.sheets.SheetPlan``); empty where there are no sheets.
    sheets = models.JSONField(default=list)
    # ``{"shuffle": bool, "has_pattern": share}``: see ``importing``.
    options = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    # What there is to say about the file as a whole (``formats.draft.Finding``).
    findings = models.JSONField(default=list)
    # Why it could not be read, where it could not.
    refusal = models.TextField(blank=True)
    # How far the work in the background is, and when it last said so.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["bank", "-id"], name="practice_import_bank"),)
        verbose_name = _("题库导入")

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("practice:import", args=[self.pk])

    @property
    def is_working(self) -> bool:
        """Whether something runs in the background."""
        return self.state in {ImportState.READING, ImportState.WRITING}

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


class ImportRow(models.Model):
    """One question of a file: what was read, and what would become or became of it."""

    batch = models.ForeignKey(BankImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    sheet = models.CharField(max_length=120, blank=True)
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=12, blank=True)
    stem = models.CharField(max_length=120, blank=True)
    fate = models.CharField(max_length=8, choices=RowFate)
    draft = models.JSONField()
    # The question that it changes or equals.
    question = models.ForeignKey(Question, null=True, on_delete=models.SET_NULL, related_name="+")
    is_done = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["batch", "number"], name="practice_import_row_once"),)
        indexes = (models.Index(fields=["batch", "fate", "number"], name="practice_import_fate"),)

    def __str__(self) -> str:
        return self.stem


class ImportMapping(models.Model):
    """What a union's officers assigned to the columns of one kind of table: the next table with this header is read so."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)
    columns = models.JSONField()
    # Sheet → the label that its questions get.
    labels = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organization", "signature"], name="practice_import_mapping_once"),
        )

    def __str__(self) -> str:
        return self.signature[:8]
