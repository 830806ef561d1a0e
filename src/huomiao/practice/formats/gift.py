"""GIFT, the text format of Moodle: read whole as far as kinds allow, written with word of what it cannot hold."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huomiao.practice.formats import answers, markup, words
from huomiao.practice.formats.blanks import BLANK
from huomiao.practice.formats.checking import check
from huomiao.practice.formats.draft import DraftQuestion, Finding, Reading
from huomiao.practice.formats.errors import UnreadableFile
from huomiao.practice.formats.lines import decoded
from huomiao.practice.formats.solved import NotAnAnswer

_SPECIAL = re.compile(r"([\\~=#{}:])")
_TITLE = re.compile(r"^\s*::(?P<title>(?:\\.|[^:\\]|:(?!:))*)::", re.DOTALL)
_FORMAT = re.compile(r"^\s*\[(html|markdown|plain|moodle)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"^\s*%(-?\d+(?:\.\d+)?)%")
_NUMBER = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?::\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))?\s*$")
_RANGE = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?)\s*\.\.\s*([+-]?\d+(?:\.\d+)?)\s*$")
CODE_LENGTH = 60
_SIGN = "".join(chr(0xE000 + index) for index in range(8))
_PROTECTED = dict(zip("\\~=#{}:>", _SIGN, strict=True))


def looks_like(text: str) -> bool:
    """Whether ``text`` is GIFT: an answer in braces that begins as GIFT's do, or a title in colons."""
    return bool(
        re.search(r"(?<!\\)\{\s*(?:[=~#]|T(?:RUE)?\s*[#}]|F(?:ALSE)?\s*[#}]|\})", text)
        or re.search(r"^\s*::.+?::", text, re.MULTILINE)
    )


def read(content: bytes) -> Reading:
    """The questions in a GIFT file.

    Raises:
        UnreadableFile: it is no text or there is no question in it.
    """
    reading = Reading()
    category: tuple[str, ...] = ()
    for line, block in _blocks(decoded(content)):
        if block.startswith("$CATEGORY:"):
            category = category_path(block.partition(":")[2])
            continue
        reading.drafts.append(_draft(block, line, category))
    if not reading.drafts:
        raise UnreadableFile(_("没有找到 GIFT 格式的题目。"))
    _drop_repeated_codes(reading.drafts)
    return reading


def _blocks(text: str) -> list[tuple[int, str]]:
    """Questions and categories with the line on which each begins: parted by empty lines, comments left out."""
    blocks: list[tuple[int, str]] = []
    current: list[str] = []
    start = 0
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.lstrip().startswith("//"):
            continue
        if line.startswith("$CATEGORY:"):
            blocks.append((number, line.strip()))
            continue
        if line.strip():
            start = start if current else number
            current.append(line)
        elif current:
            blocks.append((start, "\n".join(current)))
            current = []
    return blocks


def category_path(text: str) -> tuple[str, ...]:
    """The topic that a Moodle category names: its path without the roots that every course has."""
    names = [name.strip() for name in text.strip().replace("//", "\x00").split("/")]
    return tuple(
        name.replace("\x00", "/")[:80]
        for name in names
        if name and name not in {"top", "$course$", "$system$", "$module$"}
    )


def _draft(block: str, line: int, category: tuple[str, ...]) -> DraftQuestion:
    draft = DraftQuestion(line=line, topic=category)
    text = _protected(block)
    title = _TITLE.match(text)
    if title:
        draft.code = " ".join(_plain(title["title"]).split())
        text = text[title.end() :]
        if len(draft.code) > CODE_LENGTH:
            draft.code = ""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        draft.body = {"stem": _plain(text).strip()}
        draft.blame("answer", _("没有答案。GIFT 的答案写在花括号里，例如 {=对的 ~错的}。"))
        return draft
    form = _FORMAT.match(text)
    if form:
        text = text[: form.start()] + text[form.end() :]
        start, end = text.find("{"), text.rfind("}")
    is_html = form is not None and form[1].lower() == "html"
    before, inside, after = text[:start], text[start + 1 : end], text[end + 1 :]
    inside, _mark, feedback = inside.partition("####")
    draft.explanation = _shown(feedback, is_html=is_html)
    try:
        _solve(draft, _shown(before, is_html=is_html), inside.strip(), _shown(after, is_html=is_html), is_html=is_html)
    except NotAnAnswer as fault:
        draft.body = {"stem": _shown(before, is_html=is_html)}
        draft.blame(fault.part, str(fault), value=_plain(inside)[:200])
        return draft
    check(draft)
    return draft


