"""Office documents (docx, xlsx, pptx): opened as the zip they are, checked, and packed anew without their authors."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid
from huomiao.files import sniffing
from huomiao.files.cleaning import MOST_TEXT, Cleaned, images, metafiles

MOST_ENTRIES = 5000
MOST_UNPACKED = 200 * 1024 * 1024
# Honest XML packs to a tenth or a twentieth; a bomb to a thousandth.
MOST_RATIO = 150
RATIO_COUNTS_FROM = 10 * 1024 * 1024
MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
TEXT_PARTS = re.compile(
    r"^(word/(document|header\d*|footer\d*|footnotes|endnotes|comments|glossary/document)\.xml"
    r"|xl/(sharedStrings|workbook)\.xml|xl/worksheets/[^/]+\.xml|xl/comments\d*\.xml"
    r"|ppt/(slides|notesSlides|comments)/[^/]+\.xml|(word|xl|ppt)/(diagrams|charts|drawings)/[^/]+\.xml)$"
)
EMPTY_PROPERTIES = {
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
}
# What says who wrote, changed or commented, wherever it stands; the attribute stays, its value goes.
TELLING_ATTRIBUTES = re.compile(
    rb'((?<=\s)(?:w:author|w:initials|w15:author|w15:userId|w15:providerId|userName|lastModifiedBy))="[^"]*"'
)
PERSON_ATTRIBUTES = re.compile(rb'((?<=\s)(?:name|displayName|initials|userId|providerId))="[^"]*"')
PERSON_PARTS = re.compile(r"^(ppt/(commentAuthors|authors)|xl/persons/[^/]+)\.xml$")
SHEET_AUTHORS = re.compile(rb"(<author>)[^<]*(</author>)")
# Paths on the author's disk: of a template, a linked file, an inserted picture, the workbook itself.
DISK_TARGETS = re.compile(rb'(Target)="(?:file:|[A-Za-z]:|\\\\)[^"]*"')
DISK_DESCRIPTIONS = re.compile(rb'((?<=\s)(?:descr|title))="[^"]*[\\/][^"]*"')
WORKBOOK_PATH = re.compile(rb'(<x15ac:absPath\b[^>]*\burl)="[^"]*"')
# The name of the printer and of the machine it hangs on; the page's own settings stay.
PRINTER_PART = re.compile(r"^(word|xl|ppt)/(.*/)?printerSettings[^/]*\.bin$")
PRINTER_LINK = re.compile(rb'<Relationship\b[^>]*relationships/printerSettings"[^>]*/>')
PRINTER_USES = re.compile(rb'(<(?:\w+:)?pageSetup\b[^>]*?)\s\w+:id="[^"]*"')
WORD_PRINTER = re.compile(rb"<w:printerSettings\b[^>]*/>")
THUMBNAIL = re.compile(rb'<Relationship\b[^>]*metadata/thumbnail"[^>]*/>')


def clean(content: bytes, *, depth: int = 0) -> Cleaned:
    """The document without its authors' names, paths, properties and its pictures' metadata, and its text.

    Raises:
        Invalid: it has macros, a password or packed programs, unpacks to too much, or is not an Office document.
    """
    if content.startswith(sniffing.OLE):
        _refuse_ole(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            extension = _check(package)
            made, text = _repack(package, depth)
    except (ParseError, DefusedXmlException) as broken:
        raise Invalid(
            _("文档内容不规范，无法检查。请用 Office 或 WPS 打开并另存后上传，或导出为 PDF 上传。")
        ) from broken
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as broken:
        raise Invalid(_("文档已损坏，无法打开。请用 Office 或 WPS 重新保存后上传。")) from broken
    return Cleaned(content=made, extension=extension, media_type=MEDIA_TYPES[extension], text=text)


def _refuse_ole(content: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Invalid(_("这个文档设有密码。请先去除密码再上传。"))
    raise Invalid(
        _(
            "这是旧版 Office 文件（doc、xls、ppt），其中的作者信息和宏无法检查。请用 Office 或 WPS 打开，另存为 docx、xlsx、pptx 或 PDF 后上传。"
        )
    )


def _check(package: zipfile.ZipFile) -> str:
    """Which document the package is; refuses what must not be unpacked or kept."""
    entries = package.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Invalid(_("文档内部的部件太多，无法检查。请导出为 PDF 后上传。"))
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MOST_UNPACKED or (unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * max(packed, 1)):
        raise Invalid(_("这个文件解压后过大，疑似压缩炸弹，不能上传。"))
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Invalid(_("这个文件设有密码。请先去除密码再上传。"))
    if len(names) != len(entries) or any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise Invalid(_("文档结构异常，不能上传。请用 Office 或 WPS 打开并另存后上传。"))
    found = [extension for part, extension in MAIN_PARTS.items() if part in names]
    if "[Content_Types].xml" not in names or len(found) != 1:
        raise Invalid(_("不支持压缩包。请把里面的文件分别上传；Office 文档请上传 docx、xlsx、pptx。"))
    is_macro = any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names)
    if is_macro or b"macroEnabled" in package.read("[Content_Types].xml"):
        raise Invalid(_("这个文档含有宏，不能上传。请另存为不含宏的 docx、xlsx、pptx，或导出为 PDF。"))
    return found[0]


def _repack(package: zipfile.ZipFile, depth: int) -> tuple[bytes, str]:
    out = io.BytesIO()
    texts: list[str] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in package.infolist():
            name = entry.filename
            if entry.is_dir() or name.startswith("docProps/thumbnail.") or PRINTER_PART.match(name):
                continue
            part = _clean_part(name, package.read(entry), depth)
            if TEXT_PARTS.match(name) and sum(map(len, texts)) < MOST_TEXT:
                texts.append(_text(part))
            # A fixed moment: the packing time would tell when, and make equal files differ.
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return out.getvalue(), "\n".join(texts)[:MOST_TEXT]


def _clean_part(name: str, part: bytes, depth: int) -> bytes:
    if name in EMPTY_PROPERTIES:
        return EMPTY_PROPERTIES[name]
    if part.startswith(b"PK\x03\x04"):
        if depth:
            raise Invalid(_("文档中嵌入的文件层数太多，请导出为 PDF 后上传。"))
        return clean(part, depth=1).content
    if part.startswith(sniffing.OLE):
        if "Ole10Native".encode("utf-16-le") in part:
            raise Invalid(_("文档中嵌入了其他文件，不能上传。请删除嵌入的文件，或导出为 PDF 后上传。"))
        return part
    if part.startswith(sniffing.PROGRAM_STARTS[:2]):
        raise Invalid(_("文档中嵌入了程序，不能上传。"))
    if metafiles.is_metafile(part):
        return metafiles.clean(part)
    if not name.endswith((".xml", ".rels", ".vml")):
        return images.without_metadata(part)
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        part = part.decode("utf-16").replace("UTF-16", "UTF-8", 1).replace("utf-16", "utf-8", 1).encode()
    part = TELLING_ATTRIBUTES.sub(rb'\1=""', part)
    if PERSON_PARTS.match(name):
        part = PERSON_ATTRIBUTES.sub(rb'\1=""', part)
    if name.startswith("xl/comments"):
        part = SHEET_AUTHORS.sub(rb"\1\2", part)
    if name.endswith(".rels"):
        part = PRINTER_LINK.sub(b"", part)
        part = THUMBNAIL.sub(b"", DISK_TARGETS.sub(rb'\1="about:blank"', part))
    if name == "xl/workbook.xml":
        part = WORKBOOK_PATH.sub(rb'\1=""', part)
    if name == "word/settings.xml":
        part = WORD_PRINTER.sub(b"", part)
    elif name.startswith("xl/"):
        part = PRINTER_USES.sub(rb"\1", part)
    return DISK_DESCRIPTIONS.sub(rb'\1=""', part)


def _text(part: bytes) -> str:
    """The words of a part: runs joined without a gap (a name may be split between them), paragraphs by a line break."""
    words: list[str] = []
    for _event, element in iterparse(io.BytesIO(part), events=("end",)):
        name = element.tag.rpartition("}")[2]
        if name in {"t", "v", "delText"} and element.text:
            words.append(element.text)
        elif name == "sheet":
            words.append(element.get("name", "") + "\n")
        if name in {"p", "si", "is", "c", "pt"}:
            words.append("\n")
        if name in {"p", "si", "c", "row"}:
            element.clear()
    return "".join(words)
