"""Exams: what is asked (blueprint, papers), who may sit (candidates), and what they did (sittings, saved answers)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.orgs.models import Organization
from huomiao.practice.models.banks import Bank, QuestionVersion, Topic
from huomiao.practice.states import Eligibility, ExamState, Level, PaperPlan, SittingState, SubmitReason


class Exam(models.Model):
    """An exam that a union holds at a fixed time. Its rules freeze when its papers are built."""

    organiser = models.ForeignKey(
        Organization, verbose_name=_("主办工会"), on_delete=models.PROTECT, related_name="exams"
    )
    slug = models.SlugField(_("网址代码"), max_length=60, unique=True)
    title = models.CharField(_("名称"), max_length=80)
    text = models.TextField(_("考试须知"), blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=ExamState, default=ExamState.DRAFT)
    opens_at = models.DateTimeField(_("开考时间"))
    closes_at = models.DateTimeField(_("结束时间"))
    minutes = models.PositiveSmallIntegerField(_("考试时长（分钟）"), default=60)
    # Minutes after the opening in which one may still begin; a late start buys no time after closing.
    late_minutes = models.PositiveSmallIntegerField(_("迟到限制（分钟）"), default=15)
    # No one may hand in before so many minutes have passed.
    early_minutes = models.PositiveSmallIntegerField(_("最早交卷（分钟）"), default=0)
    attempts = models.PositiveSmallIntegerField(_("可考次数"), default=1)
    pass_percent = models.PositiveSmallIntegerField(_("及格线（%）"), default=60, validators=[MaxValueValidator(100)])
    plan = models.CharField(_("出卷方式"), max_length=6, choices=PaperPlan, default=PaperPlan.FIXED)
    paper_count = models.PositiveSmallIntegerField(_("平行卷套数"), default=1, validators=[MinValueValidator(1)])
    shuffles_questions = models.BooleanField(_("打乱题目顺序"), default=True)
    shuffles_options = models.BooleanField(_("打乱选项顺序"), default=True)
    gives_partial = models.BooleanField(_("多选题漏选给部分分"), default=False)
    shows_answers = models.BooleanField(_("公布成绩时公布答案"), default=False)
    eligibility = models.CharField(_("考生范围"), max_length=6, choices=Eligibility, default=Eligibility.ROSTER)
    units = models.ManyToManyField(Organization, verbose_name=_("参考单位"), blank=True, related_name="+")
    banks = models.ManyToManyField(Bank, verbose_name=_("题库"), related_name="exams")
    needs_ticket = models.BooleanField(_("凭考场准考码入场"), default=False)
    # CIDR networks from which one may sit; empty means anywhere.
    networks = models.JSONField(_("允许的网络"), default=list, blank=True)
    # Starts are spread over so many seconds after the opening, each candidate's share drawn from their own key.
    spread_seconds = models.PositiveSmallIntegerField(_("错峰入场（秒）"), default=30)
    award = models.CharField(_("证书名称"), max_length=80, blank=True)
    seed = models.CharField(max_length=32, blank=True)
    # Papers were built: from here on the rules above are frozen.
    built_at = models.DateTimeField(null=True, blank=True)
    # Papers are being built: since when, how many of how many, and what stopped it.
    building_at = models.DateTimeField(null=True, blank=True)
    build_done = models.PositiveIntegerField(default=0)
    build_total = models.PositiveIntegerField(default=0)
    build_problem = models.CharField(max_length=200, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    appeals_until = models.DateTimeField(_("成绩复核截止"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="practice_exam_ends_after_start"),
        )
        verbose_name = _("考试")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("practice:exam", args=[self.slug])

    @property
    def latest_entry(self) -> datetime:
        """Who comes later is not let in any more: so long after the opening, and never after the closing."""
        return min(self.opens_at + timedelta(minutes=self.late_minutes), self.closes_at)


class BlueprintLine(models.Model):
    """So many questions of one kind, from one part of the knowledge tree, of one difficulty, for so many points each."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="blueprint")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("大题"), max_length=60)
    kind = models.CharField(_("题型"), max_length=12)
    topic = models.ForeignKey(
        Topic, verbose_name=_("知识点"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    level = models.CharField(_("等级"), max_length=1, choices=Level, blank=True)
    difficulty = models.PositiveSmallIntegerField(_("难度"), null=True, blank=True)
    count = models.PositiveSmallIntegerField(_("题数"))
    points = models.DecimalField(_("每题分值"), max_digits=5, decimal_places=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["exam", "position"], name="practice_blueprint_position_once"),)

    def __str__(self) -> str:
        return f"{self.title} {self.count}×{self.points}"


class ExamPaper(models.Model):
    """A paper built beforehand. ``items``: ``[[version id, points, blueprint position], …]``."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="papers")
    number = models.PositiveIntegerField()
    items = models.JSONField()
    total_points = models.DecimalField(max_digits=6, decimal_places=1)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["exam", "number"], name="practice_paper_once"),)

    def __str__(self) -> str:
        return f"{self.exam_id} {self.number}"


class Candidate(models.Model):
    """Somebody who may sit an exam, with the paper that waits for them and the ticket that lets them into the room."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="candidates")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="candidacies")
    unit = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("准考证号"), max_length=20)
    room = models.CharField(_("考场"), max_length=40, blank=True)
    seat = models.CharField(_("座位"), max_length=10, blank=True)
    # Keyed hash of the room ticket; the ticket itself is shown once, when it is printed.
    ticket_key = models.CharField(max_length=64, blank=True)
    paper = models.ForeignKey(ExamPaper, null=True, on_delete=models.PROTECT, related_name="candidates")
    # Minutes on top of the exam's own, for somebody who needs longer; they also count after its closing.
    extra_minutes = models.PositiveSmallIntegerField(_("加时（分钟）"), default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["exam", "user"], name="practice_candidate_once"),
            models.UniqueConstraint(fields=["exam", "number"], name="practice_candidate_number_once"),
        )

    def __str__(self) -> str:
        return self.number


