"""QTI 2.1 and 3.0 items and packages, read: choices, orders, matches, text entries, extended texts.

Version 3 is version 2 with other spellings (``qti-choice-interaction`` for ``choiceInteraction``), so a document is brought to the
spelling of version 2 first and read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from huomiao.practice.formats import answers, markup
from huomiao.practice.formats.archives import Archive, is_archive, joined, parse_xml
from huomiao.practice.formats.blanks import BLANK
from huomiao.practice.formats.checking import check
from huomiao.practice.formats.draft import EXPLANATION, STEM, DraftQuestion, Media, Reading, option_place
from huomiao.practice.formats.errors import UnreadableFile
from huomiao.practice.formats.solved import NotAnAnswer
from huomiao.practice.states import Level, Use

MANIFEST = "imsmanifest.xml"
POINTS = "得分点："
_INTERACTIONS = frozenset(
    {"choiceInteraction", "orderInteraction", "matchInteraction", "textEntryInteraction", "extendedTextInteraction"}
)
_OTHER = re.compile(r"Interaction$")
_FACT = re.compile(r"^huomiao:(code|topic|difficulty|level|use|source|label):(.*)$", re.DOTALL)
_BLOCKS = frozenset({"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "prompt", "td"})
MOST_ITEMS = 20_000


def read(content: bytes) -> Reading:
    """The questions of a package (zip with imsmanifest.xml) or of one item.

    Raises:
        UnreadableFile: it is hostile, damaged, of another version, or holds no item.
    """
    reading = Reading()
    if is_archive(content):
        _read_package(Archive(content), reading)
    else:
        for number, item in enumerate(_items(_plain(parse_xml(content))), 1):
            reading.drafts.append(_draft(item, number, "", reading.media, None, []))
    if not reading.drafts:
        raise UnreadableFile(_("这个 QTI 文件里没有题目（assessmentItem）。"))
    return reading


def _read_package(archive: Archive, reading: Reading) -> None:
    manifest = next((name for name in archive.names if name.rpartition("/")[2] == MANIFEST), "")
    if not manifest:
        raise UnreadableFile(_("压缩包里没有 imsmanifest.xml，不是 QTI 题目包。"))
    keywords = _keywords(_plain(archive.xml(manifest)), manifest)
    named = [name for name in keywords if name in archive]
    loose = [
        name for name in archive.names if name.lower().endswith(".xml") and name != manifest and name not in keywords
    ]
    if len(named) + len(loose) > MOST_ITEMS:
        raise UnreadableFile(_("题目超过 %(most)s 道。请分成几个包导入。") % {"most": MOST_ITEMS})
    for name in named or loose:
        for item in _items(_plain(archive.xml(name))):
            number = len(reading.drafts) + 1
            reading.drafts.append(_draft(item, number, name, reading.media, archive, keywords.get(name, [])))


def _keywords(manifest: Any, path: str) -> dict[str, list[str]]:
    """The items that a manifest lists, each with the keywords of its metadata."""
    found: dict[str, list[str]] = {}
    for resource in manifest.iter("resource"):
        href = resource.get("href", "")
        if "item" in resource.get("type", "") and href and not markup.is_outside(href):
            words = [
                (text.text or "").strip()
                for keyword in resource.iter("keyword")
                for text in keyword.iter()
                if (text.text or "").strip()
            ]
            found[joined(path, href)] = words
    return found


def _items(root: Any) -> Iterator[Any]:
    if root.tag == "questestinterop":
        raise UnreadableFile(_("这是 QTI 1.2 的文件。请在原系统里导出为 QTI 2.1 或 3.0，或导出为 Moodle XML。"))
    yield from root.iter("assessmentItem")


def _plain(root: Any) -> Any:
    """The document in the spelling of version 2.1, without namespaces."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        name = element.tag.rpartition("}")[2]
        element.tag = _camel(name.removeprefix("qti-")) if name.startswith("qti-") else name
        for key in list(element.attrib):
            plain = key.rpartition("}")[2]
            if "-" in plain and not plain.startswith(("data-", "aria-")):
                plain = _camel(plain)
            if plain != key:
                element.attrib[plain] = element.attrib.pop(key)
    return root


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


