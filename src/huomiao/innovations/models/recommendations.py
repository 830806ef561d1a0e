"""Summary tables: what a recommending union signed off, and tables that came in as Excel."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.files.models import StoredFile
from huomiao.innovations.models.calls import Call
from huomiao.innovations.states import BatchState
from huomiao.orgs.models import Organization


class SummaryTable(models.Model):
    """A union's ranked list as it was signed off: its rows frozen, with their hash, and the sealed scan when it came back."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="summary_tables")
    union = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="summary_tables")
    rows = models.JSONField(default=list)
    rows_hash = models.CharField(max_length=64)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    scan = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Set when the organiser sends the list back; the union then signs a new one.
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_note = models.CharField(_("退回原因"), max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["call", "union"], condition=Q(reopened_at=None), name="innovations_one_table_in_force"
            ),
        )

    def __str__(self) -> str:
        return f"{self.call} {self.union}"


class Reminder(models.Model):
    """The organiser asks a recommending union to get on with it; the union's task page shows it until it has signed off."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="reminders")
    union = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("催办说明"), max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.union} {self.made_at:%Y-%m-%d}"


class ImportBatch(models.Model):
    """A table that somebody brought: kept as it came, with each row's fate."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="import_batches")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    state = models.CharField(_("状态"), max_length=8, choices=BatchState, default=BatchState.PREVIEW)
    # What reading it gave: rows with their fate and every error at its cell (``core.tables`` writes the shape).
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name


history.guard(SummaryTable, "call_id", "union_id", "rows_hash", "rows", "reopened_at")
