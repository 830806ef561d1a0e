"""Sealed forms that came back as a pile: one scan of many sheets, each found by the code in its corner."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.files.models import StoredFile
from huomiao.innovations.models.calls import Call
from huomiao.innovations.models.declarations import Attachment, Declaration
from huomiao.innovations.states import SheetFate


class ScanPile(models.Model):
    """Files that somebody brought at once, to be read page by page."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="scan_piles")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.call} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("innovations:paper-pile", args=[self.pk])


class ScanSheet(models.Model):
    """One page of a pile: which file it is in, whose form it is, or why that is not known."""

    pile = models.ForeignKey(ScanPile, on_delete=models.CASCADE, related_name="sheets")
    position = models.PositiveIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    # The page inside the file, from 0; a picture has one.
    page = models.PositiveIntegerField(default=0)
    fate = models.CharField(_("结果"), max_length=10, choices=SheetFate, default=SheetFate.WAITING)
    declaration = models.ForeignKey(Declaration, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # The form that this page became part of.
    attachment = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["pile", "position"], name="innovations_one_scan_a_position"),)

    def __str__(self) -> str:
        return f"{self.position} {self.get_fate_display()}"