class _Item:
    """One item while it is read."""

    def __init__(self, item: Any, draft: DraftQuestion, path: str, media: Media, archive: Archive | None) -> None:
        self.item, self.draft, self.path, self.media, self.archive = item, draft, path, media, archive
        self.body = item.find("itemBody")
        self.responses = {one.get("identifier", ""): one for one in item.iter("responseDeclaration")}
        self.found = (
            [element for element in self.body.iter() if element.tag in _INTERACTIONS] if self.body is not None else []
        )

    def text(self, element: Any, place: str) -> str:
        """The text below ``element`` without its interactions; pictures go to ``place``; blanks stand where they are filled."""
        parts: list[str] = []
        self._collect(element, place, parts)
        lines = [re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in "".join(parts).split("\n")]
        return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()

    def _collect(self, element: Any, place: str, parts: list[str]) -> None:
        is_block = element.tag in _BLOCKS
        if is_block or element.tag == "br":
            parts.append("\n")
        parts.append(re.sub(r"\s+", " ", element.text or ""))
        for child in element:
            if not isinstance(child.tag, str):
                pass
            elif child.tag == "textEntryInteraction":
                parts.append(BLANK)
            elif child.tag in {"rubricBlock", "feedbackBlock", "feedbackInline", "modalFeedback"}:
                pass
            elif child.tag in _INTERACTIONS:
                prompt = child.find("prompt")
                if prompt is not None:
                    self._collect(prompt, place, parts)
            elif child.tag in {"img", "object", "audio", "video", "source"}:
                self._medium(child.get("data" if child.tag == "object" else "src") or "", place)
                self._collect(child, place, parts)
            else:
                self._collect(child, place, parts)
            parts.append(re.sub(r"\s+", " ", child.tail or ""))
        if is_block:
            parts.append("\n")

    def _medium(self, source: str, place: str) -> None:
        if not source:
            return
        content = markup.embedded(source)
        name = f"{self.draft.line}-{len(self.media)}"
        if content is None and self.archive is not None and not markup.is_outside(source):
            path = joined(self.path, markup.file_name(source))
            if path in self.archive:
                name, content = path, self.archive.read(path)
        if content is None:
            self.draft.note(place, _("有一处图片不在包里，没有带上：%(source)s") % {"source": source[:80]})
            return
        if name not in self.media:
            self.media.add(name, content)
        self.draft.media.setdefault(place, []).append(name)

    def correct(self, interaction: Any) -> list[str]:
        """The identifiers or texts that a response declares as right."""
        response = self.responses.get(interaction.get("responseIdentifier", "RESPONSE"))
        if response is None:
            return []
        values = [(value.text or "").strip() for value in response.iterfind("correctResponse/value")]
        if not values:
            values = [
                one.get("mapKey", "") for one in response.iter("mapEntry") if _positive(one.get("mappedValue", ""))
            ]
        return values


