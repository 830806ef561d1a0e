"""Moodle XML, read and written: choice, truth, short answers, numbers, several blanks (cloze), orders, matches, essays."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # nosec: written, never parsed

from django.utils.translation import gettext as _

from huomiao.practice.formats import answers, gift, markup
from huomiao.practice.formats.archives import parse_xml
from huomiao.practice.formats.blanks import BLANK
from huomiao.practice.formats.checking import check
from huomiao.practice.formats.draft import EXPLANATION, STEM, DraftQuestion, Finding, Media, Reading, option_place
from huomiao.practice.formats.errors import UnreadableFile
from huomiao.practice.formats.solved import NotAnAnswer
from huomiao.practice.states import Level, Use

_CLOZE = re.compile(r"\{(\d*):([A-Z_]+):((?:\\.|[^}\\])*)\}", re.DOTALL)
_CLOZE_TEXTS = frozenset({"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"})
_CLOZE_NUMBERS = frozenset({"NUMERICAL", "NM"})
_FACT = re.compile(r"^huomiao:(difficulty|level|use|source):(.*)$")
_POINTS = "得分点："
_NOT_QUESTIONS = {"description"}


def read(content: bytes) -> Reading:
    """The questions in a Moodle XML file.

    Raises:
        UnreadableFile: it is not well-formed, hostile, or holds no quiz.
    """
    root = parse_xml(content)
    if root.tag != "quiz":
        raise UnreadableFile(_("这不是 Moodle 题库文件：最外层应是 quiz。"))
    reading = Reading()
    topic: tuple[str, ...] = ()
    for number, element in enumerate(root, 1):
        if element.tag != "question":
            continue
        kind = element.get("type", "")
        if kind == "category":
            topic = gift.category_path(_text(element.find("category")))
        elif kind in _NOT_QUESTIONS:
            reading.findings.append(
                Finding(_("第 %(number)s 项是说明文字，没有读取。") % {"number": number}, is_error=False)
            )
        else:
            reading.drafts.append(_draft(element, number, topic, reading.media))
    if not reading.drafts:
        raise UnreadableFile(_("这个 Moodle 文件里没有题目。"))
    return reading


def _draft(element: Any, number: int, topic: tuple[str, ...], media: Media) -> DraftQuestion:
    draft = DraftQuestion(line=number, topic=topic)
    draft.code = " ".join((element.findtext("idnumber") or "").split())[:60]
    _tags(draft, element)
    stem = _html(draft, element.find("questiontext"), STEM, media)
    draft.explanation = _html(draft, element.find("generalfeedback"), EXPLANATION, media)
    try:
        _READERS.get(element.get("type", ""), _unknown)(draft, element, stem, media)
    except NotAnAnswer as fault:
        draft.body = {"stem": stem}
        draft.blame(fault.part, str(fault))
        return draft
    check(draft)
    return draft


def _tags(draft: DraftQuestion, element: Any) -> None:
    labels = []
    for tag in element.iterfind("tags/tag/text"):
        text = (tag.text or "").strip()
        fact = _FACT.match(text)
        if fact is None:
            labels.append(text[:40])
        elif fact[1] == "difficulty" and fact[2] in {"1", "2", "3", "4", "5"}:
            draft.difficulty = int(fact[2])
        elif fact[1] == "level" and fact[2] in Level.values:
            draft.level = fact[2]
        elif fact[1] == "use" and fact[2] in Use.values:
            draft.use = fact[2]
        elif fact[1] == "source":
            draft.source = fact[2][:120]
    draft.labels = tuple(dict.fromkeys(label for label in labels if label))


def _html(draft: DraftQuestion, element: Any, place: str, media: Media) -> str:
    """The text of an element with a format and files; its pictures go to ``place``."""
    if element is None:
        return ""
    raw = _text(element)
    is_plain = element.get("format") in {"plain_text", "markdown"}
    text, sources = (raw.strip(), []) if is_plain else markup.to_text(raw)
    files = {name.rpartition("/")[2]: file for file in element.iterfind("file") if (name := file.get("name", ""))}
    for source in sources:
        content = markup.embedded(source)
        name = markup.file_name(source).rpartition("/")[2]
        if content is None and name in files:
            content = _decoded(files[name].text or "")
        if content:
            kept = f"{draft.line}-{place}-{len(media)}-{name if name in files else 'image'}"
            media.add(kept, content)
            draft.media.setdefault(place, []).append(kept)
        else:
            draft.note(place, _("有一处图片不在文件里，没有带上：%(source)s") % {"source": source[:80]})
    return text


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def _text(element: Any) -> str:
    return (element.findtext("text") or "") if element is not None else ""


def _fraction(answer: Any) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0


def _multichoice(draft: DraftQuestion, element: Any, stem: str, media: Media) -> None:
    found = element.findall("answer")
    draft.body = {
        "stem": stem,
        "options": [{"text": _html(draft, one, option_place(index), media)} for index, one in enumerate(found)],
    }
    right = [index for index, one in enumerate(found) if _fraction(one) > 0]
    is_single = (element.findtext("single") or "true").strip().lower() in {"true", "1"}
    if is_single and len(right) > 1:
        best = max(_fraction(one) for one in found)
        right = [index for index, one in enumerate(found) if _fraction(one) == best]
        draft.note("answer", _("单选题里有几个选项得分，取得分最高的为正确答案。"))
    if not right or (is_single and len(right) > 1):
        raise NotAnAnswer(_("正确选项的 fraction 应大于 0，单选题只能有一个满分选项。"))
    draft.kind, draft.key = ("single" if is_single else "multiple"), {"right": right}


def _truefalse(draft: DraftQuestion, element: Any, stem: str, media: Media) -> None:
    right = [_text(one).strip().lower() for one in element.findall("answer") if _fraction(one) > 0]
    if right not in (["true"], ["false"]):
        raise NotAnAnswer(_("判断题应有 true、false 两个答案，其中一个 fraction 为 100。"))
    draft.kind, draft.body, draft.key = "true_false", {"stem": stem}, {"right": right == ["true"]}


def _shortanswer(draft: DraftQuestion, element: Any, stem: str, media: Media) -> None:
    accept = [_text(one).strip() for one in element.findall("answer") if _fraction(one) >= 100]
    if not accept:
        raise NotAnAnswer(_("填空题没有 fraction 为 100 的答案。"))
    if any("*" in text.replace("\\*", "") for text in accept):
        draft.note("answer", _("答案里的 * 在 Moodle 里是通配符，这里按普通字符处理，请核对。"))
    accept = [text.replace("\\*", "*") for text in accept]
    _one_blank(draft, stem, {"accept": accept, "number": None, "tolerance": None, "unit": ""})


def _numerical(draft: DraftQuestion, element: Any, stem: str, media: Media) -> None:
    for one in element.findall("answer"):
        if _fraction(one) < 100:
            continue
        value, tolerance = _float(_text(one)), _float(one.findtext("tolerance") or "")
        if value is None:
            break
        unit = (element.findtext("units/unit/unit_name") or "").strip()
        _one_blank(draft, stem, {"accept": [], "number": value, "tolerance": tolerance, "unit": unit})
        return
    raise NotAnAnswer(_("数值题没有可用的答案：应是数字，fraction 为 100。"))


def _float(text: str) -> float | None:
    plain = text.strip()
    return float(plain) if re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", plain) else None


def _one_blank(draft: DraftQuestion, stem: str, blank: dict[str, Any]) -> None:
    text = re.sub(r"_{2,}", BLANK, stem)
    if text.count(BLANK) != 1:
        text = f"{text.replace(BLANK, '__')} {BLANK}"
    draft.kind, draft.body = "fill", {"stem": text, "blanks": 1}
    draft.key = {"blanks": [blank], "any_order": False}


def _cloze(draft: DraftQuestion, element: Any, stem: str, media: Media) -> None:
    """A text with several blanks, each in braces of its own."""
    blanks: list[dict[str, Any]] = []

    def replace(match: re.Match[str]) -> str:
        blanks.append(_cloze_blank(match[2], match[3]))
        return BLANK

    text = _CLOZE.sub(replace, stem)
    if not blanks:
        raise NotAnAnswer(_("嵌入式题目里没有空。"))
    draft.kind, draft.body = "fill", {"stem": text, "blanks": len(blanks)}
    draft.key = {"blanks": blanks, "any_order": False}


def _cloze_blank(kind: str, inside: str) -> dict[str, Any]:
    blank: dict[str, Any] = {"accept": [], "number": None, "tolerance": None, "unit": ""}
    for part in re.split(r"(?<!\\)~", inside):
        weight = re.match(r"^(?:=|%(\d+(?:\.\d+)?)%)", part)
        if weight is None or (weight[1] is not None and float(weight[1]) < 100):
            continue
        text = re.sub(r"\\([\\~#}=/])", r"\1", re.split(r"(?<!\\)#", part[weight.end() :])[0]).strip()
        if kind in _CLOZE_NUMBERS:
            value, _colon, tolerance = text.partition(":")
            blank |= {"number": _float(value), "tolerance": _float(tolerance)}
        elif kind in _CLOZE_TEXTS:
            blank["accept"].append(text)
        else:
            raise NotAnAnswer(_("嵌入式题目里的“%(kind)s”不支持，只支持填空和数值。") % {"kind": kind})
    return blank


def _match(draft: DraftQuestion, element: Any, stem: str, media: Media) -> None:
    parts = element.findall("subquestion")
    sides = [(_html(draft, one, STEM, media), _text(one.find("answer")).strip()) for one in parts]
    draft.kind = "matching"
    draft.body, draft.key = answers.matched(stem, sides)


def _ordering(draft: DraftQuestion, element: Any, stem: str, media: Media) -> None:
    items = [_html(draft, one, STEM, media) for one in element.findall("answer")]
    draft.kind, draft.body = "ordering", {"stem": stem, "items": [{"text": text} for text in items]}
    draft.key = {"order": list(range(len(items)))}


def _essay(draft: DraftQuestion, element: Any, stem: str, media: Media) -> None:
    info = _html(draft, element.find("graderinfo"), EXPLANATION, media)
    reference, mark, points = info.partition(_POINTS)
    if not reference.strip():
        raise NotAnAnswer(_("问答题没有参考答案。请在“给评分人的信息”里写上参考答案。"))
    limit = (element.findtext("maxwordlimit") or "").strip()
    most = int(limit) if limit.isdecimal() and len(limit) < 5 and 1 <= int(limit) <= 5000 else 500
    draft.kind, draft.body = "short", {"stem": stem, "max_chars": most}
    draft.key = {"reference": reference.strip(), "points": answers.points_of(points) if mark else []}


def _unknown(draft: DraftQuestion, element: Any, stem: str, media: Media) -> None:
    raise NotAnAnswer(_("不支持 Moodle 的“%(kind)s”题型。") % {"kind": element.get("type", "")[:40]}, part="kind")


_READERS = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "multianswer": _cloze,
    "cloze": _cloze,
    "matching": _match,
    "ordering": _ordering,
    "essay": _essay,
}


# --- Writing ------------------------------------------------------------------------------------------------------


def write(drafts: Sequence[DraftQuestion], media: Media) -> tuple[bytes, list[Finding]]:
    """The drafts as Moodle XML with their pictures inside, and what it could not hold."""
    root = Element("quiz")
    lost: Counter[str] = Counter()
    topic: tuple[str, ...] | None = None
    for draft in sorted(drafts, key=lambda each: each.topic):
        if draft.topic != topic:
            topic = draft.topic
            category = SubElement(SubElement(root, "question", type="category"), "category")
            names = ["$course$", "top", *(name.replace("/", "//") for name in topic)]
            SubElement(category, "text").text = "/".join(names)
        _WRITERS[draft.kind](_question(root, draft, media), draft, media, lost)
    indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8"), gift.told(lost)


def _question(root: Element, draft: DraftQuestion, media: Media) -> Element:
    element = SubElement(root, "question")
    SubElement(SubElement(element, "name"), "text").text = _xml(draft.code or draft.stem[:60])
    _put_html(element, "questiontext", draft.stem, draft.media.get(STEM, ()), media)
    _put_html(element, "generalfeedback", draft.explanation, draft.media.get(EXPLANATION, ()), media)
    if draft.code:
        SubElement(element, "idnumber").text = _xml(draft.code)
    tags = [*draft.labels]
    facts = {"difficulty": draft.difficulty, "level": draft.level, "use": draft.use, "source": draft.source}
    tags += [f"huomiao:{name}:{value}" for name, value in facts.items() if value]
    if tags:
        parent = SubElement(element, "tags")
        for tag in tags:
            SubElement(SubElement(parent, "tag"), "text").text = _xml(tag)
    return element


def _put_html(parent: Element, name: str, text: str, names: Sequence[str], media: Media, **more: str) -> Element:
    element = SubElement(parent, name, {"format": "html", **more})
    kept = [one for one in names if one in media]
    pictures = "".join(f'<p><img src="@@PLUGINFILE@@/{_base(one)}" alt=""></p>' for one in kept)
    SubElement(element, "text").text = (markup.to_html(_xml(text)) if text else "") + pictures
    for one in kept:
        file = SubElement(element, "file", name=_base(one), path="/", encoding="base64")
        file.text = base64.b64encode(media.read(one)).decode()
    return element


def _base(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name.rpartition("/")[2])


def _xml(text: str) -> str:
    """``text`` without the characters that no XML may hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def _out_choice(element: Element, draft: DraftQuestion, media: Media, lost: Counter[str]) -> None:
    element.set("type", "multichoice")
    right = set(draft.key["right"])
    SubElement(element, "single").text = "true" if draft.kind == "single" else "false"
    SubElement(element, "shuffleanswers").text = "true"
    for index, option in enumerate(draft.body["options"]):
        share = f"{100 / len(right):.5f}" if index in right else "0" if draft.kind == "single" else "-100"
        share = share.removesuffix(".00000")
        _put_html(element, "answer", option["text"], draft.media.get(option_place(index), ()), media, fraction=share)


