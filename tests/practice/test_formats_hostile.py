"""Whatever bytes come: a reader gives a reading or its own refusal, and nothing else."""

from __future__ import annotations

import functools
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huomiao.practice.formats import (
    gift,
    lines,
    moodle,
    qti,
    qti_out,
    registry,
    sheets,
    table_out,
    tables,
    word,
    word_out,
)
from huomiao.practice.formats.draft import DraftQuestion, Media, Reading
from huomiao.practice.formats.errors import UnreadableFile
from tests.practice.test_formats_tables import workbook

fuzz = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

MARKS = st.text(
    st.sampled_from(
        "1234567890ABCDabcd.、．：:（）()[]【】{}=~#%->\\/|_＿;；，,。 \n\t\"'<>&!?*$√×对错答案解析一二单选多判断填空题①②±＝→图\u3000\ufeff\x00\ud7ff"
    )
)
XML_PIECES = st.lists(
    st.sampled_from(
        [
            "<quiz>", "</quiz>", '<question type="multichoice">', '<question type="cloze">', '<question type="essay">', "</question>",
            "<questiontext format='html'><text>", "{1:SHORTANSWER:=a~%50%b}", "{1:NUMERICAL:=x:y}", "</text></questiontext>",
            '<answer fraction="1e999">', '<answer fraction="nan"><text>', "</text></answer>", "</answer>", "<assessmentItem identifier='a'>",
            "</assessmentItem>", "<itemBody>", "</itemBody>", "<choiceInteraction>", "</choiceInteraction>", "<simpleChoice identifier='A'>",
            "</simpleChoice>", "<qti-text-entry-interaction response-identifier='R'/>", "&amp;", "&#x1F600;", "<![CDATA[<img src='x'>]]>",
            "<responseDeclaration identifier='RESPONSE' cardinality='multiple'><correctResponse><value>A</value></correctResponse>",
            "</responseDeclaration>", "<equal toleranceMode='absolute' tolerance='inf nan'><variable identifier='R'/></equal>", "<?pi ?>", "<!-- -->",
        ]
    ),
    max_size=14,
)  # fmt: skip


def harmless(read, content: bytes) -> None:
    reading, said = Reading(), "read"
    try:
        reading = read(content)
    except UnreadableFile as refusal:
        said = refusal.message
    assert said
    for draft in reading.drafts:
        assert draft.kind or not draft.is_good
        draft.from_json(draft.as_json())


def read_tables(content: bytes) -> Reading:
    book = sheets.open_tables(content)
    return tables.read(book, sheets.plan(book))


def read_any(content: bytes) -> Reading:
    reader = registry.READERS[registry.recognise(content, "x")]
    return reader.read(content) if reader.read else read_tables(content)


TEXT_READERS = [lines.read_text, gift.read, gift.read_aiken, moodle.read, qti.read, word.read, read_any]


@pytest.mark.parametrize("read", TEXT_READERS, ids=lambda read: f"{read.__module__}.{read.__name__}")
@fuzz
@given(content=st.one_of(st.binary(max_size=400), MARKS.map(lambda text: text.encode("utf-8", "replace"))))
def test_texts_and_bytes_of_any_kind_raise_nothing_of_their_own(read, content):
    harmless(read, content)


@pytest.mark.parametrize("read", [moodle.read, qti.read])
@fuzz
@given(pieces=XML_PIECES)
def test_xml_of_any_shape_raises_nothing_of_its_own(read, pieces):
    harmless(read, "".join(pieces).encode())
    harmless(read, f"<quiz>{''.join(pieces)}</quiz>".encode())


@fuzz
@given(cells=st.lists(st.lists(MARKS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_cells_of_any_kind_raise_nothing_of_their_own(cells):
    rows = [["题干", "选项", "答案"], *([text.replace("\x00", "") for text in row] for row in cells)]

    harmless(
        read_tables,
        "\n".join(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows).encode(),
    )


@functools.cache
def samples() -> list[tuple]:
    """Made once: archives keep the time of their making, and an example must find the bytes that it was drawn for."""
    drafts = [
        DraftQuestion("single", {"stem": "问", "options": [{"text": "甲"}, {"text": "乙"}]}, {"right": [1]}, code="Q1"),
        DraftQuestion("true_false", {"stem": "水往低处流"}, {"right": True}, code="Q2"),
    ]
    return [
        (read_tables, table_out.workbook(drafts, Media(), title="题库")[0]),
        (word.read, word_out.write(drafts, Media(), "题库")[0]),
        (qti.read, qti_out.write(drafts, Media(), version="3.0")[0]),
        (moodle.read, moodle.write(drafts, Media())[0]),
    ]


@pytest.mark.parametrize("number", range(4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_files_are_refused_or_read(number, data):
    read, content = samples()[number]
    damaged = bytearray(content)
    for _time in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(damaged) // 2, len(damaged)))

    harmless(read, bytes(damaged[:cut]))


BOMB = b'<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><quiz>&b;</quiz>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>'
DEEP = b"<quiz>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</quiz>"


@pytest.mark.parametrize("content", [BOMB, OUTSIDE, DEEP], ids=["entities", "outside", "deep"])
@pytest.mark.parametrize("read", [moodle.read, qti.read])
def test_hostile_xml_is_refused(read, content):
    with pytest.raises(UnreadableFile):
        read(content)


def test_a_package_that_points_outside_gets_nothing_from_there():
    out = io.BytesIO()
    item = (
        b"<assessmentItem identifier='q'><responseDeclaration identifier='RESPONSE' cardinality='single'><correctResponse>"
        b"<value>A</value></correctResponse></responseDeclaration><itemBody><p>x<img src='../../../etc/passwd'/>"
        b"<img src='http://example.org/a.png'/></p><choiceInteraction responseIdentifier='RESPONSE'>"
        b"<simpleChoice identifier='A'>a</simpleChoice><simpleChoice identifier='B'>b</simpleChoice></choiceInteraction></itemBody></assessmentItem>"
    )
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "imsmanifest.xml",
            b"<manifest><resources><resource type='imsqti_item' href='../../q.xml'/></resources></manifest>",
        )
        archive.writestr("items/q.xml", item)

    reading = qti.read(out.getvalue())

    (draft,) = reading.drafts
    assert (draft.media, len(reading.media)) == ({}, 0)
    assert sum("不在包里" in finding.message for finding in draft.findings) == 2


def test_locked_and_macro_workbooks_and_old_word_files_say_what_to_do():
    plain = workbook(("页", [["题干", "答案"], ["甲", "对"]]))
    out = io.BytesIO(plain)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(UnreadableFile, match="宏"):
        sheets.open_tables(out.getvalue())
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
    with pytest.raises(UnreadableFile, match="密码"):
        sheets.open_tables(ole + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UnreadableFile, match="旧版 Word"):
        registry.recognise(ole + "WordDocument".encode("utf-16-le"), "a.doc")


def test_a_huge_cell_is_an_error_at_its_place():
    (draft,) = read_tables(workbook(("页", [["题干", "答案"], ["题" * 30_000, "对"]]))).drafts

    assert [(finding.place, finding.message) for finding in draft.errors] == [
        ("页!A2", "最多 4000 字，现在有 30000 字。")
    ]
