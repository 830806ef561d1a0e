"""Courses: short sections that somebody works through, how far each person has come, and what they finished."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.files.models import StoredFile
from huomiao.honours.models import Honour
from huomiao.orgs.models import Organization
from huomiao.practice.models.banks import EASIEST, HARDEST, Bank, Topic
from huomiao.practice.states import CourseState, Level, SectionKind


class Course(models.Model):
    """Something to learn, made by a union for everybody in its branch: sections in order, and what finishing it brings."""

    owner = models.ForeignKey(
        Organization, verbose_name=_("所属工会"), on_delete=models.PROTECT, related_name="courses"
    )
    slug = models.SlugField(_("网址代码"), max_length=60, unique=True)
    title = models.CharField(_("名称"), max_length=80)
    summary = models.CharField(_("简介"), max_length=300, blank=True)
    cover = models.ForeignKey(StoredFile, verbose_name=_("封面"), null=True, on_delete=models.PROTECT, related_name="+")
    trade = models.ForeignKey(
        Topic, verbose_name=_("工种"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    level = models.CharField(_("等级"), max_length=1, choices=Level, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=CourseState, default=CourseState.DRAFT)
    # Whether a section opens only when the one before it is done.
    is_in_order = models.BooleanField(_("按顺序学习"), default=False)
    requires = models.ManyToManyField(
        "self", verbose_name=_("先修课程"), symmetrical=False, blank=True, related_name="required_by"
    )
    # What the certificate of those who finish is called; none is given when this is empty.
    award = models.CharField(_("结业证书名称"), max_length=80, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("课程")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("practice:course", args=[self.slug])


class Section(models.Model):
    """One short piece of a course: something to read or watch, or a drill that must be passed."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("类型"), max_length=8, choices=SectionKind)
    title = models.CharField(_("标题"), max_length=80)
    # Markdown: all there is of a text, the words beside a picture, film, paper or drill.
    text = models.TextField(_("正文"), blank=True, max_length=20000)
    file = models.ForeignKey(StoredFile, verbose_name=_("文件"), null=True, on_delete=models.PROTECT, related_name="+")
    alt = models.CharField(_("图片说明"), max_length=120, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("大约用时（分钟）"), default=5, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    # Of a drill: what is drawn, and how much must be right.
    bank = models.ForeignKey(
        Bank, verbose_name=_("题库"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    topic = models.ForeignKey(
        Topic, verbose_name=_("知识点"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    difficulty = models.PositiveSmallIntegerField(
        _("难度"), null=True, blank=True, validators=[MinValueValidator(EASIEST), MaxValueValidator(HARDEST)]
    )
    questions = models.PositiveSmallIntegerField(
        _("题数"), default=10, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    pass_percent = models.PositiveSmallIntegerField(
        _("及格线（%）"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="drill", bank__isnull=False) | (~Q(kind="drill") & Q(bank__isnull=True)),
                name="practice_section_drill_has_bank",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["text", "drill"]) | Q(file__isnull=False), name="practice_section_has_file"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def tag(self) -> str:
        """What attempts at the drill of this section are marked with."""
        return f"section:{self.pk}"


class Enrolment(models.Model):
    """Somebody who takes a course: where they stopped, and when they finished."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    # Where the person belonged when they began: figures count them there.
    unit = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    current = models.ForeignKey(Section, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    visited_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    honour = models.ForeignKey(Honour, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["course", "user"], name="practice_enrolment_once"),)
        indexes = (models.Index(fields=["user", "visited_at"], name="practice_enrolment_recent"),)

    def __str__(self) -> str:
        return f"{self.course_id} {self.user_id}"


class SectionDone(models.Model):
    """A section that somebody has done; a drill with the attempt that passed it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="done")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="done")
    at = models.DateTimeField()
    right = models.PositiveSmallIntegerField(null=True)
    total = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["enrolment", "section"], name="practice_section_done_once"),)

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.section_id}"
