from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SourceKind(models.TextChoices):
    """How the addresses of a source's articles are found."""

    FEED = "feed", _("订阅源")
    SITEMAP = "sitemap", _("站点地图")
    LIST = "list", _("列表页")
    ARCHIVE = "archive", _("导入的存档")


class SourceState(models.TextChoices):
    ACTIVE = "active", _("采集中")
    PAUSED = "paused", _("已暂停")
    RETIRED = "retired", _("已停用")


class Health(models.TextChoices):
    """How a source is doing."""

    NEW = "new", _("等待首次检查")
    WELL = "well", _("正常")
    SILENT = "silent", _("一周没有新文章")
    FAILING = "failing", _("连续失败")
    PAUSED = "paused", _("已暂停")
    RETIRED = "retired", _("已停用")


class AddressKind(models.TextChoices):
    """What is expected at an address (``pipeline.fetch.kinds``)."""

    FEED = "feed", _("订阅源")
    SITEMAP = "sitemap", _("站点地图")
    LIST = "list", _("列表页")
    PAGE = "page", _("网页")
    PICTURE = "picture", _("图片")

    @classmethod
    def sources(cls) -> frozenset[AddressKind]:
        """What is asked again for as long as the desk wants it, and read for what it leads to."""
        return frozenset({cls.FEED, cls.SITEMAP, cls.LIST})


class Rank(models.IntegerChoices):
    """Which addresses of a host come first: a feed never waits behind the pages that it once led to."""

    SOURCE = 0, _("来源")
    NEW = 1, _("未取过")
    AGAIN = 2, _("再看")


class PushState(models.TextChoices):
    """Where a subscription at a hub stands (``websub``)."""

    WANTED = "wanted", _("待订阅")
    ASKED = "asked", _("待确认")
    ACTIVE = "active", _("有效")
    DENIED = "denied", _("被拒绝")
    ENDING = "ending", _("退订中")
    ENDED = "ended", _("已退订")


class ArticleState(models.TextChoices):
    SHOWN = "shown", _("公开")
    # Its page asks not to be found: kept, and seen by its editors only.
    SEALED = "sealed", _("封存")
    TAKEN_DOWN = "taken_down", _("已下架")


class Filing(models.TextChoices):
    """Who said to which category an article belongs."""

    NOBODY = "", _("未分类")
    RULE = "rule", _("归类规则")
    SOURCE = "source", _("来源默认")
    PAGE = "page", _("页面自述")
    CLASSIFIER = "classifier", _("自动分类")
    EDITOR = "editor", _("编辑指定")


class RulePlace(models.TextChoices):
    """Where a filing rule looks for its words."""

    TITLE = "title", _("标题里有")
    ADDRESS = "address", _("网址里有")
    SAID = "said", _("原站栏目叫")


class CorrectedField(models.TextChoices):
    """What of an article an editor can put right."""

    TITLE = "title", _("标题")
    PUBLISHED_AT = "published_at", _("发布时间")
    SOURCE = "source", _("来源")
    REPOSTED_FROM = "reposted_from", _("转自")
    AUTHORS = "authors", _("作者")
    BODY = "body", _("正文")


class CopyReason(models.TextChoices):
    """Why a copy stands where it stands in its chain (``pipeline.relate.chains``)."""

    FIRST = "first", _("已知最早")
    CREDITED = "credited", _("注明转自")
    COMMON_SOURCE = "common_source", _("同一来源")
    LIKENESS = "likeness", _("内容相同且较晚")


class CopyKind(models.TextChoices):
    """What a copy is to the one it was taken from (``pipeline.relate.overlaps``)."""

    SAME = "same", _("全文相同")
    CUT = "cut", _("有删节")
    LONGER = "longer", _("有增补")
    MERGED = "merged", _("部分采用")


class MentionKind(models.TextChoices):
    """What a name is of (``pipeline.names``)."""

    UNION = "union", _("工会")
    UNIT = "unit", _("单位")
    STUDIO = "studio", _("创新工作室")
    INNOVATION = "innovation", _("创新成果")
    COMPETITION = "competition", _("竞赛与活动")


class MentionState(models.TextChoices):
    SUGGESTED = "suggested", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    STRUCK = "struck", _("已排除")


class Frequency(models.TextChoices):
    NEVER = "never", _("不发邮件")
    DAILY = "daily", _("每天")
    WEEKLY = "weekly", _("每周")


class RemovalReason(models.TextChoices):
    COPYRIGHT = "copyright", _("侵犯著作权")
    PRIVACY = "privacy", _("涉及个人隐私")
    REPUTATION = "reputation", _("侵害名誉")
    UNTRUE = "untrue", _("内容不实，原站已更正")
    OTHER = "other", _("其他")


# Grounds on which somebody's rights forbid a page to be shown (RFC 7725); the others are the desk's own judgement.
REASONS_OF_LAW = frozenset({RemovalReason.COPYRIGHT, RemovalReason.PRIVACY, RemovalReason.REPUTATION})


class RemovalState(models.TextChoices):
    RECEIVED = "received", _("待处理")
    TAKEN_DOWN = "taken_down", _("已下架")
    REFUSED = "refused", _("不予下架")
    LIFTED = "lifted", _("已恢复")


REMOVAL_MOVES: dict[RemovalState, frozenset[RemovalState]] = {
    RemovalState.RECEIVED: frozenset({RemovalState.TAKEN_DOWN, RemovalState.REFUSED}),
    RemovalState.REFUSED: frozenset({RemovalState.TAKEN_DOWN}),
    RemovalState.TAKEN_DOWN: frozenset({RemovalState.LIFTED}),
    RemovalState.LIFTED: frozenset({RemovalState.TAKEN_DOWN}),
}
