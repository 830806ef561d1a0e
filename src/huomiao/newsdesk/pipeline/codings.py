"""Content codings taken off within limits: a few kilobytes that unpack to gigabytes are an attack, not a page.

The crawl takes them off what it fetches, the archive off what it reads back; both by these rules.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli

# What a client may ask for: whatever is taken off here.
ACCEPTED = "gzip, deflate, br"
# Honest HTML reaches twenty to one, a repetitive sitemap sixty. Deflate can do a thousand, brotli far more.
HIGHEST_RATIO = 200
# A small body may be anything: its ratio says little, and it costs little.
ALWAYS_FINE = 1024 * 1024
# RFC 9110 knows no stack of codings, and nobody sends more than two; each can multiply by a thousand.
MOST_CODINGS = 2
# Each further gzip member costs a copy of what is left.
MOST_MEMBERS = 64
_STEP = 256 * 1024


class BadCoding(ValueError):
    """The bytes are not packed as they say, or in a way that nobody here knows."""


class TooLarge(ValueError):
    """What comes out is longer than the limit."""


class Bomb(TooLarge):
    """What comes out has nothing to do with what an honest server packs."""


def unpacked(body: bytes, content_encoding: str, *, most_bytes: int) -> bytes:
    """``body`` without the codings that a Content-Encoding header lists, the last one first.

    A body that is not packed although its header says so is given as it is: servers do that, and archives that store
    bodies unpacked keep the header often enough. One that was cut off gives what is there, as browsers do.

    Raises:
        TooLarge: a step would give more than ``most_bytes``; ``Bomb`` where it is plainly meant to.
        BadCoding: it is broken in the middle, or the coding is unknown.
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > MOST_CODINGS:
        raise Bomb(f"{len(names)} content codings")
    for name in reversed(names):
        body = _without(name, body, most_bytes)
    if len(body) > most_bytes:
        raise TooLarge(f"{len(body)} bytes")
    return body


def ungzipped(body: bytes, *, most_bytes: int) -> bytes:
    """A gzip stream, all of its members, as browsers read them; what follows the last one is ignored.

    Raises:
        TooLarge, Bomb, BadCoding: as ``unpacked``.
    """
    room = _Room(len(body), most_bytes)
    rest = body
    for _member in range(MOST_MEMBERS):
        if not rest.startswith(b"\x1f\x8b"):
            return room.content()
        rest = _inflate(zlib.decompressobj(31), rest, room)
    if rest.startswith(b"\x1f\x8b"):
        raise Bomb(f"more than {MOST_MEMBERS} gzip members")
    return room.content()


class _Room:
    """What has come out of ``packed`` bytes so far, with place for at most ``most_bytes``."""

    def __init__(self, packed: int, most_bytes: int) -> None:
        self._packed = packed
        self._most_bytes = most_bytes
        self._pieces: list[bytes] = []
        self._size = 0

    def take(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > ALWAYS_FINE and self._size > self._packed * HIGHEST_RATIO:
            raise Bomb(f"{self._packed} bytes unpack to more than {self._size}")
        if self._size > self._most_bytes:
            raise TooLarge(f"more than {self._most_bytes} bytes unpacked")
        self._pieces.append(piece)

    def content(self) -> bytes:
        return b"".join(self._pieces)


def _without(name: str, body: bytes, most_bytes: int) -> bytes:
    if name in ("gzip", "x-gzip"):
        return ungzipped(body, most_bytes=most_bytes) if body.startswith(b"\x1f\x8b") else body
    room = _Room(len(body), most_bytes)
    try:
        _unpack(name, body, room)
    except BadCoding:
        # Bare streams may begin with any byte, so only now is it known that this one is none.
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"", b"<", b"{"):
            return body
        raise
    return room.content()


def _unpack(name: str, body: bytes, room: _Room) -> None:
    if name == "deflate":
        # The standard means a zlib stream; some servers send the bare one. The first two bytes tell them apart.
        is_zlib = body[:1] == b"\x78" and int.from_bytes(body[:2], "big") % 31 == 0
        _inflate(zlib.decompressobj(15 if is_zlib else -15), body, room)
    elif name == "br":
        _unbrotli(body, room)
    else:
        raise BadCoding(f"unknown coding {name[:20]!r}")


def _inflate(stream: zlib._Decompress, body: bytes, room: _Room) -> bytes:
    """Put what comes out into ``room``; returns what stands behind the stream."""
    while not stream.eof:
        try:
            piece = stream.decompress(body, _STEP)
        except zlib.error as broken:
            raise BadCoding(str(broken)[:80]) from None
        room.take(piece)
        body = stream.unconsumed_tail
        if not body and len(piece) < _STEP:  # it was cut off
            break
    return stream.unused_data


def _unbrotli(body: bytes, room: _Room) -> None:
    stream = brotli.Decompressor()
    process: Callable[..., bytes] = stream.process
    while not stream.is_finished():
        try:
            piece = process(body, output_buffer_limit=_STEP)
        except brotli.error as broken:
            raise BadCoding(str(broken)[:80] or "broken brotli") from None
        body = b""
        if not piece:  # it was cut off
            break
        room.take(piece)
