"""From rows to a workbook: one that people can print, fill in and bring back."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.exceptions import OverlappingRange

from huomiao.core.tables import files
from huomiao.core.tables.cells import armed, clean, defused, position, text_of
from huomiao.core.tables.model import Column, Problem
from huomiao.core.tables.parsers import ChoiceParser, parse_date

MOST_CHARACTERS = 32_000  # Excel refuses cells above 32,767
_BLANK_ROWS = 1000
_SAMPLE = 200
_INK, _PAPER, _RULE, _ALARM = "#1F2328", "#F3ECE4", "#C9BEB1", "#FBD5CF"


@dataclass(frozen=True)
class SheetOut:
    """A sheet to write. ``rows`` map column keys to values; ``notes`` are instructions, on a sheet of their own."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any]]
    heading: str = ""
    notes: Sequence[str] = ()


def write_table(sheets: Sequence[SheetOut]) -> bytes:
    """The workbook (xlsx) of ``sheets``."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        styles = _Styles(book)
        names: set[str] = set()
        for sheet in sheets:
            _write_sheet(book, styles, sheet, _sheet_name(sheet.title, names))
        for sheet in sheets:
            if sheet.notes:
                _write_notes(book, styles, sheet, _sheet_name(_("填写说明"), names))
    return out.getvalue()


def template_of(columns: Sequence[Column], *, title: str = "", heading: str = "", notes: Sequence[str] = ()) -> bytes:
    """A blank workbook to fill in, with lists to choose from and what each column wants."""
    notes = notes or [_("带 * 的列必填；列的顺序可以改变，列名请不要改。")]
    return write_table([SheetOut(title or _("数据"), columns, [], heading, notes)])


def write_csv(sheet: SheetOut) -> bytes:
    """The rows as CSV that Excel opens with the right characters."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([str(column.title) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([defused(_text_out(_shown(column, row.get(column.key)))) for column in sheet.columns])
    return ("\ufeff" + out.getvalue()).encode()


def mark_problems(content: bytes, problems: Iterable[Problem]) -> bytes:
    """The workbook or CSV in ``content`` as xlsx, wrong cells coloured and each row's problems in a column at its end."""
    by_sheet: dict[str, dict[int, dict[int, list[str]]]] = {}
    for problem in problems:
        row, column = position(problem.cell)
        note = f"{problem.cell} {problem.column}：{problem.message}"
        by_sheet.setdefault(problem.sheet, {}).setdefault(row, {}).setdefault(column, []).append(note)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        styles = _Styles(book)
        names: set[str] = set()
        for grid in files.grids(content):
            page = book.add_worksheet(_sheet_name(grid.name, names))
            if grid.is_hidden and len(names) > 1:
                page.hide()
            _copy_marked(page, styles, grid, by_sheet.get(grid.name, {}))
    return out.getvalue()


class _Styles:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        font = {"font_name": "微软雅黑", "font_size": 10, "font_color": _INK, "valign": "vcenter"}
        cell = {**font, "border": 1, "border_color": _RULE, "text_wrap": True}
        self.heading = book.add_format({**font, "bold": True, "font_size": 16, "align": "center"})
        self.head = book.add_format({**cell, "bold": True, "align": "center", "bg_color": _PAPER})
        self.cell = book.add_format(cell)
        self.text = book.add_format({**cell, "num_format": "@"})
        self.date = book.add_format({**cell, "num_format": "yyyy-mm-dd", "align": "center"})
        self.plain = book.add_format({**font, "text_wrap": True})
        self.copied = book.add_format({**font})
        self.copied_date = book.add_format({**font, "num_format": "yyyy-mm-dd"})
        self.wrong = book.add_format({**font, "bg_color": _ALARM})
        self.wrong_date = book.add_format({**font, "bg_color": _ALARM, "num_format": "yyyy-mm-dd"})
        self.note = book.add_format({**font, "font_color": "#A8281A", "text_wrap": True})


def _write_sheet(book: xlsxwriter.Workbook, styles: _Styles, sheet: SheetOut, name: str) -> None:
    page = book.add_worksheet(name)
    last = len(sheet.columns) - 1
    head = 0
    if sheet.heading:
        if last:
            page.merge_range(0, 0, 0, last, defused(sheet.heading), styles.heading)
        else:
            page.write_string(0, 0, defused(sheet.heading), styles.heading)
        page.set_row(0, 34)
        head = 1
    widths = []
    for index, column in enumerate(sheet.columns):
        title = f"{column.title}*" if column.required else str(column.title)
        page.write_string(head, index, defused(title), styles.head)
        widths.append(_width(title) + 2)
    page.set_row(head, 24)
    number = head
    for row in sheet.rows:
        number += 1
        for index, column in enumerate(sheet.columns):
            value = _shown(column, row.get(column.key))
            _write(page, number, index, value, styles.cell, styles.date, styles.text)
            if number - head <= _SAMPLE:
                widths[index] = max(widths[index], _width(_text_out(value)) + 1)
    is_blank_form = number == head
    for index, (column, width) in enumerate(zip(sheet.columns, widths, strict=True)):
        page.set_column(
            index, index, min(max(width, 8), 42), None if not is_blank_form else _column_style(column, styles)
        )
        _validate(page, column, index, head + 1, max(number, head + _BLANK_ROWS))
    page.freeze_panes(head + 1, 0)
    if number > head:
        page.autofilter(head, 0, number, last)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(head)
    page.set_footer("&C&P / &N")


