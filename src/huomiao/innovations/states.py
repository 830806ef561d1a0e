from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallState(models.TextChoices):
    """Where a call stands. The organiser moves it; windows say when each stage may begin and must end."""

    DRAFT = "draft", _("起草")
    OPEN = "open", _("征集中")
    CHECKING = "checking", _("形式审查")
    REVIEWING = "reviewing", _("专家评审")
    DECIDING = "deciding", _("拟定结果")
    NOTICE = "notice", _("公示")
    PUBLISHED = "published", _("已发布")
    CANCELLED = "cancelled", _("已取消")


CALL_MOVES: dict[CallState, frozenset[CallState]] = {
    CallState.DRAFT: frozenset({CallState.OPEN, CallState.CANCELLED}),
    CallState.OPEN: frozenset({CallState.CHECKING, CallState.CANCELLED}),
    CallState.CHECKING: frozenset({CallState.REVIEWING, CallState.OPEN, CallState.CANCELLED}),
    CallState.REVIEWING: frozenset({CallState.DECIDING, CallState.CANCELLED}),
    CallState.DECIDING: frozenset({CallState.NOTICE, CallState.REVIEWING, CallState.CANCELLED}),
    CallState.NOTICE: frozenset({CallState.PUBLISHED, CallState.DECIDING}),
    CallState.PUBLISHED: frozenset(),
    CallState.CANCELLED: frozenset(),
}


class Stage(models.TextChoices):
    """The stages that have a window of time."""

    DECLARE = "declare", _("申报")
    RECOMMEND = "recommend", _("推荐")
    CHECK = "check", _("形式审查")
    REVIEW = "review", _("专家评审")
    NOTICE = "notice", _("公示")


class Section(models.TextChoices):
    """The parts of a call that are changed one at a time, each until the stage that uses it begins."""

    BASICS = "basics", _("基本信息与正文")
    CATEGORIES = "categories", _("成果类别")
    PRIORITIES = "priorities", _("重点领域")
    QUOTAS = "quotas", _("推荐名额与结构要求")
    LIMITS = "limits", _("申报限制")
    EXCLUSIONS = "exclusions", _("不予受理情形")
    RUBRICS = "rubrics", _("评分标准")
    WINDOWS = "windows", _("时间安排")
    REVIEW = "review", _("评审规则")
    GRADES = "grades", _("等次与公示")
    ATTACHMENTS = "attachments", _("附件")


