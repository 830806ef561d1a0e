"""The gzip members of a WARC file, one after another, whatever state the file is in.

A compressed WARC file is a row of gzip members with a record in each. Nothing says where a member ends but its own
bytes, so whoever enters in the middle looks for something that unpacks and begins like a record.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from typing import BinaryIO

MAGIC = b"\x1f\x8b\x08"
_STEP = 64 * 1024
# How much of a member is unpacked to see whether a record begins there.
_PEEK = 1024
# WARC/1.0 …, or the first line of an ARC record: address, IP, fourteen digits of time, media type, length.
_RECORD = re.compile(rb"WARC/\d\.\d+\r?\n|filedesc://|[a-z][a-z0-9+.-]*:\S* \S+ \d{14} ")


class Broken(Exception):
    """A member that ends too early or whose bytes do not agree with its checksum."""


class Member(io.RawIOBase):
    """The plain bytes of the member that begins at ``offset`` of a file; wrap it in a ``BufferedReader``.

    When all was read (or drained), ``end`` is the offset at which the next one begins. Memory is bounded whatever it
    unpacks to; time is not, so ``tick`` is called now and then as a sign of life.

    Raises (on reading):
        Broken: it is damaged or cut off; ``was_cut`` tells the two apart.
    """

    def __init__(self, file: BinaryIO, offset: int, *, tick: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._file = file
        self._file.seek(offset)
        self._inflating = zlib.decompressobj(31)
        self._packed = b""
        self._at = offset
        self._tick = tick
        self.end: int | None = None
        self.was_cut = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while self.end is None and len(buffer):
            if not self._packed:
                self._packed = self._file.read(_STEP)
                self._at += len(self._packed)
                self._tick()
                if not self._packed:
                    self.was_cut = True
                    raise Broken("the file ends within a member")
            try:
                plain = self._inflating.decompress(self._packed, len(buffer))
            except zlib.error as damage:
                raise Broken(str(damage)) from damage
            self._packed = self._inflating.unconsumed_tail
            if self._inflating.eof:
                self.end = self._at - len(self._inflating.unused_data)
            if plain:
                buffer[: len(plain)] = plain
                return len(plain)
        return 0

    def drain(self) -> int:
        """Read to the end without keeping anything; where the next member begins."""
        buffer = bytearray(_STEP)
        while self.readinto(buffer):
            pass
        return self.end or 0


def is_packed(file: BinaryIO) -> bool:
    """Whether a file is gzip at all."""
    file.seek(0)
    return file.read(len(MAGIC)) == MAGIC


def find(file: BinaryIO, start: int, end: int | None = None, *, tick: Callable[[], None] = lambda: None) -> int | None:
    """The first offset from ``start`` on (and before ``end``) at which a member with a record seems to begin.

    Only seems to: a page can hold a whole WARC file within itself. Who must be sure starts at the file's beginning, or
    compares with where the walk before arrived.
    """
    at = start
    kept = b""
    file.seek(start)
    while chunk := file.read(_STEP):
        tick()
        window = kept + chunk
        place = window.find(MAGIC)
        while place >= 0:
            offset = at - len(kept) + place
            if end is not None and offset >= end:
                return None
            if _begins_record(file, offset):
                return offset
            place = window.find(MAGIC, place + 1)
        at += len(chunk)
        kept = window[-(len(MAGIC) - 1) :]
        if end is not None and at - len(kept) >= end:
            return None
        file.seek(at)
    return None


def _begins_record(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    try:
        plain = zlib.decompressobj(31).decompress(file.read(4 * _PEEK), _PEEK)
    except zlib.error:
        return False
    return _RECORD.match(plain) is not None
