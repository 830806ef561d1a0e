"""A declaration: one result, its authors, benefits, rights and papers."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.core.encryption import EncryptedTextField
from huomiao.files.models import StoredFile
from huomiao.innovations.models.calls import Call, Category, PriorityField
from huomiao.innovations.states import (
    HANDED_IN,
    AttachmentRole,
    BenefitKind,
    Consent,
    Decision,
    Path,
    PropertyKind,
    PropertyStatus,
    Source,
    State,
)
from huomiao.orgs.models import Organization
from huomiao.studios.models import Studio


def new_paper_code() -> str:
    return secrets.token_hex(8)


class Declaration(models.Model):
    """One result declared to a call, from draft to publication."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="declarations")
    number = models.CharField(_("编号"), max_length=40, null=True, blank=True, unique=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.DRAFT, db_index=True)
    path = models.CharField(_("申报方式"), max_length=8, choices=Path, default=Path.WORKER)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="declarations")
    unit = models.ForeignKey(
        Organization, verbose_name=_("申报单位"), on_delete=models.PROTECT, related_name="declarations"
    )
    # The union that holds the quota (a city, the new area, an industry or directly led union), from the tree at submission.
    union = models.ForeignKey(
        Organization,
        verbose_name=_("推荐工会"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="recommended",
    )
    # While submitted: the union whose decision it waits for.
    desk = models.ForeignKey(
        Organization,
        verbose_name=_("当前处理"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="on_desk",
    )
    # What the declarer writes. Drafts may hold anything; submission checks.
    title = models.CharField(_("成果名称"), max_length=200, blank=True)
    category = models.ForeignKey(
        Category, verbose_name=_("类别"), null=True, blank=True, on_delete=models.PROTECT, related_name="declarations"
    )
    field = models.ForeignKey(
        PriorityField,
        verbose_name=_("重点领域"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="declarations",
    )
    section = models.CharField(_("行业门类"), max_length=1, blank=True)
    division = models.CharField(_("行业大类"), max_length=2, blank=True, db_index=True)
    source = models.CharField(_("来源"), max_length=12, choices=Source, blank=True)
    studio = models.ForeignKey(
        Studio, verbose_name=_("工作室"), null=True, blank=True, on_delete=models.PROTECT, related_name="declarations"
    )
    finished_on = models.DateField(_("完成日期"), null=True, blank=True)
    in_use_since = models.DateField(_("投入使用日期"), null=True, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=50, blank=True)
    contact_phone = EncryptedTextField(_("联系电话"), blank=True)
    problem = models.TextField(_("问题与背景"), blank=True)
    solution = models.TextField(_("主要内容与创新点"), blank=True)
    application = models.TextField(_("应用情况"), blank=True)
    social_benefit = models.TextField(_("社会效益"), blank=True)
    outlook = models.TextField(_("推广前景"), blank=True)
    abstract = models.TextField(_("公开摘要"), blank=True)
    keywords = models.CharField(_("关键词"), max_length=120, blank=True)
    consent = models.CharField(_("公开范围"), max_length=8, choices=Consent, blank=True)
    ownership = models.CharField(_("权利归属"), max_length=200, blank=True)
    # Pledges and the exclusions ticked as not applying (their primary keys), with the texts as they were when given.
    pledges = models.JSONField(default=dict, blank=True)
    excluded_none = models.JSONField(default=list, blank=True)
    # Counts up with every saved draft, so that a second window cannot overwrite unseen.
    version = models.PositiveIntegerField(default=0)
    # The version at which each step of the form was last saved: two windows at different steps do not collide.
    step_versions = models.JSONField(default=dict, editable=False)
    # The texts as they were last handed in, and which of them a correction changed since: the reviewer sees both.
    handed_in = models.JSONField(default=dict, editable=False)
    changed = models.JSONField(default=list, editable=False)
    # What the QR code of the printed form carries.
    paper_code = models.CharField(max_length=16, unique=True, default=new_paper_code, editable=False)
    # Place in its union's recommendation list.
    rank = models.PositiveSmallIntegerField(_("推荐排序"), null=True, blank=True)
    # Until when the declarer may correct it, when the organiser sent it back after the window for declaring had closed.
    correct_by = models.DateTimeField(_("补正截止"), null=True, blank=True)
    # The result, filled when it is released.
    grade = models.CharField(_("等次"), max_length=40, blank=True)
    # MinHash over the text, for likeness; kept up to date at submission and import.
    signature = models.BinaryField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["call", "state"], name="innovations_call_state"),
            models.Index(fields=["call", "union", "category"], name="innovations_call_union"),
            models.Index(fields=["call", "desk"], name="innovations_call_desk"),
        )

    def __str__(self) -> str:
        return self.title or str(_("（未命名）"))

    def get_absolute_url(self) -> str:
        return reverse("innovations:declaration", args=[self.pk])

    @property
    def text(self) -> str:
        """Everything that was written about the result, for search and likeness."""
        parts = (self.title, self.problem, self.solution, self.application)
        return "\n".join(part for part in parts if part)


class Author(models.Model):
    """Somebody who made the result; the first is place 1. Confirming on line replaces the signature."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="authors")
    place = models.PositiveSmallIntegerField(_("排名"))
    name = models.CharField(_("姓名"), max_length=50)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="authorships"
    )
    gender = models.CharField(_("性别"), max_length=1, blank=True)
    born_in = models.CharField(_("出生年月"), max_length=7, blank=True)
    id_number = EncryptedTextField(_("身份证号"), blank=True)
    phone = EncryptedTextField(_("手机号"), blank=True)
    post = models.CharField(_("工种/岗位"), max_length=60, blank=True)
    title = models.CharField(_("职称/技能等级"), max_length=60, blank=True)
    is_frontline = models.BooleanField(_("一线职工"), default=True)
    is_member = models.BooleanField(_("工会会员"), default=True)
    contribution = models.TextField(_("贡献"), blank=True)
    confirmed_at = models.DateTimeField(_("本人确认"), null=True, blank=True)
    # The author, or the secretary who holds the signature on paper of an author without an account.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("place",)
        constraints = (
            models.UniqueConstraint(fields=["declaration", "place"], name="innovations_one_author_a_place"),
            models.CheckConstraint(condition=Q(place__gte=1), name="innovations_author_place_from_one"),
        )

    def __str__(self) -> str:
        return self.name


class Benefit(models.Model):
    """A yearly economic benefit (or the cost) in units of 10,000 yuan, and how it was calculated."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="benefits")
    kind = models.CharField(_("类型"), max_length=12, choices=BenefitKind)
    amount = models.DecimalField(_("金额（万元）"), max_digits=14, decimal_places=2)
    period = models.CharField(_("测算期"), max_length=40, blank=True)
    basis = models.TextField(_("计算依据"), blank=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


class IntellectualProperty(models.Model):
    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="properties")
    kind = models.CharField(_("类型"), max_length=10, choices=PropertyKind)
    number = models.CharField(_("专利号/登记号"), max_length=60, blank=True)
    holder = models.CharField(_("权利人"), max_length=120, blank=True)
    status = models.CharField(_("状态"), max_length=8, choices=PropertyStatus)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class EarlierAward(models.Model):
    """An award that the declarer says the result already has."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="earlier_awards")
    name = models.CharField(_("奖励名称"), max_length=120)
    level = models.CharField(_("级别"), max_length=40, blank=True)
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    awarded_by = models.CharField(_("授予单位"), max_length=120, blank=True)

    def __str__(self) -> str:
        return self.name


class Attachment(models.Model):
    """A paper or picture of a declaration. ``names_found`` are the author's and unit's names that its text contains."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="attachments")
    role = models.CharField(_("用途"), max_length=14, choices=AttachmentRole)
    caption = models.CharField(_("说明"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    names_found = models.JSONField(default=list, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.caption or str(self.file)


class Opinion(models.Model):
    """What a union said of a declaration when it lay on its desk, and did with it."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="opinions")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(_("决定"), max_length=10, choices=Decision)
    text = models.TextField(_("意见"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # What went with it: the fields to correct, the exclusions ticked as not applying, what the unit confirmed.
    details = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("made_at", "pk")

    def __str__(self) -> str:
        return f"{self.organization} {self.get_decision_display()}"


class Likeness(models.Model):
    """How much a declaration's text is like another's, or like an earlier award's, with the passages in common."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="likenesses")
    other = models.ForeignKey(Declaration, null=True, on_delete=models.CASCADE, related_name="+")
    honour = models.ForeignKey("honours.Honour", null=True, on_delete=models.CASCADE, related_name="+")
    share = models.DecimalField(max_digits=4, decimal_places=3)
    passages = models.JSONField(default=list)
    found_at = models.DateTimeField(auto_now=True)
    # An officer looked and said why it is not the same.
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    cleared_note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-share",)
        constraints = (
            models.CheckConstraint(
                condition=Q(other__isnull=False, honour=None) | Q(other=None, honour__isnull=False),
                name="innovations_likeness_to_one_thing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.share}"


class LikenessBand(models.Model):
    """One band of a text's MinHash. Texts that share a band are worth comparing; an index finds them at any size."""

    key = models.BigIntegerField(db_index=True)
    declaration = models.ForeignKey(Declaration, null=True, on_delete=models.CASCADE, related_name="+")
    honour = models.ForeignKey("honours.Honour", null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(declaration__isnull=False, honour=None) | Q(declaration=None, honour__isnull=False),
                name="innovations_band_of_one_text",
            ),
        )

    def __str__(self) -> str:
        return str(self.key)


class NumberSeries(models.Model):
    """How far the numbers that begin with ``stem`` have been given out. Its row is the lock on the next one."""

    stem = models.CharField(max_length=60, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.stem}-{self.last:04d}"


history.guard(
    Declaration,
    "state",
    "call_id",
    "number",
    "unit_id",
    "union_id",
    "desk_id",
    "title",
    "category_id",
    "field_id",
    "division",
    "problem",
    "solution",
    "application",
    "rank",
    "grade",
    when=lambda values: values["state"] in HANDED_IN,
)
