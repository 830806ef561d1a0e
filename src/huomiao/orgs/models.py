from __future__ import annotations

import json
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager

from huomiao.core.encryption import EncryptedTextField, blind_index, cipher, mask
from huomiao.orgs import industries
from huomiao.orgs.roles import Role
from huomiao.orgs.states import BatchKind, BatchState, Kind, Nature


class Organization(MP_Node):
    """A union and what it stands for: from the provincial federation down to one works.

    ``path`` is the materialised path of the tree: everything below has a path that begins with it.
    """

    steplen = 4
    node_order_by: ClassVar[list[str]] = []

    code = models.CharField(_("组织代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind)
    nature = models.CharField(_("单位性质"), max_length=12, choices=Nature, blank=True)
    # GB/T 4754: the section's letter and the division's two digits.
    section = models.CharField(_("行业门类"), max_length=1, blank=True)
    division = models.CharField(_("行业大类"), max_length=2, blank=True)
    # Where it lies, when that is not where it belongs: a central enterprise's works under an industry union.
    territory = models.ForeignKey(
        "self", verbose_name=_("所在地"), null=True, blank=True, on_delete=models.PROTECT, related_name="located"
    )
    head_count = models.PositiveIntegerField(_("职工数"), default=0)
    member_count = models.PositiveIntegerField(_("会员数"), default=0)
    is_active = models.BooleanField(default=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    is_demo = models.BooleanField(default=False)

    objects: ClassVar[MP_NodeManager[Organization]] = MP_NodeManager()

    class Meta:
        indexes = (
            models.Index(fields=["kind", "path"], name="orgs_kind_path"),
            # The children of a node are a range of paths on one level.
            models.Index(fields=["depth", "path"], name="orgs_depth_path"),
        )
        verbose_name = _("组织")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("orgs:detail", args=[self.code])

    @property
    def label(self) -> str:
        """The short name where there is one: what tables show."""
        return self.short_name or self.name

    @classmethod
    def path_below(cls, path: str, step: int) -> str:
        """The path of the child number ``step`` of the node at ``path``."""
        return cls._get_path(path, len(path) // cls.steplen + 1, step)

    @property
    def step(self) -> int:
        """Which child of its parent this is, from 1 on; gaps stay where somebody moved away."""
        return self._str2int(self.path[-self.steplen :])

    @property
    def industry(self) -> str:
        """The section and division as one code: C34."""
        return f"{self.section}{self.division}"

    @property
    def industry_label(self) -> str:
        return industries.label(self.division or self.section)


class FormerName(models.Model):
    """A name an organization had; search and imports still find it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=120, db_index=True)
    until = models.DateField()

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role that somebody holds in an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("角色"), max_length=16, choices=Role)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "user", "role"], condition=Q(until=None), name="orgs_membership_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.organization}"


def phone_tail_index(tail: str) -> str:
    """The key of a phone number's last four digits, by which a roster entry is activated."""
    return blind_index(tail, purpose="phone-tail")


class RosterEntry(models.Model):
    """One person on a unit's roster, before and after they first sign in."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="roster")
    name = models.CharField(_("姓名"), max_length=50, db_index=True)
    staff_number = models.CharField(_("工号"), max_length=30, blank=True)
    phone = EncryptedTextField(_("手机号"), blank=True)
    phone_tail_key = models.CharField(max_length=40, blank=True, editable=False)
    gender = models.CharField(_("性别"), max_length=1, blank=True)
    post = models.CharField(_("工种/岗位"), max_length=60, blank=True)
    title = models.CharField(_("职称/技能等级"), max_length=60, blank=True)
    is_frontline = models.BooleanField(_("一线职工"), default=True)
    is_member = models.BooleanField(_("工会会员"), default=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="roster_entries"
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    left_on = models.DateField(_("离职日期"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "staff_number"], condition=~Q(staff_number=""), name="orgs_staff_number_once"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def set_phone(self, phone: str) -> None:
        """Set the number and the key of its last four digits; does not save."""
        self.phone = phone
        self.phone_tail_key = phone_tail_index(phone[-4:]) if phone else ""

    @property
    def masked_phone(self) -> str:
        return mask(self.phone)


class ImportBatch(models.Model):
    """A table that somebody brought, between looking at what it would do and doing it.

    Rosters hold phone numbers, so the workbook and what was read from it are encrypted, and gone once it is done.
    """

    kind = models.CharField(max_length=8, choices=BatchKind)
    organization = models.ForeignKey(Organization, null=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200)
    sealed_content = models.BinaryField(blank=True)
    sealed_report = EncryptedTextField(blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=BatchState, default=BatchState.PREVIEW)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("orgs:import", args=[self.pk])

    @property
    def content(self) -> bytes:
        """The workbook as it came."""
        return cipher().decrypt(bytes(self.sealed_content))

    def set_content(self, content: bytes) -> None:
        self.sealed_content = cipher().encrypt(content)

    @property
    def report(self) -> dict[str, Any]:
        """Each row's fate and every problem at its cell."""
        return json.loads(self.sealed_report) if self.sealed_report else {}

    def set_report(self, report: dict[str, Any]) -> None:
        self.sealed_report = json.dumps(report, ensure_ascii=False)

    def forget(self) -> None:
        """Drop the workbook and what was read from it; the counts stay. Does not save."""
        self.sealed_content = b""
        self.sealed_report = ""
