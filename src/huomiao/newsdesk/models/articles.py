"""Articles, their versions as they were read, their pictures, and what editors corrected."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.newsdesk.models.captures import Capture
from huomiao.newsdesk.models.sources import LONGEST_ADDRESS, Category, Source
from huomiao.newsdesk.states import ArticleState, CorrectedField, Filing


class Article(models.Model):
    """One article under its canonical address. Lists read its own columns, which repeat the current version's."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="articles")
    url = models.CharField(_("原文地址"), max_length=LONGEST_ADDRESS)
    url_hash = models.CharField(max_length=64, unique=True)
    site = models.CharField(max_length=253)
    category = models.ForeignKey(
        Category, verbose_name=_("类别"), null=True, on_delete=models.PROTECT, related_name="articles"
    )
    filed_by = models.CharField(max_length=10, choices=Filing, default=Filing.NOBODY, blank=True)
    filing_sureness = models.FloatField(null=True)
    current = models.OneToOneField("newsdesk.Version", null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(_("标题"), max_length=300)
    summary = models.CharField(max_length=200, blank=True)
    source_name = models.CharField(_("来源"), max_length=80, blank=True)
    reposted_from = models.CharField(_("转自"), max_length=80, blank=True)
    language = models.CharField(max_length=2, blank=True)
    published_at = models.DateTimeField(_("发布时间"), null=True)
    first_seen_at = models.DateTimeField(_("首次收录"))
    # Published where the page says so, else first seen: what every list is ordered by.
    dated_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ArticleState, default=ArticleState.SHOWN)
    # What the page asks, in its newest snapshot (``pipeline.robots_words``).
    asks_noindex = models.BooleanField(default=False)
    asks_noarchive = models.BooleanField(default=False)
    # The search index follows these rows: it is behind wherever the two differ. Every change counts ``revision`` up.
    revision = models.PositiveIntegerField(default=1)
    indexed_revision = models.PositiveIntegerField(default=0)
    # Whether copies, related articles and names were looked for since the text changed.
    is_related = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=["category", "-dated_at", "-id"], name="news_shelf"),
            models.Index(fields=["-dated_at", "-id"], name="news_newest"),
            models.Index(fields=["source", "-first_seen_at"], name="news_yield"),
            models.Index(fields=["id"], name="news_unrelated", condition=models.Q(is_related=False)),
            models.Index(
                fields=["id"], name="news_pending", condition=models.Q(revision__gt=models.F("indexed_revision"))
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("newsdesk:article", args=[self.pk])

    @property
    def is_shown(self) -> bool:
        return self.state == ArticleState.SHOWN

    @property
    def is_taken_down(self) -> bool:
        return self.state == ArticleState.TAKEN_DOWN

    @property
    def state_asked_for(self) -> ArticleState:
        """Where it stands unless it is taken down."""
        return ArticleState.SEALED if self.asks_noindex else ArticleState.SHOWN


class Version(models.Model):
    """What the extractor read on one capture; never changed. ``body`` is a list of blocks (``pipeline.article``)."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本"))
    extractor = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    # Read again from the same capture with better rules: the newer reading is shown in its place.
    is_superseded = models.BooleanField(default=False)
    title = models.CharField(max_length=300)
    subtitle = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField(null=True)
    published_to = models.CharField(max_length=6, blank=True)
    updated_at = models.DateTimeField(null=True)
    source_name = models.CharField(max_length=80, blank=True)
    reposted_from = models.CharField(max_length=80, blank=True)
    authors = models.JSONField(default=list)
    editors = models.JSONField(default=list)
    category_said = models.CharField(max_length=60, blank=True)
    body = models.JSONField(default=list)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=2, blank=True)
    canonical = models.CharField(max_length=LONGEST_ADDRESS, blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["article", "number"], name="news_one_version_a_number"),)
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.title} #{self.number}"

    @property
    def sureness(self) -> float:
        """How sure the extractor is on the whole, 0 to 1: the mean over the fields that it found."""
        found: list[Any] = [one.get("confidence", 0.0) for one in self.evidence.values()]
        return sum(found) / len(found) if found else 0.0


class Picture(models.Model):
    """A copy of a picture of an article, or one that is still to come; never shown from the site it came from."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="pictures")
    capture = models.ForeignKey(Capture, null=True, on_delete=models.PROTECT, related_name="pictures")
    url = models.CharField(max_length=LONGEST_ADDRESS)
    url_hash = models.CharField(max_length=64)
    caption = models.CharField(max_length=500, blank=True)
    credit = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["article", "url_hash", "capture"], name="news_one_picture_a_copy"),
            models.UniqueConstraint(
                fields=["article", "url_hash"], name="news_one_picture_to_come", condition=models.Q(capture=None)
            ),
        )
        indexes = (models.Index(fields=["url_hash"], name="news_picture_url"),)

    def __str__(self) -> str:
        return self.caption or self.url

    def get_absolute_url(self) -> str:
        return reverse("newsdesk:picture", args=[self.pk])


class Correction(models.Model):
    """An editor's word on one field of one article, and the rule for the whole site that follows from it.

    ``rule`` is what the extractor is given for the source's other pages; empty where the field holds for this one only.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="corrections")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=20, choices=CorrectedField)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    rule = models.JSONField(default=dict, blank=True)
    is_in_force = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.field}: {self.after[:60]}"


# Only what is taken down is under guard: a page that comes back, or goes, behind the history's back shows.
history.guard(Article, "state", when=lambda values: values["state"] == ArticleState.TAKEN_DOWN)
