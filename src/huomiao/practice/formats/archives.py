"""Archives from strangers: looked into before anything is unpacked, read entry by entry, within limits."""

from __future__ import annotations

import contextlib
import io
import posixpath
import zipfile
import zlib
from typing import Any

from defusedxml import DefusedXmlException, ElementTree
from django.utils.translation import gettext as _

from huomiao.practice.formats.errors import UnreadableFile

MOST_BYTES = 100 * 1024 * 1024
MOST_ENTRIES = 5000
MOST_UNPACKED = 400 * 1024 * 1024
MOST_ENTRY = 60 * 1024 * 1024
# Honest XML packs to a tenth or a twentieth; a bomb to a thousandth.
MOST_RATIO = 150
RATIO_COUNTS_FROM = 10 * 1024 * 1024
MOST_DEPTH = 200


class Archive:
    """A zip whose directory was checked. Names are plain relative paths; everything else was refused."""

    def __init__(self, content: bytes) -> None:
        if len(content) > MOST_BYTES:
            raise UnreadableFile(
                _("文件超过 %(limit)s MB。请分成几个文件上传。") % {"limit": MOST_BYTES // 1024 // 1024}
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as broken:
            raise UnreadableFile(_("压缩包不完整或已损坏。请重新压缩后上传。")) from broken
        _check(entries, len(content))
        self._entries = {_plain_name(entry): entry for entry in entries if not entry.is_dir()}
        self._read_so_far = 0

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """The bytes of an entry, never more than its directory promised.

        Raises:
            UnreadableFile: it is not there, damaged, or larger than it said.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise UnreadableFile(_("压缩包里缺少“%(name)s”。请重新导出后上传。") % {"name": name[:100]})
        try:
            with self._zip.open(entry) as part:
                content = part.read(entry.file_size + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as broken:
            raise UnreadableFile(_("压缩包里的“%(name)s”已损坏。请重新压缩后上传。") % {"name": name[:100]}) from broken
        self._read_so_far += len(content)
        if len(content) > entry.file_size or self._read_so_far > 2 * MOST_UNPACKED:
            raise UnreadableFile(_("压缩包展开后过大，为安全起见不予打开。"))
        return content

    def xml(self, name: str) -> Any:
        """The root element of an XML entry; None when there is no such entry."""
        return parse_xml(self.read(name)) if name in self._entries else None


def parse_xml(content: bytes) -> Any:
    """The root element of an XML document from a stranger: no entities, no outside references, no endless nesting.

    Raises:
        UnreadableFile: it is not well-formed or tries something.
    """
    try:
        root = ElementTree.fromstring(content, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as hostile:
        raise UnreadableFile(_("文件中含有 XML 实体或外部引用，为安全起见不予打开。请重新导出后上传。")) from hostile
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as broken:
        raise UnreadableFile(
            _("文件不是完整的 XML：%(reason)s。请重新导出后上传。") % {"reason": str(broken)[:80]}
        ) from broken
    _check_depth(root)
    return root


def is_archive(content: bytes) -> bool:
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def joined(base: str, target: str) -> str:
    """The entry that ``target`` names, seen from the entry ``base``; a leading slash means the archive's root."""
    if target.startswith("/"):
        return posixpath.normpath(target.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target))


def _check(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise UnreadableFile(_("压缩包里的文件超过 %(limit)s 个。请分成几个压缩包上传。") % {"limit": MOST_ENTRIES})
    too_large = unpacked > MOST_UNPACKED or any(entry.file_size > MOST_ENTRY for entry in entries)
    if too_large or (unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * max(size, 1)):
        raise UnreadableFile(_("压缩包展开后过大，为安全起见不予打开。请分成几个压缩包上传。"))
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnreadableFile(_("压缩包设有密码，无法读取。请去除密码后重新上传。"))


def _plain_name(entry: zipfile.ZipInfo) -> str:
    name = entry.filename.replace("\\", "/")
    if not entry.flag_bits & 0x800:
        # Written by a Chinese Windows without the Unicode mark: the bytes are GBK, and zipfile took them for cp437.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            with contextlib.suppress(UnicodeError):
                name = name.encode("cp437").decode("gb18030")
    if name.startswith("/") or ".." in name.split("/") or ":" in name or "\x00" in name:
        raise UnreadableFile(_("压缩包里有指向外部的路径“%(name)s”，为安全起见不予打开。") % {"name": name[:100]})
    return name


def _check_depth(root: Any) -> None:
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise UnreadableFile(_("文件的嵌套层数过多，为安全起见不予打开。"))
        level = [child for element in level for child in element]
