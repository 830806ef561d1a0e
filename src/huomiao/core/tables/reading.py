"""From a file to a ``Table`` in which every row is accounted for and every problem stands at its cell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from huomiao.core.tables import files, headers
from huomiao.core.tables.cells import Cell, is_blank, letters, text_of
from huomiao.core.tables.errors import Unreadable
from huomiao.core.tables.files import Grid
from huomiao.core.tables.headers import Header
from huomiao.core.tables.model import Column, Line, Problem, Row, Sheet, Table
from huomiao.core.tables.parsers import blank_of

_TOTAL = re.compile(r"(合\s*计|总\s*计|小\s*计|共\s*计)\s*(\W|\d|$)")
_SIGNATURE = re.compile(
    r"(填\s*表|制\s*表|填\s*报|审\s*核|经\s*办|负\s*责|联\s*系|单位负责|复\s*核|报\s*送|签\s*发)(人|单位|日期|时间|电话)*"
    r"\s*(\(.*?\)|（.*?）)?\s*(签字|签名|签章|盖章)?\s*([:：]|$)|(注|备注|说明|填表说明)\s*\d*\s*[:：]|(日期|签字|盖章)\s*[:：]"
)
_FORMULA_ERROR = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|GETTING_DATA)")
_LINE_LENGTH = 200


def read_table(content: bytes, file_name: str, columns: Sequence[Column], *, most_rows: int = 20000) -> Table:
    """The rows of a workbook (xlsx, xls, xlsb, ods) or CSV file, read by ``columns``.

    Raises:
        Unreadable: the file is not a table, is not safe to open, has no recognisable header, no data or too much.
    """
    grids = files.grids(content)
    table = Table([], [])
    for grid in grids:
        _read_sheet(grid, columns, table, most_rows)
    if not any(any(row) for grid in grids for row in grid.rows):
        raise Unreadable(_("“%(file)s”里没有任何内容。请确认选对了文件，再重新上传。") % {"file": file_name})
    if not any(sheet.is_read for sheet in table.sheets):
        wanted = "、".join(str(column.title) for column in columns if column.required) or "、".join(
            str(column.title) for column in columns
        )
        raise Unreadable(
            _("“%(file)s”里没有找到表头。表格中应有一行列名，至少包括：%(columns)s。可以先下载模板再填写。")
            % {"file": file_name, "columns": wanted}
        )
    if not table.rows:
        raise Unreadable(_("“%(file)s”里只有表头，没有数据。请填好后重新上传。") % {"file": file_name})
    seen = dict.fromkeys(text for sheet in table.sheets for text in sheet.unknown_headers)
    table.unknown_headers = list(seen)
    return table


def _read_sheet(grid: Grid, columns: Sequence[Column], table: Table, most_rows: int) -> None:
    sheet = Sheet(grid.name, rows=len(grid.rows), is_hidden=grid.is_hidden)
    table.sheets.append(sheet)
    header = None if grid.is_hidden else headers.find(grid, columns)
    if header is None:
        for cells in grid.rows:
            sheet.counts["blank" if all(map(is_blank, cells)) else "unread"] += 1
        return
    _describe(sheet, header, columns)
    blank_rows = {number for number, row in enumerate(grid.rows) if all(map(is_blank, row))}
    _fill_down(grid, header)
    known = [(column, header.found[column.key]) for column in columns if column.key in header.found]
    blanks = {column.key: blank_of(column.parse) for column in columns}
    titles = {column.key: str(column.title) for column in columns}
    banners = {top for top, left, _b, right in grid.merges if right - left >= 2 and top > header.last}
    headings = {
        index: text_of(grid.rows[header.last][index])
        for index in header.found.values()
        if index < len(grid.rows[header.last])
    }
    for number, cells in enumerate(grid.rows):
        kind = _kind(number, cells, header, known, blank_rows, banners, headings)
        sheet.counts[kind] += 1
        if kind in {"title", "footer"}:
            text = "  ".join(text for cell in cells if (text := text_of(cell)))
            sheet.lines.append(Line(number + 1, kind, text[:_LINE_LENGTH]))
        if kind != "data":
            continue
        if len(table.rows) >= most_rows:
            raise Unreadable(_("数据超过 %(limit)s 行。请分成几个文件，分别上传。") % {"limit": most_rows})
        row = Row(sheet.name, number + 1, dict(blanks), letters=sheet.found, titles=titles)
        _parse(row, cells, known)
        table.rows.append(row)
    _report_headless(sheet, grid, header)


def _kind(
    number: int,
    cells: list[Cell],
    header: Header,
    known: list[tuple[Column, int]],
    blank_rows: set[int],
    banners: set[int],
    headings: dict[int, str],
) -> str:
    if number in blank_rows:
        return "blank"
    if number < header.first:
        return "title"
    if number <= header.last:
        return "header"
    filled = [cell for cell in cells if not is_blank(cell)]
    if number in banners and len(filled) == 1:
        return "title"
    if headings and all(
        index < len(cells) and text_of(cells[index]) == text for index, text in headings.items() if text
    ):
        return "header"
    first = text_of(filled[0])
    if _TOTAL.match(first) or _SIGNATURE.match(first):
        required = [index for column, index in known if column.required]
        missing = [index for index in required if index >= len(cells) or is_blank(cells[index])]
        if len(filled) <= 2 or missing or _TOTAL.match(first):
            return "footer"
    return "data"


def _describe(sheet: Sheet, header: Header, columns: Sequence[Column]) -> None:
    """Note what the header has, lacks, has twice, and what nobody asked for."""
    sheet.header_row = header.last + 1
    sheet.found = {key: letters(index) for key, index in header.found.items()}
    sheet.unknown_headers = [header.texts[index] for index in header.unknown]
    titles = {column.key: str(column.title) for column in columns}
    for column in columns:
        if column.required and column.key not in header.found:
            sheet.problems.append(
                Problem(
                    sheet.name,
                    f"A{header.last + 1}",
                    titles[column.key],
                    "",
                    _("缺少必填的列“%(column)s”。") % {"column": titles[column.key]},
                )
            )
    for index, key in header.doubles.items():
        sheet.problems.append(
            Problem(
                sheet.name,
                f"{letters(index)}{header.last + 1}",
                titles[key],
                header.texts[index],
                _("这一列与 %(other)s 列都是“%(column)s”，只读取了 %(other)s 列。请删去或改名其中一列。")
                % {"other": sheet.found[key], "column": titles[key]},
            )
        )


def _fill_down(grid: Grid, header: Header) -> None:
    """A value merged down over several data rows belongs to each of them."""
    for top, left, bottom, _right in grid.merges:
        if top <= header.last or bottom == top or left >= len(grid.rows[top] if top < len(grid.rows) else ()):
            continue
        value = grid.rows[top][left]
        for row in grid.rows[top + 1 : bottom + 1]:
            row.extend([None] * (left + 1 - len(row)))
            row[left] = value


def _parse(row: Row, cells: list[Cell], known: list[tuple[Column, int]]) -> None:
    for column, index in known:
        cell = cells[index] if index < len(cells) else None
        if is_blank(cell):
            if column.required:
                row.blame(column.key, _("此格必填，不能为空。"))
            continue
        row.typed[column.key] = text = text_of(cell)
        if _FORMULA_ERROR.fullmatch(text):
            row.blame(column.key, _("此格的公式出错（%(error)s），请改为正确的值。") % {"error": text})
            continue
        try:
            row.values[column.key] = column.parse(cell)
        except ValueError as error:
            row.blame(column.key, str(error))


def _report_headless(sheet: Sheet, grid: Grid, header: Header) -> None:
    """Columns with content but no header: named by their letter, so that nothing is left out in silence."""
    named = set(header.texts)
    loose: set[int] = set()
    for cells in grid.rows[header.last + 1 :]:
        loose.update(index for index, cell in enumerate(cells) if index not in named and not is_blank(cell))
    for index in sorted(loose)[:50]:
        sheet.unknown_headers.append(_("%(letters)s 列（没有列名）") % {"letters": letters(index)})
