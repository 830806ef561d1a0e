"""Reading tables as people make them."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.db import models
from openpyxl.workbook.protection import WorkbookProtection

from huomiao.core import tables
from huomiao.core.tables import Column, Problem, Table, Unreadable


class Kind(models.TextChoices):
    INVENTION = "invention", "小发明"
    SUGGESTION = "suggestion", "小建议"


COLUMNS = (
    Column("title", "成果名称", ("项目名称",), required=True),
    Column("kind", "类别", ("成果类别",), parse=tables.parse_choice(Kind, {"合理化建议": "suggestion"})),
    Column("unit", "申报单位", ("单位名称", "单位")),
    Column("profit", "新增利润（万元）", parse=tables.parse_decimal),
    Column("people", "人数", parse=tables.parse_int),
    Column("done_on", "完成日期", ("完成时间",), parse=tables.parse_date),
    Column("phone", "手机号", ("联系电话",), parse=tables.parse_phone),
    Column("is_frontline", "一线职工", ("是否一线职工",), parse=tables.parse_bool),
)
HEADER = ["成果名称", "类别", "申报单位", "新增利润（万元）", "人数", "完成日期", "手机号", "一线职工"]


def book(*sheets, **titles) -> bytes:
    """A workbook of lists of rows; a sheet may be (name, rows, merges)."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, sheet in enumerate(sheets, 1):
        name, rows, merges = sheet if isinstance(sheet, tuple) else (f"表{number}", sheet, [])
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
        for merge in merges:
            page.merge_cells(merge)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(content: bytes, name: str = "汇总表.xlsx", columns=COLUMNS, **kwargs) -> Table:
    return tables.read_table(content, name, columns, **kwargs)


def faults(table: Table) -> list[tuple[str, str]]:
    return [(problem.cell, problem.message) for problem in table.problems]


def test_a_plain_table_gives_typed_values():
    table = read(book([HEADER, ["快装夹具", "小发明", "一厂", 12.5, 3, date(2023, 5, 1), "13800000000", "是"]]))

    assert table.problems == []
    assert [row.values for row in table.rows] == [
        {
            "title": "快装夹具",
            "kind": "invention",
            "unit": "一厂",
            "profit": Decimal("12.5"),
            "people": 3,
            "done_on": date(2023, 5, 1),
            "phone": "13800000000",
            "is_frontline": True,
        }
    ]


def test_a_header_below_merged_titles_is_found_and_every_row_is_accounted_for():
    rows = [
        ["2023年职工“五小”成果汇总表"],
        ["推荐单位（盖章）：", None, None, "填报日期："],
        ["* 项目名称\n（必填）", "成果 类别", "单位名称", "备注"],
        ["快装夹具", "小发明", "一厂", "好"],
        [],
        ["节水阀", "小建议", "二厂", None],
        ["合计", None, 2],
        ["填表人：张三", None, "审核人：李四"],
    ]
    table = read(book(("汇总", rows, ["A1:D1"])))

    assert table.problems == []
    assert [(row.number, row.values["title"]) for row in table.rows] == [(4, "快装夹具"), (6, "节水阀")]
    sheet = table.sheet("汇总")
    assert sheet.counts == {"title": 2, "header": 1, "data": 2, "footer": 2, "blank": 1, "unread": 0}
    assert sum(sheet.counts.values()) == sheet.rows == 8
    assert [(line.number, line.kind) for line in sheet.lines] == [
        (1, "title"),
        (2, "title"),
        (7, "footer"),
        (8, "footer"),
    ]
    assert table.unknown_headers == ["备注"]


def test_a_header_over_two_rows_is_joined():
    columns = (
        Column("title", "成果名称", required=True),
        Column("author", "完成人姓名"),
        Column("contact", "联系人姓名"),
        Column("phone", "联系人电话"),
    )
    rows = [
        ["成果名称", "完成人", None, "联系人", None],
        [None, "姓名", "职务", "姓名", "电话"],
        ["快装夹具", "王工", "班长", "李干事", "0791-1234567"],
    ]
    table = read(book(("一", rows, ["A1:A2", "B1:C1", "D1:E1"])), columns=columns)

    assert [row.values for row in table.rows] == [
        {"title": "快装夹具", "author": "王工", "contact": "李干事", "phone": "0791-1234567"}
    ]
    assert table.unknown_headers == ["完成人 职务"]
    assert table.sheet("一").header_row == 2


