from __future__ import annotations

import io

import pytest

from huomiao.files import actions, links, reading
from tests.factories.accounts import UserFactory
from tests.files import samples

pytestmark = pytest.mark.django_db


def word() -> bytes:
    from docx import Document

    document = Document()
    document.add_heading("一、问题", level=1)
    document.add_paragraph("换辊要停机<script>八小时</script>。")
    table = document.add_table(rows=2, cols=2)
    for row, texts in zip(table.rows, (("项目", "万元"), ("节约", "12.5")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def book(rows=3) -> bytes:
    from openpyxl import Workbook

    made = Workbook()
    made.active.title = "效益"
    made.active.append(["项目", "万元"])
    for number in range(rows):
        made.active.append([f"第{number}项", number])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


SLIDE = (
    '<p:sld xmlns:p="p" xmlns:a="a"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>快换</a:t></a:r><a:r><a:t>装置</a:t>'
    "</a:r></a:p></p:txBody></p:sp><p:graphicFrame><a:tbl><a:tr><a:tc><a:p><a:r><a:t>甲</a:t></a:r></a:p></a:tc></a:tr>"
    "</a:tbl></p:graphicFrame></p:spTree></p:cSld></p:sld>"
)


def slides(count=2) -> bytes:
    parts = {"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"}
    return samples.zipped(parts | {f"ppt/slides/slide{n}.xml": SLIDE.encode() for n in range(1, count + 1)})


def plain(found):
    return [(block.text, block.level, block.rows) for block in found.blocks]


def test_a_document_is_read_as_headings_paragraphs_and_tables():
    found = reading.read_content(word(), "docx")

    assert plain(found) == [
        ("一、问题", 1, []),
        ("换辊要停机<script>八小时</script>。", 0, []),
        ("", 0, [["项目", "万元"], ["节约", "12.5"]]),
    ]
    assert not found.is_cut


def test_a_workbook_is_read_sheet_by_sheet_and_says_what_it_leaves_out():
    found = reading.read_content(book(reading.MOST_ROWS + 5), "xlsx")

    assert plain(found)[0] == ("效益", 1, [])
    rows = found.blocks[1].rows
    assert (len(rows), rows[0], rows[2]) == (reading.MOST_ROWS, ["项目", "万元"], ["第1项", "1"])
    assert f"共 {reading.MOST_ROWS + 6} 行" in found.blocks[2].text


def test_slides_are_read_in_their_order():
    found = reading.read_content(slides(11), "pptx")

    assert [block.text for block in found.blocks if block.level] == [f"第 {n} 页" for n in range(1, 12)]
    assert plain(found)[1:3] == [("快换装置", 0, []), ("", 0, [["甲"]])]


@pytest.mark.parametrize("extension", ["docx", "xlsx", "pptx"])
def test_what_cannot_be_read_shows_nothing_and_says_so(extension):
    assert reading.read_content(b"PK no zip", extension) == reading.Reading([], is_cut=True)


def test_a_document_nested_without_end_does_no_harm():
    deep = "<w:p>" * 5000 + "</w:p>" * 5000
    content = samples.zipped({"word/document.xml": f'<w:d xmlns:w="w"><w:body>{deep}</w:body></w:d>'.encode()})

    assert reading.read_content(content, "docx").is_cut


def test_a_long_document_is_cut():
    paragraphs = "<w:p><w:r><w:t>字</w:t></w:r></w:p>" * (reading.MOST_BLOCKS + 1)
    content = samples.zipped({"word/document.xml": f'<w:d xmlns:w="w"><w:body>{paragraphs}</w:body></w:d>'.encode()})

    found = reading.read_content(content, "docx")

    assert (len(found.blocks), found.is_cut) == (reading.MOST_BLOCKS, True)


def test_the_page_shows_words_under_the_links_name_to_its_reader_only(client):
    reader = UserFactory()
    file = actions.store(samples.upload(word(), "张三丰的说明.docx"), by=None)
    address = links.look(file, to=reader, name="材料1")
    client.force_login(reader)

    page = client.get(address)

    shown = page.content.decode()
    assert "换辊要停机&lt;script&gt;" in shown
    assert "材料1.docx" in shown
    assert "张三丰" not in shown
    assert client.get(page.context["link"]).getvalue()[:2] == b"PK"
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404
    assert client.get(address.replace("files/", "files/x")).status_code == 404


def test_a_pdf_is_looked_at_page_by_page_and_a_picture_is_not(client):
    reader = UserFactory()
    client.force_login(reader)
    paper = actions.store(samples.upload(samples.pdf(pages=2), "a.pdf"), by=None)
    picture = actions.store(samples.upload(samples.jpeg(), "a.jpg"), by=None)

    page = client.get(links.look(paper, to=reader, name="扫描件"))

    assert len(page.context["pages"]) == 2
    assert client.get(page.context["pages"][1]).getvalue()[:2] == b"\xff\xd8"
    assert links.look(picture, to=reader, name="图") == ""
