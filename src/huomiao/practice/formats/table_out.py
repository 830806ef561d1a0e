"""Drafts as a workbook or CSV in the columns that the reader knows best: what went out comes in again."""

from __future__ import annotations

import io
import string
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from huomiao.core.tables import SheetOut, write_csv, write_table
from huomiao.practice.formats import answers, blanks, columns, words
from huomiao.practice.formats.draft import EXPLANATION, STEM, DraftQuestion, Media, option_place
from huomiao.practice.states import Level, Use

LEAST_OPTIONS = 4
_SIDES = "=＝→"


def workbook(drafts: Sequence[DraftQuestion], media: Media, *, title: str) -> tuple[bytes, str]:
    """The drafts as .xlsx, or as a .zip of the workbook and its pictures when there are any; with the file's ending."""
    content = write_table(
        [SheetOut(_("试题"), columns.written(_keys(drafts)), map(row_of, drafts), heading=title, notes=notes())]
    )
    return _with_pictures(content, "xlsx", drafts, media)


def csv(drafts: Sequence[DraftQuestion], media: Media, *, title: str) -> tuple[bytes, str]:
    """The drafts as .csv that Excel opens, or as a .zip of it and the pictures."""
    content = write_csv(SheetOut(title, columns.written(_keys(drafts)), map(row_of, drafts)))
    return _with_pictures(content, "csv", drafts, media)


def template() -> bytes:
    """A workbook to fill in: one example of each kind, and what every column wants."""
    examples = _examples()
    return write_table([SheetOut(_("试题"), columns.written(_template_keys()), map(row_of, examples), notes=notes())])


def notes() -> list[str]:
    """What to know before filling the workbook in."""
    return [
        _("每行一道题。列的顺序可以改变，不用的列可以删去；题干和答案两列要有。填写前请删去示例行。"),
        _("再次导入时按编号更新：编号已在题库里的题按本表更新，单元格留空表示不改。没有编号的题按题干和选项认出。"),
        _("也可以按题型分成几张工作表（单选题、多选题、判断题……），这时可以不写题型列。"),
        _("图片可以直接放在题干、选项或解析的单元格上；也可以和表格放进同一个压缩包，在单元格里写 [图:文件名]。"),
        _("匹配题：每个选项写一对，左右之间用等号，如“红灯 = 停”；多余的右项写成“= 慢行”，答案列不用填。"),
        _("填空题的数值可以带误差和单位，如 20±0.5 mm。"),
    ]


def row_of(draft: DraftQuestion) -> dict[str, Any]:
    """One draft by column keys."""
    row: dict[str, Any] = {
        "kind": words.KIND_TITLES.get(draft.kind, draft.kind),
        "stem": _with_marks(draft.stem, draft.media.get(STEM, ())),
        "explanation": _with_marks(draft.explanation, draft.media.get(EXPLANATION, ())),
        "difficulty": words.DIFFICULTY_TITLES.get(draft.difficulty or 0, ""),
        "topic": " > ".join(draft.topic),
        "level": str(Level(draft.level).label) if draft.level else "",
        "use": str(Use(draft.use).label) if draft.use else "",
        "source": draft.source,
        "points": draft.points,
        "code": draft.code,
        "labels": "、".join(draft.labels),
    }
    return row | _ANSWERS[draft.kind](draft)


def _choice(draft: DraftQuestion) -> dict[str, Any]:
    row: dict[str, Any] = {"answer": "".join(string.ascii_uppercase[place] for place in draft.key["right"])}
    for index, option in enumerate(draft.body["options"]):
        row[columns.option_key(index)] = _with_marks(option["text"], draft.media.get(option_place(index), ()))
    return row


def _true_false(draft: DraftQuestion) -> dict[str, Any]:
    return {"answer": "正确" if draft.key["right"] else "错误"}


def _fill(draft: DraftQuestion) -> dict[str, Any]:
    row = {"answer": "|".join(blanks.blank_in_words(blank) for blank in draft.key["blanks"])}
    return row | ({"any_order": "是"} if draft.key.get("any_order") else {})


def _ordering(draft: DraftQuestion) -> dict[str, Any]:
    row: dict[str, Any] = {"answer": "".join(string.ascii_uppercase[place] for place in draft.key["order"])}
    return row | {columns.option_key(index): item["text"] for index, item in enumerate(draft.body["items"])}


