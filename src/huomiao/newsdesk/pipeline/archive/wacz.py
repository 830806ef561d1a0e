"""A part of the archive in one file that other players open: WACZ 1.1.1, a zip of WARC, index and list of pages.

Records are copied as they are stored, byte for byte, so the package proves as much as the archive does.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO

from huomiao.newsdesk.pipeline.archive import cdxj, records
from huomiao.newsdesk.pipeline.archive.index import Index
from huomiao.newsdesk.pipeline.archive.parsing import BadRecord
from huomiao.newsdesk.pipeline.archive.places import REVISIT, Capture, NoSuchCapture, path_of
from huomiao.newsdesk.pipeline.archive.reading import original_place

VERSION = "1.1.1"
_DATA = "data.warc.gz"
# How many lines of the index are packed together; the second index says where each pack begins.
_LINES_A_PACK = 300
_STEP = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the list from which a reader of the package starts. ``at`` is the capture's moment."""

    url: str
    at: datetime
    title: str = ""
    text: str = ""


def export(
    target: Path,
    folder: Path,
    captures: Iterable[Capture],
    *,
    pages: Iterable[Page],
    title: str,
    at: datetime,
    software: str,
    description: str = "",
) -> None:
    """Write the package ``target`` with ``captures`` of the archive in ``folder`` and whatever bodies they revisit.

    ``target`` ends in ``.wacz`` and is complete whenever it exists. The captures are held in memory, not their bodies.
    """
    chosen = sorted(_with_originals(folder, captures), key=lambda one: (one.file, one.offset))
    unfinished = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(unfinished, "w", allowZip64=True) as package:
            parts = _Parts(package, at)
            moved: list[Capture] = []
            info = records.pack_info(_DATA, software=software, at=at)
            size = len(info) + sum(capture.span for capture in chosen)
            parts.add(f"archive/{_DATA}", _copied(folder, chosen, info, moved), size=size)
            moved.sort(key=lambda one: (cdxj.prefix(one), one.offset))
            packs: list[str] = []
            parts.add("indexes/index.cdx.gz", _index(moved, packs))
            parts.add("indexes/index.idx", [line.encode() for line in packs])
            parts.add("pages/pages.jsonl", _pages(pages))
            parts.close(title=title, description=description, software=software)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


class _Parts:
    """The files of the package, each entered into its manifest as it is written. Nothing is packed a second time."""

    def __init__(self, package: zipfile.ZipFile, at: datetime) -> None:
        self._package = package
        self._at = at.astimezone(UTC)
        self._resources: list[dict[str, object]] = []

    def add(self, path: str, pieces: Iterable[bytes], *, size: int = 0) -> str:
        """Write a file from its pieces; its digest. ``size`` must be known beforehand only of what may be very large."""
        digest = hashlib.sha256()
        with self._open(path, size) as out:
            size = 0
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        hashed = f"sha256:{digest.hexdigest()}"
        self._resources.append({"name": path.rpartition("/")[2], "path": path, "hash": hashed, "bytes": size})
        return hashed

    def close(self, **described: str) -> None:
        """Write the manifest, and the digest by which it is proved."""
        manifest = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "created": f"{self._at:%Y-%m-%dT%H:%M:%SZ}",
            **{name: value for name, value in described.items() if value},
            "resources": self._resources,
        }
        proved = self.add("datapackage.json", [_json(manifest, indent=2)])
        self.add("datapackage-digest.json", [_json({"path": "datapackage.json", "hash": proved}, indent=2)])

    def _open(self, path: str, size: int) -> IO[bytes]:
        entry = zipfile.ZipInfo(path, self._at.timetuple()[:6])
        entry.external_attr = 0o644 << 16
        # ZIP64 exactly where the size asks for it: ReplayWeb.page takes an entry that the zip's directory gives no extra
        # field to have none in front of its content either.
        entry.file_size = size if size > zipfile.ZIP64_LIMIT else 0
        return self._package.open(entry, "w")


def _with_originals(folder: Path, captures: Iterable[Capture]) -> set[Capture]:
    """The captures, and those without whose bodies the revisits among them could not be shown."""
    chosen = set(captures)
    index = Index(folder)
    try:
        for revisit in [one for one in chosen if one.kind == REVISIT]:
            try:
                original = index.at(*original_place(folder, revisit))
            except (BadRecord, NoSuchCapture):
                continue
            if original is not None:
                chosen.add(original)
    finally:
        index.close()
    return chosen


def _copied(folder: Path, chosen: list[Capture], info: bytes, moved: list[Capture]) -> Iterator[bytes]:
    """The bytes of the package's WARC file; ``moved`` is filled with the captures as they stand in it."""
    yield info
    offset = len(info)
    for capture in chosen:
        moved.append(replace(capture, file=_DATA, offset=offset))
        offset += capture.span
        with path_of(folder, capture.file).open("rb") as file:
            file.seek(capture.offset)
            left = capture.span
            while left and (piece := file.read(min(left, _STEP))):
                left -= len(piece)
                yield piece
        if left:
            raise NoSuchCapture(f"{capture.file} ends before {capture.offset + capture.span}")


def _index(captures: Iterable[Capture], packs: list[str]) -> Iterator[bytes]:
    """The sorted index in packs of some hundred lines; ``packs`` is filled with the lines of the index of these."""
    packs.append('!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n')
    lines, offset = cdxj.lines(captures), 0
    while some := list(islice(lines, _LINES_A_PACK)):
        pack = gzip.compress("".join(some).encode(), mtime=0)
        place = {"offset": offset, "length": len(pack), "digest": f"sha256:{hashlib.sha256(pack).hexdigest()}"}
        packs.append(f"{some[0].partition(' {')[0]} {json.dumps(place)}\n")
        offset += len(pack)
        yield pack


def _pages(pages: Iterable[Page]) -> Iterator[bytes]:
    yield _json({"format": "json-pages-1.0", "id": "pages", "title": "Pages"}) + b"\n"
    for page in pages:
        ts = f"{page.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        url = records.address(page.url)
        entry = {"id": hashlib.sha256(f"{ts} {url}".encode()).hexdigest()[:16], "url": url, "ts": ts}
        entry |= {name: value for name, value in (("title", page.title), ("text", page.text)) if value}
        yield _json(entry) + b"\n"


def _json(value: object, *, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()
