"""Archive files cut into units of work: stretches of bytes, each done by one worker in one go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# A thousand pages of a packed file are few enough to lose to a power cut; thirty are enough to be worth sending out.
MOST_UNIT = 32 * 1024 * 1024
LEAST_UNIT = 1024 * 1024
# So many units keep a few workers busy to the end, whichever are slow.
_UNITS = 32
_SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz")
_SAMPLE = 64 * 1024


class NothingToDo(ValueError):
    """The paths lead to no archive file."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of records; ``mark`` knows it again under any name, ``size`` is in bytes.

    It is to be done from ``begins`` on, where a record begins: what stands before was done when the file was shorter.
    """

    path: Path
    size: int
    mark: str
    begins: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """The records of ``file`` that begin from ``start`` on and before ``end``, the ``number``-th stretch of it.

    ``exactly``: a record is known to begin at ``start``. ``lost`` is how often its worker died; then each record leaves a trace
    before it is touched, so that the one that kills is found. ``skip`` are such records (offset, nth).
    """

    file: File
    number: int
    start: int
    end: int
    exactly: bool = False
    lost: int = 0
    skip: frozenset[tuple[int, int]] = field(default=frozenset())

    @property
    def key(self) -> str:
        """The name under which the ledger knows it."""
        return f"{self.file.mark}-{self.number:06d}"


def files_in(paths: Iterable[Path]) -> list[File]:
    """The archive files that ``paths`` name or (folders) contain, each once however often and under whatever name it comes.

    Raises:
        NothingToDo: there is none.
        OSError: a path is not there.
    """
    found: dict[str, File] = {}
    for path in paths:
        for each in sorted(_within(path)):
            file = _file(each)
            if file.size:
                found.setdefault(file.mark, file)
    if not found:
        raise NothingToDo(", ".join(map(str, paths)))
    return list(found.values())


def fitting(files: Sequence[File]) -> int:
    """The bytes of a unit for these files: small ones keep all workers busy where there is little to do."""
    return min(max(sum(file.size for file in files) // _UNITS, LEAST_UNIT), MOST_UNIT)


def units_of(files: Sequence[File], *, unit_bytes: int) -> Iterator[Unit]:
    """All files cut into units of ``unit_bytes``."""
    for file in files:
        for number, start in enumerate(range(file.begins, file.size, unit_bytes)):
            yield Unit(file, number, start, min(start + unit_bytes, file.size), exactly=number == 0)


def _within(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (each for each in path.rglob("*") if each.name.endswith(_SUFFIXES) and each.is_file())
    else:
        yield path


def mark_of(path: Path, size: int) -> str:
    """The mark of the first ``size`` bytes of a file: their number, their beginning and their end."""
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for start in (0, max(size - _SAMPLE, 0)):
            file.seek(start)
            digest.update(file.read(min(_SAMPLE, size - start)))
    return digest.hexdigest()[:20]


def _file(path: Path) -> File:
    size = path.stat().st_size
    return File(path.resolve(), size, mark_of(path, size))
