from __future__ import annotations

import gzip
import io
import struct
import zipfile

import pytest

from huomiao.files.cleaning import metafiles, office
from tests.files import samples

NAME = "张三丰"
PATH = f"C:\\Users\\{NAME}\\图.emf"
LINE = struct.pack("<IIii", 54, 16, 30, 40)


def comment(content: bytes) -> bytes:
    padded = content + bytes(-len(content) % 4)
    return struct.pack("<III", 70, 12 + len(padded), len(content)) + padded


def emf(*records: bytes) -> bytes:
    description = f"Visio\0{PATH}\0\0".encode("utf-16-le")
    description += bytes(-len(description) % 4)
    header = bytearray(108)
    struct.pack_into("<II", header, 0, 1, 108 + len(description))
    header[40:44] = b" EMF"
    struct.pack_into("<IIIH", header, 44, 0x10000, 0, len(records) + 2, 1)
    struct.pack_into("<II", header, 60, len(description) // 2, 108)
    end = struct.pack("<IIIII", 14, 20, 0, 16, 20)
    return bytes(header) + description + b"".join(records) + end


def wmf(*records: bytes, placeable=False) -> bytes:
    body = b"".join(records) + struct.pack("<IH", 3, 0)
    header = struct.pack("<HHHIHIH", 1, 9, 0x0300, (18 + len(body)) // 2, 0, 50, 0)
    return (b"\xd7\xcd\xc6\x9a" + bytes(18) if placeable else b"") + header + body


def escape(content: bytes) -> bytes:
    content += bytes(len(content) % 2)
    record = struct.pack("<HHH", 0x0626, 15, len(content)) + content
    return struct.pack("<I", (4 + len(record)) // 2) + record


def tells(content: bytes) -> bool:
    return any(NAME.encode(code) in content for code in ("utf-8", "utf-16-le", "gbk"))


def test_an_emf_keeps_its_drawing_and_loses_description_and_comments():
    plain = emf(LINE, comment(PATH.encode("utf-16-le")), LINE)
    assert tells(plain)

    cleaned = metafiles.clean(plain)

    assert not tells(cleaned)
    assert cleaned.count(LINE) == 2
    assert struct.unpack_from("<II", cleaned, 48) == (len(cleaned), 4)
    assert struct.unpack_from("<II", cleaned, 60) == (0, 0)
    assert metafiles.clean(cleaned) == cleaned


def test_the_drawing_in_emf_plus_stays_and_its_comments_go():
    drawing = struct.pack("<HHII", 0x400D, 0, 16, 4) + b"line"
    words = PATH.encode("utf-16-le")
    words += bytes(-len(words) % 4)
    said = struct.pack("<HHII", 0x4003, 0, 12 + len(words), len(words)) + words

    cleaned = metafiles.clean(emf(comment(b"EMF+" + drawing + said)))

    assert not tells(cleaned)
    assert drawing in cleaned


@pytest.mark.parametrize("placeable", [True, False])
def test_a_wmf_keeps_its_drawing_and_loses_its_comments(placeable):
    line = struct.pack("<IHhh", 5, 0x0213, 3, 4)
    plain = wmf(line, escape(PATH.encode("gbk")), line, placeable=placeable)

    cleaned = metafiles.clean(plain)

    assert tells(plain)
    assert not tells(cleaned)
    assert cleaned.count(line) == 2
    front = 22 if placeable else 0
    assert struct.unpack_from("<I", cleaned, front + 6)[0] * 2 == len(cleaned) - front


def test_a_packed_one_is_cleaned_too():
    packed = gzip.compress(emf(comment(PATH.encode("utf-16-le")), LINE))
    assert metafiles.is_metafile(packed)

    cleaned = gzip.decompress(metafiles.clean(packed))

    assert LINE in cleaned
    assert not tells(cleaned)


@pytest.mark.parametrize(
    "broken",
    [
        emf(LINE)[:-10],
        emf(struct.pack("<II", 54, 4)),
        emf(struct.pack("<II", 54, 2**31)),
        wmf()[:20],
        wmf(struct.pack("<IH", 2**30, 5)),
    ],
)
def test_what_cannot_be_read_becomes_an_empty_drawing(broken):
    cleaned = metafiles.clean(broken + NAME.encode())

    assert not tells(cleaned)
    assert metafiles.is_metafile(cleaned)
    assert metafiles.clean(cleaned) == cleaned


@pytest.mark.parametrize("other", [samples.png(), b"", b"PK\x03\x04", gzip.compress(b"text", mtime=0), b"\x1f\x8bxx"])
def test_other_parts_are_no_metafiles(other):
    assert not metafiles.is_metafile(other)


def test_a_document_loses_what_its_metafiles_and_printers_tell():
    sheet = (
        b'<worksheet xmlns="m" xmlns:r="r"><sheetData/><pageSetup paperSize="9" orientation="portrait" r:id="rId1"/>'
        b"</worksheet>"
    )
    links = (
        b'<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/printerSettings" Target="../printerSettings/printerSettings1.bin"/>'
        b'<Relationship Id="rId2" Type="t" Target="../media/image1.emf"/></Relationships>'
    )
    book = samples.zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": b"<workbook/>",
            "xl/worksheets/sheet1.xml": sheet,
            "xl/worksheets/_rels/sheet1.xml.rels": links,
            "xl/printerSettings/printerSettings1.bin": f"\\\\{NAME}-PC\\HP".encode("utf-16-le"),
            "xl/media/image1.emf": emf(comment(PATH.encode("utf-16-le")), LINE),
        }
    )

    with zipfile.ZipFile(io.BytesIO(office.clean(book).content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}

    assert "xl/printerSettings/printerSettings1.bin" not in parts
    assert not any(tells(part) for part in parts.values())
    assert b'<pageSetup paperSize="9" orientation="portrait"/>' in parts["xl/worksheets/sheet1.xml"]
    assert b"printerSettings" not in parts["xl/worksheets/_rels/sheet1.xml.rels"]
    assert b"image1.emf" in parts["xl/worksheets/_rels/sheet1.xml.rels"]
    assert LINE in parts["xl/media/image1.emf"]


def test_a_workbook_with_page_settings_still_opens():
    from openpyxl import Workbook, load_workbook

    book = Workbook()
    book.active["A1"] = "汇总"
    book.active.page_setup.paperSize = 9
    book.active.page_setup.orientation = "landscape"
    out = io.BytesIO()
    book.save(out)

    opened = load_workbook(io.BytesIO(office.clean(out.getvalue()).content))

    assert opened.active["A1"].value == "汇总"
    assert opened.active.page_setup.orientation == "landscape"
