"""A file whose writer was killed: what was written whole is kept, a torn end is set aside.

An append that was interrupted leaves a piece of a member at the end. It was never acknowledged, but it is evidence, so it
moves to ``quarantine/`` and the file ends with its last whole record again. Damage with whole records behind it, and
a file that has become shorter, are something else (a failing disk, a bad copy): such a file is left exactly as it is, and not
appended to any more.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from huomiao.newsdesk.pipeline.archive import members

QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Mended:
    """How a file was found: ``size`` in bytes as it is now, how many were set aside and where, whether it is damaged."""

    size: int
    cut: int = 0
    kept_in: Path | None = None
    is_damaged: bool = False


def mend(path: Path, file: BinaryIO, *, since: int) -> Mended:
    """Put the end of ``file`` (open for reading and writing, ours alone) in order; it is known to be whole up to ``since``."""
    size = file.seek(0, os.SEEK_END)
    if size < since:
        return Mended(size, is_damaged=True)  # acknowledged records are gone, and their places must not be taken
    at = since
    while at < size:
        try:
            at = members.Member(file, at).drain()
        except members.Broken:
            if members.find(file, at + 1) is not None:
                return Mended(size, is_damaged=True)
            return _set_aside(path, file, at, size)
    return Mended(size)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, which a file's own flush does not."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _set_aside(path: Path, file: BinaryIO, at: int, size: int) -> Mended:
    folder = path.parent / QUARANTINE
    folder.mkdir(exist_ok=True)
    torn = _free_name(folder, f"{path.name}.{at}")
    file.seek(at)
    with torn.open("xb") as out:
        while piece := file.read(1024 * 1024):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    sync_folder(folder)
    file.truncate(at)
    file.flush()
    os.fsync(file.fileno())
    return Mended(at, cut=size - at, kept_in=torn)


def _free_name(folder: Path, name: str) -> Path:
    """A name that nothing has: the same place of a file can be torn more than once."""
    times = 1
    while (path := folder / (f"{name}.torn" if times == 1 else f"{name}.{times}.torn")).exists():
        times += 1
    return path
