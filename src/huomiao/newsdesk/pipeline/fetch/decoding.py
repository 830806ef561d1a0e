"""Content codings taken off within limits: a few kilobytes that unpack to gigabytes are an attack, not a page."""

from __future__ import annotations

import zlib

from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason

# Honest HTML reaches twenty to one, a repetitive sitemap sixty. Deflate can do a thousand.
HIGHEST_RATIO = 200
# A small body may be anything: its ratio says little, and it costs little.
_ALWAYS_FINE = 1024 * 1024
_MOST_CODINGS = 2
# Each further member costs a copy of what is left.
_MOST_MEMBERS = 64
_STEP = 256 * 1024
ACCEPTED = "gzip, deflate"


def decoded(body: bytes, content_encoding: str, *, most: int) -> bytes:
    """``body`` without the codings that ``content_encoding`` lists. ``most`` is the size of the result, in bytes.

    A truncated stream gives what is there, as browsers do.

    Raises:
        FetchFailed: BOMB, TOO_LARGE or UNDECODABLE.
    """
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    codings = [coding for coding in codings if coding and coding != "identity"]
    if len(codings) > _MOST_CODINGS:
        raise FetchFailed(Reason.BOMB, f"{len(codings)} content codings")
    for coding in reversed(codings):
        if coding in {"gzip", "x-gzip"}:
            body = unzipped(body, most=most)
        elif coding == "deflate":
            body = _inflated(body, most=most)
        else:
            raise FetchFailed(Reason.UNDECODABLE, f"content coding {coding[:20]}")
    return body


def unzipped(body: bytes, *, most: int) -> bytes:
    """A gzip stream, all of its members, unpacked to at most ``most`` bytes.

    Raises:
        FetchFailed: BOMB, TOO_LARGE or UNDECODABLE.
    """
    if not body:
        return b""
    if not body.startswith(b"\x1f\x8b"):  # servers that say gzip and mean nothing by it
        return body
    pieces: list[bytes] = []
    size = 0
    rest = body
    for _member in range(_MOST_MEMBERS):
        if not rest.startswith(b"\x1f\x8b"):
            return b"".join(pieces)
        unpacker = zlib.decompressobj(31)
        size = _unpack(unpacker, rest, pieces, size, whole=len(body), most=most)
        rest = unpacker.unused_data
    raise FetchFailed(Reason.BOMB, f"more than {_MOST_MEMBERS} gzip members")


def _inflated(body: bytes, *, most: int) -> bytes:
    # The standard says zlib; many servers send raw deflate. The first two bytes tell them apart.
    is_zlib = len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    pieces: list[bytes] = []
    _unpack(zlib.decompressobj(15 if is_zlib else -15), body, pieces, 0, whole=len(body), most=most)
    return b"".join(pieces)


def _unpack(unpacker: zlib._Decompress, data: bytes, pieces: list[bytes], size: int, *, whole: int, most: int) -> int:
    """Put what ``data`` unpacks to after ``pieces``, which are ``size`` bytes long; returns their new length."""
    while not unpacker.eof:
        try:
            piece = unpacker.decompress(data, _STEP)
        except zlib.error as problem:
            raise FetchFailed(Reason.UNDECODABLE, str(problem)[:80]) from None
        size += len(piece)
        if size > most:
            raise FetchFailed(Reason.TOO_LARGE, f"more than {most} bytes unpacked")
        if size > _ALWAYS_FINE and size > whole * HIGHEST_RATIO:
            raise FetchFailed(Reason.BOMB, f"{whole} bytes unpack to more than {size}")
        pieces.append(piece)
        data = unpacker.unconsumed_tail
        if not data and len(piece) < _STEP:  # the stream was cut off
            break
    return size