class Sitting(models.Model):
    """One go of a candidate at an exam, from its start on the server's clock to its marks."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="sittings")
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="sittings")
    attempt = models.PositiveSmallIntegerField(default=1)
    paper = models.ForeignKey(ExamPaper, on_delete=models.PROTECT, related_name="+")
    # Names the sitting in its token; with the site's secret it gives the order of questions and options.
    seed = models.CharField(max_length=32)
    # Counts the devices: taking up the exam on another one ends the right of the earlier one to save.
    epoch = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=SittingState, default=SittingState.RUNNING)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=8, choices=SubmitReason, blank=True)
    machine_points = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    # None as long as answers wait for people to mark them.
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    is_passed = models.BooleanField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["candidate", "attempt"], name="practice_sitting_attempt_once"),)
        indexes = (models.Index(fields=["exam", "state", "ends_at"], name="practice_sitting_due"),)

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.attempt}"


class SavedAnswer(models.Model):
    """An answer as it was given, appended and never changed; the highest ``seq`` of a position is what counts."""

    sitting = models.ForeignKey(Sitting, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    # Which question, counted from 0 in the paper's own order.
    position = models.PositiveSmallIntegerField()
    # The device's epoch times ``sittings.SEQ_ROOM`` plus its own count: what a later device says counts more.
    seq = models.PositiveIntegerField()
    # In the version's own order; null takes an answer back.
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sitting", "seq"], name="practice_saved_answer_once"),)

    def __str__(self) -> str:
        return f"{self.sitting_id} {self.position} {self.seq}"


class Signal(models.Model):
    """Something that happened while somebody sat an exam and that a person should judge; never a penalty by itself."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=16)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.kind


class ItemMark(models.Model):
    """The points that one answer of a sitting was given, and how they came about."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="marks")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    answer = models.JSONField(null=True)
    fraction = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sitting", "position"], name="practice_item_mark_once"),)

    def __str__(self) -> str:
        return f"{self.sitting_id} {self.position} {self.points}"
