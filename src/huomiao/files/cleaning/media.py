"""Film and sound: kept as they were recorded, with the places that hold metadata blanked where they stand.

Nothing is encoded anew: that would need a codec and cost quality. A box or element that tells of people, places and
devices becomes an empty one of the same size, so that no offset inside the file moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid
from huomiao.files import sniffing
from huomiao.files.sniffing import Format

CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"moof", b"traf"})
TELLING_BOXES = frozenset({b"udta", b"meta", b"uuid"})
KNOWN_BOXES = CONTAINERS | TELLING_BOXES | {
    b"ftyp", b"mdat", b"free", b"skip", b"wide", b"pnot", b"sidx", b"mfra", b"styp", b"pdin", b"emsg", b"prft", b"ssix"
}  # fmt: skip
MOST_BOXES = 200_000
BLANK = bytes(64 * 1024)


@dataclass(frozen=True)
class Span:
    """A box of an MP4 or an element of a WebM: where it begins, where its content begins, where it ends."""

    name: bytes
    start: int
    content: int
    end: int


def blank(file: IO[bytes], size: int, found: Format) -> None:
    """Blank the metadata of ``file`` (open for reading and writing) in place.

    Raises:
        Invalid: its structure is not that of the format it claims.
    """
    try:
        if found in {sniffing.MP4, sniffing.MOV, sniffing.M4A}:
            _blank_mp4(file, size)
        elif found == sniffing.WEBM:
            _blank_webm(file, size)
        elif found == sniffing.WAV:
            _blank_wav(file, size)
        else:
            _blank_mp3(file, size)
    except (IndexError, OverflowError) as broken:
        raise Invalid(_broken()) from broken


def _broken() -> str:
    return _("视频或音频文件已损坏或没有上传完整。请用播放器确认能够播放后重新上传。")


def _zero(file: IO[bytes], start: int, end: int) -> None:
    file.seek(start)
    left = end - start
    while left > 0:
        left -= file.write(BLANK[: min(left, len(BLANK))])


# --- MP4, MOV, M4A ------------------------------------------------------------------------------------------------


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[Span]:
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        size, name, content = int.from_bytes(head[:4], "big"), head[4:8], start + 8
        if size == 1:
            size, content = int.from_bytes(head[8:16], "big"), start + 16
        elif size == 0:
            size = end - start
        if size < content - start or start + size > end:
            raise Invalid(_broken())
        yield Span(name, start, content, start + size)
        start += size


def _blank_mp4(file: IO[bytes], size: int) -> None:
    top = list(_boxes(file, 0, size))
    names = {box.name for box in top}
    if not names <= KNOWN_BOXES or not {b"moov", b"mdat"} <= names:
        raise Invalid(_broken())
    waiting, seen = top, 0
    while waiting:
        box = waiting.pop()
        seen += 1
        if seen > MOST_BOXES:
            raise Invalid(_broken())
        if box.name in TELLING_BOXES:
            file.seek(box.start + 4)
            file.write(b"free")
            _zero(file, box.content, box.end)
        elif box.name in CONTAINERS:
            waiting.extend(_boxes(file, box.content, box.end))


# --- WebM ---------------------------------------------------------------------------------------------------------

SEGMENT, INFO, CLUSTER = b"\x18\x53\x80\x67", b"\x15\x49\xa9\x66", b"\x1f\x43\xb6\x75"
# Tags, attachments; and in Info: title, segment file name, date.
TELLING_ELEMENTS = frozenset({b"\x12\x54\xc3\x67", b"\x19\x41\xa4\x69", b"\x7b\xa9", b"\x73\x84", b"\x44\x61"})


def _number_length(first: int) -> int:
    return 9 - first.bit_length()


def _elements(file: IO[bytes], start: int, end: int) -> Iterator[Span]:
    while start + 2 <= end:
        file.seek(start)
        head = file.read(12)
        id_length = _number_length(head[0])
        size_length = _number_length(head[id_length])
        if id_length > 4 or size_length > 8:
            raise Invalid(_broken())
        raw = int.from_bytes(head[id_length : id_length + size_length], "big")
        size = raw & ((1 << (7 * size_length)) - 1)
        content = start + id_length + size_length
        is_unknown = size == (1 << (7 * size_length)) - 1
        stop = end if is_unknown else content + size
        if stop > end:
            raise Invalid(_broken())
        yield Span(head[:id_length], start, content, stop)
        start = stop


def _blank_webm(file: IO[bytes], size: int) -> None:
    segments = [element for element in _elements(file, 0, size) if element.name == SEGMENT]
    if len(segments) != 1:
        raise Invalid(_broken())
    for element in list(_elements(file, segments[0].content, segments[0].end)):
        if element.name in TELLING_ELEMENTS:
            _void(file, element)
        elif element.name == INFO:
            for inner in list(_elements(file, element.content, element.end)):
                if inner.name in TELLING_ELEMENTS:
                    _void(file, inner)


def _void(file: IO[bytes], element: Span) -> None:
    """Write an empty element (EBML Void) of the same length over ``element``."""
    total = element.end - element.start
    size_length = next(length for length in range(1, 9) if total - 1 - length < (1 << (7 * length)) - 1)
    file.seek(element.start)
    file.write(b"\xec" + ((1 << (7 * size_length)) | (total - 1 - size_length)).to_bytes(size_length, "big"))
    _zero(file, element.start + 1 + size_length, element.end)


# --- Sound --------------------------------------------------------------------------------------------------------


def _blank_wav(file: IO[bytes], size: int) -> None:
    start, names = 12, set()
    while start + 8 <= size:
        file.seek(start)
        head = file.read(8)
        length = int.from_bytes(head[4:8], "little")
        end = min(start + 8 + length, size)
        names.add(head[:4])
        if head[:4] not in {b"fmt ", b"data", b"fact"}:
            file.seek(start)
            file.write(b"JUNK")
            _zero(file, start + 8, end)
        start = end + (length & 1)
    if not {b"fmt ", b"data"} <= names:
        raise Invalid(_broken())


def _blank_mp3(file: IO[bytes], size: int) -> None:
    """ID3 tags: players take a tag of zeros for padding and look for the first frame behind it."""
    file.seek(0)
    head = file.read(10)
    if head.startswith(b"ID3"):
        length = 0
        for byte in head[6:10]:
            length = (length << 7) | (byte & 0x7F)
        _zero(file, 10, min(10 + length, size))
    if size >= 128:
        file.seek(size - 128)
        if file.read(3) == b"TAG":
            _zero(file, size - 128, size)
