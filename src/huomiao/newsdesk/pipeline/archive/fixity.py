"""Proves that the archive is what was written: reads every byte of it and compares every digest.

Block and payload digests tell of each record, a sealed file's SHA-256 of the file as a whole (headers included), and the
index of whatever is gone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from huomiao.newsdesk.pipeline.archive import index, sealing
from huomiao.newsdesk.pipeline.archive.exchange import MOST_BYTES
from huomiao.newsdesk.pipeline.archive.parsing import Record
from huomiao.newsdesk.pipeline.archive.places import REVISIT
from huomiao.newsdesk.pipeline.archive.walking import Walk

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
# Room for the headers in front of the longest body.
_MOST_BLOCK = MOST_BYTES + 1024 * 1024


class Kind(StrEnum):
    """What can be wrong."""

    MISSING_FILE = "missing file"
    SHORT_FILE = "short file"
    CHANGED_FILE = "changed file"
    UNREADABLE = "unreadable"
    DIGEST = "digest differs"
    MISSING_RECORD = "missing record"
    LOST_ORIGINAL = "revisits nothing"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in ``file``, at ``offset`` where it is a record's; ``detail`` is for people who mend archives."""

    file: str
    kind: Kind
    offset: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check has come: ``read`` of ``size`` bytes as stored, and how many records that were."""

    file: str
    read: int
    size: int
    records: int


def check(folder: Path, *, progress: Callable[[Progress], None] | None = None) -> Iterator[Finding]:
    """What is wrong in the archive in ``folder``, as it is found; nothing when all is well. Writers may go on meanwhile."""
    if not folder.is_dir():
        return  # nothing was ever archived
    with closing(index.Index(folder)) as known:
        files = known.files()
        for name in sorted({path.name for path in folder.glob("*.warc.gz")} - files.keys()):
            files[name] = index.KnownFile(name, read_to=(folder / name).stat().st_size)
        size = sum(file.read_to for file in files.values())
        read = records = 0
        for file in files.values():
            for found in _check(folder, file, known):
                if isinstance(found, Finding):
                    yield found
                else:
                    records += 1
                    if progress is not None and records % 1000 == 0:
                        progress(Progress(file.name, read + found, size, records))
            read += file.read_to
            if progress is not None:
                progress(Progress(file.name, read, size, records))


def _check(folder: Path, file: index.KnownFile, known: index.Index) -> Iterator[Finding | int]:
    """What is wrong in one file, and between that where each record of it stands."""
    path = folder / file.name
    if not path.exists():
        yield Finding(file.name, Kind.MISSING_FILE)
        return
    size = path.stat().st_size
    if size < file.read_to:
        yield Finding(file.name, Kind.SHORT_FILE, detail=f"{size} of {file.read_to} bytes")
    if seals := {file.sha256, sealing.seal_of(path)} - {""}:
        found_sha256 = sealing.sha256(path)
        if seals != {found_sha256}:
            yield Finding(file.name, Kind.CHANGED_FILE, detail=f"SHA-256 is {found_sha256}")
    expected = known.offsets(file.name, before=file.read_to)
    for found in Walk(path, end=file.read_to, wanted=None, most_bytes=_MOST_BLOCK):
        yield found.offset
        expected.discard(found.offset)
        if found.problem or (found.record and found.record.is_too_large):
            yield Finding(file.name, Kind.UNREADABLE, found.offset, found.problem or "too large")
        elif found.record is not None:
            for kind, detail in _wrong(found.record, known):
                yield Finding(file.name, kind, found.offset, detail)
    yield from (Finding(file.name, Kind.MISSING_RECORD, offset) for offset in sorted(expected))


def _wrong(record: Record, known: index.Index) -> Iterator[tuple[Kind, str]]:
    block, payload = (record.headers.get(f"warc-{part}-digest", "") for part in ("block", "payload"))
    if block and not _agrees(block, record.block):
        yield Kind.DIGEST, f"block: not {block}"
    if record.kind == REVISIT:
        if known.original(payload) is None:
            yield Kind.LOST_ORIGINAL, f"no response with {payload}"
    elif payload and not _agrees(payload, _payload(record)):
        yield Kind.DIGEST, f"payload: not {payload}"


def _payload(record: Record) -> bytes:
    if record.kind not in ("response", "request"):
        return record.block
    end = _END_OF_HEAD.search(record.block)
    return record.block[end.end() :] if end else b""


def _agrees(digest: str, data: bytes) -> bool:
    """Whether ``data`` has the digest, written as ``algorithm:value`` in base 32 or hexadecimal; not when it is unknown."""
    algorithm, _colon, value = digest.partition(":")
    try:
        found = hashlib.new(algorithm.replace("-", ""), data, usedforsecurity=False).digest()
        wanted = bytes.fromhex(value) if len(value) == 2 * len(found) else base64.b32decode(value.upper())
    except (ValueError, binascii.Error):
        return False
    return found == wanted