@dataclass
class _Choice:
    is_right: bool
    weight: float | None
    text: str


def _solve(draft: DraftQuestion, before: str, inside: str, after: str, *, is_html: bool) -> None:
    stem = f"{before} {BLANK} {after}".strip() if after else before
    plain = inside.partition("#")[0].strip().upper() if not inside.startswith("#") else ""
    if plain in {"T", "TRUE", "F", "FALSE"}:
        draft.kind, draft.body, draft.key = "true_false", {"stem": stem}, {"right": plain.startswith("T")}
    elif not inside:
        _essay(draft, stem)
    elif inside.startswith("#"):
        _numeric(draft, before, inside[1:], after)
    else:
        choices = _choices(inside, is_html=is_html)
        if any("->" in choice.text for choice in choices) and all(choice.is_right for choice in choices):
            _matching(draft, stem, choices)
        elif all(choice.is_right and choice.weight in {None, 100.0} for choice in choices) or (
            after and all(choice.is_right for choice in choices)
        ):
            draft.kind = "fill"
            draft.body = {"stem": _with_blank(before, after), "blanks": 1}
            blank = {"accept": [choice.text for choice in choices], "number": None, "tolerance": None, "unit": ""}
            draft.key = {"blanks": [blank], "any_order": False}
        else:
            _choice(draft, stem, choices)


def _essay(draft: DraftQuestion, stem: str) -> None:
    if not draft.explanation:
        raise NotAnAnswer(_("问答题没有参考答案。请在花括号里写 ####参考答案。"))
    draft.kind, draft.body = "short", {"stem": stem, "max_chars": 500}
    draft.key, draft.explanation = {"reference": draft.explanation, "points": []}, ""
    draft.note("answer", _("问答题的总反馈作为参考答案。"))


def _numeric(draft: DraftQuestion, before: str, inside: str, after: str) -> None:
    first = re.split(r"(?<!\\)[=]", inside.strip().lstrip("="))[0].partition("#")[0]
    first = _WEIGHT.sub("", _plain(first))
    number, span = _NUMBER.match(first), _RANGE.match(first)
    if number:
        value, tolerance = float(number[1]), float(number[2]) if number[2] else None
    elif span:
        low, high = float(span[1]), float(span[2])
        value, tolerance = (low + high) / 2, abs(high - low) / 2
    else:
        raise NotAnAnswer(_("数值题的答案应写成 {#20:0.5} 或 {#1..5}，这里是“%(answer)s”。") % {"answer": first[:40]})
    draft.kind, draft.body = "fill", {"stem": _with_blank(before, after), "blanks": 1}
    blank = {"accept": [], "number": value, "tolerance": tolerance, "unit": ""}
    draft.key = {"blanks": [blank], "any_order": False}


def _with_blank(before: str, after: str) -> str:
    if BLANK in before or BLANK in after:
        return f"{before} {after}".strip()
    return f"{before} {BLANK} {after}".strip()


def _choices(inside: str, *, is_html: bool) -> list[_Choice]:
    found: list[_Choice] = []
    for match in re.finditer(r"([=~])([^=~]*)", inside):
        text = match[2].partition("#")[0]
        weight = _WEIGHT.match(text)
        value = float(weight[1]) if weight else None
        shown = _shown(text[weight.end() :] if weight else text, is_html=is_html)
        found.append(_Choice(match[1] == "=", value, shown))
    if not found:
        raise NotAnAnswer(_("花括号里没有选项。正确的选项以 = 开头，错误的以 ~ 开头。"))
    return found


def _choice(draft: DraftQuestion, stem: str, choices: Sequence[_Choice]) -> None:
    has_weights = any(choice.weight is not None for choice in choices) and not any(
        choice.is_right for choice in choices
    )
    right = [index for index, choice in enumerate(choices) if choice.is_right or (choice.weight or 0) > 0]
    if not right:
        raise NotAnAnswer(_("没有正确的选项。正确的选项以 = 开头，或带正的百分比。"))
    draft.kind = "multiple" if has_weights or len(right) > 1 else "single"
    draft.body = {"stem": stem, "options": [{"text": choice.text} for choice in choices]}
    draft.key = {"right": right}


def _matching(draft: DraftQuestion, stem: str, choices: Sequence[_Choice]) -> None:
    sides: list[tuple[str, str]] = []
    for choice in choices:
        mine, arrow, other = (part.strip() for part in choice.text.partition("->"))
        if not arrow or not other:
            raise NotAnAnswer(_("匹配题每行写成 =左项 -> 右项。"))
        sides.append((mine, other))
    draft.kind = "matching"
    draft.body, draft.key = answers.matched(stem, sides)


