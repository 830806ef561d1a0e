"""Writing tables, and reading back what was written."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
from django.db import models
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.core import tables
from huomiao.core.tables import Column, Problem, SheetOut
from huomiao.core.tables.cells import armed, clean, defused, letters, position


class Kind(models.TextChoices):
    INVENTION = "invention", "小发明"
    SUGGESTION = "suggestion", "小建议"


COLUMNS = (
    Column("title", "成果名称", required=True),
    Column("note", "备注"),
    Column("kind", "类别", parse=tables.parse_choice(Kind), help="按通知的分类填写"),
    Column("profit", "新增利润（万元）", parse=tables.parse_decimal),
    Column("people", "人数", parse=tables.parse_int),
    Column("done_on", "完成日期", parse=tables.parse_date),
    Column("is_new", "首次申报", parse=tables.parse_bool),
)
ROW = {
    "title": "快装夹具",
    "note": "=1+1",
    "kind": "invention",
    "profit": Decimal("12.5"),
    "people": 3,
    "done_on": date(2023, 5, 1),
    "is_new": True,
}


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_a_written_table_has_title_header_and_defused_cells():
    book = opened(tables.write_table([SheetOut("汇总", COLUMNS, [ROW], heading="2023年成果汇总表")]))

    page = book["汇总"]
    assert [str(merge) for merge in page.merged_cells.ranges] == ["A1:G1"]
    assert [cell.value for cell in page[2]][:3] == ["成果名称*", "备注", "类别"]
    assert [page["A3"].value, page["B3"].value, page["C3"].value] == ["快装夹具", "'=1+1", "小发明"]
    assert page["B3"].data_type == "s"
    assert page.freeze_panes == "A3"
    assert [(str(v.sqref), v.formula1) for v in page.data_validations.dataValidation] == [
        ("C3:C1002", '"小发明,小建议"')
    ]


def test_a_template_can_be_filled_in_and_brought_back():
    book = opened(tables.template_of(COLUMNS, title="成果", heading="成果汇总表"))
    assert book.sheetnames == ["成果", "填写说明"]
    assert "可填：小发明、小建议。" in str(book["填写说明"]["C6"].value)
    book["成果"]["A3"] = "甲"
    out = io.BytesIO()
    book.save(out)

    table = tables.read_table(out.getvalue(), "t.xlsx", COLUMNS)

    assert table.problems == []
    assert [row.values["title"] for row in table.rows] == ["甲"]


def test_marking_gives_the_rows_back_with_their_problems():
    content = tables.write_table([SheetOut("一", COLUMNS, [ROW, {"title": "乙", "people": 1}], heading="标题")])
    problems = [
        Problem("一", "D4", "新增利润（万元）", "", "应为数字。"),
        Problem("一", "A4", "成果名称", "乙", "重复。"),
    ]

    page = opened(tables.mark_problems(content, problems))["一"]

    assert page["A3"].value == "快装夹具"
    assert page["A1"].value == "标题"
    assert page["H4"].value == "A4 成果名称：重复。\nD4 新增利润（万元）：应为数字。"
    assert page["H3"].value is None
    assert page["A4"].fill.fgColor.rgb == page["D4"].fill.fgColor.rgb == "FFFBD5CF"
    assert page["B4"].fill.fgColor.rgb != "FFFBD5CF"


def test_a_marked_table_can_be_corrected_and_brought_back():
    content = tables.write_table([SheetOut("一", COLUMNS, [ROW])])

    table = tables.read_table(
        tables.mark_problems(content, [Problem("一", "A2", "成果名称", "", "重复。")]), "t.xlsx", COLUMNS
    )

    assert [row.values for row in table.rows] == [ROW]


def test_sheet_names_that_excel_refuses_are_made_fit():
    content = tables.write_table([SheetOut("a/b:" + "长" * 40, COLUMNS, []), SheetOut("A b " + "长" * 40, COLUMNS, [])])

    assert [len(name) <= 31 for name in opened(content).sheetnames] == [True, True]


@given(st.text())
def test_defusing_loses_nothing_and_no_formula_is_left(text):
    safe = defused(text)

    assert armed(safe) == text
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.integers(0, 20000), st.integers(0, 16383))
def test_addresses_go_both_ways(row, column):
    assert position(f"{letters(column)}{row + 1}") == (row, column)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30).map(clean)
ROWS = st.fixed_dictionaries(
    {
        # A name of its own kind, so that no row looks like a signature, a total or an error.
        "title": TEXTS.map(lambda text: clean(f"甲{text}乙")),
        "note": TEXTS.filter(lambda text: not text.startswith("#")),
        "kind": st.sampled_from(["", *Kind.values]),
        "profit": st.none() | st.decimals(-(10**9), 10**9, places=2),
        "people": st.none() | st.integers(-(10**9), 10**9),
        "done_on": st.none() | st.dates(date(1901, 1, 1), date(2100, 12, 31)),
        "is_new": st.none() | st.booleans(),
    }
)


@settings(max_examples=15, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=8))
def test_what_is_written_as_a_workbook_is_read_back(rows):
    table = tables.read_table(tables.write_table([SheetOut("一", COLUMNS, rows, heading="题")]), "t.xlsx", COLUMNS)

    assert table.problems == []
    assert [row.values for row in table.rows] == rows


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=8))
def test_what_is_written_as_csv_is_read_back(rows):
    table = tables.read_table(tables.write_csv(SheetOut("一", COLUMNS, rows)), "t.csv", COLUMNS)

    assert table.problems == []
    assert [row.values for row in table.rows] == rows
