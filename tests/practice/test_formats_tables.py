"""Tables of questions: headers of many makes, answers of many spellings, every problem at its cell."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from PIL import Image

from huomiao.practice.formats import sheets, tables
from huomiao.practice.formats.errors import UnreadableFile

REAL_BANK = Path(__file__).parents[3] / "shared" / "data" / "question_bank"


def workbook(*pages: tuple[str, list[list[object]]], merges=(), pictures=()) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, rows in pages:
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None:
                        page.write(number, column, value)
            for span, text in merges:
                page.merge_range(span, text)
            for cell, content in pictures:
                page.insert_image(cell, "p.png", {"image_data": io.BytesIO(content)})
    return out.getvalue()


def csv_file(*rows: list[str], encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


def read(content: bytes, **assigned):
    book = sheets.open_tables(content)
    plans = sheets.plan(book)
    for plan in plans:
        for key, column in assigned.items() if len(plan.headers) > 2 else ():
            plan.columns[str(column)] = key.replace("__", ".")
            plan.is_used = True
    return tables.read(book, plans)


def told(draft) -> list[tuple[str, str]]:
    return [(finding.place, finding.message) for finding in draft.errors]


@pytest.mark.parametrize(
    "header",
    [
        ["序号", "制度名称", "题型", "试题难度", "试题题目", "选项A", "选项B", "选项C", "选项D", "答案", "题目解析"],
        ["序号", "题目分类", "类型", "题目难度", "试题", "选项A", "选项B", "选项C", "选项D", "正确答案", "解析"],
        ["No", "题库分类", "题型*", "难度", "题干（必填）", "A", "B", "C", "D", "标准答案", "答案解析"],
        [
            "序号",
            "章节",
            "试题类型",
            "难易程度",
            "题目内容",
            "A选项",
            "B选项",
            "C选项",
            "D选项",
            "参考答案",
            "试题解析",
        ],
    ],
)
def test_headers_of_real_tables_are_known_by_their_names(header):
    row = ["1", "用电安全", "单选", "易", "下列属于特种作业的是", "电工作业", "打字", "接电话", "搬运", "Ａ", "见目录"]

    (draft,) = read(csv_file(header, row)).drafts

    assert told(draft) == []
    assert (draft.kind, draft.stem, draft.key) == ("single", "下列属于特种作业的是", {"right": [0]})
    assert [option["text"] for option in draft.body["options"]] == ["电工作业", "打字", "接电话", "搬运"]
    assert (draft.topic, draft.difficulty, draft.explanation) == (("用电安全",), 2, "见目录")


def test_a_title_above_a_header_of_two_rows_and_merged_kinds_are_read():
    rows = [
        ["2025 年练兵题库"],
        ["题型", "题目", "选项", None, None, "答案"],
        [None, None, "A", "B", "C", None],
        ["多选", "甲", "一", "二", "三", "A、C"],
        [None, "乙", "一", "二", "三", "①③"],
    ]
    content = workbook(("Sheet1", rows), merges=[("A1:F1", "2025 年练兵题库"), ("A4:A5", "多选")])

    drafts = read(content).drafts

    assert [(d.kind, d.stem, d.key["right"], d.errors) for d in drafts] == [
        ("multiple", "甲", [0, 2], []),
        ("multiple", "乙", [0, 2], []),
    ]


def test_sheets_and_headings_name_the_kind_and_say_so():
    content = workbook(
        ("判断题", [["题干", "答案"], ["水是湿的", "√"]]),
        ("综合", [["题干", "答案"], ["二、填空题（每空1分）"], ["一加一等于____，二加二等于（ ）", "2|4;四"]]),
    )

    first, second = read(content).drafts

    assert (first.kind, first.key) == ("true_false", {"right": True})
    assert first.findings[0].message == "题型来自工作表“判断题”：判断题。"
    assert (second.kind, second.body["stem"]) == ("fill", "一加一等于____，二加二等于____")
    assert [blank["accept"] for blank in second.key["blanks"]] == [["2"], ["4", "四"]]


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("AC", [0, 2]), ("ａｃ", [0, 2]), ("A;C", [0, 2]), ("A,C", [0, 2]), ("A、C", [0, 2]), ("a c", [0, 2]), ("C A", [0, 2]),
        ("①③", [0, 2]), ("甲;丙", [0, 2]), ("A.甲\nC.丙", [0, 2]), ("A|C", [0, 2]), ("1,3", [0, 2]), ("ABCD", [0, 1, 2, 3]),
    ],
)  # fmt: skip
def test_answers_of_a_multiple_choice_are_read_as_people_write_them(answer, right):
    (draft,) = read(
        csv_file(["题型", "题目", "A", "B", "C", "D", "答案"], ["多选", "问", "甲", "乙", "丙", "丁", answer])
    ).drafts

    assert told(draft) == []
    assert draft.key == {"right": right}


@pytest.mark.parametrize(
    ("answer", "right"),
    [("对", True), ("√", True), ("正确", True), ("是", True), ("TRUE", True), ("T", True), ("1", True),
     ("错", False), ("×", False), ("错误", False), ("否", False), ("FALSE", False), ("X", False), ("0", False)],
)  # fmt: skip
def test_answers_of_a_judgement_are_read_as_people_write_them(answer, right):
    (draft,) = read(csv_file(["题型", "题目", "答案"], ["判断", "地球是圆的", answer])).drafts

    assert told(draft) == []
    assert draft.key == {"right": right}


def test_a_boolean_cell_is_an_answer():
    (draft,) = read(workbook(("页", [["题型", "题目", "答案"], ["判断", "地球是圆的", True]]))).drafts

    assert draft.key == {"right": True}


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("A.甲 B.乙 C.丙", ["甲", "乙", "丙"]),
        ("A、甲；B、乙；C、丙", ["甲", "乙", "丙"]),
        ("甲\n乙\n丙", ["甲", "乙", "丙"]),
        ("甲|乙|丙", ["甲", "乙", "丙"]),
        ("甲;乙;丙", ["甲", "乙", "丙"]),
    ],
)
def test_options_in_one_cell_are_taken_apart(cell, texts):
    (draft,) = read(csv_file(["题干", "选项", "答案"], ["问", cell, "B"])).drafts

    assert told(draft) == []
    assert [option["text"] for option in draft.body["options"]] == texts
    assert draft.key == {"right": [1]}


def test_kinds_are_inferred_with_a_notice():
    content = csv_file(
        ["题目", "A", "B", "C", "答案"],
        ["选一个", "甲", "乙", "丙", "B"],
        ["选几个", "甲", "乙", "丙", "AB"],
        ["是这样", "", "", "", "对"],
        ["电压是____伏", "", "", "", "220"],
        ["谈谈安全", "", "", "", "要先断电，再验电"],
    )

    drafts = read(content).drafts

    assert [draft.kind for draft in drafts] == ["single", "multiple", "true_false", "fill", "short"]
    assert all([finding.is_error for finding in draft.findings] == [False] for draft in drafts)
    assert drafts[1].findings[0].message == "没有写题型，答案有 2 项，按多选题处理。"


def test_ordering_matching_measures_and_points_are_read():
    content = csv_file(
        ["题型", "题目", "A", "B", "C", "答案", "得分点", "字数上限"],
        ["排序题", "先后", "验电", "停电", "接地", "BAC", "", ""],
        ["匹配题", "连线", "红 = 停", "绿 = 行", "= 等", "", "", ""],
        ["填空题", "直径____mm", "", "", "", "20±0.5 mm;二十", "", ""],
        ["简答题", "说说", "", "", "", "断电", "说明断电（2分）\n说明验电（1.5分）", "200"],
    )

    ordering, matching, fill, short = read(content).drafts

    assert ordering.key == {"order": [1, 0, 2]}
    assert (matching.body["left"], matching.body["right"]) == (
        [{"text": "红"}, {"text": "绿"}],
        [{"text": "停"}, {"text": "行"}, {"text": "等"}],
    )
    assert matching.key == {"pairs": [0, 1]}
    assert fill.key["blanks"] == [{"accept": ["二十"], "number": 20.0, "tolerance": 0.5, "unit": "mm"}]
    assert short.body["max_chars"] == 200
    assert short.key["points"] == [{"text": "说明断电", "points": 2}, {"text": "说明验电", "points": 1.5}]


@pytest.mark.parametrize(
    ("row", "place", "expected"),
    [
        (["单选", "问", "甲", "乙", "AB"], "Sheet1!E2", "单选题只能有一个答案，这里有 2 个。如有多个正确答案，请把题型改为多选题。"),
        (["单选", "问", "甲", "乙", "E"], "Sheet1!E2", "答案“E”超出了选项，选项只到 B。应写选项字母（A–B），多个答案连写，如 AC。"),
        (["单选", "问", "甲", "乙", ""], "Sheet1!E2", "没有答案。应写选项字母（A–B），多个答案连写，如 AC。"),
        (["单选", "问", "", "乙", "B"], "Sheet1!C2", "选项 A 是空的，后面还有选项。请补上，或把后面的选项前移。"),
        (["单选", "", "甲", "乙", "B"], "Sheet1!B2", "没有题干。请填写题干。"),
        (["选什么", "问", "甲", "乙", "B"], "Sheet1!A2", "不认识的题型。可以写：单选题、多选题、判断题、填空题、排序题、匹配题、简答题。"),
        (["判断", "问", "", "", "也许"], "Sheet1!E2", "判断题的答案应写 正确 或 错误（也可写 对/错、√/×、是/否），这里是“也许”。"),
        (["填空", "甲____乙____", "", "", "一"], "Sheet1!E2", "题干里有 2 个空，答案有 1 个。各空的答案请用 | 分隔。"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_at_its_cell_with_what_was_expected(row, place, expected):
    (draft,) = read(csv_file(["题型", "题目", "A", "B", "答案"], row)).drafts

    assert told(draft) == [(place, expected)]


def test_gb18030_full_width_and_trailing_blanks_are_no_trouble():
    content = csv_file(
        ["题 型 ", "题目　", "Ａ", "Ｂ", "答案"], ["单选题 ", "问　", "甲 ", " 乙", " Ｂ "], encoding="gb18030"
    )

    (draft,) = read(content).drafts

    assert (draft.stem, draft.key, [o["text"] for o in draft.body["options"]]) == ("问", {"right": [1]}, ["甲", "乙"])


def test_a_stem_merged_over_rows_is_one_question():
    rows = [
        ["题干", "选项", "答案"],
        ["问", "A.甲", "B"],
        [None, "B.乙", None],
        [None, "C.丙", None],
        ["又问", "A.是的\nB.不行", "A"],
    ]
    content = workbook(("页", rows), merges=[("A2:A4", "问")])

    drafts = read(content).drafts

    assert [[option["text"] for option in draft.body["options"]] for draft in drafts] == [
        ["甲", "乙", "丙"],
        ["是的", "不行"],
    ]


def test_pictures_on_cells_belong_to_the_part_they_lie_on():
    rows = [["题干", "A", "B", "答案"], ["看图", None, None, "B"]]
    content = workbook(("页", rows), pictures=[("A2", picture()), ("B2", picture("blue")), ("C2", picture("green"))])

    reading = read(content)

    (draft,) = reading.drafts
    assert told(draft) == []
    assert sorted(draft.media) == ["option.0", "option.1", "stem"]
    assert reading.media.read(draft.media["stem"][0]) == picture()


def test_pictures_beside_a_table_are_found_by_name_and_missed_at_their_cell():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "题库/题.csv", csv_file(["题干", "图片", "答案"], ["甲", "a.png", "对"], ["乙", "没有.png", "错"])
        )
        archive.writestr("题库/图/A.PNG", picture())

    first, second = read(out.getvalue()).drafts

    assert first.media == {"stem": ["题库/图/A.PNG"]}
    assert [finding.place for finding in second.errors] == ["题!B3"]


def test_escapes_out_of_an_archive_and_bombs_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../题.csv", b"x")
    with pytest.raises(UnreadableFile, match="指向外部"):
        sheets.open_tables(out.getvalue())

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("题.csv", b"0" * 30_000_000)
    with pytest.raises(UnreadableFile, match="展开后过大"):
        sheets.open_tables(out.getvalue())


def real_bank() -> bytes:
    if not REAL_BANK.is_dir():
        pytest.skip("the real question bank (../shared/data/question_bank) is not here")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(REAL_BANK.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(REAL_BANK))
    return out.getvalue()


def test_the_real_bank_is_read_whole_once_its_columns_are_assigned():
    reading = read(real_bank(), alias=0, topic=1, code=2, stem=3, answer=4)

    by_code = {draft.code: draft for draft in reading.drafts}
    assert [finding for draft in reading.drafts for finding in draft.errors] == []
    assert len(reading.drafts) == 683 + 1143 + 1282
    assert len(by_code) == 1375
    assert sum(draft.kind == "single" for draft in by_code.values()) == 1123
    assert sum(draft.kind == "multiple" for draft in by_code.values()) == 252
    assert len({name for draft in by_code.values() for names in draft.media.values() for name in names}) == 53


def test_wps_pictures_inside_a_cell_are_found_by_their_identifier():
    out = io.BytesIO(
        workbook(
            (
                "页",
                [
                    ["题干", "A", "B", "答案"],
                    ["看图", '=DISPIMG("ID_1",1)', "乙", "B"],
                    ["又", '=DISPIMG("ID_9",1)', "乙", "B"],
                ],
            )
        )
    )
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(
            "xl/cellimages.xml",
            '<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" '
            'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
            'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            '<etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="ID_1"/></xdr:nvPicPr>'
            '<xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill></xdr:pic></etc:cellImage></etc:cellImages>',
        )
        archive.writestr(
            "xl/_rels/cellimages.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="image" Target="media/image1.png"/></Relationships>',
        )
        archive.writestr("xl/media/image1.png", picture())

    reading = read(out.getvalue())

    first, second = reading.drafts
    assert (first.errors, first.media) == ([], {"option.0": ["xl/media/image1.png"]})
    assert reading.media.read("xl/media/image1.png") == picture()
    assert [finding.place for finding in second.errors] == ["页!B3"]
