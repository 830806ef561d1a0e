"""Word documents: their paragraphs with numbering, underlined blanks and pictures, as lines; their tables of questions as tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from huomiao.core.tables.files import Grid
from huomiao.practice.formats import lines, sheets, tables
from huomiao.practice.formats.archives import Archive, joined
from huomiao.practice.formats.draft import Media, Reading
from huomiao.practice.formats.errors import UnreadableFile
from huomiao.practice.formats.lines import Line
from huomiao.practice.formats.sheets import Workbook

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_V = "{urn:schemas-microsoft-com:vml}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_HIGH = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOW = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_CHINESE = "零一二三四五六七八九十"
MAIN = "word/document.xml"


def read(content: bytes) -> Reading:
    """The questions in a .docx.

    Raises:
        UnreadableFile: it is damaged, has macros, or there are no questions in it.
    """
    archive = Archive(content)
    if any(name.lower().endswith("vbaproject.bin") for name in archive.names):
        raise UnreadableFile(_("文档带有宏，不能导入。请另存为不含宏的 .docx 后重新上传。"))
    root = archive.xml(MAIN)
    body = root.find(f"{_W}body") if root is not None else None
    if body is None:
        raise UnreadableFile(_("这不是完整的 Word 文档。请用 Word 或 WPS 另存为 .docx 后重新上传。"))
    document = _Document(archive)
    found: list[Line] = []
    reading = Reading(media=document.media)
    for block in body:
        if block.tag == f"{_W}tbl":
            grid = document.grid(block, len(reading.drafts))
            part = _table(grid, document.media)
            if part is not None:
                reading.drafts += part.drafts
            else:
                found += _rows_as_lines(grid, len(found))
        else:
            for paragraph in [block] if block.tag == f"{_W}p" else block.iter(f"{_W}p"):
                found += document.paragraph(paragraph, len(found))
    if reading.drafts and not any(line.text.strip() for line in found):
        return reading
    try:
        numbered = lines.read(found, document.media)
    except UnreadableFile:
        if not reading.drafts:
            raise
        return reading
    reading.drafts += numbered.drafts
    reading.findings += numbered.findings
    return reading


class _Document:
    """The parts of a document that its paragraphs refer to."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.media = Media()
        links = archive.xml("word/_rels/document.xml.rels")
        self.links = (
            {
                link.get("Id", ""): joined(MAIN, link.get("Target", ""))
                for link in links
                if link.get("TargetMode") != "External"
            }
            if links is not None
            else {}
        )
        self.numbering = _Numbering(archive.xml("word/numbering.xml"), archive.xml("word/styles.xml"))

    def paragraph(self, paragraph: Any, before: int) -> list[Line]:
        """The lines of a paragraph (it has several where it breaks by hand), with its number before the first."""
        text, media = self._text(paragraph)
        texts = text.split("\n")
        if text.strip() or media:
            texts[0] = self.numbering.label(paragraph) + texts[0]
        made = [Line(one, before + index + 1) for index, one in enumerate(texts)]
        made[-1].media = media
        return made

    def grid(self, table: Any, number: int) -> Grid:
        rows: list[list[Any]] = []
        for row in table.iter(f"{_W}tr"):
            cells: list[Any] = []
            for cell in row.findall(f"{_W}tc"):
                texts, media = [], []
                for paragraph in cell.iter(f"{_W}p"):
                    text, pictures = self._text(paragraph)
                    texts.append(text)
                    media += pictures
                named = " ".join(f"[图:{name}]" for name in media)
                cells.append("\n".join([*texts, named] if named else texts).strip() or None)
                span = cell.find(f"{_W}tcPr/{_W}gridSpan")
                wide = span.get(f"{_W}val", "1") if span is not None else "1"
                cells += [None] * (min(int(wide), 60) - 1 if wide.isdecimal() and len(wide) < 4 else 0)
            rows.append(cells)
        return Grid(_("表格 %(number)s") % {"number": number + 1}, rows)

    def _text(self, paragraph: Any) -> tuple[str, list[str]]:
        parts: list[str] = []
        media: list[str] = []
        for run, element in _leaves(paragraph):
            if element.tag in {f"{_W}t", f"{_M}t"}:
                parts.append(_styled(element.text or "", run))
            elif element.tag == f"{_W}tab":
                parts.append("____" if _is_underlined(run) else " ")
            elif element.tag in {f"{_W}br", f"{_W}cr"}:
                parts.append("\n")
            elif element.tag == f"{_W}noBreakHyphen":
                parts.append("-")
            elif element.tag in {f"{_A}blip", f"{_V}imagedata"}:
                name = self.links.get(element.get(f"{_LINK}embed") or element.get(f"{_LINK}id") or "", "")
                if name in self.archive and name not in media:
                    if name not in self.media:
                        self.media.add(name, self.archive.read(name))
                    media.append(name)
        return re.sub(r"_{5,}", "____", "".join(parts)), media


