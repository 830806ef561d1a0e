"""A call and the rules it carries: all of them data, copied from last year, frozen once their stage has begun."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.files.models import StoredFile
from huomiao.innovations.states import Aggregation, Basis, CallState, MixMeasure, Stage
from huomiao.orgs.models import Organization

# Most characters of each text of the form, most authors, pictures and so on, unless the call says otherwise.
DEFAULT_LIMITS: dict[str, int] = {
    "title": 30,
    "problem": 300,
    "solution": 800,
    "application": 300,
    "basis": 300,
    "social_benefit": 200,
    "outlook": 200,
    "abstract": 150,
    "contribution": 200,
    "authors": 5,
    "pictures": 6,
    "min_pictures": 1,
    "video_mb": 200,
    "attachment_mb": 20,
    "attachments": 20,
}


def default_limits() -> dict[str, int]:
    return dict(DEFAULT_LIMITS)


class PriorityList(models.Model):
    """A region's list of priority fields, in force for some years: "1269" of Jiangxi, 2023 to 2026."""

    name = models.CharField(_("名称"), max_length=40)
    region = models.ForeignKey(
        Organization, verbose_name=_("地区"), on_delete=models.PROTECT, related_name="priority_lists"
    )
    first_year = models.PositiveSmallIntegerField(_("起始年度"))
    last_year = models.PositiveSmallIntegerField(_("终止年度"))
    description = models.TextField(_("说明"), blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["name", "region", "first_year"], name="innovations_priority_list_once"),
        )

    def __str__(self) -> str:
        return self.name


class PriorityField(models.Model):
    """One chain or cluster of a priority list."""

    class Group(models.TextChoices):
        CHAIN = "chain", _("产业链")
        CLUSTER = "cluster", _("产业集群")

    list = models.ForeignKey(PriorityList, on_delete=models.CASCADE, related_name="fields")
    code = models.CharField(_("代码"), max_length=20)
    name = models.CharField(_("名称"), max_length=60)
    group = models.CharField(_("类型"), max_length=10, choices=Group)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["list", "code"], name="innovations_priority_code_once"),)

    def __str__(self) -> str:
        return self.name


class Call(models.Model):
    """One year's call for results: what is sought, by which rules, and where it stands."""

    slug = models.SlugField(_("网址名"), max_length=40, unique=True)
    series = models.CharField(_("活动系列"), max_length=40, default="wuxiao")
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("标题"), max_length=120)
    organiser = models.ForeignKey(
        Organization, verbose_name=_("主办单位"), on_delete=models.PROTECT, related_name="calls"
    )
    state = models.CharField(_("状态"), max_length=10, choices=CallState, default=CallState.DRAFT)
    body = models.TextField(_("通知正文"), blank=True, help_text=_("可使用 Markdown。"))
    contact = models.CharField(_("联系方式"), max_length=200, blank=True)
    number_prefix = models.CharField(_("编号前缀"), max_length=20, default="赣")
    priority_list = models.ForeignKey(
        PriorityList,
        verbose_name=_("重点领域目录"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="calls",
    )
    limits = models.JSONField(_("表单限制"), default=default_limits)
    allows_worker_path = models.BooleanField(_("允许职工自主申报"), default=True)
    needs_sealed_form = models.BooleanField(_("须上传盖章申报表"), default=False)
    # Review
    experts_per_entry = models.PositiveSmallIntegerField(_("每项评审专家数"), default=5)
    load_cap = models.PositiveSmallIntegerField(_("每位专家最多评审项数"), default=60)
    aggregation = models.CharField(_("计分方法"), max_length=8, choices=Aggregation, default=Aggregation.TRIMMED)
    basis = models.CharField(_("排名依据"), max_length=10, choices=Basis, default=Basis.RAW)
    is_blind = models.BooleanField(_("盲评"), default=True)
    avoids_same_union = models.BooleanField(_("专家回避同一推荐工会"), default=False)
    # Result
    award_wording = models.CharField(_("结果名称"), max_length=60, default="职工“五小”优秀创新成果")
    notice_days = models.PositiveSmallIntegerField(_("公示工作日"), default=5)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies")
    announced_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["series", "year", "organiser"], name="innovations_one_call_a_year"),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("innovations:call", args=[self.slug])

    def limit(self, name: str) -> int:
        """The call's limit of that name, or the usual one."""
        return int(self.limits.get(name, DEFAULT_LIMITS[name]))


