"""The words that people write for kinds, difficulties, levels, uses and truths, each with what it means here."""

from __future__ import annotations

import re
import unicodedata

from huomiao.practice.states import Level, Use

_KINDS: dict[str, tuple[str, ...]] = {
    "single": ("单选", "单选题", "单项选择", "单项选择题", "单选择题", "选择", "选择题", "single", "single choice", "a型题"),
    "multiple": (
        "多选", "多选题", "多项选择", "多项选择题", "不定项", "不定项选择", "不定项选择题", "不定项题", "multiple", "multiple choice",
        "multi", "复选", "复选题",
    ),
    "true_false": ("判断", "判断题", "是非", "是非题", "对错题", "正误题", "判断正误", "true_false", "true/false", "truefalse", "judge"),
    "fill": ("填空", "填空题", "填充", "填充题", "fill", "fill in", "blank"),
    "ordering": ("排序", "排序题", "顺序题", "ordering", "order"),
    "matching": ("匹配", "匹配题", "连线", "连线题", "配对", "配对题", "配伍题", "matching", "match"),
    "short": (
        "简答", "简答题", "问答", "问答题", "论述", "论述题", "名词解释", "名词解释题", "主观题", "案例", "案例分析", "案例分析题", "计算",
        "计算题", "综合题", "essay", "short", "short answer",
    ),
}  # fmt: skip
KIND_TITLES = {
    "single": "单选题", "multiple": "多选题", "true_false": "判断题", "fill": "填空题", "ordering": "排序题", "matching": "匹配题",
    "short": "简答题",
}  # fmt: skip
_KIND_OF = {word.replace(" ", ""): kind for kind, words in _KINDS.items() for word in words}

_TRUE = frozenset({"对", "√", "✓", "✔", "☑", "正确", "是", "真", "t", "true", "y", "yes", "right", "r", "v"})
_FALSE = frozenset(
    {"错", "×", "✗", "✘", "✕", "x", "╳", "错误", "否", "假", "不对", "不正确", "不是", "f", "false", "n", "no", "wrong"}
)

_DIFFICULTIES = {
    "很易": 1, "最易": 1, "容易": 1, "易": 2, "较易": 2, "简单": 2, "低": 2, "easy": 2, "一星": 1, "二星": 2, "三星": 3, "四星": 4,
    "五星": 5, "中": 3, "中等": 3, "一般": 3, "适中": 3, "普通": 3, "medium": 3, "normal": 3, "较难": 4, "难": 4, "困难": 4, "高": 4,
    "hard": 4, "difficult": 4, "很难": 5, "最难": 5,
}  # fmt: skip
DIFFICULTY_TITLES = {1: "容易", 2: "易", 3: "中", 4: "难", 5: "很难"}
_LEVELS = {
    "不分等级": "", "不限": "", "通用": "", "全部": "", "初级": "5", "初级工": "5", "五级": "5", "五级工": "5", "中级": "4", "中级工": "4",
    "四级": "4", "四级工": "4", "高级": "3", "高级工": "3", "三级": "3", "三级工": "3", "技师": "2", "二级": "2", "高级技师": "1", "一级": "1",
}  # fmt: skip
_USES = {
    "练习": Use.PRACTICE, "练兵": Use.PRACTICE, "仅练习": Use.PRACTICE, "practice": Use.PRACTICE, "考试": Use.EXAM, "仅考试": Use.EXAM,
    "exam": Use.EXAM, "练习与考试": Use.BOTH, "练习和考试": Use.BOTH, "均可": Use.BOTH, "通用": Use.BOTH, "both": Use.BOTH,
}  # fmt: skip
_HEADING = re.compile(
    r"(?:第?[一二三四五六七八九十]+(?:部分|大题|[、.．:：)）])?|[ⅠⅡⅢⅣⅤⅥIV]+[、.．]|\(?（?[一二三四五六七八九十]+[)）])?[、.．:：]?"
)


def plain(text: str) -> str:
    """``text`` as words are compared: one width, no blanks, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def kind_of(text: str) -> str:
    """The kind that ``text`` names; "" when it names none."""
    word = plain(text)
    return _KIND_OF.get(word) or _KIND_OF.get(re.sub(r"[(\[【].*?[)\]】]", "", word)) or ""


def kind_in_heading(text: str) -> str:
    """The kind that a heading such as 一、单项选择题（每题 2 分） names; "" when it is no heading."""
    word = plain(text)
    word = re.sub(r"[(\[（【].*$", "", word) or word
    for pattern in (_HEADING,):
        found = pattern.match(word)
        if found:
            word = word[found.end() :]
    word = re.split(r"[:：,，。;；]", word)[0]
    return _KIND_OF.get(word) or _KIND_OF.get(re.sub(r"(共|\d).*$", "", word)) or ""


def truth_of(text: str) -> bool | None:
    """Whether ``text`` says that something is right or wrong; None when it says neither."""
    word = plain(text).strip("()（）[]【】.。")
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def difficulty_of(text: str) -> int | None:
    """From 1 (easiest) to 5 (hardest); None when ``text`` is no difficulty. Fractions from 0 to 1 are the share that fails."""
    word = plain(text).removesuffix("级").removesuffix("星")
    if word in _DIFFICULTIES:
        return _DIFFICULTIES[word]
    if set(word) in ({"★"}, {"☆"}, {"★", "☆"}) and 1 <= word.count("★") <= 5:
        return word.count("★")
    if word.isdecimal() and len(word) == 1 and 1 <= int(word) <= 5:
        return int(word)
    if re.fullmatch(r"0\.\d{1,4}", word):
        return min(5, int(float(word) * 5) + 1)
    return None


def level_of(text: str) -> str | None:
    """One of ``states.Level``; None when ``text`` is no level."""
    word = plain(text)
    if word in Level.values:
        return word
    for label_value, label in Level.choices:
        if word == plain(str(label)):
            return str(label_value)
    inner = re.fullmatch(r"(.*?)\((.*?)\)", word)
    for candidate in (word, word.removesuffix("技能"), *(inner.groups() if inner else ())):
        if candidate in _LEVELS:
            return _LEVELS[candidate]
    return None


def use_of(text: str) -> str | None:
    """One of ``states.Use``; None when ``text`` is none."""
    word = plain(text)
    found = _USES.get(word)
    return found.value if found else None
