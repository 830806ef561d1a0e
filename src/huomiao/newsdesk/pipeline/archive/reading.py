"""Reads captures back: one by its place, or all that a file of ours holds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import BinaryIO, cast

from huomiao.newsdesk.pipeline.archive import members, parsing
from huomiao.newsdesk.pipeline.archive.exchange import MOST_BYTES, Exchange
from huomiao.newsdesk.pipeline.archive.parsing import BadRecord, Record
from huomiao.newsdesk.pipeline.archive.places import RESPONSE, REVISIT, Capture, NoSuchCapture, path_of
from huomiao.newsdesk.pipeline.archive.walking import Found, Walk

KINDS = frozenset({RESPONSE, REVISIT})
# A record's block is the body and the headers before it.
_HEADERS = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Standing:
    record: Record
    after: int


def read(folder: Path, file: str, offset: int, *, most_bytes: int = MOST_BYTES) -> Exchange:
    """The exchange at a place of the archive in ``folder``; a revisit comes with the body of what it revisits.

    Raises:
        NoSuchCapture: there is no such file, or no response stands there.
        BadRecord: what stands there is damaged, or its body is longer than ``most_bytes``.
    """
    first = _record(folder, file, offset, most_bytes)
    if first is None or first.record.kind not in KINDS:
        raise NoSuchCapture(f"{file} {offset}")
    body = None
    if first.record.kind == REVISIT:
        body = _revisited(folder, first.record, most_bytes)
    second = _record(folder, file, first.after, most_bytes)
    request = second.record if second and second.record.kind == "request" else None
    return parsing.exchange_of(first.record, body=body, request=request)


def original_place(folder: Path, revisit: Capture) -> tuple[str, int]:
    """File and offset of the response that ``revisit`` has its body from.

    Raises:
        NoSuchCapture: there is no such file, or no record stands there.
        BadRecord: what stands there is damaged or does not say it.
    """
    standing = _record(folder, revisit.file, revisit.offset, MOST_BYTES)
    if standing is None:
        raise NoSuchCapture(f"{revisit.file} {revisit.offset}")
    return _refers_to(standing.record)


def captures_in(path: Path, *, since: int = 0) -> Iterator[Capture]:
    """The captures of a file of ours from the record at ``since`` on, in order."""
    walk = Walk(path, start=since, exactly=True, wanted=KINDS, most_bytes=MOST_BYTES + _HEADERS)
    standing: list[Found] = []
    for found in walk:
        if found.record is not None and found.record.kind in KINDS and standing:
            yield from _capture(path.name, standing, found.offset)
            standing = []
        standing.append(found)
    yield from _capture(path.name, standing, walk.ended)


def _capture(file: str, standing: list[Found], end: int) -> Iterator[Capture]:
    """The capture that a response and what follows it make, up to where the next one begins; none if it cannot be read."""
    first = standing[0] if standing else None
    if first is None or first.record is None or first.record.kind not in KINDS:
        return
    try:
        exchange = parsing.exchange_of(first.record)
    except BadRecord:
        return
    after = standing[1].offset if len(standing) > 1 else end
    yield Capture(
        file, first.offset, after - first.offset, end - first.offset, exchange.url, exchange.at.astimezone(UTC),
        exchange.status, exchange.mime, first.record.headers.get("warc-payload-digest", ""), first.record.kind,
    )  # fmt: skip


def _revisited(folder: Path, record: Record, most_bytes: int) -> bytes:
    original = _record(folder, *_refers_to(record), most_bytes)
    if original is None or original.record.kind != RESPONSE:
        raise BadRecord("what it revisits is not there")
    if original.record.headers.get("warc-payload-digest") != record.headers.get("warc-payload-digest"):
        raise BadRecord("what it revisits has another body")
    return parsing.exchange_of(original.record).body


def _refers_to(record: Record) -> tuple[str, int]:
    offset = record.headers.get("warc-refers-to-file-offset", "")
    if not (offset.isascii() and offset.isdigit()):
        raise BadRecord("it does not say what it revisits")
    return record.headers.get("warc-refers-to-filename", ""), int(offset)


def _record(folder: Path, file: str, offset: int, most_bytes: int) -> _Standing | None:
    """The record of the member at ``offset``; None behind the last one."""
    try:
        stream = path_of(folder, file).open("rb")
    except FileNotFoundError as gone:
        raise NoSuchCapture(file) from gone
    with stream:
        if offset < 0 or offset >= stream.seek(0, io.SEEK_END):
            return None
        member = members.Member(stream, offset)
        try:
            record = parsing.read(cast("BinaryIO", io.BufferedReader(member)), most_bytes=most_bytes + _HEADERS)
            after = member.drain()
        except members.Broken as damage:
            raise BadRecord(str(damage)) from damage
    if record is None or record.is_too_large:
        raise BadRecord("empty" if record is None else f"more than {most_bytes} bytes")
    return _Standing(record, after)