def _leaves(paragraph: Any) -> Iterator[tuple[Any, Any]]:
    """Every text, break and picture of a paragraph with the run that it stands in; what was deleted is left out."""
    stack = [(None, paragraph)]
    while stack:
        run, element = stack.pop()
        if element.tag in {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr"}:
            continue
        if element.tag.rpartition("}")[2] == "Fallback":
            continue  # the picture of the alternative stands there a second time
        if element.tag == f"{_W}r":
            run = element
        yield run, element
        stack.extend((run, child) for child in reversed(element))


def _styled(text: str, run: Any) -> str:
    if run is None:
        return text
    if _is_underlined(run) and text and not text.strip(" \u3000\xa0"):
        return "____"
    level = run.find(f"{_W}rPr/{_W}vertAlign")
    raised = level.get(f"{_W}val") if level is not None else ""
    if raised == "superscript":
        return text.translate(_HIGH)
    return text.translate(_LOW) if raised == "subscript" else text


def _is_underlined(run: Any) -> bool:
    line = run.find(f"{_W}rPr/{_W}u") if run is not None else None
    return line is not None and line.get(f"{_W}val", "single") != "none"


class _Numbering:
    """Numbers that Word counts itself and that stand in no text."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self.levels: dict[tuple[str, str], tuple[str, str, int]] = {}
        self.counters: dict[str, dict[int, int]] = {}
        self.of_style: dict[str, tuple[str, str]] = {}
        abstract: dict[str, Any] = {}
        for element in numbering if numbering is not None else ():
            if element.tag == f"{_W}abstractNum":
                abstract[element.get(f"{_W}abstractNumId", "")] = element
        for element in numbering if numbering is not None else ():
            if element.tag != f"{_W}num":
                continue
            link = element.find(f"{_W}abstractNumId")
            for level in abstract.get(link.get(f"{_W}val", ""), ()) if link is not None else ():
                if level.tag == f"{_W}lvl":
                    start = _value(level, "start")
                    self.levels[element.get(f"{_W}numId", ""), level.get(f"{_W}ilvl", "0")] = (
                        _value(level, "numFmt"),
                        _value(level, "lvlText"),
                        int(start) if start.isdecimal() and len(start) < 6 else 1,
                    )
        for style in styles.iter(f"{_W}style") if styles is not None else ():
            properties = style.find(f"{_W}pPr/{_W}numPr")
            if properties is not None:
                self.of_style[style.get(f"{_W}styleId", "")] = (
                    _value(properties, "numId"),
                    _value(properties, "ilvl") or "0",
                )

    def label(self, paragraph: Any) -> str:
        """What stands before a paragraph, such as "3. " or "B. "; "" for one that is not numbered."""
        properties = paragraph.find(f"{_W}pPr/{_W}numPr")
        if properties is not None:
            number, level = _value(properties, "numId"), _value(properties, "ilvl") or "0"
        else:
            style = paragraph.find(f"{_W}pPr/{_W}pStyle")
            number, level = self.of_style.get(style.get(f"{_W}val", "") if style is not None else "", ("", ""))
        found = self.levels.get((number, level))
        if found is None or not level.isdecimal():
            return ""
        form, text, start = found
        counters = self.counters.setdefault(number, {})
        depth = int(level)
        counters[depth] = counters.get(depth, start - 1) + 1
        for deeper in [each for each in counters if each > depth]:
            del counters[deeper]
        shown = _counted(counters[depth], form)
        return re.sub(r"%\d", shown, text, count=1) + " " if shown and "%" in text else ""


def _value(element: Any, name: str) -> str:
    child = element.find(f"{_W}{name}")
    return str(child.get(f"{_W}val", "")) if child is not None else ""


def _counted(number: int, form: str) -> str:
    if form in {"decimal", "decimalZero", "decimalFullWidth"}:
        return str(number)
    if form in {"upperLetter", "lowerLetter"} and 1 <= number <= 26:
        return chr(64 + number)
    if form.startswith(("chineseCounting", "taiwaneseCounting", "japaneseCounting", "ideograph")) and number < 100:
        tens, ones = divmod(number, 10)
        if number <= 10:
            return _CHINESE[number]
        return f"{_CHINESE[tens] if tens > 1 else ''}十{_CHINESE[ones] if ones else ''}"
    return ""


def _table(grid: Grid, media: Media) -> Reading | None:
    """The questions of a table that has a header of questions; None for any other."""
    book = Workbook([grid], media)
    plans = sheets.plan(book)
    if not plans[0].is_used or "answer" not in plans[0].columns.values():
        return None
    return tables.read(book, plans)


def _rows_as_lines(grid: Grid, before: int) -> list[Line]:
    """Any other table, row by row; numbers over answers become pairs of them."""
    texts: list[str] = []
    rows = [[str(cell) if cell is not None else "" for cell in row] for row in grid.rows]
    at = 0
    while at < len(rows):
        row = rows[at]
        below = rows[at + 1] if at + 1 < len(rows) else []
        numbers = [cell.strip() for cell in row if cell.strip().isdecimal()]
        if (
            len(numbers) >= 2
            and len(below) == len(row)
            and len(numbers) >= len([cell for cell in row if cell.strip()]) - 1
        ):
            pairs = zip(row, below, strict=True)
            texts.append(
                " ".join(f"{mine.strip()}.{other.strip()}" for mine, other in pairs if mine.strip().isdecimal())
            )
            at += 2
            continue
        texts += "\n".join(cell for cell in row if cell).split("\n")
        at += 1
    return [Line(text, before + index + 1) for index, text in enumerate(texts)]
