"""Anybody's WARC or ARC file, record by record: packed or plain, whole or damaged, from a place within it or all of it.

    for found in Walk(path): …

A walk over a stretch of a file takes the records that begin in it. Neighbouring stretches share every record out exactly
once if each begins where the one before ended: compare ``began`` with the other's ``ended``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from huomiao.newsdesk.pipeline.archive import members, parsing
from huomiao.newsdesk.pipeline.archive.exchange import MOST_BYTES, Exchange
from huomiao.newsdesk.pipeline.archive.parsing import BadRecord, Record

RESPONSES = frozenset({"response", "resource"})
_OF_EXCHANGES = RESPONSES | {"request", "revisit"}
_STEP = 256 * 1024
_PLAIN_START = b"WARC/"


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk found at ``offset``: a record, or a ``problem`` in words.

    ``nth`` counts the records of one gzip member; it is 0 in every file that can be entered in the middle.
    """

    offset: int
    nth: int = 0
    record: Record | None = None
    problem: str = ""


class Walk:
    """The records of ``path`` that begin from ``start`` on and before ``end``; blocks of ``wanted`` kinds are read.

    ``began`` is where the first one stands (None: none begins here); ``ended``, when all were read, where the next one
    would. ``exactly`` says that a record is known to begin at ``start``. Damage is passed over to the next record. ``tick`` is
    called now and then while a walk is long on its way to the next record.
    """

    def __init__(
        self,
        path: Path,
        *,
        start: int = 0,
        end: int | None = None,
        exactly: bool = False,
        wanted: frozenset[str] | None = RESPONSES,
        most_bytes: int = MOST_BYTES,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._path = path
        self._start = start
        self._end = end
        self._exactly = exactly or start == 0
        self._wanted = wanted
        self._most_bytes = most_bytes
        self._tick = tick
        self.began: int | None = None
        self.ended = start

    def __iter__(self) -> Iterator[Found]:
        with self._path.open("rb") as file:
            yield from self._packed(file) if members.is_packed(file) else self._plain(file)

    def _packed(self, file: BinaryIO) -> Iterator[Found]:
        offset = self._start if self._exactly else members.find(file, self._start, self._end, tick=self._tick)
        size = file.seek(0, io.SEEK_END)
        if offset is not None and offset < min(size, self._end or size):
            self.began = offset
        while offset is not None and offset < min(size, self._end or size):
            member = members.Member(file, offset, tick=self._tick)
            try:
                yield from self._records(cast("BinaryIO", io.BufferedReader(member, _STEP)), offset)
                after: int | None = member.drain()
            except members.Broken as damage:
                yield Found(offset, problem=str(damage))
                after = members.find(file, offset + 1, tick=self._tick)
            self.ended = size if after is None else after
            offset = after

    def _records(self, stream: BinaryIO, offset: int) -> Iterator[Found]:
        """What one member holds: a record, or all that a file has if it was packed as a whole."""
        nth = 0
        while True:
            try:
                record = parsing.read(stream, most_bytes=self._most_bytes, wanted=self._wanted)
            except BadRecord as problem:
                yield Found(offset, nth, problem=str(problem))
                return
            if record is None:
                return
            yield Found(offset, nth, record)
            nth += 1

    def _plain(self, file: BinaryIO) -> Iterator[Found]:
        file.seek(0)
        is_warc = file.read(len(_PLAIN_START)) == _PLAIN_START
        size = file.seek(0, io.SEEK_END)
        # An ARC record's first line can stand in any text, so such a file is walked whole by who has its beginning.
        end = min(size, self._end or size) if is_warc else size
        offset = self._start if self._exactly else self._find_plain(file, self._start, end) if is_warc else None
        if offset is not None and offset < end:
            self.began = offset
        while offset is not None and offset < end:
            file.seek(offset)
            try:
                record = parsing.read(file, most_bytes=self._most_bytes, wanted=self._wanted)
                found = Found(offset, record=record)
                after: int | None = _after_blank_lines(file)
            except BadRecord as problem:
                record, found = None, Found(offset, problem=str(problem))
                after = self._find_plain(file, offset + 1, size) if is_warc else None
            if record is not None or found.problem:
                yield found
            self.ended = size if after is None else after
            offset = after

    def _find_plain(self, file: BinaryIO, start: int, end: int) -> int | None:
        """Where a line that begins a WARC record stands. A page may hold such a line: see the module's last sentence."""
        at = max(start - 1, 0)
        file.seek(at)
        kept = b""
        while at < end and (chunk := file.read(_STEP)):
            self._tick()
            window = kept + chunk
            place = window.find(b"\n" + _PLAIN_START)
            if place >= 0:
                offset = at - len(kept) + place + 1
                return offset if offset < end else None
            at += len(chunk)
            kept = window[-len(_PLAIN_START) :]
        return None


def exchanges(path: Path, *, most_bytes: int = MOST_BYTES) -> Iterator[Exchange]:
    """The exchanges of an archive file, with their requests where those stand beside them. What is no HTTP is left out.

    A revisit comes with the body that an earlier record of the same file has; where there is none, it is left out.
    """
    bodies: dict[str, int] = {}
    for found, request in _pairs(path, most_bytes):
        if (record := found.record) is None:
            continue
        digest = record.headers.get("warc-payload-digest", "")
        try:
            body = _body_at(path, bodies.get(digest), most_bytes) if record.kind == "revisit" else None
            if record.kind != "revisit" or body is not None:
                yield parsing.exchange_of(record, body=body, request=request)
        except BadRecord:
            continue
        # What cannot be entered in the middle is not read a second time.
        if record.kind == "response" and found.nth == 0:
            bodies.setdefault(digest, found.offset)


def _pairs(path: Path, most_bytes: int) -> Iterator[tuple[Found, Record | None]]:
    """Responses, resources and revisits, each with its request if that is its neighbour."""
    waiting: Found | None = None
    request: Record | None = None
    for found in Walk(path, wanted=_OF_EXCHANGES, most_bytes=most_bytes):
        record = found.record
        if record is None or record.is_too_large or record.kind not in _OF_EXCHANGES:
            continue
        if record.kind == "request":
            if waiting is not None and waiting.record is not None and waiting.record.url == record.url:
                yield waiting, record
                waiting = None
            else:
                request = record
            continue
        if waiting is not None:
            yield waiting, None
        waiting = found
        if request is not None and request.url == record.url:
            yield found, request
            waiting = None
        request = None
    if waiting is not None:
        yield waiting, None


def _body_at(path: Path, offset: int | None, most_bytes: int) -> bytes | None:
    if offset is None:
        return None
    for found in Walk(path, start=offset, end=offset + 1, exactly=True, most_bytes=most_bytes):
        if found.record is not None and not found.record.is_too_large:
            return parsing.exchange_of(found.record).body
    return None


def _after_blank_lines(file: BinaryIO) -> int:
    while True:
        at = file.tell()
        if file.readline(3) not in (b"\r\n", b"\n"):
            return at
