"""Reads records from a stream of plain bytes: WARC of every version, and ARC."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from huomiao.newsdesk.pipeline.archive import chunks
from huomiao.newsdesk.pipeline.archive.exchange import Exchange, Headers, value_of

# Headers longer than this are no headers. The loader reads by lines, so the stream it gets must end somewhere.
_MOST_HEAD = 1024 * 1024
_STEP = 64 * 1024
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[T ]?(\d\d):?(\d\d):?(\d\d)(?:\.(\d{1,9}))?")


class BadRecord(ValueError):
    """What stands here is no record, or not one that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record's own headers (names in lower case), and its block as far as it was wanted."""

    headers: Mapping[str, str]
    block: bytes
    # More than what was wanted of the block; ``block`` is then empty.
    is_too_large: bool = False

    @property
    def kind(self) -> str:
        return self.headers["warc-type"].lower()

    @property
    def url(self) -> str:
        return self.headers.get("warc-target-uri", "")

    @property
    def at(self) -> datetime:
        """The record's date.

        Raises:
            BadRecord: it has none that can be read.
        """
        found = _DATE.match(self.headers.get("warc-date", ""))
        if found:
            fraction = int((found[7] or "0").ljust(6, "0")[:6])
            with contextlib.suppress(ValueError):
                return datetime(*map(int, found.groups()[:6]), fraction, tzinfo=UTC)  # type: ignore[arg-type,misc]
        raise BadRecord("no date")


class _Head:
    """As much of a stream as headers may take, by lines; it knows whether anything was read at all."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = _MOST_HEAD
        self.is_empty = True

    def readline(self) -> bytes:
        line = self._stream.readline(self._left)
        self._left -= len(line)
        if self._left <= 0:
            raise BadRecord("headers without an end")
        self.is_empty = self.is_empty and not line
        return line

    def read(self, size: int) -> bytes:
        return self._stream.read(size)


_LOADER: Any = ArcWarcRecordLoader(verify_http=False, arc2warc=True)


def read(stream: BinaryIO, *, most_bytes: int, wanted: frozenset[str] | None = None) -> Record | None:
    """The next record; None at the end. The stream stands behind its block afterwards.

    Blocks longer than ``most_bytes``, and those of kinds that are not ``wanted``, are passed over.

    Raises:
        BadRecord: there is something else here.
        members.Broken: the file is damaged here.
    """
    head = _Head(stream)
    line = head.readline()
    while line in (b"\r\n", b"\n"):
        line = head.readline()
    if not line:
        return None
    try:
        form, found = _LOADER._detect_type_load_headers(head, line)  # noqa: SLF001  # the loader's other door reads the block at once
    except (ArchiveLoadFailed, EOFError, ValueError) as foreign:
        raise BadRecord(str(foreign)[:200]) from foreign
    headers = {name.lower(): value for name, value in reversed(found.headers)}
    length = _length(headers) - (found.total_len if form == "arc2warc" else 0)
    if length < 0:
        raise BadRecord("no length")
    headers.setdefault("warc-type", "unknown")
    if headers.get("warc-target-uri", "").startswith("<"):
        headers["warc-target-uri"] = headers["warc-target-uri"].strip("<>")
    is_wanted = wanted is None or headers["warc-type"].lower() in wanted
    if not is_wanted or length > most_bytes:
        _pass_over(stream, length)
        return Record(headers, b"", is_too_large=is_wanted)
    block = stream.read(length)
    if len(block) < length:
        raise BadRecord("the block is shorter than it says")
    return Record(headers, block)


def exchange_of(record: Record, *, body: bytes | None = None, request: Record | None = None) -> Exchange:
    """A response (or a resource, or a revisit with the ``body`` that it refers to) as an exchange.

    Raises:
        BadRecord: it holds no HTTP response.
    """
    status, reason, headers, rest = _resource(record) if record.kind == "resource" else _http(record.block)
    if "chunked" in value_of(headers, "transfer-encoding").lower():
        rest = chunks.joined(rest)
    method, asked, sent = _request(request.block) if request else ("GET", (), b"")
    return Exchange(
        url=record.url,
        at=record.at,
        status=status,
        reason=reason,
        headers=headers,
        body=rest if body is None else body,
        method=method,
        request_headers=asked,
        request_body=sent,
        ip=record.headers.get("warc-ip-address", ""),
        protocol=record.headers.get("warc-protocol", "http/1.1"),
    )


def _length(headers: Mapping[str, str]) -> int:
    given = headers.get("content-length", "").strip()
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise BadRecord("no length")
    return int(given)


def _pass_over(stream: BinaryIO, length: int) -> None:
    while length > 0:
        passed = len(stream.read(min(length, _STEP)))
        if not passed:
            raise BadRecord("the block is shorter than it says")
        length -= passed


def _resource(record: Record) -> tuple[int, str, Headers, bytes]:
    """Something that was archived without its HTTP headers."""
    kind = record.headers.get("content-type")
    return 200, "OK", (("Content-Type", kind),) if kind else (), record.block


def _http(block: bytes) -> tuple[int, str, Headers, bytes]:
    first, headers, body = _split(block)
    protocol, _space, rest = first.partition(" ")
    code, _space, reason = rest.strip().partition(" ")
    if not protocol.upper().startswith("HTTP/") or not (code.isascii() and code.isdigit() and len(code) == 3):
        raise BadRecord("no HTTP response")
    return int(code), reason.strip(" \t"), headers, body


def _request(block: bytes) -> tuple[str, Headers, bytes]:
    first, headers, body = _split(block)
    return first.partition(" ")[0] or "GET", headers, body


def _split(block: bytes) -> tuple[str, Headers, bytes]:
    """First line, header lines and body of an HTTP message; lone line feeds end lines too, as old servers sent them."""
    end = _END_OF_HEAD.search(block, 0, _MOST_HEAD)
    if end is None and len(block) > _MOST_HEAD:
        raise BadRecord("headers without an end")
    head, body = (block[: end.start()], block[end.end() :]) if end else (block, b"")
    lines = re.split(r"\r?\n", re.sub(r"\r?\n[ \t]+", " ", head.decode("latin-1")))
    pairs = (line.partition(":") for line in lines[1:])
    return lines[0], tuple((name.strip(" \t"), value.strip(" \t")) for name, colon, value in pairs if colon), body