def _matching(draft: DraftQuestion) -> dict[str, Any]:
    right = [blanks.escaped(side["text"], _SIDES) for side in draft.body["right"]]
    left = [blanks.escaped(side["text"], _SIDES) for side in draft.body["left"]]
    cells = [f"{mine} = {right[place]}" for mine, place in zip(left, draft.key["pairs"], strict=True)]
    cells += [f"= {side}" for index, side in enumerate(right) if index not in draft.key["pairs"]]
    return {columns.option_key(index): cell for index, cell in enumerate(cells)}


def _short(draft: DraftQuestion) -> dict[str, Any]:
    return {
        "answer": draft.key["reference"],
        "scoring": answers.points_in_words(draft.key.get("points", [])),
        "max_chars": draft.body.get("max_chars"),
    }


_ANSWERS = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "fill": _fill,
    "ordering": _ordering,
    "matching": _matching,
    "short": _short,
}


def _with_marks(text: str, names: Iterable[str]) -> str:
    """``text`` with its pictures named in it, as the reader takes them out again."""
    marks = " ".join(f"[图:{name}]" for name in names)
    return f"{text}\n{marks}" if text and marks else text or marks


def _keys(drafts: Sequence[DraftQuestion]) -> list[str]:
    """The columns of the template, those of options as far as they are needed, and rare ones where something stands in them."""
    rows = [row_of(draft) for draft in drafts]
    used = {key for row in rows for key, value in row.items() if value not in (None, "")}
    most = max((int(key.partition(".")[2]) + 1 for key in used if key.startswith("option.")), default=0)
    options = [columns.option_key(index) for index in range(max(most, LEAST_OPTIONS))]
    rare = [key for key in ("any_order", "points", "scoring", "max_chars") if key in used]
    return ["code", "kind", "stem", *options, "answer", *_FACTS, *rare]


_FACTS = ("explanation", "difficulty", "topic", "level", "source", "use", "labels")


def _template_keys() -> list[str]:
    options = [columns.option_key(index) for index in range(6)]
    return ["code", "kind", "stem", *options, "answer", *_FACTS, "scoring"]


def _with_pictures(content: bytes, ending: str, drafts: Sequence[DraftQuestion], media: Media) -> tuple[bytes, str]:
    names = sorted({name for draft in drafts for names in draft.media.values() for name in names if name in media})
    if not names:
        return content, ending
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{_('试题')}.{ending}", content)
        for name in names:
            archive.writestr(name, media.read(name), zipfile.ZIP_STORED)
    return out.getvalue(), "zip"


def _examples() -> list[DraftQuestion]:
    def options(*texts: str) -> list[dict[str, str]]:
        return [{"text": text} for text in texts]

    return [
        DraftQuestion(
            "single",
            {"stem": _("示例：在潮湿场所使用的手持照明灯，电压不应超过多少？"), "options": options("12 V", "24 V", "36 V", "220 V")},
            {"right": [1]}, code="S-001", explanation=_("示例：潮湿场所用 24 V 及以下。"), difficulty=2,
            topic=(_("安全生产"), _("用电安全")), source=_("示例规程第 3 条"),
        ),
        DraftQuestion(
            "multiple",
            {"stem": _("示例：停电检修前应做哪些事？"), "options": options(_("断开电源"), _("验电"), _("挂接地线"), _("拍照留念"))},
            {"right": [0, 1, 2]}, code="M-001", difficulty=3,
        ),
        DraftQuestion("true_false", {"stem": _("示例：验电前应先在有电的设备上检查验电器。")}, {"right": True}, code="P-001"),
        DraftQuestion(
            "fill",
            {"stem": _("示例：我国工频为____Hz，单相电压为____。"), "blanks": 2},
            {
                "blanks": [
                    {"accept": ["50", _("五十")], "number": None, "tolerance": None, "unit": ""},
                    {"accept": [], "number": 220.0, "tolerance": 5.0, "unit": "V"},
                ]
            },
            code="T-001",
        ),
        DraftQuestion(
            "ordering",
            {"stem": _("示例：按先后排列停电操作。"), "items": options(_("验电"), _("断开断路器"), _("挂接地线"))},
            {"order": [1, 0, 2]}, code="X-001",
        ),
        DraftQuestion(
            "matching",
            {
                "stem": _("示例：把颜色与含义连起来。"),
                "left": options(_("红"), _("黄")), "right": options(_("禁止"), _("警告"), _("提示")),
            },
            {"pairs": [0, 1]}, code="L-001",
        ),
        DraftQuestion(
            "short",
            {"stem": _("示例：简述触电急救的第一步。"), "max_chars": 500},
            {"reference": _("先使触电者脱离电源。"), "points": [{"text": _("说明脱离电源"), "points": 2}]}, code="J-001",
        ),
    ]  # fmt: skip
