"""What stands in an Office document, as plain paragraphs and tables: to be looked at in the page, on a phone, without Office.

It reads the document that we packed anew, takes words and cells and nothing else, and stops after what a page can hold.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import python_calamine
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from huomiao.files.models import Kind, StoredFile

MOST_BLOCKS = 1500
MOST_CHARACTERS = 200_000
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 200, 40, 20
# A part beyond this is not taken apart in a request.
MOST_PART = 20 * 1024 * 1024
HEADING = re.compile(r"(?:heading|标题)\s?(\d)|^(\d)$", re.IGNORECASE)


# Among them documents nested deeper than anybody writes.
UNREADABLE = (
    zipfile.BadZipFile,
    KeyError,
    ParseError,
    DefusedXmlException,
    python_calamine.CalamineError,
    OSError,
    RecursionError,
)


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading (``level`` from 1), or a table."""

    text: str = ""
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    blocks: list[Block]
    # Whether the document goes on behind what is shown.
    is_cut: bool


def can_read(file: StoredFile) -> bool:
    return file.kind == Kind.OFFICE and file.extension in READERS


def read(file: StoredFile) -> Reading:
    """The first ``MOST_BLOCKS`` blocks of ``file``; nothing where it cannot be read."""
    with default_storage.open(file.location) as kept:
        content = kept.read()
    return read_content(content, file.extension)


def read_content(content: bytes, extension: str) -> Reading:
    blocks: list[Block] = []
    length = 0
    try:
        for block in READERS[extension](content):
            length += len(block.text) + sum(len(cell) for row in block.rows for cell in row)
            if len(blocks) >= MOST_BLOCKS or length > MOST_CHARACTERS:
                return Reading(blocks, is_cut=True)
            blocks.append(block)
    except UNREADABLE:
        # What was read until there is shown; the file itself can be downloaded.
        return Reading(blocks, is_cut=True)
    return Reading(blocks, is_cut=False)


def _part(package: zipfile.ZipFile, name: str) -> Element | None:
    if package.getinfo(name).file_size > MOST_PART:
        return None
    root: Element = fromstring(package.read(name))
    return root


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _words(element: Element) -> str:
    """The words in an element, in order; what was deleted in a tracked change is no part of it."""
    found: list[str] = []

    def walk(one: Element) -> None:
        name = _name(one)
        if name in {"del", "moveFrom", "instrText"}:
            return
        if name == "t" and one.text:
            found.append(one.text)
        elif name in {"tab", "br", "cr"}:
            found.append("\t" if name == "tab" else "\n")
        for inner in one:
            walk(inner)
        if name == "p" and one is not element:
            found.append("\n")

    walk(element)
    return "".join(found).strip()


def _table(element: Element) -> Block:
    rows = []
    for row in (one for one in element if _name(one) == "tr"):
        rows.append([_words(cell) for cell in row if _name(cell) == "tc"][:MOST_COLUMNS])
        if len(rows) == MOST_ROWS:
            break
    return Block(rows=rows)


def _word(content: bytes) -> Iterator[Block]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        document = _part(package, "word/document.xml")
    if document is not None:
        yield from _word_blocks(document)


def _word_blocks(element: Element) -> Iterator[Block]:
    for one in element:
        name = _name(one)
        if name == "tbl":
            yield _table(one)
        elif name == "p":
            if text := _words(one):
                yield Block(text, level=_level(one))
        elif name in {"body", "sdt", "sdtContent"}:
            yield from _word_blocks(one)


def _level(paragraph: Element) -> int:
    style = next((_attribute(one, "val") for one in paragraph.iter() if _name(one) == "pStyle"), "")
    found = HEADING.search(style)
    return min(int(found[1] or found[2] or 1) or 1, 4) if found else 0


def _sheets(content: bytes) -> Iterator[Block]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names[:MOST_SHEETS]:
        rows = [[_cell(value) for value in row[:MOST_COLUMNS]] for row in book.get_sheet_by_name(name).to_python()]
        yield Block(name, level=1)
        if filled := [row for row in rows if any(row)]:
            yield Block(rows=filled[:MOST_ROWS])
        if len(filled) > MOST_ROWS:
            yield Block(
                _("（本表共 %(count)d 行，这里显示前 %(shown)d 行。）") % {"count": len(filled), "shown": MOST_ROWS}
            )


def _cell(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def _slides(content: bytes) -> Iterator[Block]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        named = (re.fullmatch(r"ppt/slides/slide(\d+)\.xml", name) for name in package.namelist())
        numbers = sorted(int(match[1]) for match in named if match)
        for place, number in enumerate(numbers, 1):
            yield Block(_("第 %(number)d 页") % {"number": place}, level=1)
            slide = _part(package, f"ppt/slides/slide{number}.xml")
            if slide is not None:
                yield from _slide_blocks(slide)


def _slide_blocks(element: Element) -> Iterator[Block]:
    for one in element:
        if _name(one) == "tbl":
            yield _table(one)
        elif _name(one) == "p":
            if text := _words(one):
                yield Block(text)
        else:
            yield from _slide_blocks(one)


READERS = {"docx": _word, "xlsx": _sheets, "pptx": _slides}