class State(models.TextChoices):
    """Where a declaration stands. While SUBMITTED, ``desk`` says which union it waits for."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("退回修改")
    WITHDRAWN = "withdrawn", _("已撤回")
    DECLINED = "declined", _("未获推荐")
    RECOMMENDED = "recommended", _("已推荐")
    REFUSED = "refused", _("形审未通过")
    ACCEPTED = "accepted", _("形审通过")
    LISTED = "listed", _("公示中")
    UNSUCCESSFUL = "unsuccessful", _("未入选")
    PUBLISHED = "published", _("已发布")
    REVOKED = "revoked", _("已取消")


MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SUBMITTED, State.WITHDRAWN}),
    State.SUBMITTED: frozenset({State.RETURNED, State.WITHDRAWN, State.DECLINED, State.RECOMMENDED}),
    State.RETURNED: frozenset({State.SUBMITTED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset({State.DRAFT}),
    State.DECLINED: frozenset({State.SUBMITTED}),
    State.RECOMMENDED: frozenset({State.RETURNED, State.REFUSED, State.ACCEPTED, State.SUBMITTED, State.WITHDRAWN}),
    State.REFUSED: frozenset({State.RECOMMENDED}),
    State.ACCEPTED: frozenset({State.RECOMMENDED, State.LISTED, State.UNSUCCESSFUL, State.WITHDRAWN}),
    State.LISTED: frozenset({State.PUBLISHED, State.REVOKED, State.ACCEPTED}),
    State.UNSUCCESSFUL: frozenset({State.LISTED, State.ACCEPTED}),
    State.PUBLISHED: frozenset({State.REVOKED}),
    State.REVOKED: frozenset(),
}

# The declarer may change the text in these.
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
# The text is fixed and under guard from here on.
HANDED_IN = frozenset(State) - {State.DRAFT, State.RETURNED, State.WITHDRAWN}
# It reached the organiser: these are the declarations that figures count.
AT_ORGANISER = frozenset(
    {State.RECOMMENDED, State.REFUSED, State.ACCEPTED, State.LISTED, State.UNSUCCESSFUL, State.PUBLISHED, State.REVOKED}
)


class Path(models.TextChoices):
    """Who files: the worker, or the unit for its workers."""

    WORKER = "worker", _("职工自主申报")
    UNIT = "unit", _("单位申报")


class Step(models.TextChoices):
    """The steps in which a declaration is written, in their order."""

    BASICS = "basics", _("基本信息")
    AUTHORS = "authors", _("完成人")
    CONTENT = "content", _("成果内容")
    BENEFITS = "benefits", _("效益与产权")
    PAPERS = "papers", _("附件")
    SUBMIT = "submit", _("核对与提交")


class Consent(models.TextChoices):
    """How much of the result may be shown to the public."""

    FULL = "full", _("可公开全文")
    ABSTRACT = "abstract", _("仅公开摘要")
    NONE = "none", _("不公开内容")


class Source(models.TextChoices):
    TEAM = "team", _("班组")
    STUDIO = "studio", _("劳模（工匠）创新工作室")
    TASK_FORCE = "task_force", _("攻关小组")
    PERSON = "person", _("个人")


class BenefitKind(models.TextChoices):
    PROFIT = "profit", _("年新增利润")
    SAVING = "saving", _("年节约支出")
    TAX = "tax", _("年新增税收")
    INVESTMENT = "investment", _("投入")


class PropertyKind(models.TextChoices):
    INVENTION = "invention", _("发明专利")
    UTILITY = "utility", _("实用新型专利")
    DESIGN = "design", _("外观设计专利")
    SOFTWARE = "software", _("软件著作权")
    OTHER = "other", _("其他")


class PropertyStatus(models.TextChoices):
    FILED = "filed", _("申请中")
    GRANTED = "granted", _("已授权")
    LAPSED = "lapsed", _("已失效")


class AttachmentRole(models.TextChoices):
    """What an attachment is for. Only ``BLIND_ROLES`` may reach an expert, and only after a check for names."""

    PICTURE = "picture", _("成果图片")
    VIDEO = "video", _("成果视频")
    MATERIAL = "material", _("评审材料（匿名）")
    BENEFIT_PROOF = "benefit_proof", _("效益证明")
    USE_PROOF = "use_proof", _("应用证明")
    PATENT = "patent", _("知识产权证书")
    NOVELTY = "novelty", _("查新或检测报告")
    AUTHORISATION = "authorisation", _("成果授权书")
    PLEDGE = "pledge", _("真实性承诺书")
    UNIT_NOTICE = "unit_notice", _("单位公示证明")
    SEALED_FORM = "sealed_form", _("盖章申报表")


BLIND_ROLES = frozenset({AttachmentRole.PICTURE, AttachmentRole.VIDEO, AttachmentRole.MATERIAL})


class Decision(models.TextChoices):
    """What a union did with a declaration on its desk."""

    FORWARD = "forward", _("同意上报")
    RETURN = "return", _("退回修改")
    DECLINE = "decline", _("不予推荐")
    RECOMMEND = "recommend", _("推荐")
    PASS = "pass", _("形审通过")
    REFUSE = "refuse", _("形审不通过")


class RoundState(models.TextChoices):
    PREPARING = "preparing", _("准备中")
    SCORING = "scoring", _("评分中")
    LOCKED = "locked", _("评分结束")
    RELEASED = "released", _("结果已公布")


class SheetState(models.TextChoices):
    ASSIGNED = "assigned", _("待评")
    DRAFT = "draft", _("评分中")
    SIGNED = "signed", _("已签署")
    RECUSED = "recused", _("已回避")


class Aggregation(models.TextChoices):
    MEAN = "mean", _("平均分")
    TRIMMED = "trimmed", _("去掉一个最高分和一个最低分后平均")


class Basis(models.TextChoices):
    """Which score ranks."""

    RAW = "raw", _("原始分")
    CALIBRATED = "calibrated", _("校准分")


class ConflictKind(models.TextChoices):
    UNIT = "unit", _("同一单位")
    UNION = "union", _("同一推荐工会")
    AUTHOR = "author", _("合作完成人")
    STUDIO = "studio", _("同一工作室")
    DECLARED = "declared", _("申明的关系")


class WithheldReason(models.TextChoices):
    """Why an attachment is not shown to experts."""

    NAMES = "names", _("含有应隐去的名称")
    UNREADABLE = "unreadable", _("读不出文字，无法检查")
    BY_HAND = "by_hand", _("经办人手工隐藏")


class GradesBy(models.TextChoices):
    """Over what a grade's number is given out."""

    ALL = "all", _("全部类别统一排序")
    CATEGORY = "category", _("按各类别参评数分配")


class MixMeasure(models.TextChoices):
    """What share of a recommending union's list a soft rule looks at."""

    PRIORITY = "priority", _("重点领域项目")
    NON_PUBLIC = "non_public", _("非公有制企业项目")
    PUBLIC_SERVICE = "public_service", _("机关事业单位项目")
    FRONTLINE = "frontline", _("一线职工为第一完成人")


class BatchState(models.TextChoices):
    PREVIEW = "preview", _("待确认")
    DONE = "done", _("已导入")
    DROPPED = "dropped", _("已放弃")


class SheetFate(models.TextChoices):
    """What became of one page of a pile of scanned forms."""

    WAITING = "waiting", _("待识别")
    MATCHED = "matched", _("已匹配")
    UNREADABLE = "unreadable", _("未识别到二维码")
    UNKNOWN = "unknown", _("二维码不属于本次征集")
    OUTSIDE = "outside", _("不属于您负责的工会")
    SET_ASIDE = "set_aside", _("不使用")
