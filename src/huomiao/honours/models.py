from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.orgs.models import Organization

# No 0/O, 1/I/L: the code is read from paper and typed.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_verification_code() -> str:
    """Twelve characters from an alphabet without look-alikes: about 59 bits, so it cannot be guessed."""
    return "".join(secrets.choice(CODE_ALPHABET) for _place in range(12))


class Status(models.TextChoices):
    VALID = "valid", _("有效")
    REVOKED = "revoked", _("已撤销")


class Honour(models.Model):
    """One award, kept for good: what was awarded, for which work, to whom, and whether it still stands.

    Text is copied, not referred to, so that the register reads the same when its source has gone. ``source_type`` and
    ``source_id`` name the record it came from.
    """

    number = models.CharField(_("证书编号"), max_length=60, unique=True)
    code = models.CharField(max_length=12, unique=True, default=new_verification_code, editable=False)
    series = models.CharField(_("活动系列"), max_length=40, db_index=True)
    year = models.PositiveSmallIntegerField(_("年度"), db_index=True)
    programme = models.CharField(_("活动"), max_length=120)
    award = models.CharField(_("荣誉"), max_length=80)
    grade = models.CharField(_("等次"), max_length=40, blank=True)
    work = models.CharField(_("成果"), max_length=200, blank=True)
    unit = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="honours")
    unit_name = models.CharField(_("单位"), max_length=120)
    awarded_by = models.CharField(_("授予单位"), max_length=120)
    awarded_on = models.DateField(_("授予日期"))
    status = models.CharField(_("状态"), max_length=8, choices=Status, default=Status.VALID)
    status_note = models.CharField(max_length=200, blank=True)
    source_type = models.CharField(max_length=64, blank=True)
    source_id = models.CharField(max_length=40, blank=True)
    # What likeness checks of later years compare with; not shown.
    work_text = models.TextField(blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = (
            # Publishing twice must not award twice.
            models.UniqueConstraint(
                fields=["source_type", "source_id"], condition=~Q(source_type=""), name="honours_one_for_a_source"
            ),
        )

    def __str__(self) -> str:
        return f"{self.award} {self.work}"

    def get_absolute_url(self) -> str:
        return reverse("honours:verify", args=[self.code])

    @property
    def title(self) -> str:
        """The award with its grade, as it is read out."""
        return f"{self.award}（{self.grade}）" if self.grade else self.award


class Holder(models.Model):
    """One person of an honour, in the order of the certificate."""

    honour = models.ForeignKey(Honour, on_delete=models.CASCADE, related_name="holders")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(_("姓名"), max_length=50, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="honours")

    class Meta:
        ordering = ("place",)
        constraints = (models.UniqueConstraint(fields=["honour", "place"], name="honours_one_holder_a_place"),)

    def __str__(self) -> str:
        return self.name


class NumberRun(models.Model):
    """How far the certificate numbers of one series and year have come; its row is locked while one is taken."""

    pattern = models.CharField(max_length=60, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.pattern} {self.last}"


history.guard(
    Honour,
    "number",
    "code",
    "series",
    "year",
    "programme",
    "award",
    "grade",
    "work",
    "unit_name",
    "awarded_by",
    "awarded_on",
    "status",
)
history.guard(Holder, "honour_id", "place", "name")
