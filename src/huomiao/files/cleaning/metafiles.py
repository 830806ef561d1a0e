"""Windows metafiles (EMF, WMF, packed or not) inside documents: their drawing kept, their comments and descriptions gone.

The header of an EMF says which program made it and often which file; comment records hold what a program wished to find
again, paths among it. What cannot be read record by record is replaced by an empty drawing.
"""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from collections.abc import Iterator

MOST_UNPACKED = 50 * 1024 * 1024

_EMF_SIGNATURE = b" EMF"
_EMR_HEADER, _EMR_EOF, _EMR_GDICOMMENT = 1, 14, 70
_EMF_PLUS = b"EMF+"
_EMF_PLUS_COMMENT = 0x4003
_PLACEABLE = b"\xd7\xcd\xc6\x9a"
_META_EOF, _META_ESCAPE, _MFCOMMENT = 0, 0x0626, 0x000F
_GZIP = b"\x1f\x8b"


class _BrokenError(ValueError):
    """The records do not add up."""


def is_metafile(part: bytes) -> bool:
    """Whether ``part`` begins like a metafile, packed or not."""
    plain = _unpacked(part, most=64) if part.startswith(_GZIP) else part
    return plain is not None and (_is_emf(plain) or _is_wmf(plain))


def clean(part: bytes) -> bytes:
    """The metafile without comments and descriptions; an empty one where it cannot be read."""
    if part.startswith(_GZIP):
        plain = _unpacked(part, most=MOST_UNPACKED)
        return gzip.compress(_clean(plain) if plain is not None else _empty_emf(), mtime=0)
    return _clean(part)


def _clean(plain: bytes) -> bytes:
    make, empty = (_clean_emf, _empty_emf) if _is_emf(plain) else (_clean_wmf, _empty_wmf)
    try:
        return make(plain)
    except (_BrokenError, struct.error):
        return empty()


def _unpacked(part: bytes, *, most: int) -> bytes | None:
    try:
        with gzip.open(io.BytesIO(part)) as packed:
            plain = packed.read(most + 1)
    except (OSError, EOFError, zlib.error):
        return None
    return plain[:most] if most == 64 or len(plain) <= most else None


# --- EMF ----------------------------------------------------------------------------------------------------------


def _is_emf(plain: bytes) -> bool:
    return plain[:4] == struct.pack("<I", _EMR_HEADER) and plain[40:44] == _EMF_SIGNATURE


def _clean_emf(plain: bytes) -> bytes:
    records = list(_emf_records(plain))
    if not records or records[-1][0] != _EMR_EOF:
        raise _BrokenError
    # 100 bytes of header say all that a reader needs; what stands behind them is the description.
    header = bytearray(records[0][1][:100])
    struct.pack_into("<I", header, 4, len(header))
    struct.pack_into("<II", header, 60, 0, 0)
    kept = [record for kind, record in ((k, _without_comment(k, r)) for k, r in records[1:]) if record]
    body = b"".join(kept)
    struct.pack_into("<II", header, 48, len(header) + len(body), len(kept) + 1)
    return bytes(header) + body


def _emf_records(plain: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(plain):
        kind, size = struct.unpack_from("<II", plain, place)
        if size < 8 or size % 4 or place + size > len(plain):
            raise _BrokenError
        yield kind, plain[place : place + size]
        place += size
        if kind == _EMR_EOF:
            return


def _without_comment(kind: int, record: bytes) -> bytes:
    """The record; nothing of a comment, but for the drawing that EMF+ keeps in comments."""
    if kind != _EMR_GDICOMMENT:
        return record
    if record[12:16] != _EMF_PLUS:
        return b""
    made = bytearray(record)
    end = 12 + struct.unpack_from("<I", record, 8)[0]
    place = 16
    while place + 12 <= min(end, len(record)):
        inner, _flags, size, length = struct.unpack_from("<HHII", record, place)
        if size < 12 or place + size > len(record) or length > size - 12:
            raise _BrokenError
        if inner == _EMF_PLUS_COMMENT:
            made[place + 12 : place + size] = bytes(size - 12)
        place += size
    return bytes(made)


def _empty_emf() -> bytes:
    header = bytearray(100)
    struct.pack_into("<II", header, 0, _EMR_HEADER, 100)
    header[40:44] = _EMF_SIGNATURE
    struct.pack_into("<IIIH", header, 44, 0x10000, 120, 2, 1)
    struct.pack_into("<iiii", header, 72, 1, 1, 1, 1)
    return bytes(header) + struct.pack("<IIIII", _EMR_EOF, 20, 0, 16, 20)


# --- WMF ----------------------------------------------------------------------------------------------------------


def _is_wmf(plain: bytes) -> bool:
    return plain.startswith(_PLACEABLE) or plain[:6] in {b"\x01\x00\x09\x00\x00\x03", b"\x01\x00\x09\x00\x00\x01"}


def _clean_wmf(plain: bytes) -> bytes:
    front = 22 if plain.startswith(_PLACEABLE) else 0
    header = bytearray(plain[front : front + 18])
    if len(header) < 18:
        raise _BrokenError
    kept: list[bytes] = []
    place = front + 18
    while True:
        words, function = struct.unpack_from("<IH", plain, place)
        size = words * 2
        if size < 6 or place + size > len(plain):
            raise _BrokenError
        record = plain[place : place + size]
        place += size
        is_comment = function == _META_ESCAPE and record[6:8] == struct.pack("<H", _MFCOMMENT)
        if not is_comment:
            kept.append(record)
        if function == _META_EOF:
            break
    body = b"".join(kept)
    struct.pack_into("<I", header, 6, (len(header) + len(body)) // 2)
    struct.pack_into("<I", header, 12, max(len(record) for record in kept) // 2)
    return plain[:front] + bytes(header) + body


def _empty_wmf() -> bytes:
    return struct.pack("<HHHIHIH", 1, 9, 0x0300, 12, 0, 3, 0) + struct.pack("<IH", 3, _META_EOF)