def test_each_sheet_has_its_own_header_and_sheets_without_one_are_reported():
    table = read(
        book(
            [HEADER[:2], ["甲", "小发明"]],
            [["类别", "项目名称"], ["小建议", "乙"]],
            [["请把表发给工会"], ["谢谢"]],
        )
    )

    assert [(row.sheet, row.values["title"]) for row in table.rows] == [("表1", "甲"), ("表2", "乙")]
    assert [(sheet.name, sheet.is_read, sheet.counts["unread"]) for sheet in table.sheets] == [
        ("表1", True, 0),
        ("表2", True, 0),
        ("表3", False, 2),
    ]


def test_a_hidden_sheet_is_reported_and_not_read():
    made = openpyxl.load_workbook(io.BytesIO(book([HEADER[:2], ["甲", "小发明"]], [HEADER[:2], ["乙", "小发明"]])))
    made["表2"].sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)

    table = read(out.getvalue())

    assert [row.values["title"] for row in table.rows] == ["甲"]
    assert [(sheet.is_hidden, sheet.counts["unread"]) for sheet in table.sheets] == [(False, 0), (True, 2)]


def test_a_value_merged_down_belongs_to_every_row():
    rows = [
        HEADER[:3],
        ["甲", "小发明", "一厂"],
        ["乙", "小发明", None],
        ["丙", "小发明", None],
        ["丁", "小建议", "二厂"],
    ]
    table = read(book(("一", rows, ["C2:C4"])))

    assert [row.values["unit"] for row in table.rows] == ["一厂", "一厂", "一厂", "二厂"]


def test_a_banner_between_rows_and_a_repeated_header_are_not_data():
    rows = [HEADER[:4], ["一、南昌市"], ["甲", "小发明", "一厂", 1], HEADER[:4], ["乙", "小发明", "二厂", 1]]
    table = read(book(("一", rows, ["A2:D2"])))

    assert [row.values["title"] for row in table.rows] == ["甲", "乙"]
    assert table.sheets[0].counts["title"] == 1
    assert table.sheets[0].counts["header"] == 2


def test_every_problem_stands_at_its_cell_with_what_was_expected():
    rows = [
        HEADER,
        [None, "大发明", "一厂", "约12万", 1.5, "去年", "1380000", "也许"],
    ]
    table = read(book(rows))

    assert faults(table) == [
        ("A2", "此格必填，不能为空。"),
        ("B2", "应为以下之一：小发明、小建议。"),
        ("D2", "应为数字，例如 12.5，不要写单位。"),
        ("E2", "应为整数，例如 12。"),
        ("F2", "应为日期，例如 2023-05-01 或 2023年5月。"),
        ("G2", "应为 11 位手机号，或带区号的固定电话。"),
        ("H2", "应填“是”或“否”。"),
    ]
    assert table.problems[1] == Problem("表1", "B2", "类别", "大发明", "应为以下之一：小发明、小建议。")
    assert table.rows[0].values["profit"] is None


def test_a_missing_and_a_doubled_header_are_reported():
    table = read(book([["类别", "单位", "申报单位"], ["小发明", "一厂", "二厂"]]))

    assert faults(table) == [
        ("A1", "缺少必填的列“成果名称”。"),
        ("C1", "这一列与 B 列都是“申报单位”，只读取了 B 列。请删去或改名其中一列。"),
    ]


def test_a_column_without_a_header_is_named():
    table = read(book([["成果名称", "类别"], ["甲", "小发明", "多出来的"]]))

    assert table.unknown_headers == ["C 列（没有列名）"]