def _protected(text: str) -> str:
    """Escaped marks as private characters, so that what is left of them are marks indeed."""
    text = "".join(character for character in text if character not in _SIGN)
    return re.sub(r"\\([\\~=#{}:>n])", lambda match: "\n" if match[1] == "n" else _PROTECTED[match[1]], text)


def _plain(text: str) -> str:
    for mark, sign in _PROTECTED.items():
        text = text.replace(sign, mark)
    return text


def _shown(text: str, *, is_html: bool) -> str:
    text = _FORMAT.sub("", text)
    plain = _plain(text).strip()
    return markup.to_text(plain)[0] if is_html else plain


def _drop_repeated_codes(drafts: Sequence[DraftQuestion]) -> None:
    """Titles are no identifiers in GIFT: where one is used twice it names nothing."""
    counted = Counter(draft.code for draft in drafts if draft.code)
    for draft in drafts:
        if counted[draft.code] > 1:
            draft.note("code", _("标题“%(code)s”用了不止一次，不能作编号。") % {"code": draft.code})
            draft.code = ""


# --- Writing ------------------------------------------------------------------------------------------------------


def write(drafts: Sequence[DraftQuestion]) -> tuple[bytes, list[Finding]]:
    """The drafts as GIFT, and what it could not hold."""
    blocks: list[str] = []
    lost: Counter[str] = Counter()
    category: tuple[str, ...] | None = None
    for draft in sorted(drafts, key=lambda each: each.topic):
        inside = _written(draft, lost)
        if inside is None:
            continue
        if draft.topic != category:
            category = draft.topic
            blocks.append("$CATEGORY: $course$/" + "/".join(["top", *(name.replace("/", "//") for name in category)]))
        if draft.media:
            lost[_("有图片或音视频的题（只写了文字）")] += 1
        if draft.difficulty not in {None, 3} or draft.level or draft.source or draft.use not in {"", "both"}:
            lost[_("难度、等级、用途、来源")] += 1
        blocks.append(f"::{_escaped(draft.code)}::{inside}")
    return ("\n\n".join(blocks) + "\n").encode(), told(lost)


def told(lost: Counter[str]) -> list[Finding]:
    """What was left out, with how many questions it concerns."""
    return [
        Finding(_("没有写入：%(what)s，%(count)s 道题。") % {"what": what, "count": count}, is_error=False)
        for what, count in lost.items()
    ]


def _written(draft: DraftQuestion, lost: Counter[str]) -> str | None:
    feedback = f"####{_escaped(draft.explanation)}" if draft.explanation else ""
    stem, body, key = _escaped(draft.stem), draft.body, draft.key
    if draft.kind in {"single", "multiple"}:
        return f"{stem}{{\n{_written_options(draft)}\n{feedback}}}"
    if draft.kind == "true_false":
        return f"{stem}{{{'TRUE' if key['right'] else 'FALSE'}{feedback}}}"
    if draft.kind == "fill":
        return _written_blank(draft, feedback, lost)
    if draft.kind == "matching":
        texts = [side["text"] for side in (*body["left"], *body["right"])]
        if any("->" in text for text in texts):
            lost[_("文字里有 -> 的匹配题")] += 1
            return None
        pairs = [
            f"={_escaped(left['text'])} -> {_escaped(body['right'][place]['text'])}"
            for left, place in zip(body["left"], key["pairs"], strict=True)
        ]
        pairs += [
            f"= -> {_escaped(side['text'])}" for index, side in enumerate(body["right"]) if index not in key["pairs"]
        ]
        return f"{stem}{{\n" + "\n".join(pairs) + f"\n{feedback}}}"
    if draft.kind == "short":
        if draft.explanation or key.get("points"):
            lost[_("简答题的解析和得分点")] += 1
        return f"{stem}{{####{_escaped(key['reference'])}}}"
    lost[_("排序题")] += 1
    return None


def _written_options(draft: DraftQuestion) -> str:
    right = set(draft.key["right"])
    lines = []
    for index, option in enumerate(draft.body["options"]):
        text = _escaped(option["text"])
        if draft.kind == "multiple":
            weight = f"%{100 / len(right):.5f}%".replace(".00000", "") if index in right else "%-100%"
            lines.append(f"~{weight}{text}")
        else:
            mark, weight = ("=", "%100%") if index in right else ("~", "%0%")
            lines.append(f"{mark}{weight if option['text'].startswith('%') else ''}{text}")
    return "\n".join(lines)


