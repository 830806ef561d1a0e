"""Drafts as a QTI package, in version 2.1 or 3.0: one item a question, their pictures beside them, a manifest that lists it all."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring  # nosec: written, never parsed

from django.utils.translation import gettext as _

from huomiao.practice.formats import answers, gift
from huomiao.practice.formats.blanks import BLANK
from huomiao.practice.formats.draft import EXPLANATION, STEM, DraftQuestion, Finding, Media, option_place
from huomiao.practice.formats.qti import MANIFEST, POINTS
from huomiao.practice.kinds.parts import letter

_NAMESPACES = {
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "3.0": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}
_TYPES = {"2.1": "imsqti_item_xmlv2p1", "3.0": "imsqti_item_xmlv3p0"}
_SCHEMAS = {"2.1": ("QTIv2.1 Package", "1.0.0"), "3.0": ("QTI Package", "3.0.0")}
_MATCH = {
    "2.1": "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct",
    "3.0": "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml",
}
_CONTENT = {
    "2.1": "http://www.imsglobal.org/xsd/imscp_v1p1",
    "3.0": "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
}
_LOM = "http://ltsc.ieee.org/xsd/LOM"
# What is HTML keeps its name in version 3.
_HTML = frozenset({"p", "br", "img", "div"})


def write(drafts: Sequence[DraftQuestion], media: Media, *, version: str) -> tuple[bytes, list[Finding]]:
    """The drafts as a package, and what it could not hold."""
    lost: Counter[str] = Counter()
    out = io.BytesIO()
    used: list[str] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, draft in enumerate(drafts, 1):
            archive.writestr(f"items/q{number:05d}.xml", _Item(draft, number, version, media, lost).written())
            used += [name for names in draft.media.values() for name in names if name in media]
        for name in dict.fromkeys(used):
            archive.writestr(_path(name), media.read(name), zipfile.ZIP_STORED)
        archive.writestr(MANIFEST, _manifest(drafts, media, version))
    return out.getvalue(), gift.told(lost)


def _path(name: str) -> str:
    return "media/" + re.sub(r"[^\w.-]", "_", name)


class _Item:
    """One question while it is written. Elements are named as in 2.1 and respelt for 3.0 at the end."""

    def __init__(self, draft: DraftQuestion, number: int, version: str, media: Media, lost: Counter[str]) -> None:
        self.draft, self.version, self.media, self.lost = draft, version, media, lost
        self.root = Element(
            "assessmentItem",
            identifier=f"q{number:05d}",
            title=_xml(draft.stem[:60]),
            adaptive="false",
            timeDependent="false",
        )
        if draft.code:
            self.root.set("label", _xml(draft.code))
        self.body = Element("itemBody")

    def written(self) -> bytes:
        kind = self.draft.kind
        {
            "single": self._choice,
            "multiple": self._choice,
            "true_false": self._truth,
            "fill": self._fill,
            "ordering": self._ordering,
            "matching": self._matching,
            "short": self._short,
        }[kind]()
        SubElement(self.root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
        if self.draft.explanation or self.draft.media.get(EXPLANATION):
            SubElement(
                self.root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier"
            )
        self.root.append(self.body)
        self._processing()
        if self.draft.explanation or self.draft.media.get(EXPLANATION):
            feedback = SubElement(
                self.root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier="explanation", showHide="show"
            )
            self._text(feedback, self.draft.explanation, EXPLANATION)
        _respell(self.root, self.version)
        self.root.set("xmlns", _NAMESPACES[self.version])
        content: bytes = tostring(self.root, encoding="utf-8")
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + content

    def _response(self, cardinality: str, base: str, values: Sequence[str], name: str = "RESPONSE") -> Element:
        response = SubElement(self.root, "responseDeclaration", identifier=name, cardinality=cardinality, baseType=base)
        correct = SubElement(response, "correctResponse")
        for value in values:
            SubElement(correct, "value").text = _xml(value)
        return response

    def _text(self, parent: Element, text: str, place: str) -> None:
        """``text`` as a paragraph with its lines broken, and its pictures."""
        paragraph = SubElement(parent, "p")
        first, *rest = _xml(text).split("\n")
        paragraph.text = first
        for line in rest:
            SubElement(paragraph, "br").tail = line
        for name in self.draft.media.get(place, ()):
            if name in self.media:
                SubElement(SubElement(parent, "p"), "img", src=f"../{_path(name)}", alt="")

    def _choice(self) -> None:
        draft = self.draft
        is_single = draft.kind == "single"
        names = [letter(place) for place in draft.key["right"]]
        self._response("single" if is_single else "multiple", "identifier", names)
        self._text(self.body, draft.stem, STEM)
        interaction = SubElement(
            self.body,
            "choiceInteraction",
            responseIdentifier="RESPONSE",
            shuffle="true",
            maxChoices="1" if is_single else "0",
        )
        for index, option in enumerate(draft.body["options"]):
            choice = SubElement(interaction, "simpleChoice", identifier=letter(index))
            self._text(choice, option["text"], option_place(index))

    def _truth(self) -> None:
        self._response("single", "identifier", ["true" if self.draft.key["right"] else "false"])
        self._text(self.body, self.draft.stem, STEM)
        interaction = SubElement(
            self.body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1"
        )
        for name, text in (("true", _("正确")), ("false", _("错误"))):
            SubElement(interaction, "simpleChoice", identifier=name).text = text

    def _fill(self) -> None:
        pieces = _xml(self.draft.stem).split(BLANK)
        blanks = self.draft.key["blanks"]
        if self.draft.key.get("any_order"):
            self.lost[_("填空题的“各空不分先后”")] += 1
        paragraph = SubElement(self.body, "p")
        self._run(paragraph, None, pieces[0])
        for number, (blank, after) in enumerate(zip(blanks, pieces[1:], strict=True), 1):
            name = f"RESPONSE{number}"
            entry = SubElement(paragraph, "textEntryInteraction", responseIdentifier=name)
            if blank["number"] is not None and not blank["accept"]:
                self._response("single", "float", [repr(blank["number"])], name)
                if blank["unit"]:
                    self.lost[_("填空题的单位")] += 1
            else:
                if blank["number"] is not None:
                    self.lost[_("填空题里与文字并列的数值范围")] += 1
                ways = [*blank["accept"], *([f"{blank['number']:g}"] if blank["number"] is not None else [])]
                response = self._response("single", "string", ways[:1], name)
                mapping = SubElement(response, "mapping", defaultValue="0")
                for way in ways:
                    SubElement(mapping, "mapEntry", mapKey=_xml(way), mappedValue="1", caseSensitive="false")
            self._run(paragraph, entry, after)
        for name in self.draft.media.get(STEM, ()):
            if name in self.media:
                SubElement(SubElement(self.body, "p"), "img", src=f"../{_path(name)}", alt="")

    def _run(self, paragraph: Element, behind: Element | None, text: str) -> None:
        first, *rest = text.split("\n")
        if behind is None:
            paragraph.text = first
        else:
            behind.tail = first
        for line in rest:
            SubElement(paragraph, "br").tail = line

    def _ordering(self) -> None:
        self._response("ordered", "identifier", [letter(place) for place in self.draft.key["order"]])
        self._text(self.body, self.draft.stem, STEM)
        interaction = SubElement(self.body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true")
        for index, item in enumerate(self.draft.body["items"]):
            SubElement(interaction, "simpleChoice", identifier=letter(index)).text = _xml(item["text"])

    def _matching(self) -> None:
        left, right = self.draft.body["left"], self.draft.body["right"]
        pairs = [f"L{mine} R{place}" for mine, place in enumerate(self.draft.key["pairs"])]
        self._response("multiple", "directedPair", pairs)
        self._text(self.body, self.draft.stem, STEM)
        interaction = SubElement(
            self.body, "matchInteraction", responseIdentifier="RESPONSE", shuffle="true", maxAssociations="0"
        )
        for sides, prefix, most in ((left, "L", "1"), (right, "R", "0")):
            group = SubElement(interaction, "simpleMatchSet")
            for index, side in enumerate(sides):
                choice = SubElement(group, "simpleAssociableChoice", identifier=f"{prefix}{index}", matchMax=most)
                choice.text = _xml(side["text"])

    def _short(self) -> None:
        SubElement(self.root, "responseDeclaration", identifier="RESPONSE", cardinality="single", baseType="string")
        points = answers.points_in_words(self.draft.key.get("points", []))
        reference = self.draft.key["reference"]
        rubric = SubElement(self.body, "rubricBlock", view="scorer", use="instructions")
        content = f"{reference}\n{POINTS}\n{points}" if points else reference
        self._lines(rubric, content)
        self._text(self.body, self.draft.stem, STEM)
        SubElement(
            self.body,
            "extendedTextInteraction",
            responseIdentifier="RESPONSE",
            expectedLength=str(self.draft.body.get("max_chars", 500)),
        )

    def _lines(self, parent: Element, text: str) -> None:
        for line in _xml(text).split("\n"):
            SubElement(parent, "p").text = line

    def _processing(self) -> None:
        if self.draft.kind == "short":
            return
        if self.draft.kind != "fill":
            SubElement(self.root, "responseProcessing", template=_MATCH[self.version])
            return
        # Each blank adds its share: a text by its mapping, a number within its tolerance.
        processing = SubElement(self.root, "responseProcessing")
        total = Element("sum")
        for number, blank in enumerate(self.draft.key["blanks"], 1):
            name = f"RESPONSE{number}"
            if blank["number"] is None or blank["accept"]:
                SubElement(total, "mapResponse", identifier=name)
                continue
            score = f"BLANK{number}"
            position = list(self.root).index(self.body)
            self.root.insert(
                position, Element("outcomeDeclaration", identifier=score, cardinality="single", baseType="float")
            )
            tolerance = f"{blank['tolerance'] or 0.0!r}"
            inside = SubElement(SubElement(processing, "responseCondition"), "responseIf")
            equal = SubElement(inside, "equal", toleranceMode="absolute", tolerance=f"{tolerance} {tolerance}")
            SubElement(equal, "variable", identifier=name)
            SubElement(equal, "correct", identifier=name)
            value = SubElement(SubElement(inside, "setOutcomeValue", identifier=score), "baseValue", baseType="float")
            value.text = "1"
            SubElement(total, "variable", identifier=score)
        SubElement(processing, "setOutcomeValue", identifier="SCORE").append(total)


def _respell(element: Element, version: str) -> None:
    """The spelling of version 3: elements with qti- and hyphens, attributes with hyphens; HTML stays as it is."""
    if version != "3.0":
        return
    for each in element.iter():
        if each.tag not in _HTML:
            each.tag = "qti-" + _hyphens(each.tag)
        for key in list(each.attrib):
            plain = _hyphens(key)
            if plain != key:
                each.attrib[plain] = each.attrib.pop(key)


def _hyphens(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"-{match[1].lower()}", name)


def _manifest(drafts: Sequence[DraftQuestion], media: Media, version: str) -> bytes:
    root = Element("manifest", {"identifier": "MANIFEST", "xmlns": _CONTENT[version]})
    metadata = SubElement(root, "metadata")
    schema, number = _SCHEMAS[version]
    SubElement(metadata, "schema").text = schema
    SubElement(metadata, "schemaversion").text = number
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    for place, draft in enumerate(drafts, 1):
        path = f"items/q{place:05d}.xml"
        resource = SubElement(resources, "resource", identifier=f"R{place:05d}", type=_TYPES[version], href=path)
        _keywords(SubElement(resource, "metadata"), draft)
        SubElement(resource, "file", href=path)
        for name in dict.fromkeys(name for names in draft.media.values() for name in names if name in media):
            SubElement(resource, "file", href=_path(name))
    content: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + content


def _keywords(metadata: Element, draft: DraftQuestion) -> None:
    """What items have no place for: in the manifest, as keywords that other systems read over."""
    lom = SubElement(metadata, "lom", xmlns=_LOM)
    general = SubElement(lom, "general")
    facts = {
        "code": draft.code,
        "topic": "/".join(name.replace("/", "\\/") for name in draft.topic),
        "difficulty": draft.difficulty,
        "level": draft.level,
        "use": draft.use,
        "source": draft.source,
    }
    words = [f"huomiao:{name}:{value}" for name, value in facts.items() if value]
    words += [f"huomiao:label:{label}" for label in draft.labels]
    for word in words:
        SubElement(SubElement(general, "keyword"), "string", language="zh").text = _xml(word)


def _xml(text: str) -> str:
    """``text`` without the characters that no XML may hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
