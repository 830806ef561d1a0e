"""A bank on paper: questions by kind, numbered, options lettered, answers at the end or after each question."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from PIL import Image, UnidentifiedImageError

from huomiao.practice.formats import words
from huomiao.practice.formats.draft import EXPLANATION, STEM, DraftQuestion, Finding, Media, option_place
from huomiao.practice.kinds import KINDS, parts

_NUMERALS = "一二三四五六七"
_FONT = "宋体"


def write(drafts: Sequence[DraftQuestion], media: Media, title: str) -> tuple[bytes, list[Finding]]:
    """The drafts as .docx in the layout that ``lines`` reads, and what could not be put on paper."""
    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    document.add_heading(title, level=1)
    findings: list[Finding] = []
    groups = [(kind, [draft for draft in drafts if draft.kind == kind]) for kind in KINDS]
    for place, (kind, members) in enumerate([group for group in groups if group[1]]):
        document.add_heading(f"{_NUMERALS[place]}、{words.KIND_TITLES[kind]}", level=2)
        for number, draft in enumerate(members, 1):
            _question(document, number, draft, media, findings)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue(), findings


def _question(document: Any, number: int, draft: DraftQuestion, media: Media, findings: list[Finding]) -> None:
    _paragraph(document, f"{number}. {_one(draft.stem)}", keep=True)
    _pictures(document, draft.media.get(STEM, ()), media, findings)
    shown = draft.body.get("options") or draft.body.get("items") or ()
    for place, option in enumerate(shown):
        _paragraph(document, f"{parts.letter(place)}. {_one(option['text'])}")
        _pictures(document, draft.media.get(option_place(place), ()), media, findings)
    if "left" in draft.body:
        _sides(document, draft)
    _paragraph(document, _("答案：%(answer)s") % {"answer": _answer(draft)})
    if draft.explanation or draft.media.get(EXPLANATION):
        _paragraph(document, _("解析：%(text)s") % {"text": draft.explanation})
        _pictures(document, draft.media.get(EXPLANATION, ()), media, findings)


def _sides(document: Any, draft: DraftQuestion) -> None:
    left, right = draft.body["left"], draft.body["right"]
    table = document.add_table(rows=max(len(left), len(right)), cols=2)
    table.style = "Table Grid"
    for place, row in enumerate(table.rows):
        if place < len(left):
            row.cells[0].text = f"({place + 1}) {left[place]['text']}"
        if place < len(right):
            row.cells[1].text = f"{parts.letter(place)}. {right[place]['text']}"


def _answer(draft: DraftQuestion) -> str:
    if draft.kind == "fill":
        return "|".join(
            ";".join(
                [*blank["accept"], *([f"{blank['number']:g}±{blank['tolerance'] or 0:g} {blank['unit']}".strip()] if blank["number"] is not None else [])]
            )
            for blank in draft.key["blanks"]
        )  # fmt: skip
    return KINDS[draft.kind].key_in_words(draft.body, draft.key)


def _paragraph(document: Any, text: str, *, keep: bool = False) -> None:
    paragraph = document.add_paragraph(parts.plain(text))
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.keep_with_next = keep


def _pictures(document: Any, names: Sequence[str], media: Media, findings: list[Finding]) -> None:
    for name in names:
        try:
            picture = Image.open(io.BytesIO(media.read(name)))
            width = Cm(min(14.0, picture.width / 96 * 2.54))
            document.add_picture(io.BytesIO(media.read(name)), width=width)
        except (UnidentifiedImageError, UnrecognizedImageError, OSError, KeyError, ValueError):
            findings.append(Finding(_("“%(name)s”不能印在纸上，没有放进文档。") % {"name": name}, is_error=False))


def _one(text: str) -> str:
    return " ".join(text.split("\n"))
