"""The lines of the body put together: paragraphs, headings, lists, quotes, tables and pictures in their places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from huomiao.newsdesk.pipeline.article import Block, Image
from huomiao.newsdesk.pipeline.extract import pictures
from huomiao.newsdesk.pipeline.extract.body import Body
from huomiao.newsdesk.pipeline.extract.page import Box, Line, Page

_HEADINGS = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_LISTS = ("ul", "ol")
# A line that is bold from end to end, short and without a full stop heads what follows.
_LONGEST_HEADING = 40
_FULL_STOPS = "。！？；，.!?;,:：…"
_MOST_CELL = 400
_MOST_PICTURES = 500


def build(lines: Sequence[Line], found: Body, base: str) -> tuple[tuple[Block, ...], tuple[Image, ...]]:
    """The blocks that the lines of a body make, and its pictures. ``base`` is the address that relative ones start from."""
    page, body = found.page, found.box
    blocks: list[Block] = []
    images: list[Image] = []
    seen: set[str] = set()
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.picture is not None:
            where = pictures.address(line.picture, base) if len(images) < _MOST_PICTURES else ""
            at += 1
            if where and where not in seen:
                seen.add(where)
                captions, at = _captions(lines, at)
                image = pictures.captioned(where, captions, line.picture.attributes.get("alt") or "")
                images.append(image)
                blocks.append(Block("picture", image.caption, image=image))
            continue
        around = _tags_around(line.box, body)
        if "table" in around and (table := _data_table(page, line, body)) is not None:
            inside, at = _while_in(lines, at, table)
            blocks.append(_table(page, inside))
            continue
        if not around.isdisjoint(_LISTS) and (listing := line.box.within(*_LISTS, inside=body)) is not None:
            inside, at = _while_in(lines, at, listing)
            blocks.append(_list(inside, listing))
            continue
        at += 1
        blocks.append(_text_block(line, around))
    return tuple(blocks), tuple(images)


def text_of(lines: Sequence[Line]) -> str:
    """The plain text of the body, a line a block; captions count where the page sets them as paragraphs."""
    return "\n".join(line.text for line in lines if line.picture is None and not pictures.is_caption(line))


def _captions(lines: Sequence[Line], at: int) -> tuple[list[str], int]:
    """The captions that stand right after a picture, and where the lines go on."""
    found: list[str] = []
    while at < len(lines) and len(found) < 3 and lines[at].picture is None:
        line = lines[at]
        if not (pictures.is_caption(line) or (not found and pictures.reads_as_caption(line))):
            break
        found.append(line.text)
        at += 1
    return found, at


def _while_in(lines: Sequence[Line], at: int, box: Box) -> tuple[list[Line], int]:
    inside: list[Line] = []
    while at < len(lines) and lines[at].box.is_in(box) and lines[at].picture is None:
        inside.append(lines[at])
        at += 1
    return inside, at


def _tags_around(box: Box, body: Box) -> set[str]:
    """The tags of a box and of those it lies in, inside the body."""
    tags: set[str] = set()
    around: Box | None = box
    while around is not None and around is not body:
        tags.add(around.tag)
        around = around.parent
    return tags


def _text_block(line: Line, around: set[str]) -> Block:
    if not around.isdisjoint(_HEADINGS):
        return Block("heading", line.text, level=min(_HEADINGS[tag] for tag in around if tag in _HEADINGS))
    if "blockquote" in around:
        return Block("quote", line.text)
    if (
        len(line.text) <= _LONGEST_HEADING
        and line.text[-1] not in _FULL_STOPS
        and all(is_bold or not text.strip() for text, _label, _href, is_bold in line.parts)
    ):
        return Block("heading", line.text, level=3)
    return Block("paragraph", line.text)


def _data_table(page: Page, line: Line, body: Box) -> Box | None:
    """The table of data that the line lies in: one with rows of several short cells. Tables that lay out a page are none."""
    cell = line.box.within("td", "th", inside=body)
    table = cell.within("table", inside=body) if cell is not None else None
    if cell is None or table is None or len(line.text) > _MOST_CELL:
        return None
    row = cell.within("tr")
    if row is None or len(list(islice(_cells(page, row), 2))) < 2:
        return None
    return table


def _table(page: Page, lines: Sequence[Line]) -> Block:
    rows: list[tuple[Box | None, dict[Box | None, list[str]]]] = []
    for line in lines:
        row, cell = line.box.within("tr"), line.box.within("td", "th", "caption")
        if not rows or rows[-1][0] is not row:
            # A cell with nothing in it keeps its place.
            rows.append((row, {one: [] for one in _cells(page, row)} if row is not None else {}))
        rows[-1][1].setdefault(cell, []).append(line.text)
    table = tuple(tuple(" ".join(texts) for texts in cells.values()) for _row, cells in rows)
    return Block("table", "\n".join("\t".join(row) for row in table), rows=table)


def _cells(page: Page, row: Box) -> Iterator[Box]:
    return (box for box in page.inside(row) if box.tag in {"td", "th"})


def _list(lines: Sequence[Line], listing: Box) -> Block:
    items: list[tuple[Box | None, list[str]]] = []
    for line in lines:
        item = line.box.within("li")
        if not items or items[-1][0] is not item:
            items.append((item, []))
        items[-1][1].append(line.text)
    texts = tuple(" ".join(lines) for _item, lines in items)
    return Block("list", "\n".join(texts), items=texts, ordered=listing.tag == "ol")
