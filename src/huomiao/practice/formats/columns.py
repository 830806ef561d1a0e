"""The columns of a table of questions: how their headers may read, and what each holds.

The aliases are the headers of tables that unions, works and vendors really use; what is not here is assigned by hand
on the mapping page and remembered.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from huomiao.core.tables import Column
from huomiao.core.tables.headers import header_key

MOST_OPTIONS = 26
IGNORED = ""


def option_key(index: int) -> str:
    return f"option.{index}"


def _option_column(index: int) -> Column:
    letter = string.ascii_uppercase[index]
    number = index + 1
    aliases: tuple[str, ...] = (
        letter, f"{letter}选项", f"{letter}.", f"{letter}、", f"{letter}项", f"选项{number}", f"备选答案{letter}", f"备选项{letter}", f"答案{letter}",
        f"option{number}", f"选择{letter}", f"候选{letter}", f"选择项{letter}", f"备选答案{number}", f"选项内容{letter}",
    )  # fmt: skip
    if letter != "S":  # "options" is the header of all of them in one cell
        aliases += (f"option{letter}",)
    return Column(option_key(index), f"选项{letter}", aliases)


COLUMNS: tuple[Column, ...] = (
    Column(
        "kind",
        _("题型"),
        ("试题类型", "题目类型", "类型", "试题题型", "题类", "题型名称", "子题型", "question type", "type", "kind"),
        help=_("单选题、多选题、判断题、填空题、排序题、匹配题、简答题。不填时按答案判断，预览里会说明。"),
    ),
    Column(
        "stem",
        _("题干"),
        (
            "题目", "试题", "试题题目", "题目内容", "试题内容", "题目名称", "试题名称", "试题题干", "题目题干", "问题", "题文", "内容",
            "题干内容", "题面", "考题", "question", "stem", "question text", "title",
        ),
        required=True,
        help=_("填空题用“____”标出每个空。"),
    ),
    *(_option_column(index) for index in range(MOST_OPTIONS)),
    Column(
        "options",
        _("选项"),
        ("备选项", "备选答案", "选项内容", "试题选项", "题目选项", "全部选项", "候选项", "候选答案", "options", "choices"),
        help=_("各选项在一格里时用：每行一个，或 A.… B.…，或用 | 分隔。"),
    ),
    Column(
        "answer",
        _("答案"),
        (
            "正确答案", "标准答案", "参考答案", "试题答案", "题目答案", "答案内容", "正确选项", "正确项", "答案选项", "标答", "key",
            "answer", "correct answer", "right answer", "correct",
        ),
        required=True,
        help=_("选择题写字母（AC）；判断题写 正确/错误；填空题各空用 | 分隔、同一空的几种写法用 ; 分隔；排序题写正确顺序（BADC）；简答题写参考答案。"),
    ),
    Column(
        "explanation",
        _("解析"),
        ("题目解析", "试题解析", "答案解析", "解释", "说明", "详解", "答案说明", "试题分析", "题解", "点评", "explanation", "analysis"),
    ),
    Column(
        "difficulty",
        _("难度"),
        ("试题难度", "题目难度", "难度等级", "难度系数", "难易度", "难易程度", "难易", "难度级别", "difficulty"),
        help=_("容易、易、中、难、很难，或 1–5。"),
    ),
    Column(
        "topic",
        _("知识点"),
        (
            "知识点名称", "题库分类", "题目分类", "试题分类", "分类", "所属分类", "章节", "所属章节", "课程结构", "知识模块", "考点", "模块",
            "知识领域", "制度名称", "专业", "所属范围", "科目", "目录", "知识点路径", "题库名", "题库名称", "topic", "category", "chapter",
        ),
        help=_("由大到小用 > 分隔，例如：安全生产 > 用电安全。"),
    ),
    Column("trade", _("工种"), ("职业", "岗位", "职业（工种）", "工种名称", "岗位名称", "适用岗位", "适用工种", "trade")),
    Column("level", _("等级"), ("技能等级", "职业等级", "鉴定等级", "级别", "适用等级", "level"), help=_("初级工、中级工、高级工、技师、高级技师；不填为不分等级。")),
    Column("points", _("分值"), ("分数", "题目分值", "试题分值", "每题分值", "得分", "score", "points", "mark")),
    Column("source", _("来源"), ("出处", "依据", "题目来源", "试题来源", "出题依据", "教材", "参考依据", "标准依据", "条款", "source", "reference")),
    Column("use", _("用途"), ("使用范围", "试题用途", "题目用途", "use"), help=_("练习、考试，或 练习与考试。")),
    Column(
        "code",
        _("编号"),
        ("题号编码", "试题编号", "题目编号", "试题编码", "题目编码", "试题代码", "题目代码", "试题id", "题目id", "id", "编码", "代码", "code", "question id"),
        help=_("每道题不变的编号：再次导入时按编号更新，不会重复。不填时自动编号，按题干和选项认出已有的题。"),
    ),
    Column("labels", _("标签"), ("分组", "类别", "题库类别", "适用类别", "labels", "tags", "tag")),
    Column("picture", _("图片"), ("题干图片", "配图", "附图", "图片名称", "图片文件", "题目图片", "试题图片", "插图", "附件", "image", "picture"), help=_("图片可直接插在这一格，或写压缩包里的图片文件名。")),
    Column("alias", _("图片标识"), ("图号", "图片编号", "image key"), help=_("有同名图片时自动附上，没有也不算错。")),
    Column("scoring", _("得分点"), ("评分要点", "评分标准", "采分点", "得分要点", "评分细则"), help=_("简答题用，每行一个：要点（2分）。")),
    Column("any_order", _("各空不分先后"), ("不分先后", "次序不限"), help=_("填空题各空的答案可以互换时写 是。")),
    Column("max_chars", _("字数上限"), ("最多字数", "字数限制")),
)  # fmt: skip
TITLES: dict[str, str] = {column.key: str(column.title) for column in COLUMNS}


def signature(headers: Iterable[str]) -> str:
    """By what a header is known again: its names in order, whatever their blanks and stars."""
    return hashlib.sha256("\n".join(header_key(text) for text in headers).encode()).hexdigest()


def is_readable(mapping: Mapping[str, str]) -> bool:
    """Whether a mapping (column index → key) names enough to read questions: a stem, and what is right or could be."""
    return "stem" in mapping.values()


def written(keys: Sequence[str]) -> list[Column]:
    """The columns named by ``keys``, as a sheet is written with them."""
    by_key = {column.key: column for column in COLUMNS}
    return [by_key[key] for key in keys]
