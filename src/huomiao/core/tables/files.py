"""From the bytes of a file to grids of cells. What the bytes are is decided by the bytes, never by the name."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.core.encodings import decoded
from huomiao.core.tables.cells import Cell
from huomiao.core.tables.errors import Unreadable

MOST_BYTES = 30 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 150
SMALL_UNPACKED = 8 * 1024 * 1024
MOST_ENTRIES = 3000
SECONDS = 60
CSV_SHEET = "Sheet1"

_READER = Path(__file__).with_name("workbook_reader.py")
_OTHERS = (
    (b"%PDF", gettext_lazy("PDF 文件")),
    (b"\x89PNG", gettext_lazy("图片")),
    (b"\xff\xd8\xff", gettext_lazy("图片")),
    (b"GIF8", gettext_lazy("图片")),
    (b"MZ", gettext_lazy("程序文件")),
    (b"\x7fELF", gettext_lazy("程序文件")),
    (b"Rar!", gettext_lazy("压缩包")),
    (b"7z\xbc\xaf", gettext_lazy("压缩包")),
    (b"\x1f\x8b", gettext_lazy("压缩包")),
    (b"{\\rtf", gettext_lazy("RTF 文档")),
)


@dataclass
class Grid:
    """The cells of one sheet from A1 on; rows may be shorter than the sheet is wide."""

    name: str
    rows: list[list[Cell]]
    # First row, first column, last row, last column, counted from 0.
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    is_hidden: bool = False


def grids(content: bytes) -> list[Grid]:
    """The sheets in ``content``.

    Raises:
        Unreadable: it is not a table that can be read safely.
    """
    _check_size(content)
    if content.startswith(b"PK"):
        _check_zip(content)
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        _check_ole(content)
        return _workbook(content)
    for magic, what in _OTHERS:
        if content.startswith(magic):
            raise Unreadable(_("这是%(what)s，不是表格。请上传 .xlsx 或 .csv 文件。") % {"what": what})
    return [Grid(CSV_SHEET, _csv_rows(_text(content)))]


def _check_size(content: bytes) -> None:
    if not content.strip(b"\x00 \r\n\t"):
        raise Unreadable(_("文件是空的。请确认选对了文件，再重新上传。"))
    if len(content) > MOST_BYTES:
        raise Unreadable(
            _("文件超过 %(limit)s MB。请删去图片和不需要的工作表，或分成几个文件上传。")
            % {"limit": MOST_BYTES // 1024 // 1024}
        )


def _check_zip(content: bytes) -> None:
    """Look into the archive's directory, without unpacking anything."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable(_("文件不完整或已损坏。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新上传。")) from error
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    # The directory may lie about sizes; then it disagrees with the length of the file or with what the reader meets.
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or packed > len(content):
        raise Unreadable(_("文件展开后过大，为安全起见不予打开。请把数据复制到新的工作簿，另存为 .xlsx 后上传。"))
    if unpacked > SMALL_UNPACKED and unpacked > MOST_RATIO * len(content):
        raise Unreadable(_("文件的压缩比异常，为安全起见不予打开。请把数据复制到新的工作簿，另存为 .xlsx 后上传。"))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unreadable(_("文件带有宏，不能上传。请在 Excel 中另存为 .xlsx（不含宏的工作簿）后重新上传。"))
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(_("文件设有密码，无法读取。请取消密码后重新上传。"))
    if any(name.startswith("word/") for name in names):
        raise Unreadable(_("这是 Word 文档，不是表格。请把表格复制到 Excel，另存为 .xlsx 后上传。"))
    if "mimetype" not in names and not any(name.lower().startswith("xl/workbook.") for name in names):
        raise Unreadable(_("这是压缩包，不是表格。请先解压，再上传其中的 .xlsx 文件。"))


def _check_ole(content: bytes) -> None:
    """The old Office container: its directory names what is inside, in UTF-16."""
    if _utf16("EncryptedPackage") in content:
        raise Unreadable(_("文件设有密码，无法读取。请取消密码后重新上传。"))
    if _utf16("_VBA_PROJECT") in content:
        raise Unreadable(_("文件带有宏，不能上传。请在 Excel 中另存为 .xlsx（不含宏的工作簿）后重新上传。"))
    if _utf16("WordDocument") in content:
        raise Unreadable(_("这是 Word 文档，不是表格。请把表格复制到 Excel，另存为 .xlsx 后上传。"))


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _workbook(content: bytes) -> list[Grid]:
    try:
        done = subprocess.run(  # noqa: S603 - our own reader, no shell, no argument from outside
            [sys.executable, "-I", str(_READER)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={"PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(_("文件太复杂，读取超时。请只保留数据，另存为新的 .xlsx 后上传。")) from error
    answer = json.loads(done.stdout) if done.returncode == 0 and done.stdout else {"error": "size"}
    if "sheets" in answer:
        return [_grid(sheet) for sheet in answer["sheets"]]
    if answer["error"] == "password":
        raise Unreadable(_("文件设有密码，无法读取。请取消密码后重新上传。"))
    if answer["error"] == "size":
        raise Unreadable(_("表格范围过大，可能在很远处有多余的单元格。请把数据复制到新的工作簿，另存为 .xlsx 后上传。"))
    raise Unreadable(_("文件不完整或已损坏。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新上传。"))


def _grid(sheet: dict[str, Any]) -> Grid:
    return Grid(
        name=sheet["name"],
        rows=[[_cell(value) if isinstance(value, dict) else value for value in row] for row in sheet["rows"]],
        merges=[(top, left, bottom, right) for top, left, bottom, right in sheet["merges"]],
        is_hidden=sheet["hidden"],
    )


def _cell(value: dict[str, str]) -> Cell:
    moment = datetime.fromisoformat(value["d"])
    return date(moment.year, moment.month, moment.day) if len(value["d"]) == 10 else moment


def _text(content: bytes) -> str:
    text = decoded(content)
    if text is None:
        raise Unreadable(_("无法识别的文件。请上传 .xlsx 工作簿，或 UTF-8、GB18030 编码的 .csv 文件。"))
    if re.match(r"\s*(<\?xml|<!doctype|<html|<table|<meta|<div)", text, re.IGNORECASE):
        raise Unreadable(_("这是网页格式的文件，只是扩展名像表格。请用 Excel 或 WPS 打开，另存为 .xlsx 后上传。"))
    return text


def _csv_rows(text: str) -> list[list[Cell]]:
    head = text[:20000]
    separator = max(",\t;|", key=head.count)
    try:
        rows = [
            [value or None for value in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        ]
    except csv.Error as error:
        raise Unreadable(_("CSV 文件的格式有误，可能是引号不成对。请用 Excel 打开，另存为 .xlsx 后上传。")) from error
    cells: list[list[Cell]] = [list(row) for row in rows]
    while cells and not any(cells[-1]):
        cells.pop()
    return cells
