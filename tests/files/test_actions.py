from __future__ import annotations

import contextlib
import io
import re
import zipfile
from datetime import timedelta

import pikepdf
import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from huomiao.core.errors import Invalid
from huomiao.files import actions, sniffing
from huomiao.files.cleaning import images, media
from huomiao.files.models import Kind, StoredFile
from huomiao.innovations.models import CallAttachment
from tests.factories.accounts import UserFactory
from tests.factories.innovations import CallFactory
from tests.files import samples
from tests.files.samples import SECRET, upload

pytestmark = pytest.mark.django_db


def kept(file: StoredFile) -> bytes:
    with default_storage.open(file.location) as stored:
        return stored.read()


def refusal(content: bytes, name: str, **limits) -> str:
    with pytest.raises(Invalid) as refused:
        actions.store(upload(content, name), by=None, **limits)
    assert list(StoredFile.objects.all()) == []
    return refused.value.message


def test_picture_is_drawn_anew_upright_and_bare():
    file = actions.store(upload(samples.jpeg(orientation=6), "现场 照片.jpg"), by=UserFactory())

    picture = Image.open(io.BytesIO(kept(file)))
    assert (file.kind, file.name, file.media_type, file.extension) == ("image", "现场 照片.jpg", "image/jpeg", "jpg")
    assert (picture.size, file.width, file.height) == ((300, 400), 300, 400)
    assert (dict(picture.getexif()), "comment" in picture.info) == ({}, False)
    assert SECRET.encode() not in kept(file)
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}\.jpg", file.location)


def test_large_picture_is_bounded_and_gets_a_preview():
    file = actions.store(upload(samples.jpeg(size=(5200, 2600)), "大图.jpg"), by=None)

    with default_storage.open(file.preview) as preview:
        assert Image.open(preview).size == (480, 240)
    assert (file.width, file.height) == (images.LONGEST_SIDE, images.LONGEST_SIDE // 2)


def test_png_keeps_transparency_and_loses_its_text():
    file = actions.store(upload(samples.png(), "图.png"), by=None)

    assert Image.open(io.BytesIO(kept(file))).getpixel((0, 0)) == (255, 0, 0, 128)
    assert SECRET.encode() not in kept(file)


def test_gif_becomes_png_of_its_first_frame():
    out = io.BytesIO()
    Image.new("P", (20, 20), 3).save(out, "GIF", save_all=True, append_images=[Image.new("P", (20, 20), 5)])

    file = actions.store(upload(out.getvalue(), "动图.gif"), by=None)

    assert (file.name, file.media_type) == ("动图.png", "image/png")


def test_extension_follows_the_bytes_and_the_name_loses_its_folders():
    file = actions.store(upload(samples.png(), "图.jpg"), by=None)

    assert file.name == "图.png"
    assert actions._plain_name("C:\\用户\\张三\\效益\u202e证明.pdf") == "效益证明.pdf"


def test_pdf_is_stripped_and_read():
    file = actions.store(upload(samples.pdf(), "材料.pdf"), by=None)

    document = pikepdf.open(io.BytesIO(kept(file)))
    assert (file.kind, file.pages) == ("pdf", 2)
    assert ("/Info" in document.trailer, sorted(document.Root.keys())) == (False, ["/Pages", "/Type"])
    assert [("/Annots" in page, "/AA" in page) for page in document.pages] == [(False, False)] * 2
    everything = b"".join(thing.read_raw_bytes() for thing in document.objects if isinstance(thing, pikepdf.Stream))
    assert SECRET.encode() not in everything + kept(file)
    assert file.text.split() == ["Hello", "1", "Hello", "2"]
    assert file.preview


def test_stripping_a_pdf_keeps_its_look():
    before = samples.pdf(pages=1)

    file = actions.store(upload(before, "材料.pdf"), by=None)

    from huomiao.files import pages

    assert pages.picture(kept(file), 0, longest_side=300).getcolors(100000)
    assert pages.count(kept(file)) == 1


def test_word_document_loses_its_authors_and_keeps_its_words():
    file = actions.store(upload(samples.docx(), "说明.docx"), by=None)

    with zipfile.ZipFile(io.BytesIO(kept(file))) as package:
        everything = b"".join(package.read(name) for name in package.namelist())
        assert "docProps/thumbnail.jpeg" not in package.namelist()
    assert SECRET.encode() not in everything
    assert (file.kind, file.extension, file.text.split()) == ("office", "docx", ["作者张三丰", "第二段"])


def test_documents_of_office_libraries_stay_readable():
    from docx import Document
    from openpyxl import Workbook, load_workbook

    written = io.BytesIO()
    document = Document()
    document.add_paragraph("改进夹具")
    document.core_properties.author = SECRET
    document.save(written)
    sheets = io.BytesIO()
    workbook = Workbook()
    workbook.active.append(["名称", "金额"])
    workbook.properties.creator = SECRET
    workbook.save(sheets)

    paper = actions.store(upload(written.getvalue(), "a.docx"), by=None)
    table = actions.store(upload(sheets.getvalue(), "a.xlsx"), by=None)

    reread = Document(io.BytesIO(kept(paper)))
    assert ([p.text for p in reread.paragraphs], reread.core_properties.author) == (["改进夹具"], "")
    book = load_workbook(io.BytesIO(kept(table)))
    assert [cell.value for cell in book.active[1]] == ["名称", "金额"]
    assert SECRET.encode() not in zipfile.ZipFile(io.BytesIO(kept(table))).read("docProps/core.xml")
    assert table.text.split() == ["名称", "金额", "Sheet"]


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (samples.mp4(), "演示.mp4", "video/mp4"),
        (samples.webm(), "演示.webm", "video/webm"),
        (samples.mp3(), "讲解.mp3", "audio/mpeg"),
    ],
)
def test_film_and_sound_keep_length_and_content_and_lose_metadata(content, name, media_type):
    file = actions.store(upload(content, name), by=None)

    assert (file.media_type, file.size, len(kept(file))) == (media_type, len(content), len(content))
    assert SECRET.encode() in content
    assert SECRET.encode() not in kept(file)


