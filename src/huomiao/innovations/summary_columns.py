"""The columns of a summary table (汇总表): what unions write over them, and how their cells become values."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from huomiao.core.tables import (
    Column,
    parse_bool,
    parse_choice,
    parse_code,
    parse_date,
    parse_decimal,
    parse_phone,
    parse_text,
    text_up_to,
)
from huomiao.innovations.models import Call
from huomiao.innovations.states import BenefitKind, Consent, Source

_BETWEEN_NAMES = re.compile(r"[、，,;；/|\n\s]+")
_NAME = re.compile(r"[\u4e00-\u9fff·•.A-Za-z]+")
_BRACKETED = re.compile(r"[（(][^（）()]*[)）]")

# Texts of the declaration that a table may bring, with what unions call them.
TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "problem": ("问题与背景", ("问题", "问题描述", "存在问题", "现状分析", "背景", "问题及背景", "拟解决的问题")),
    "solution": (
        "主要内容与创新点",
        (
            "内容",
            "主要内容",
            "成果内容",
            "内容与创新点",
            "创新点",
            "主要创新点",
            "改善措施",
            "改进措施",
            "成果内容简介",
            "技术内容",
        ),
    ),
    "application": ("应用情况", ("应用", "推广应用情况", "实施情况", "应用及推广情况", "成果应用情况")),
    "social_benefit": ("社会效益", ("社会效益情况",)),
    "outlook": ("推广前景", ("应用前景", "推广价值", "前景")),
    "abstract": ("公开摘要", ("摘要", "成果摘要", "成果简介", "简介", "项目简介")),
}
MONEY: dict[str, tuple[BenefitKind, str, tuple[str, ...]]] = {
    "profit": (BenefitKind.PROFIT, "年新增利润（万元）", ("新增利润", "年新增利润")),
    "saving": (
        BenefitKind.SAVING,
        "年节约支出（万元）",
        (
            "效益",
            "经济效益",
            "年经济效益",
            "经济效益（万元）",
            "年经济效益（万元）",
            "年节支",
            "节约成本",
            "年节约支出",
            "直接经济效益",
        ),
    ),
    "tax": (BenefitKind.TAX, "年新增税收（万元）", ("新增税收", "年新增税收")),
    "investment": (BenefitKind.INVESTMENT, "投入（万元）", ("投入", "投入资金", "资金投入")),
}


def columns(call: Call) -> list[Column]:
    """The columns that a summary table of ``call`` may have, in the official order."""
    categories = {str(category.pk): category.name for category in call.categories.all()}
    codes = {category.code: str(category.pk) for category in call.categories.all()}
    limited = {name: _limited(call, name) for name in TEXTS}
    return [
        Column("position", "序号", ("序", "排序", "推荐排序", "推荐顺序", "名次"), parse=parse_code),
        Column(
            "number",
            "编号",
            ("申报编号", "项目编号", "成果编号"),
            parse=parse_code,
            help=_("已有申报时填写，用于更新。"),
        ),
        Column(
            "title",
            "成果名称",
            (
                "项目名称",
                "名称",
                "成果名",
                "申报项目名称",
                "创新成果名称",
                "“五小”成果名称",
                "五小成果名称",
                "成果（项目）名称",
            ),
            required=True,
            parse=text_up_to(call.limit("title")),
            help=_("最多 %(limit)s 字，不写单位或品牌名称。") % {"limit": call.limit("title")},
        ),
        Column(
            "category",
            "类别",
            ("成果类别", "项目类别", "申报类别", "五小类别", "类型", "成果类型"),
            required=True,
            parse=parse_choice(categories, codes),
        ),
        Column(
            "authors",
            "完成人",
            (
                "主要完成人",
                "完成人员",
                "项目完成人",
                "成果完成人",
                "主要完成人员",
                "申报人",
                "申报人姓名",
                "完成人姓名",
                "创新人",
                "姓名",
            ),
            required=True,
            parse=authors_parser(call.limit("authors")),
            help=_("按排名顺序填写，用顿号隔开，最多 %(limit)s 人。") % {"limit": call.limit("authors")},
        ),
        Column("post", "第一完成人工种/岗位", ("工种", "岗位", "工种/岗位", "职务", "职位"), parse=text_up_to(60)),
        Column("author_title", "第一完成人职称/技能等级", ("职称", "技能等级", "职称/技能等级"), parse=text_up_to(60)),
        Column("is_frontline", "第一完成人是否一线职工", ("是否一线职工", "一线职工", "是否一线"), parse=parse_bool),
        Column(
            "unit",
            "单位",
            (
                "申报单位",
                "所在单位",
                "单位名称",
                "完成单位",
                "工作单位",
                "所属单位",
                "申报单位名称",
                "申报单位（全称）",
            ),
            required=True,
            parse=parse_text,
            help=_("填写在册的单位全称、简称或原名称。"),
        ),
        Column("unit_code", "单位代码", ("组织代码", "单位编码"), parse=parse_code),
        Column(
            "division",
            "行业",
            ("所属行业", "行业大类", "国民经济行业", "所属行业大类", "行业类别"),
            parse=parse_text,
            help=_("国民经济行业大类的名称或两位代码；不填则用单位的行业。"),
        ),
        Column(
            "field",
            "重点领域",
            (
                "1269",
                "“1269”领域",
                "1269产业链",
                "产业链",
                "重点产业链",
                "产业链/集群",
                "所属重点领域",
                "所属产业链",
                "重点产业链（集群）",
            ),
            parse=parse_text,
            help=_("重点领域目录中的名称；不属于的填“否”或留空。"),
        ),
        Column("contact", "联系人", ("联系人姓名", "项目联系人"), parse=text_up_to(50)),
        Column(
            "phone",
            "联系方式",
            ("联系电话", "电话", "手机", "手机号", "手机号码", "联系人电话", "联系人手机"),
            parse=parse_phone,
        ),
        Column("union", "推荐工会", ("推荐单位", "报送单位", "推荐单位（工会）", "上级工会"), parse=parse_text),
        Column("source", "来源", ("成果来源", "项目来源"), parse=parse_choice(Source)),
        Column("finished_on", "完成日期", ("完成时间", "成果完成时间"), parse=parse_date),
        Column("in_use_since", "投入使用日期", ("应用时间", "投入使用时间", "投产日期"), parse=parse_date),
        *(Column(name, title, aliases, parse=limited[name]) for name, (title, aliases) in TEXTS.items()),
        *(Column(name, title, aliases, parse=_money) for name, (_kind, title, aliases) in MONEY.items()),
        Column("basis", "计算依据", ("效益计算依据", "效益依据"), parse=_limited(call, "basis")),
        Column("keywords", "关键词", ("关键字",), parse=text_up_to(120)),
        Column("consent", "公开范围", ("公开意见",), parse=parse_choice(Consent)),
    ]


def _limited(call: Call, name: str) -> Callable[..., str]:
    return text_up_to(call.limit(name))


def _money(cell: object) -> object:
    amount = parse_decimal(cell)  # type: ignore[arg-type]  # a cell as the reader gives it
    if not 0 <= amount < 10**9:
        raise ValueError(_("应为不小于 0 的金额，单位为万元。"))
    return amount


def authors_parser(most: int) -> Callable[..., str]:
    """A parser of a cell with several names: they come back in order, separated by 、 and checked."""

    def parse(cell: object) -> str:
        names = names_in(parse_text(cell))  # type: ignore[arg-type]  # a cell as the reader gives it
        if not names:
            raise ValueError(_("没有认出姓名，请用顿号隔开各人姓名。"))
        for name in names:
            if len(name) > 20 or not _NAME.fullmatch(name):
                raise ValueError(_("“%(name)s”不像姓名，请只写姓名，用顿号隔开。") % {"name": name[:30]})
        if len(names) > most:
            raise ValueError(_("最多 %(limit)s 人，现在有 %(count)s 人。") % {"limit": most, "count": len(names)})
        doubled = [name for place, name in enumerate(names) if name in names[:place]]
        if doubled:
            raise ValueError(_("“%(name)s”写了两次。") % {"name": doubled[0]})
        return "、".join(names)

    return parse


def names_in(text: str) -> list[str]:
    """The names in a cell, whatever stands between them; "张 三", padded to look even, is one name."""
    tokens = [token for token in _BETWEEN_NAMES.split(_BRACKETED.sub("", text)) if token]
    names: list[str] = []
    was_single = False
    for token in tokens:
        is_single = len(token) == 1
        if is_single and was_single:
            names[-1] += token
            was_single = False
        else:
            names.append(token)
            was_single = is_single
    return names