def test_full_width_text_keeps_its_punctuation():
    table = read(book([HEADER[:3], ["ＡＢ１２型（新）：夹具\u3000\u200b", "小发明", " 一厂\n"]]))

    assert table.rows[0].values["title"] == "AB12型（新）：夹具"
    assert table.rows[0].values["unit"] == "一厂"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2023年5月", date(2023, 5, 1)),
        ("2023年5月6日", date(2023, 5, 6)),
        ("2023.5.1", date(2023, 5, 1)),
        ("2023/05/01", date(2023, 5, 1)),
        ("２０２３－５－１", date(2023, 5, 1)),
        ("2023-05-01 08:30:00", date(2023, 5, 1)),
        (20230501, date(2023, 5, 1)),
        ("202305", date(2023, 5, 1)),
        (45047, date(2023, 5, 1)),
        (2023.5, date(2023, 5, 1)),
        (2023.12, date(2023, 12, 1)),
    ],
)
def test_dates_as_people_write_them(cell, expected):
    assert tables.parse_date(cell) == expected


@pytest.mark.parametrize("cell", ["2023年", "23.5.1", "2023-13-01", "2023-02-30", 7, "明天", True, "20231301", 2023.1])
def test_what_is_no_date_is_refused(cell):
    with pytest.raises(ValueError):
        tables.parse_date(cell)


def test_a_month_that_excel_made_ambiguous_is_asked_for():
    with pytest.raises(ValueError, match="2023-01 或 2023-10"):
        tables.parse_date(2023.1)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (13800000000, "13800000000"),
        ("13800000000.0", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("0791-1234567", "0791-1234567"),
    ],
)
def test_phones_as_people_write_them(cell, expected):
    assert tables.parse_phone(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("1,234.50", "1234.50"), (0.1 + 0.2, "0.3"), ("￥12", "12"), ("-3", "-3"), ("1e3", "1E+3"), ("１２．５", "12.5")],
)
def test_numbers_as_people_write_them(cell, expected):
    assert str(tables.parse_decimal(cell)) == expected


@pytest.mark.parametrize("cell", ["12万", "1,2", "", "NaN", "inf", "1e99999", "--1", "١٢٣x"])
def test_what_is_no_number_is_refused(cell):
    with pytest.raises(ValueError):
        tables.parse_decimal(cell)


@pytest.mark.parametrize(
    ("cell", "expected"), [("√", True), ("是", True), (True, True), ("×", False), ("No", False), (0, False)]
)
def test_yes_and_no_as_people_write_them(cell, expected):
    assert tables.parse_bool(cell) is expected


@pytest.mark.parametrize(("cell", "expected"), [(1001, "1001"), ("1001.0", "1001"), (" Ａ 01 ", "A01"), ("007", "007")])
def test_codes_keep_their_zeros(cell, expected):
    assert tables.parse_code(cell) == expected


def test_a_choice_is_found_by_label_value_or_alias():
    parse = tables.parse_choice(Kind, {"合理化建议": "suggestion"})

    assert [parse(cell) for cell in ("小发明", "invention", "小 建议", "合理化建议")] == [
        "invention",
        "invention",
        "suggestion",
        "suggestion",
    ]


def test_text_that_is_too_long_is_refused_with_both_lengths():
    with pytest.raises(ValueError, match="最多 3 个字，现在有 4 个字"):
        tables.text_up_to(3)("一二三四")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_in_the_encodings_of_here(encoding, separator):
    content = "\r\n".join(separator.join(row) for row in [HEADER[:3], ["快装夹具", "小发明", "一厂"]]).encode(encoding)

    table = read(content, "表.csv")

    assert [row.values["title"] for row in table.rows] == ["快装夹具"]


