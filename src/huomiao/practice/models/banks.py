"""Question banks: what is asked, with every version ever asked, and the frozen releases that people practise from.

What a taker may see (``body``) and what they may not see before they have answered (``key``, ``explanation``) are
different columns, so that a query for a paper cannot fetch an answer by accident.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager

from huomiao.files.models import StoredFile
from huomiao.orgs.models import Organization
from huomiao.practice.states import Level, QuestionState, ReportState, TopicKind, Use

EASIEST, HARDEST = 1, 5


class Topic(MP_Node):
    """A node of the knowledge tree: trades at the top, subjects and points below."""

    steplen = 4
    node_order_by: ClassVar[list[str]] = []

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类型"), max_length=8, choices=TopicKind)
    is_demo = models.BooleanField(default=False)

    objects: ClassVar[MP_NodeManager[Topic]] = MP_NodeManager()

    class Meta:
        verbose_name = _("知识点")

    def __str__(self) -> str:
        return self.name


class Bank(models.Model):
    """A question bank that a union keeps; with ``is_shared`` everybody in its branch may practise from it."""

    owner = models.ForeignKey(Organization, verbose_name=_("所属工会"), on_delete=models.PROTECT, related_name="banks")
    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    description = models.TextField(_("说明"), blank=True)
    trade = models.ForeignKey(
        Topic, verbose_name=_("工种"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    level = models.CharField(_("等级"), max_length=1, choices=Level, blank=True)
    is_shared = models.BooleanField(_("下级单位职工可用"), default=True)
    # Whether a second person must agree before a question is used.
    needs_review = models.BooleanField(_("试题须经他人审核"), default=True)
    current = models.ForeignKey("Release", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("题库")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("practice:bank", args=[self.code])


class Question(models.Model):
    """One question through its versions: ``latest`` is worked on, ``published`` goes into the next release."""

    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="questions")
    # The bank's own number for it: a second import with the same code updates instead of doubling.
    code = models.CharField(_("编号"), max_length=60)
    state = models.CharField(_("状态"), max_length=10, choices=QuestionState, default=QuestionState.DRAFT)
    use = models.CharField(_("用途"), max_length=8, choices=Use, default=Use.BOTH)
    topic = models.ForeignKey(
        Topic, verbose_name=_("知识点"), null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )
    level = models.CharField(_("等级"), max_length=1, choices=Level, blank=True)
    difficulty = models.PositiveSmallIntegerField(
        _("难度"), default=3, validators=[MinValueValidator(EASIEST), MaxValueValidator(HARDEST)]
    )
    source = models.CharField(_("来源"), max_length=120, blank=True)
    # Denormalised from the latest version, for lists, search and the finder of near-duplicates.
    kind = models.CharField(_("题型"), max_length=12)
    stem = models.TextField(_("题干"))
    # What ``alike.sketch`` made of the stem.
    sketch = models.BinaryField(default=b"", editable=False)
    latest = models.ForeignKey("QuestionVersion", null=True, on_delete=models.PROTECT, related_name="+")
    published = models.ForeignKey("QuestionVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["bank", "code"], name="practice_question_code_once"),)
        indexes = (models.Index(fields=["bank", "state", "id"], name="practice_question_state"),)
        verbose_name = _("试题")

    def __str__(self) -> str:
        return self.stem[:60]

    def get_absolute_url(self) -> str:
        return reverse("practice:question", args=[self.pk])


class QuestionVersion(models.Model):
    """A question as it read at one time; never changed. Attempts and papers point here."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    body = models.JSONField()
    key = models.JSONField()
    explanation = models.TextField(_("解析"), blank=True)
    # Pictures, sound and film of the explanation, in the shape of ``body["media"]``; hidden as long as it is.
    explanation_media = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["question", "number"], name="practice_version_once"),)

    def __str__(self) -> str:
        return f"{self.question_id}.{self.number}"


class QuestionFile(models.Model):
    """A picture, sound or film that versions of a question show; ``body`` names it by the file's id."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="question_uses")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["question", "file"], name="practice_question_file_once"),)

    def __str__(self) -> str:
        return str(self.file_id)


class Release(models.Model):
    """A bank as it was frozen for use: the versions in it, in order. Drills and papers name a release, never a bank."""

    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    # Keys of QuestionVersion in the bank's order. A question's place here is its bit in what somebody has seen.
    version_ids = models.JSONField()
    question_count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["bank", "number"], name="practice_release_once"),)

    def __str__(self) -> str:
        return f"{self.bank_id} v{self.number}"


class KeyReport(models.Model):
    """Somebody says that a question or its key is wrong, and what became of it."""

    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="reports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(_("问题"), max_length=500)
    state = models.CharField(_("状态"), max_length=10, choices=ReportState, default=ReportState.OPEN)
    reply = models.TextField(_("答复"), blank=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["version", "by"], condition=models.Q(state="open"), name="practice_report_once"
            ),
        )

    def __str__(self) -> str:
        return self.text[:40]