def _written_blank(draft: DraftQuestion, feedback: str, lost: Counter[str]) -> str | None:
    blanks = draft.key["blanks"]
    blank: dict[str, Any] = blanks[0]
    if len(blanks) > 1 or (blank["accept"] and blank["number"] is not None):
        lost[_("有几个空的填空题，或既有文字又有数值的空")] += 1
        return None
    if blank["unit"]:
        lost[_("填空题的单位")] += 1
    before, _mark, after = draft.stem.partition(BLANK)
    if blank["number"] is not None:
        tolerance = "" if blank["tolerance"] is None else f":{blank['tolerance']!r}"
        inside = f"#{blank['number']!r}{tolerance}"
    else:
        inside = " ".join(f"={'%100%' if text.startswith('%') else ''}{_escaped(text)}" for text in blank["accept"])
    return f"{_escaped(before)}{{{inside}{feedback}}}{_escaped(after)}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")


# --- Aiken --------------------------------------------------------------------------------------------------------

_AIKEN_OPTION = re.compile(r"^([A-Z])[).]\s*(.*)$")
_AIKEN_ANSWER = re.compile(r"^ANSWER:\s*([A-Z])\s*$", re.IGNORECASE)


def looks_like_aiken(text: str) -> bool:
    return bool(re.search(r"^ANSWER:\s*[A-Z]\s*$", text, re.MULTILINE)) and bool(
        re.search(r"^A[).] ", text, re.MULTILINE)
    )


def read_aiken(content: bytes) -> Reading:
    """The questions in an Aiken file: a stem, lettered options, ANSWER: B.

    Raises:
        UnreadableFile: it is no text or there is no question in it.
    """
    reading = Reading()
    stem: list[str] = []
    options: list[str] = []
    start = 0
    for number, raw in enumerate([*decoded(content).splitlines(), ""], 1):
        line = unicodedata.normalize("NFKC", raw).strip() if raw.strip().upper().startswith("ANSWER") else raw.strip()
        answer, option = _AIKEN_ANSWER.match(line), _AIKEN_OPTION.match(line)
        if answer:
            reading.drafts.append(_aiken(start, stem, options, answer[1].upper()))
            stem, options = [], []
        elif option and stem and ord(option[1]) - 65 == len(options):
            options.append(option[2])
        elif line and options:
            # The next question begins although this one has no answer.
            reading.drafts.append(_aiken(start, stem, options, ""))
            stem, options, start = [line], [], number
        elif line:
            start = start if stem else number
            stem.append(line)
    if stem or options:
        reading.drafts.append(_aiken(start, stem, options, ""))
    if not reading.drafts:
        raise UnreadableFile(_("没有找到 Aiken 格式的题目。"))
    return reading


def _aiken(line: int, stem: Sequence[str], options: Sequence[str], answer: str) -> DraftQuestion:
    draft = DraftQuestion(line=line)
    try:
        is_judgement = len(options) == 2 and {words.truth_of(option) for option in options} == {True, False}
        solved = answers.solve("true_false" if is_judgement else "single", "\n".join(stem), options, answer)
    except NotAnAnswer as fault:
        draft.body = {"stem": "\n".join(stem)}
        draft.blame(fault.part, str(fault), value=answer)
        return draft
    draft.kind, draft.body, draft.key = solved.kind, solved.body, solved.key
    if is_judgement:
        draft.note("kind", _("选项是“正确、错误”，按判断题处理。"))
    check(draft)
    return draft


def write_aiken(drafts: Sequence[DraftQuestion]) -> tuple[bytes, list[Finding]]:
    """The single choices and judgements among the drafts as Aiken, and what it could not hold."""
    blocks: list[str] = []
    lost: Counter[str] = Counter()
    for draft in drafts:
        if draft.kind == "single":
            options, place = [option["text"] for option in draft.body["options"]], draft.key["right"][0]
        elif draft.kind == "true_false":
            options, place = [_("正确"), _("错误")], 0 if draft.key["right"] else 1
        else:
            lost[words.KIND_TITLES[draft.kind]] += 1
            continue
        if draft.media:
            lost[_("有图片或音视频的题（只写了文字）")] += 1
        if draft.explanation or draft.topic:
            lost[_("解析、知识点、难度等")] += 1
        lines = [" ".join(draft.stem.split())]
        lines += [f"{chr(65 + index)}. {' '.join(option.split())}" for index, option in enumerate(options)]
        blocks.append("\n".join([*lines, f"ANSWER: {chr(65 + place)}"]))
    return ("\n\n".join(blocks) + "\n").encode(), told(lost)
