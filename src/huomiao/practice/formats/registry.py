"""The formats, by name: which reads a file, and what each can write."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.practice.formats import gift, lines, moodle, qti, qti_out, table_out, word, word_out
from huomiao.practice.formats.archives import Archive, is_archive
from huomiao.practice.formats.draft import DraftQuestion, Finding, Media, Reading
from huomiao.practice.formats.errors import UnreadableFile

TABLE = "table"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Reader:
    """A format that can be read. ``read`` is None for tables: their columns are assigned first."""

    name: str
    label: str | Promise
    read: Callable[[bytes], Reading] | None


@dataclass
class Written:
    """A file that was written: its bytes, its ending, and what it could not hold."""

    content: bytes
    ending: str
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Writer:
    """A format that can be written; ``hint`` says what it is good for and what it cannot hold."""

    name: str
    label: str | Promise
    hint: str | Promise
    write: Callable[[Sequence[DraftQuestion], Media, str], Written]


def _workbook(drafts: Sequence[DraftQuestion], media: Media, title: str) -> Written:
    return Written(*table_out.workbook(drafts, media, title=title))


def _csv(drafts: Sequence[DraftQuestion], media: Media, title: str) -> Written:
    return Written(*table_out.csv(drafts, media, title=title))


def _word(drafts: Sequence[DraftQuestion], media: Media, title: str) -> Written:
    content, findings = word_out.write(drafts, media, title)
    return Written(content, "docx", findings)


def _gift(drafts: Sequence[DraftQuestion], media: Media, title: str) -> Written:
    content, findings = gift.write(drafts)
    return Written(content, "txt", findings)


def _aiken(drafts: Sequence[DraftQuestion], media: Media, title: str) -> Written:
    content, findings = gift.write_aiken(drafts)
    return Written(content, "txt", findings)


def _moodle(drafts: Sequence[DraftQuestion], media: Media, title: str) -> Written:
    content, findings = moodle.write(drafts, media)
    return Written(content, "xml", findings)


def _qti(version: str) -> Callable[[Sequence[DraftQuestion], Media, str], Written]:
    def write(drafts: Sequence[DraftQuestion], media: Media, title: str) -> Written:
        content, findings = qti_out.write(drafts, media, version=version)
        return Written(content, "zip", findings)

    return write


READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        Reader(TABLE, gettext_lazy("Excel 或 CSV 表格"), None),
        Reader("word", gettext_lazy("Word 文档"), word.read),
        Reader("text", gettext_lazy("文本"), lines.read_text),
        Reader("gift", "GIFT", gift.read),
        Reader("aiken", "Aiken", gift.read_aiken),
        Reader("moodle", "Moodle XML", moodle.read),
        Reader("qti", "QTI", qti.read),
    )
}
WRITERS: dict[str, Writer] = {
    writer.name: writer
    for writer in (
        Writer("excel", "Excel", gettext_lazy("默认模板的样子，改好后可以再导入。有图片时是压缩包。"), _workbook),
        Writer("csv", "CSV", gettext_lazy("同样的列，供其他程序读取。"), _csv),
        Writer("word", "Word", gettext_lazy("按题型排好、带答案和解析，供打印。"), _word),
        Writer("moodle", "Moodle XML", gettext_lazy("各种题型和图片都在，Moodle 等系统可读。"), _moodle),
        Writer("qti21", "QTI 2.1", gettext_lazy("国际通用的题目包，含图片。"), _qti("2.1")),
        Writer("qti30", "QTI 3.0", gettext_lazy("国际通用的题目包，新版本，含图片。"), _qti("3.0")),
        Writer("gift", "GIFT", gettext_lazy("纯文本，不含图片、排序题和多空填空题。"), _gift),
        Writer("aiken", "Aiken", gettext_lazy("最简单的纯文本，只有单选和判断。"), _aiken),
    )
}


def recognise(content: bytes, file_name: str) -> str:
    """The name of the format that ``content`` is in; decided by what it holds, the name only where texts leave a doubt.

    Raises:
        UnreadableFile: it is none that can be read.
    """
    if is_archive(content):
        names = Archive(content).names
        if "word/document.xml" in names:
            return "word"
        return "qti" if any(name.rpartition("/")[2] == qti.MANIFEST for name in names) else TABLE
    if content.startswith(_OLE) and "WordDocument".encode("utf-16-le") in content:
        raise UnreadableFile(_("这是旧版 Word 文档（.doc）。请用 Word 或 WPS 另存为 .docx 后重新上传。"))
    if content[:5] in {b"%PDF-", b"{\\rtf"}:
        raise UnreadableFile(_("PDF 和 RTF 不能导入。请另存为 .docx，或把题目复制到粘贴框里。"))
    head = content[:200_000]
    is_binary = b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
    ending = file_name.lower().rpartition(".")[2]
    if content.startswith(_OLE) or is_binary or ending in {"csv", "tsv", "xls", "et"}:
        return TABLE
    return _text_format(lines.decoded(content), ending)


def _text_format(text: str, ending: str) -> str:
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<?xml") or re.match(r"<(?:!--|quiz\b|(?:\w+:)?(?:qti-)?assessment|questestinterop)", start):
        return "moodle" if re.search(r"<quiz[\s>]", start[:5000]) else "qti"
    if gift.looks_like(text):
        return "gift"
    if gift.looks_like_aiken(text):
        return "aiken"
    return "text" if ending in {"txt", "md"} or lines.looks_numbered(text) else TABLE