def _out_truth(element: Element, draft: DraftQuestion, media: Media, lost: Counter[str]) -> None:
    element.set("type", "truefalse")
    for text, truth in (("true", True), ("false", False)):
        answer = SubElement(element, "answer", fraction="100" if draft.key["right"] is truth else "0")
        SubElement(answer, "text").text = text


def _out_fill(element: Element, draft: DraftQuestion, media: Media, lost: Counter[str]) -> None:
    blanks = draft.key["blanks"]
    if draft.key.get("any_order"):
        lost[_("填空题的“各空不分先后”")] += 1
    if len(blanks) == 1 and blanks[0]["number"] is None:
        element.set("type", "shortanswer")
        for text in blanks[0]["accept"]:
            answer = SubElement(element, "answer", fraction="100", format="plain_text")
            SubElement(answer, "text").text = _xml(text.replace("*", "\\*"))
        return
    if len(blanks) == 1 and not blanks[0]["accept"]:
        element.set("type", "numerical")
        answer = SubElement(element, "answer", fraction="100", format="plain_text")
        SubElement(answer, "text").text = repr(blanks[0]["number"])
        if blanks[0]["tolerance"] is not None:
            SubElement(answer, "tolerance").text = repr(blanks[0]["tolerance"])
        if blanks[0]["unit"]:
            unit = SubElement(SubElement(element, "units"), "unit")
            SubElement(unit, "multiplier").text = "1"
            SubElement(unit, "unit_name").text = _xml(blanks[0]["unit"])
        return
    element.set("type", "cloze")
    text = _xml(draft.stem)
    for blank in blanks:
        if blank["number"] is not None and (blank["accept"] or blank["unit"]):
            lost[_("填空题里与文字并列的数值范围，或几个空时的单位")] += 1
        text = text.replace(BLANK, _cloze_out(blank), 1)
    shown = element.find("questiontext/text")
    if shown is not None:
        pictures = (shown.text or "").partition("</p>")[2]
        shown.text = markup.to_html(text) + pictures


