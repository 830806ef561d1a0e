from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.core.encryption import EncryptedTextField
from huomiao.files.models import StoredFile
from huomiao.notices.states import Finding, ItemState, NoticeState, ObjectionKind, ObjectionState, Outcome
from huomiao.orgs.models import Organization


def new_receipt() -> str:
    return secrets.token_hex(6).upper()


class WorkdayException(models.Model):
    """A day that is a working day, or is not, whatever the calendar says: entered when the State Council announces it."""

    day = models.DateField(_("日期"), unique=True)
    is_workday = models.BooleanField(_("上班"))
    note = models.CharField(_("说明"), max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.day} {self.note}"


class Notice(models.Model):
    """A public notice: a list frozen with its hash, open to objections for a number of working days.

    It does not know what the items are; ``subject_type`` and ``subject_id`` name the thing it is about (a call, say)
    and the app that opened the notice acts on its rulings.
    """

    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=40)
    title = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("正文"), blank=True)
    issuer = models.ForeignKey(
        Organization, verbose_name=_("公示单位"), on_delete=models.PROTECT, related_name="notices"
    )
    contact = models.CharField(_("受理联系方式"), max_length=200)
    working_days = models.PositiveSmallIntegerField(_("公示工作日"))
    opens_on = models.DateField(_("公示开始"))
    closes_on = models.DateField(_("公示结束"))
    state = models.CharField(_("状态"), max_length=10, choices=NoticeState, default=NoticeState.OPEN)
    # Column titles of the list, and the hash over titles and items as they were when the notice opened.
    columns = models.JSONField(default=list)
    list_hash = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["subject_type", "subject_id"], name="notices_subject"),)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("notices:detail", args=[self.pk])


class NoticeItem(models.Model):
    """One line of the list: the cells as the public sees them."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=40)
    cells = models.JSONField(default=list)
    # What a cell says since a ruling changed it, by its place: {"6": "一等"}. ``cells`` stay as they were frozen.
    amended = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=ItemState, default=ItemState.LISTED)
    # Items that moved up for a struck one are added after the freeze and say so.
    added_at = models.DateTimeField(null=True, blank=True)
    # The last day on which this item may be objected to: an added one has its own full number of days.
    closes_on = models.DateField(_("异议截止"), null=True, blank=True)
    # What became of it, in words: the cells stay as they were published.
    note = models.CharField(_("变动说明"), max_length=200, blank=True)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["notice", "position"], name="notices_one_item_a_position"),)

    def __str__(self) -> str:
        return " ".join(str(cell) for cell in self.cells)[:120]

    @property
    def titled(self) -> list[tuple[str, str, str]]:
        """Each cell with the title of its column, and what it says now where that is something else."""
        rows = zip(self.notice.columns, self.cells, strict=False)
        return [(title, cell, self.amended.get(str(place), "")) for place, (title, cell) in enumerate(rows)]


class Objection(models.Model):
    """Somebody objects to an item. Real name, unit and phone are asked for; without them it is kept as a clue only."""

    receipt = models.CharField(max_length=12, unique=True, default=new_receipt, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="objections")
    item = models.ForeignKey(NoticeItem, on_delete=models.PROTECT, related_name="objections")
    kind = models.CharField(_("类型"), max_length=12, choices=ObjectionKind)
    text = models.TextField(_("事实与理由"))
    is_named = models.BooleanField(default=True)
    name = EncryptedTextField(_("姓名"), blank=True)
    phone = EncryptedTextField(_("电话"), blank=True)
    unit = EncryptedTextField(_("单位"), blank=True)
    # Why an officer kept it as a clue; shown to whoever objected.
    clue_note = models.CharField(_("留存原因"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=ObjectionState, default=ObjectionState.RECEIVED)
    made_at = models.DateTimeField()
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.receipt} {self.get_kind_display()}"


class Evidence(models.Model):
    objection = models.ForeignKey(Objection, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.file)


class Ruling(models.Model):
    """The end of an objection: what was found, what follows, and who ruled (never the first reviewer)."""

    objection = models.OneToOneField(Objection, on_delete=models.PROTECT, related_name="ruling")
    finding = models.CharField(_("认定"), max_length=12, choices=Finding)
    outcome = models.CharField(_("处理结果"), max_length=12, choices=Outcome)
    reasons = models.TextField(_("理由"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.objection.receipt} {self.get_outcome_display()}"


history.guard(Notice, "subject_type", "subject_id", "columns", "list_hash", "opens_on", "closes_on", "state")
history.guard(
    NoticeItem,
    "notice_id",
    "subject_type",
    "subject_id",
    "position",
    "cells",
    "state",
    "closes_on",
    "note",
    "amended",
)
history.guard(Ruling, "objection_id", "finding", "outcome", "reasons", "by_id")
