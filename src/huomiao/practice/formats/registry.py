"""The formats, by name: which reads a file, and what each can write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from huomiao.practice.formats.draft import Reading

TABLE = "table"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Reader:
    """A format that can be read. ``read`` is None for tables: their columns are assigned first."""

    name: str
    label: str | Promise
    read: Callable[[bytes], Reading] | None


READERS: dict[str, Reader] = {
    reader.name: reader for reader in (Reader(TABLE, gettext_lazy("Excel 或 CSV 表格"), None),)
}


def recognise(content: bytes, file_name: str) -> str:
    """The name of the format that ``content`` is in; decided by what it holds, the name only where texts leave a doubt.

    Raises:
        UnreadableFile: it is none that can be read.
    """
    return TABLE
