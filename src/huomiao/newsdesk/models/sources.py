"""Where articles come from: categories, sources, and the addresses that the crawl knows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.newsdesk.states import AddressKind, Rank, RulePlace, SourceKind, SourceState
from huomiao.orgs.models import Organization

# What browsers and servers take; a longer address is nobody's article.
LONGEST_ADDRESS = 2048

# The names that a new desk begins with (migration 0002) have their English; names that editors give are their own.
FIRST_CATEGORIES = (
    gettext_noop("职工创新"),
    gettext_noop("劳动竞赛"),
    gettext_noop("岗位练兵"),
    gettext_noop("劳模工匠"),
    gettext_noop("工会工作"),
    gettext_noop("国内"),
    gettext_noop("国际"),
    gettext_noop("社会"),
    gettext_noop("经济"),
    gettext_noop("科技"),
    gettext_noop("文化"),
    gettext_noop("教育"),
    gettext_noop("健康"),
    gettext_noop("体育"),
    gettext_noop("军事"),
)


def shelf_label(name: str) -> str:
    """The name of a category in the reader's language."""
    return gettext(name) if name in FIRST_CATEGORIES else name


class Category(models.Model):
    """A shelf of the desk, such as 国内 or the programme's own 劳动竞赛."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("类别"), max_length=20, unique=True)
    # The programme's own categories stand first and are told apart by colour.
    is_own = models.BooleanField(_("本计划类别"), default=False)
    position = models.PositiveSmallIntegerField(default=100)
    # What it was called before: sites, the classifier and old searches still say so.
    former_names = models.JSONField(default=list, blank=True)
    # Retired: its articles went there, and so does whoever has its old address. Never another that is retired.
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed")

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("newsdesk:category", args=[self.slug])

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return shelf_label(self.name)


class FilingRule(models.Model):
    """What an editor said once about many articles: those with these words in that place belong to this category."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="rules")
    place = models.CharField(_("看哪里"), max_length=10, choices=RulePlace)
    words = models.CharField(_("有这些字"), max_length=80)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["place", "words"], name="news_one_rule_for_the_same_words"),)

    def __str__(self) -> str:
        return f"{self.get_place_display()} {self.words}"


class Source(models.Model):
    """One place whose articles are collected: a feed, a sitemap, a list page, or an imported archive.

    ``rules`` is what was learnt of it: ``links`` (patterns of its articles' addresses) and ``layout`` (how its pages
    are built). ``robots`` and politeness belong to the host and are the crawler's.
    """

    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类型"), max_length=10, choices=SourceKind)
    address = models.CharField(_("地址"), max_length=LONGEST_ADDRESS)
    address_hash = models.CharField(max_length=64, unique=True)
    site = models.CharField(_("站点"), max_length=253, db_index=True)
    keeper = models.ForeignKey(
        Organization, verbose_name=_("维护单位"), on_delete=models.PROTECT, related_name="news_sources"
    )
    category = models.ForeignKey(
        Category, verbose_name=_("默认类别"), null=True, blank=True, on_delete=models.PROTECT, related_name="sources"
    )
    rules = models.JSONField(default=dict, blank=True)
    # By which other names its own articles credit it; an editor confirmed each.
    also_called = models.JSONField(default=list, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=SourceState, default=SourceState.ACTIVE)
    made_at = models.DateTimeField(auto_now_add=True)
    # What the health board stands on; the crawl writes it, history does not follow it.
    checked_at = models.DateTimeField(_("最近检查"), null=True, blank=True)
    succeeded_at = models.DateTimeField(_("最近成功"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("连续失败"), default=0)
    last_error = models.CharField(_("最近的问题"), max_length=300, blank=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("newsdesk:source", args=[self.pk])


class Address(models.Model):
    """One line of the frontier: an address that was found, when it is due, who fetches it, and what it answered last."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="addresses")
    url = models.CharField(max_length=LONGEST_ADDRESS)
    url_hash = models.CharField(max_length=64, unique=True)
    # Whose patience a request uses up: the host, with an unusual port.
    lane = models.CharField(max_length=260)
    kind = models.CharField(max_length=8, choices=AddressKind, default=AddressKind.PAGE)
    # The article of which this is a further page, and no article of its own.
    part_of = models.ForeignKey("newsdesk.Article", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.NEW)
    # None: nothing more is asked there (gone, forbidden, or long unchanged).
    due_at = models.DateTimeField(null=True)
    # The claim of whoever is fetching it, and until when nobody else may (None: it is free).
    lease = models.CharField(max_length=40, blank=True)
    owner = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()
    # What earlier visits leave for the next one (``pipeline.fetch.revisits.Memory``).
    memory = models.TextField(blank=True)
    visited_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    # Why the last visit failed (``pipeline.fetch.errors.Reason``); empty when it did not.
    trouble = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = (
            # Their conditions have no values in them: SQLite would not recognise those in a query with parameters.
            models.Index(
                fields=["rank", "due_at", "id"],
                name="news_due",
                condition=Q(leased_until__isnull=True, due_at__isnull=False),
            ),
            models.Index(fields=["owner", "lane"], name="news_leased", condition=Q(leased_until__isnull=False)),
            models.Index(fields=["lease"], name="news_lease"),
        )

    def __str__(self) -> str:
        return self.url


class Classifier(models.Model):
    """What the desk has learnt of filing (``pipeline.classify.model``), and from how many decisions of editors; one row."""

    content = models.BinaryField()
    decisions = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d} {self.decisions}"


class Rest(models.Model):
    """A host that is left alone until then, because it asked for it or answered badly."""

    lane = models.CharField(max_length=260, unique=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.lane} {self.until:%Y-%m-%d %H:%M}"


history.guard(Source, "name", "kind", "address", "keeper_id", "category_id", "state")
