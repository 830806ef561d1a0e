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
_WITH_REQUESTS = RESPONSES | {"request"}
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
    """The exchanges of an archive file, with their requests where those stand beside them. What is no HTTP is left out."""
    response: Record | None = None
    request: Record | None = None
    for found in Walk(path, wanted=_WITH_REQUESTS, most_bytes=most_bytes):
        record = found.record
        if record is None or record.is_too_large or record.kind not in _WITH_REQUESTS:
            continue
        if record.kind == "request":
            if response is not None and response.url == record.url:
                yield from _whole(response, record)
                response = None
            else:
                request = record
            continue
        if response is not None:
            yield from _whole(response, None)
        response = record
        if request is not None and request.url == record.url:
            yield from _whole(record, request)
            response = None
        request = None
    if response is not None:
        yield from _whole(response, None)


def _whole(response: Record, request: Record | None) -> Iterator[Exchange]:
    try:
        yield parsing.exchange_of(response, request=request)
    except BadRecord:
        return


def _after_blank_lines(file: BinaryIO) -> int:
    while True:
        at = file.tell()
        if file.readline(3) not in (b"\r\n", b"\n"):
            return at
