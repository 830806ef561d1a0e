"""Expert review. What an expert can reach (``Entry``, ``Sheet``) holds no identity and no key that leads to one.

``Unsealing`` is the only table that ties an entry to its declaration. Queries that serve experts never name it; a test
reads their SQL.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.files.models import StoredFile
from huomiao.innovations.models.calls import Call, PriorityField, Rubric
from huomiao.innovations.models.declarations import Attachment, Declaration
from huomiao.innovations.states import ConflictKind, RoundState, SheetState, WithheldReason
from huomiao.orgs.models import Organization


class Expert(models.Model):
    """Somebody in the pool: what they know, where they belong, and whom they must not judge."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="expert")
    unit = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="experts")
    unit_name = models.CharField(_("单位"), max_length=120, blank=True)
    title = models.CharField(_("职称"), max_length=60, blank=True)
    fields = models.ManyToManyField(PriorityField, blank=True, related_name="experts")
    # GB/T 4754 divisions, two digits each.
    divisions = models.JSONField(_("熟悉的行业大类"), default=list, blank=True)
    keywords = models.CharField(_("专长"), max_length=200, blank=True)
    is_active = models.BooleanField(_("在库"), default=True)
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.user)


class Relation(models.Model):
    """A relation that an expert declared (or an officer entered): to an organization or to a person by name."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="relations")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    person_name = models.CharField(_("姓名"), max_length=50, blank=True)
    note = models.CharField(_("关系"), max_length=120)
    declared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(organization__isnull=False) | ~Q(person_name=""), name="innovations_relation_to_something"
            ),
        )

    def __str__(self) -> str:
        return self.note


class Round(models.Model):
    """One round of scoring, with its rules as they were when it began and the seed that reproduces its assignment."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="rounds")
    name = models.CharField(_("名称"), max_length=60)
    state = models.CharField(_("状态"), max_length=10, choices=RoundState, default=RoundState.PREPARING)
    seed = models.PositiveIntegerField(_("随机种子"))
    rules = models.JSONField(default=dict)
    # What the last assignment said of itself: quality, loads, and what could not be met and why.
    assignment_report = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """What an expert sees of a declaration: a number issued for the round, and its text with names struck out."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="entries")
    number = models.CharField(_("评审编号"), max_length=12)
    category_name = models.CharField(_("类别"), max_length=40)
    field_name = models.CharField(_("重点领域"), max_length=60, blank=True)
    division = models.CharField(_("行业大类"), max_length=2, blank=True)
    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("成果名称"), max_length=200)
    # Sections of text in order: [{"heading": …, "text": …}], names struck out.
    sections = models.JSONField(default=list)
    # Economic figures: [{"kind": …, "amount": …, "basis": …}], names struck out.
    benefits = models.JSONField(default=list)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["round", "number"], name="innovations_entry_number_once"),)

    def __str__(self) -> str:
        return self.number


class EntryFile(models.Model):
    """A picture, video or paper that an expert may see: a copy under a name that tells nothing."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.label


class Unsealing(models.Model):
    """Which declaration an entry is. Read only by those who assign, rank and release."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="+")
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="unsealings")

    def __str__(self) -> str:
        return str(self.entry)


class Withheld(models.Model):
    """An attachment that no expert sees, and why. Like ``Unsealing`` it is read only by those who run the round."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")
    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("原因"), max_length=10, choices=WithheldReason)
    names = models.JSONField(default=list)
    # Settled: a redacted copy was supplied, or somebody looked and let it through.
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["entry", "attachment"], name="innovations_withheld_once"),)

    def __str__(self) -> str:
        return self.get_reason_display()


class Redaction(models.Model):
    """Words that an organiser struck out of an entry by hand, beyond the names that were found."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(_("隐去的文字"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entry", "words"], name="innovations_redaction_once"),)

    def __str__(self) -> str:
        return self.words


class Conflict(models.Model):
    """Why an expert may not score a declaration, found before assignment and kept as it was found."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="conflicts")
    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="conflicts")
    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="conflicts")
    kind = models.CharField(_("回避原因"), max_length=10, choices=ConflictKind)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["round", "expert", "declaration", "kind"], name="innovations_conflict_once"
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()


class Sheet(models.Model):
    """One expert's scoring of one entry: assigned, drafted, signed, and from then on fixed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="sheets")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="sheets")
    state = models.CharField(_("状态"), max_length=10, choices=SheetState, default=SheetState.ASSIGNED)
    # Points by criterion: {"<criterion id>": "12.5"}; complete and within bounds once signed.
    marks = models.JSONField(default=dict, blank=True)
    comment = models.TextField(_("评语"), blank=True)
    total = models.DecimalField(_("总分"), max_digits=5, decimal_places=1, null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    fit = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal(0))
    recusal_note = models.CharField(_("回避说明"), max_length=200, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entry", "expert"], name="innovations_one_sheet_an_expert"),)

    def __str__(self) -> str:
        return f"{self.entry} {self.get_state_display()}"


class Result(models.Model):
    """What the sheets of an entry come to: raw and calibrated, the interval, and the place in its category."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="results")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="result")
    sheets = models.PositiveSmallIntegerField()
    raw = models.DecimalField(_("原始分"), max_digits=6, decimal_places=2)
    calibrated = models.DecimalField(_("校准分"), max_digits=6, decimal_places=2)
    low = models.DecimalField(max_digits=6, decimal_places=2)
    high = models.DecimalField(max_digits=6, decimal_places=2)
    place = models.PositiveSmallIntegerField(_("名次"))
    # Where it stands in the list from which grades are given out, so that every list and every cut agree.
    position = models.PositiveIntegerField(default=0)
    best_place = models.PositiveSmallIntegerField()
    worst_place = models.PositiveSmallIntegerField()
    grade = models.CharField(_("拟定等次"), max_length=40, blank=True)
    # How it came about: steps of aggregation, means by criterion, what broke a tie.
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("place",)

    def __str__(self) -> str:
        return f"{self.entry} {self.raw}"


history.guard(
    Sheet,
    "entry_id",
    "expert_id",
    "state",
    "marks",
    "total",
    "comment",
    when=lambda values: values["state"] == SheetState.SIGNED,
)
history.guard(Result, "entry_id", "raw", "calibrated", "place", "grade")
