"""Word documents: numbering that stands in no text, blanks that are only underlined, pictures, tables, and what is hostile."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from huomiao.practice.formats import checking, word, word_out
from huomiao.practice.formats.draft import DraftQuestion, Media
from huomiao.practice.formats.errors import UnreadableFile
from tests.practice.test_formats_lines import shown
from tests.practice.test_formats_tables import picture


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_paragraphs_with_pictures_powers_and_underlined_blanks():
    document = docx.Document()
    document.add_paragraph("一、填空题")
    paragraph = document.add_paragraph("1. 面积是 5 m")
    paragraph.add_run("2").font.superscript = True
    paragraph.add_run("，电压是")
    paragraph.add_run("      ").underline = True
    paragraph.add_run("伏。")
    document.add_paragraph("答案：220")
    document.add_paragraph("二、单选题")
    document.add_paragraph("1. 看图选择")
    document.add_picture(io.BytesIO(picture()))
    for option in ("A. 甲", "B. 乙", "答案：B"):
        document.add_paragraph(option)

    reading = word.read(saved(document))

    first, second = reading.drafts
    assert [draft.errors for draft in reading.drafts] == [[], []]
    assert shown(first)[:2] == ("fill", "面积是 5 m²，电压是____伏。")
    assert shown(second) == ("single", "看图选择", ["甲", "乙"], {"right": [1]})
    assert reading.media.read(second.media["stem"][0]) == picture()


def test_numbers_that_word_counts_are_counted_here_too():
    document = docx.Document()
    for text in ("甲是什么", "乙是什么"):
        document.add_paragraph(text, style="List Number")
        for option in ("A. 一", "B. 二", "答案：A"):
            document.add_paragraph(option)

    assert [draft.stem for draft in word.read(saved(document)).drafts] == ["甲是什么", "乙是什么"]


def test_a_table_of_questions_is_read_by_its_header():
    document = docx.Document()
    rows = [["题型", "题目", "选项A", "选项B", "答案"], ["单选", "问", "甲", "乙", "B"]]
    table = document.add_table(rows=2, cols=5)
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(number, column).text = text

    (draft,) = word.read(saved(document)).drafts

    assert shown(draft) == ("single", "问", ["甲", "乙"], {"right": [1]})


def test_a_table_of_answers_at_the_end_is_a_list_of_answers():
    document = docx.Document()
    for number in (1, 2):
        for text in (f"{number}. 题", "A. 甲", "B. 乙"):
            document.add_paragraph(text)
    document.add_paragraph("参考答案")
    table = document.add_table(rows=2, cols=3)
    for column, (above, below) in enumerate([("题号", "答案"), ("1", "B"), ("2", "A")]):
        table.cell(0, column).text, table.cell(1, column).text = above, below

    assert [draft.key["right"] for draft in word.read(saved(document)).drafts] == [[1], [0]]


def test_deleted_text_is_not_read():
    document = docx.Document()
    paragraph = document.add_paragraph("1. 水往低处流")
    deleted = OxmlElement("w:del")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "（删掉的）"
    run.append(text)
    deleted.append(run)
    paragraph._p.append(deleted)
    document.add_paragraph("答案：对")

    assert [draft.stem for draft in word.read(saved(document)).drafts] == ["水往低处流"]
    assert paragraph._p.find(qn("w:del")) is not None


def test_what_is_printed_can_be_read_again():
    drafts = [
        DraftQuestion(
            "single", {"stem": "问", "options": [{"text": "甲"}, {"text": "乙"}]}, {"right": [1]}, explanation="因为"
        ),
        DraftQuestion("true_false", {"stem": "水往低处流"}, {"right": True}),
        DraftQuestion("ordering", {"stem": "排", "items": [{"text": "一"}, {"text": "二"}]}, {"order": [1, 0]}),
    ]
    for draft in drafts:
        checking.check(draft)

    content, findings = word_out.write(drafts, Media(), "题库")

    assert findings == []
    back = word.read(content).drafts
    assert [(shown(draft), draft.explanation) for draft in back] == [
        (shown(draft), draft.explanation) for draft in drafts
    ]


def test_entities_and_macros_are_refused():
    def package(document: bytes, **more: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("word/document.xml", document)
            for name, content in more.items():
                archive.writestr(name.replace("__", "/").replace("_", "."), content)
        return out.getvalue()

    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    with pytest.raises(UnreadableFile, match="XML 实体"):
        word.read(package(bomb))
    with pytest.raises(UnreadableFile, match="宏"):
        word.read(package(b"<a/>", word__vbaProject_bin=b"x"))