def _zip(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def _with_macro() -> bytes:
    out = io.BytesIO(book([HEADER]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "文件是空的"),
        (bytes(2000), "文件是空的"),
        (b"MZ\x90\x00" + bytes(200), "程序文件"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"<html><table><tr><td>\xe6\x88\x90</td></tr></table></html>", "网页格式"),
        (b"\x01\x02\x03\x04" * 50, "无法识别"),
        (_with_macro(), "宏"),
        (OLE + "_VBA_PROJECT".encode("utf-16-le"), "宏"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (OLE + "WordDocument".encode("utf-16-le"), "Word"),
        (OLE, "损坏"),
        (book([HEADER, ["甲"]])[:-300], "不完整"),
        (_zip(**{"a.txt": b"x"}), "压缩包"),
        (_zip(**{"word__document.xml": b"x"}), "Word"),
        (_zip(**{"xl__workbook.xml": b"x"}), "损坏"),
        (_zip(**{"xl__workbook.xml": bytes(30_000_000)}), "压缩比"),
        (_zip(**{"xl__workbook.xml": bytes(210_000_000)}), "展开后过大"),
        (book([[]]), "没有任何内容"),
        (book([["姓名", "年龄"], ["甲", 1]]), "没有找到表头"),
        (book([HEADER]), "只有表头"),
        ('成果名称,类别\n"甲,小发明\n乙,小发明'.encode(), "引号不成对"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(content, says):
    with pytest.raises(Unreadable, match=says):
        read(content)


def test_a_cell_at_the_end_of_the_world_does_not_take_the_memory():
    made = openpyxl.Workbook()
    made.active.append(HEADER)
    made.active.cell(1_048_576, 16_384, "远")
    out = io.BytesIO()
    made.save(out)

    with pytest.raises(Unreadable, match="范围过大"):
        read(out.getvalue())


def test_too_many_rows_are_refused_with_the_limit():
    with pytest.raises(Unreadable, match="数据超过 2 行"):
        read(book([HEADER[:2], *[[f"甲{n}", "小发明"] for n in range(3)]]), most_rows=2)


def test_a_workbook_whose_structure_is_protected_can_still_be_read():
    made = openpyxl.load_workbook(io.BytesIO(book([HEADER[:2], ["甲", "小发明"]])))
    made.security = WorkbookProtection(lockStructure=True)
    out = io.BytesIO()
    made.save(out)

    assert [row.values["title"] for row in read(out.getvalue()).rows] == ["甲"]


def test_an_error_in_a_cell_is_not_taken_for_an_empty_cell():
    made = openpyxl.load_workbook(io.BytesIO(book([HEADER[:4], ["甲", "小发明", "一厂", None]])))
    made.active["D2"] = "#DIV/0!"
    made.active["D2"].data_type = "e"
    out = io.BytesIO()
    made.save(out)

    assert [problem.cell for problem in read(out.getvalue()).problems] == ["D2"]


def test_an_importer_can_blame_a_cell():
    table = read(book([HEADER[:3], ["甲", "小发明", "三厂"]]))
    table.rows[0].blame("unit", "没有这个单位。")

    assert table.problems == [Problem("表1", "C2", "申报单位", "三厂", "没有这个单位。")]
    assert table.good_rows == []


def test_a_report_gives_the_table_back():
    table = read(book([HEADER, ["甲", "小发明", "一厂", 12.5, "x", date(2023, 5, 1), "13800000000", "否"]]))

    assert Table.from_report(table.as_report()) == table


def _ods(rows: str) -> bytes:
    """An OpenDocument table as small as it can be."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="一">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return _zip(mimetype=mimetype, **{"META-INF__manifest.xml": manifest, "content.xml": content.encode()})


def _ods_row(*cells: str, repeated: int = 1) -> str:
    written = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{written}</table:table-row>'


def test_an_opendocument_table_is_read():
    table = read(_ods(_ods_row(*HEADER[:3]) + _ods_row("快装夹具", "小发明", "一厂")), "表.ods")

    assert [(row.values["title"], row.cell("title")) for row in table.rows] == [("快装夹具", "A2")]


def test_an_opendocument_row_repeated_a_million_times_is_refused():
    with pytest.raises(Unreadable, match=r"范围过大|损坏"):
        read(_ods(_ods_row(*HEADER[:3]) + _ods_row(*"甲乙丙" * 40, repeated=1_048_000)), "表.ods")
