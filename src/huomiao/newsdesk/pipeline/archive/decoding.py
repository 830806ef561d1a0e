"""Takes transfer and content codings off a body without letting it grow past a limit."""

from __future__ import annotations

import zlib

import brotli

# RFC 9110 knows no stack of codings, and nobody sends more than two; each can multiply by a thousand.
MOST_CODINGS = 3
# Each further gzip member costs a copy of what is left.
MOST_MEMBERS = 64


class TooLarge(ValueError):
    """What comes out is longer than the limit."""


class BadCoding(ValueError):
    """The bytes are not packed as they say."""


def unpacked(body: bytes, codings: str, *, most_bytes: int) -> bytes:
    """``body`` without the content codings that a header lists, the last one first.

    A body that is not packed although its header says so is given as it is: archives that store bodies unpacked keep the
    header often enough.

    Raises:
        TooLarge: a step would give more than ``most_bytes``.
        BadCoding: it is broken in the middle, or the coding is unknown.
    """
    names = [name.strip().lower() for name in codings.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > MOST_CODINGS:
        raise BadCoding(f"{len(names)} codings")
    for name in reversed(names):
        body = _unpack(body, name, most_bytes)
    if len(body) > most_bytes:
        raise TooLarge(f"{len(body)} bytes")
    return body


def dechunked(body: bytes) -> bytes:
    """``body`` without chunked transfer coding, which is never longer; as it is when it is not in chunks after all."""
    parts: list[bytes] = []
    at = 0
    while True:
        line_end = body.find(b"\r\n", at, at + 4096)
        size = _chunk_size(body[at:line_end]) if line_end >= 0 else -1
        if size < 0:
            return b"".join(parts) if parts else body
        if size == 0:
            return b"".join(parts)
        parts.append(body[line_end + 2 : line_end + 2 + size])
        at = line_end + 2 + size + 2


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 8 or digits.strip(b"0123456789abcdefABCDEF"):
        return -1
    return int(digits, 16)


def _unpack(body: bytes, name: str, most_bytes: int) -> bytes:
    if not body or body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{"):
        return body  # no packed body begins like this
    if name in ("gzip", "x-gzip"):
        return _gunzip(body, most_bytes) if body[:2] == b"\x1f\x8b" else body
    if name == "deflate":
        # The standard means a zlib stream; some servers send the bare one.
        is_zlib = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
        return _inflate(zlib.decompressobj(15 if is_zlib else -15), body, most_bytes)
    if name == "br":
        return _unbrotli(body, most_bytes)
    raise BadCoding(f"unknown coding {name[:20]!r}")


def _gunzip(body: bytes, most_bytes: int) -> bytes:
    """All members one after another, as browsers read them; what follows the last one is ignored."""
    parts: list[bytes] = []
    room = most_bytes
    while body[:2] == b"\x1f\x8b":
        if len(parts) == MOST_MEMBERS:
            raise BadCoding(f"more than {MOST_MEMBERS} gzip members")
        member = zlib.decompressobj(31)
        parts.append(_inflate(member, body, room))
        room -= len(parts[-1])
        body = member.unused_data
    return b"".join(parts)


def _inflate(packed: zlib._Decompress, body: bytes, most_bytes: int) -> bytes:
    """What comes out; of a body that was cut off, as much as is there."""
    try:
        plain = packed.decompress(body, most_bytes + 1)
    except zlib.error as broken:
        raise BadCoding(str(broken)) from broken
    if len(plain) > most_bytes:
        raise TooLarge(f"more than {most_bytes} bytes")
    return plain


def _unbrotli(body: bytes, most_bytes: int) -> bytes:
    try:
        plain: bytes = brotli.Decompressor().process(body, output_buffer_limit=most_bytes + 1)
    except brotli.error as broken:
        raise BadCoding(str(broken) or "broken brotli") from broken
    if len(plain) > most_bytes:
        raise TooLarge(f"more than {most_bytes} bytes")
    return plain