def _positive(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False


def _draft(
    element: Any, number: int, path: str, media: Media, archive: Archive | None, keywords: list[str]
) -> DraftQuestion:
    draft = DraftQuestion(line=number, sheet=path)
    draft.code = " ".join((element.get("label") or element.get("identifier") or "").split())[:60]
    _facts(draft, keywords)
    item = _Item(element, draft, path, media, archive)
    draft.explanation = "\n".join(
        text for feedback in element.iter("modalFeedback") if (text := item.text(feedback, EXPLANATION))
    )
    try:
        _solve(item)
    except NotAnAnswer as fault:
        draft.blame(fault.part, str(fault))
        return draft
    check(draft)
    return draft


def _facts(draft: DraftQuestion, keywords: list[str]) -> None:
    labels: list[str] = []
    for keyword in keywords:
        fact = _FACT.match(keyword)
        if fact is None:
            continue
        name, value = fact[1], fact[2]
        if name == "code":
            draft.code = value[:60]
        elif name == "topic":
            draft.topic = tuple(part.replace("\\/", "/")[:80] for part in re.split(r"(?<!\\)/", value) if part)
        elif name == "difficulty" and value in {"1", "2", "3", "4", "5"}:
            draft.difficulty = int(value)
        elif name == "level" and value in Level.values:
            draft.level = value
        elif name == "use" and value in Use.values:
            draft.use = value
        elif name == "source":
            draft.source = value[:120]
        elif name == "label":
            labels.append(value[:40])
    draft.labels = tuple(dict.fromkeys(labels))


def _solve(item: _Item) -> None:
    draft = item.draft
    if item.body is None:
        raise NotAnAnswer(_("题目没有正文（itemBody）。"), part="stem")
    others = [
        element.tag for element in item.body.iter() if isinstance(element.tag, str) and _OTHER.search(element.tag)
    ]
    unknown = sorted({tag for tag in others if tag not in _INTERACTIONS})
    stem = item.text(item.body, STEM)
    draft.body = {"stem": stem}
    if unknown or not item.found:
        what = "、".join(unknown) or _("没有作答区")
        raise NotAnAnswer(_("不支持这种 QTI 题型：%(what)s。") % {"what": what}, part="kind")
    names = {element.tag for element in item.found}
    if names == {"textEntryInteraction"}:
        _text_entries(item, stem)
        return
    if len(item.found) > 1:
        raise NotAnAnswer(_("一道题里有几个作答区，请在原系统里拆成几道题。"), part="kind")
    interaction = item.found[0]
    if interaction.tag == "choiceInteraction":
        _choice(item, stem, interaction)
    elif interaction.tag == "orderInteraction":
        _order(item, stem, interaction)
    elif interaction.tag == "matchInteraction":
        _match(item, stem, interaction)
    else:
        _extended(item, stem)


def _choice(item: _Item, stem: str, interaction: Any) -> None:
    choices = interaction.findall("simpleChoice")
    names = [choice.get("identifier", "") for choice in choices]
    right = item.correct(interaction)
    if {name.lower() for name in names} == {"true", "false"} and len(right) == 1:
        item.draft.kind, item.draft.body = "true_false", {"stem": stem}
        item.draft.key = {"right": right[0].lower() == "true"}
        return
    if not right or any(name not in names for name in right):
        raise NotAnAnswer(_("没有写明正确选项（correctResponse），或写的选项不存在。"))
    response = item.responses.get(interaction.get("responseIdentifier", "RESPONSE"))
    is_multiple = response is not None and response.get("cardinality") == "multiple"
    item.draft.kind = "multiple" if is_multiple else "single"
    options = [{"text": item.text(choice, option_place(index))} for index, choice in enumerate(choices)]
    item.draft.body = {"stem": stem, "options": options}
    item.draft.key = {"right": sorted(names.index(name) for name in right)}


def _order(item: _Item, stem: str, interaction: Any) -> None:
    choices = interaction.findall("simpleChoice")
    names = [choice.get("identifier", "") for choice in choices]
    right = item.correct(interaction)
    if sorted(right) != sorted(names):
        raise NotAnAnswer(_("排序题的正确顺序（correctResponse）要把每一项恰好列出一次。"))
    item.draft.kind = "ordering"
    item.draft.body = {"stem": stem, "items": [{"text": item.text(choice, STEM)} for choice in choices]}
    item.draft.key = {"order": [names.index(name) for name in right]}


def _match(item: _Item, stem: str, interaction: Any) -> None:
    sets = interaction.findall("simpleMatchSet")
    if len(sets) != 2:
        raise NotAnAnswer(_("匹配题应有两组选项（simpleMatchSet）。"), part="options")
    left, right = (one.findall("simpleAssociableChoice") for one in sets)
    places = {choice.get("identifier", ""): index for index, choice in enumerate(right)}
    partners: dict[str, int] = {}
    for pair in item.correct(interaction):
        mine, _blank, other = pair.partition(" ")
        if mine in partners or other.strip() not in places:
            raise NotAnAnswer(_("匹配题里每个左项只能对应一个右项。"))
        partners[mine] = places[other.strip()]
    if any(choice.get("identifier", "") not in partners for choice in left):
        raise NotAnAnswer(_("匹配题里有左项没有对应的右项。"))
    item.draft.kind = "matching"
    item.draft.body = {
        "stem": stem,
        "left": [{"text": item.text(choice, STEM)} for choice in left],
        "right": [{"text": item.text(choice, STEM)} for choice in right],
    }
    item.draft.key = {"pairs": [partners[choice.get("identifier", "")] for choice in left]}


def _text_entries(item: _Item, stem: str) -> None:
    tolerances = _tolerances(item.item)
    blanks = []
    for interaction in item.found:
        name = interaction.get("responseIdentifier", "RESPONSE")
        response = item.responses.get(name)
        values = list(dict.fromkeys([*item.correct(interaction), *_mapped(response)]))
        if not values or response is None:
            raise NotAnAnswer(_("有一个空没有写明正确答案（correctResponse）。"))
        blank: dict[str, Any] = {"accept": [], "number": None, "tolerance": None, "unit": ""}
        if response.get("baseType") in {"float", "integer"}:
            if not re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", values[0]):
                raise NotAnAnswer(_("数值空的答案应是数字，这里是“%(answer)s”。") % {"answer": values[0][:40]})
            blank |= {
                "number": float(values[0]),
                "tolerance": tolerances.get(name),
                "unit": interaction.get("data-unit", ""),
            }
        else:
            blank["accept"] = values
        blanks.append(blank)
    item.draft.kind, item.draft.body = "fill", {"stem": stem, "blanks": len(blanks)}
    item.draft.key = {"blanks": blanks, "any_order": False}


def _mapped(response: Any) -> list[str]:
    if response is None:
        return []
    return [one.get("mapKey", "") for one in response.iter("mapEntry") if _positive(one.get("mappedValue", ""))]


def _tolerances(item: Any) -> dict[str, float]:
    """By response: how far a number may be off, where the item compares with an absolute tolerance."""
    found: dict[str, float] = {}
    for equal in item.iter("equal"):
        variable = equal.find("variable")
        first = equal.get("tolerance", "").split()
        if variable is not None and equal.get("toleranceMode") == "absolute" and first and _positive(first[0]):
            found[variable.get("identifier", "")] = float(first[0])
    return found


def _extended(item: _Item, stem: str) -> None:
    rubric = "\n".join(item.text(block, EXPLANATION) for block in item.body.iter("rubricBlock"))
    reference, mark, points = rubric.partition(POINTS)
    if not reference.strip():
        reference = "\n".join(item.correct(item.found[0]))
    if not reference.strip():
        raise NotAnAnswer(_("问答题没有参考答案（rubricBlock）。"))
    limit = item.found[0].get("expectedLength", "")
    most = int(limit) if limit.isdecimal() and len(limit) < 5 and 1 <= int(limit) <= 5000 else 500
    item.draft.kind, item.draft.body = "short", {"stem": stem, "max_chars": most}
    item.draft.key = {"reference": reference.strip(), "points": answers.points_of(points) if mark else []}