class Window(models.Model):
    """When a stage of a call may be worked on."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="windows")
    stage = models.CharField(_("阶段"), max_length=10, choices=Stage)
    opens_at = models.DateTimeField(_("开始"))
    closes_at = models.DateTimeField(_("结束"))

    class Meta:
        ordering = ("opens_at",)
        constraints = (
            models.UniqueConstraint(fields=["call", "stage"], name="innovations_one_window_a_stage"),
            models.CheckConstraint(condition=Q(closes_at__gt=models.F("opens_at")), name="innovations_window_forwards"),
        )

    def __str__(self) -> str:
        return f"{self.call} {self.get_stage_display()}"


class Rubric(models.Model):
    """How entries of a category are scored: criteria that add up to a hundred points."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="rubrics")
    name = models.CharField(_("名称"), max_length=60)

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="criteria")
    name = models.CharField(_("指标"), max_length=40)
    description = models.CharField(_("说明"), max_length=300, blank=True)
    points = models.PositiveSmallIntegerField(_("满分"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name


class Band(models.Model):
    """A described range of a criterion's points: what deserves them."""

    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="bands")
    label = models.CharField(_("档次"), max_length=20)
    low = models.DecimalField(_("下限"), max_digits=5, decimal_places=1)
    high = models.DecimalField(_("上限"), max_digits=5, decimal_places=1)
    description = models.CharField(_("描述"), max_length=300)

    class Meta:
        ordering = ("-high",)

    def __str__(self) -> str:
        return f"{self.label} {self.low}–{self.high}"


class Category(models.Model):
    """A kind of result that the call seeks: 小发明, 小创造 …"""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="categories")
    code = models.SlugField(_("代码"), max_length=20)
    name = models.CharField(_("名称"), max_length=40)
    definition = models.TextField(_("定义"))
    # Questions of the "which category fits me" help: saying yes to more of them speaks for the category.
    hints = models.JSONField(_("判断要点"), default=list)
    rubric = models.ForeignKey(
        Rubric, verbose_name=_("评分标准"), null=True, on_delete=models.PROTECT, related_name="categories"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["call", "code"], name="innovations_category_code_once"),)

    def __str__(self) -> str:
        return self.name


class Quota(models.Model):
    """How many a recommending union may send up, of one category or (without) in all."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="quotas")
    union = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="quotas")
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.CASCADE, related_name="quotas")
    maximum = models.PositiveSmallIntegerField(_("名额"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["call", "union", "category"], condition=Q(category__isnull=False), name="innovations_quota_once"
            ),
            models.UniqueConstraint(
                fields=["call", "union"], condition=Q(category=None), name="innovations_total_quota_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.union} {self.category or ''} ≤ {self.maximum}"


class MixRule(models.Model):
    """A soft rule on what a union's list should hold: shown and warned of while ranking, never refused."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="mix_rules")
    measure = models.CharField(_("比例"), max_length=16, choices=MixMeasure)
    minimum_percent = models.PositiveSmallIntegerField(_("不少于（%）"))
    note = models.CharField(_("说明"), max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.get_measure_display()} ≥ {self.minimum_percent}%"


class Exclusion(models.Model):
    """What may not be declared; declarer and first reviewer both tick that it does not apply."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="exclusions")
    text = models.CharField(_("不予受理的情形"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.text


class Grade(models.Model):
    """A grade of the result and how many get it, per category or (without) in all; best first."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="grades")
    name = models.CharField(_("等次"), max_length=40)
    number = models.PositiveSmallIntegerField(_("数量"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class CallAttachment(models.Model):
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("标题"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.title