def _cloze_out(blank: dict[str, Any]) -> str:
    def escaped(text: str) -> str:
        return re.sub(r"([\\~#}=/])", r"\\\1", _xml(text))

    if blank["number"] is not None and not blank["accept"]:
        tolerance = "" if blank["tolerance"] is None else f":{blank['tolerance']!r}"
        return f"{{1:NUMERICAL:={blank['number']!r}{tolerance}}}"
    ways = [*blank["accept"], *([f"{blank['number']:g}"] if blank["number"] is not None else [])]
    return "{1:SHORTANSWER:" + "~".join(f"={escaped(way)}" for way in ways) + "}"


def _out_matching(element: Element, draft: DraftQuestion, media: Media, lost: Counter[str]) -> None:
    element.set("type", "matching")
    SubElement(element, "shuffleanswers").text = "true"
    right = [side["text"] for side in draft.body["right"]]
    pairs = [(left["text"], right[place]) for left, place in zip(draft.body["left"], draft.key["pairs"], strict=True)]
    pairs += [("", text) for index, text in enumerate(right) if index not in draft.key["pairs"]]
    for mine, other in pairs:
        sub = SubElement(element, "subquestion", format="html")
        SubElement(sub, "text").text = markup.to_html(_xml(mine)) if mine else ""
        SubElement(SubElement(sub, "answer"), "text").text = _xml(other)


def _out_ordering(element: Element, draft: DraftQuestion, media: Media, lost: Counter[str]) -> None:
    element.set("type", "ordering")
    for number, place in enumerate(draft.key["order"], 1):
        _put_html(element, "answer", draft.body["items"][place]["text"], (), media, fraction=f"{number}.0")


def _out_short(element: Element, draft: DraftQuestion, media: Media, lost: Counter[str]) -> None:
    element.set("type", "essay")
    SubElement(element, "maxwordlimit").text = str(draft.body.get("max_chars", 500))
    points = answers.points_in_words(draft.key.get("points", []))
    text = f"{draft.key['reference']}\n{_POINTS}\n{points}" if points else draft.key["reference"]
    _put_html(element, "graderinfo", text, (), media)


_WRITERS = {
    "single": _out_choice,
    "multiple": _out_choice,
    "true_false": _out_truth,
    "fill": _out_fill,
    "ordering": _out_ordering,
    "matching": _out_matching,
    "short": _out_short,
}