def _column_style(column: Column, styles: _Styles) -> Any:
    return styles.date if column.parse is parse_date else styles.text


def _validate(page: Any, column: Column, index: int, first: int, last: int) -> None:
    if not isinstance(column.parse, ChoiceParser):
        return
    labels = list(column.parse.labels)
    if not labels or len(",".join(labels)) > 255 or any("," in label for label in labels):
        return  # more than Excel takes in a list; the reader still checks the value
    page.data_validation(
        first, index, last, index,
        {"validate": "list", "source": labels, "error_title": _("请选择"), "error_message": _("请从列表中选择一项。")},
    )  # fmt: skip


def _write_notes(book: xlsxwriter.Workbook, styles: _Styles, sheet: SheetOut, name: str) -> None:
    page = book.add_worksheet(name)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 10)
    page.set_column(2, 2, 80)
    number = 0
    for note in sheet.notes:
        page.merge_range(number, 0, number, 2, defused(str(note)), styles.plain)
        number += 1
    number += 1
    for index, text in enumerate((_("列名"), _("必填"), _("怎样填"))):
        page.write_string(number, index, text, styles.head)
    for column in sheet.columns:
        number += 1
        help_text = str(column.help)
        if isinstance(column.parse, ChoiceParser):
            choices = _("可填：%(choices)s。") % {"choices": "、".join(column.parse.labels)}
            help_text = f"{help_text} {choices}".strip()
        page.write_string(number, 0, defused(str(column.title)), styles.cell)
        page.write_string(number, 1, _("是") if column.required else "", styles.cell)
        page.write_string(number, 2, defused(help_text), styles.cell)


def _copy_marked(page: Any, styles: _Styles, grid: files.Grid, wrong: dict[int, dict[int, list[str]]]) -> None:
    width = max((len(row) for row in grid.rows), default=0)
    for top, left, bottom, right in grid.merges:
        with contextlib.suppress(OverlappingRange):
            page.merge_range(top, left, bottom, right, "", styles.copied)
    for number, cells in enumerate(grid.rows):
        marks = wrong.get(number, {})
        for index in range(max(len(cells), *(column + 1 for column in marks), 0) if marks else len(cells)):
            value = cells[index] if index < len(cells) else None
            value = armed(value) if isinstance(value, str) else value
            if index in marks:
                _write(page, number, index, value, styles.wrong, styles.wrong_date, styles.wrong)
            elif value is not None:
                _write(page, number, index, value, styles.copied, styles.copied_date, styles.copied)
        if marks:
            notes = "\n".join(note for column in sorted(marks) for note in marks[column])
            page.write_string(number, max(width, 1), defused(notes[:MOST_CHARACTERS]), styles.note)
    if wrong:
        page.set_column(max(width, 1), max(width, 1), 60)
    if width:
        page.set_column(0, width - 1, 16)


def _shown(column: Column, value: Any) -> Any:
    """The value as people see it: a choice by its label."""
    if isinstance(column.parse, ChoiceParser) and isinstance(value, str) and value:
        return column.parse.label(value)
    return value


def _write(page: Any, row: int, column: int, value: Any, cell: Any, day: Any, text: Any) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, cell)
    elif isinstance(value, bool):
        page.write_string(row, column, _text_out(value), cell)
    elif isinstance(value, date):
        local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
        naive = local.replace(tzinfo=None) if isinstance(local, datetime) else local
        page.write_datetime(row, column, naive, day)
    elif isinstance(value, (int, float, Decimal)) and abs(float(value)) < 1e15:
        page.write_number(row, column, value, cell)
    else:
        page.write_string(row, column, defused(_text_out(value))[:MOST_CHARACTERS], text)


def _text_out(value: Any) -> str:
    text = clean(value) if isinstance(value, str) else text_of(value)
    return text.encode("utf-8", "replace").decode()


def _width(text: str) -> int:
    lines = text.split("\n")
    return max(sum(2 if ord(letter) > 0x2E7F else 1 for letter in line) for line in lines)


def _sheet_name(title: str, taken: set[str]) -> str:
    """A sheet name as Excel allows it: 31 characters, none of []:*?/\\, none twice."""
    name = re.sub(r"[\[\]:*?/\\]", " ", str(title)).strip("' ")[:31] or "Sheet"
    base, number = name, 1
    while name.lower() in taken:
        number += 1
        name = f"{base[: 30 - len(str(number))]} {number}"
    taken.add(name.lower())
    return name
