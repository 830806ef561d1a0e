"""Finding the header of a sheet: below merged titles, over one row or two, whatever the columns are called exactly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from huomiao.core.tables.cells import is_blank, text_of
from huomiao.core.tables.files import Grid
from huomiao.core.tables.model import Column

SEARCHED_ROWS = 20
_REMARK = re.compile(r"[(\[【<《{][^)\]】>》}]*[)\]】>》}]")
_MANDATORY = re.compile(r"[(\[【]?(必填|选填|可选|非必填|必选)(项)?[)\]】]?")


@dataclass
class Header:
    """Where the header stands (rows counted from 0) and what its cells are."""

    first: int
    last: int
    found: dict[str, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    # Column → the key that an earlier column has already taken.
    doubles: dict[int, str] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)


def header_key(text: str) -> str:
    """How headers are compared: without blanks, line breaks, asterisks, numbering and marks of being mandatory."""
    key = unicodedata.normalize("NFKC", text)
    key = re.sub(r"[\s*:_]+", "", key).lower()
    key = _MANDATORY.sub("", key)
    return re.sub(r"^(\d+|[一二三四五六七八九十]+)[.、]", "", key)


def _without_remarks(key: str) -> str:
    return _REMARK.sub("", key)


def names_of(columns: Sequence[Column]) -> dict[str, str]:
    """Every way in which a header may read, with the key of its column."""
    names: dict[str, str] = {}
    for column in columns:
        for spelling in (column.title, *column.aliases):
            name = header_key(str(spelling))
            if names.setdefault(name, column.key) != column.key:
                raise ValueError(f"The header {spelling} stands for both {names[name]} and {column.key}.")
    for name, key in list(names.items()):
        names.setdefault(_without_remarks(name), key)
    return names


def find(grid: Grid, columns: Sequence[Column]) -> Header | None:
    """The best header among the first rows; None where no row looks like one."""
    names = names_of(columns)
    best: Header | None = None
    best_rank = (min(2, len(columns)) - 1, False, 0)
    for first in range(min(SEARCHED_ROWS, len(grid.rows))):
        if all(is_blank(cell) for cell in grid.rows[first]):
            continue
        for depth in (1, 2):
            if first + depth > len(grid.rows):
                continue
            header = _read(grid, first, depth, names)
            spans = depth == 2 and any(top == first and bottom == first + 1 for top, _l, bottom, _r in grid.merges)
            rank = (len(header.found), spans, -depth)
            if rank > best_rank and header.found:
                best, best_rank = header, rank
    return best


def _read(grid: Grid, first: int, depth: int, names: dict[str, str]) -> Header:
    header = Header(first, first + depth - 1)
    above = _parents(grid, first) if depth == 2 else {}
    below = {column: text for column, cell in enumerate(grid.rows[first + depth - 1]) if (text := text_of(cell))}
    # A child of two parents ("姓名" of the author and of the contact) is told apart by both names together.
    pending: list[tuple[int, str]] = []
    for column in sorted({*above, *below}):
        parent, child = above.get(column, ""), below.get(column, "")
        header.texts[column] = f"{parent} {child}".strip()
        key = _lookup(f"{parent}{child}", names)
        if key is None:
            pending.append((column, child))
        else:
            _take(header, column, key)
    for column, child in pending:
        key = _lookup(child, names) if child else None
        if key is None or (depth == 2 and key in header.found):
            header.unknown.append(column)
        else:
            _take(header, column, key)
    header.unknown.sort()
    return header


def _take(header: Header, column: int, key: str) -> None:
    if key in header.found:
        header.doubles[column] = key
    else:
        header.found[key] = column


def _lookup(text: str, names: dict[str, str]) -> str | None:
    key = header_key(text)
    return names.get(key) or names.get(_without_remarks(key)) if key else None


def _parents(grid: Grid, row: int) -> dict[int, str]:
    """The texts of the upper header row, each over all the columns that it spans."""
    cells = grid.rows[row]
    texts = {column: text for column, cell in enumerate(cells) if (text := text_of(cell))}
    spans = [merge for merge in grid.merges if merge[0] == row]
    if spans:
        for _top, left, _bottom, right in spans:
            for column in range(left + 1, right + 1):
                if left in texts:
                    texts.setdefault(column, texts[left])
        return texts
    # Formats without merge information: a parent reaches to the next one, over columns that have a child.
    children = grid.rows[row + 1]
    current = ""
    for column, child in enumerate(children):
        if column in texts:
            current = texts[column]
        elif current and not is_blank(child):
            texts[column] = current
    return texts