def test_film_frames_stay_where_they_were():
    content = samples.mp4()

    stored = kept(actions.store(upload(content, "演示.mp4"), by=None))

    assert stored.index(b"film" * 500) == content.index(b"film" * 500)
    assert stored.count(b"free") == 4


BOMB = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"\x00" * 60_000_000}
REFUSED = {
    "empty": (b"", "空.pdf", "空的"),
    "a program called a picture": (b"MZ\x90\x00" + bytes(500), "照片.jpg", "可执行程序"),
    "a script called a picture": (b"#!/bin/sh\nrm -rf /", "照片.png", "可执行程序"),
    "plain text": (b"hello", "a.txt", "不支持"),
    "html called a picture": (b"<html><script>alert(1)</script>", "照片.jpg", "不支持"),
    "an iPhone photograph": (b"\x00\x00\x00\x18ftypheic" + bytes(40), "IMG.HEIC", "HEIC"),
    "a truncated picture": (samples.jpeg()[:2000], "照片.jpg", "损坏"),
    "half a pdf": (samples.pdf()[:300], "材料.pdf", "损坏"),
    "a long pdf": (samples.pdf(pages=300), "材料.pdf", "300 页，最多 200 页"),
    "a locked pdf": (samples.pdf(password="x"), "材料.pdf", "密码"),
    "a locked document": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "a.docx",
        "密码",
    ),
    "an old document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", "另存为"),
    "macros": (samples.docx(extra={"word/vbaProject.bin": b"x"}), "a.docx", "宏"),
    "a zip": (samples.zipped({"a.txt": b"x"}), "a.zip", "压缩包"),
    "a zip bomb": (samples.zipped(BOMB), "a.docx", "压缩炸弹"),
    "a climbing path": (samples.docx(extra={"../../etc/passwd": b"x"}), "a.docx", "结构异常"),
    "a program inside": (samples.docx(extra={"word/embeddings/a.bin": b"MZ" + bytes(99)}), "a.docx", "嵌入了程序"),
    "an entity bomb": (
        samples.docx(extra={"word/footer1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "a.docx",
        "不规范",
    ),
    "half a document": (samples.docx()[:800], "a.docx", "损坏"),
    "half a film": (samples.mp4()[:900], "a.mp4", "损坏"),
    "a film of garbage": (b"\x00\x00\x00\x18ftypisom" + b"\xff" * 300, "a.mp4", "损坏"),
}


@pytest.mark.parametrize(("content", "name", "says"), REFUSED.values(), ids=REFUSED)
def test_bad_file_is_refused_with_its_reason(content, name, says):
    assert says in refusal(content, name)


def test_picture_bomb_is_refused_before_it_is_drawn():
    # A header that claims 60,000 × 60,000 pixels.
    header = bytearray(samples.png())
    header[16:24] = (60000).to_bytes(4, "big") * 2
    import zlib

    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4, "big")

    assert "60000 × 60000" in refusal(bytes(header), "炸弹.png")


def test_wrong_kind_names_what_is_wanted():
    assert refusal(samples.pdf(), "a.pdf", kinds=[Kind.IMAGE, Kind.VIDEO]).endswith(
        "这里只能上传图片、视频，这个文件是PDF。"
    )


def test_file_over_the_callers_limit_says_both_sizes():
    assert "最大 1 MB" in refusal(samples.jpeg() + bytes(1_100_000), "a.jpg", limit_mb=1)


def test_same_bytes_twice_share_nothing():
    first, second = (actions.store(upload(samples.png(), "图.png"), by=None) for _time in range(2))

    assert first.sha256 == second.sha256
    assert first.location != second.location


def test_purge_removes_only_old_files_that_nothing_refers_to(django_capture_on_commit_callbacks):
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        orphan = actions.store(upload(samples.png(), "旧.png"), by=UserFactory())
        used = actions.store(upload(samples.png(), "用.png"), by=None)
    fresh = actions.store(upload(samples.png(), "新.png"), by=None)
    CallAttachment.objects.create(call=CallFactory(), file=used, title="附件")

    with django_capture_on_commit_callbacks(execute=True):
        removed = actions.purge(at=timezone.now())

    assert removed == 1
    assert set(StoredFile.objects.all()) == {used, fresh}
    assert [default_storage.exists(file.location) for file in (orphan, used, fresh)] == [False, True, True]


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's remarks on broken metadata
@pytest.mark.parametrize("make", [samples.png, samples.pdf, samples.docx, samples.mp4, samples.webm, samples.mp3])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_kept_or_refused_and_never_fault(make, data):
    damaged = bytearray(make())
    for _byte in range(data.draw(st.integers(1, 30))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(damaged[: data.draw(st.integers(1, len(damaged)))])

    # Refusals are an answer; whatever else is raised fails the test.
    with contextlib.suppress(Invalid):
        found = sniffing.sniff(damaged)
        if found.kind in {Kind.VIDEO, Kind.AUDIO}:
            media.blank(io.BytesIO(damaged), len(damaged), found)
        else:
            actions._clean(damaged, found, most_pages=10)
