"""Which units are done: one durable line each, and the line is what makes them done.

A unit that begins in the middle of a file looks for the first record by its looks, and a page can be made to look like one.
So a unit is only *proved* when it began exactly where the proved units before it arrived; one that did not is done again
from there. Whatever stops a backfill, every record is in the results exactly once.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Self

import orjson

from huomiao.newsdesk.pipeline.backfill.units import File, mark_of

_NAME = "ledger.jsonl"


class OtherJob(ValueError):
    """The folder holds the results of another extraction; take another folder."""


class AlreadyRunning(RuntimeError):
    """Another backfill works into this folder."""


@dataclass(frozen=True, slots=True)
class Done:
    """A unit that was done: which stretch of which file, where its first record stood, where the next one would, its part.

    ``path``, ``size`` and ``begins`` are the file's (``units.File``). ``counts`` are of records, articles, records passed over
    (no page) and problems.
    """

    path: str
    size: int
    mark: str
    begins: int
    key: str
    number: int
    end: int
    began: int | None
    ended: int
    part: str
    counts: dict[str, int] = field(default_factory=dict)


class Proof:
    """The proved units of one file, from where it is to be done on."""

    def __init__(self, begins: int) -> None:
        self.proved: list[Done] = []
        # Where the next unproved unit must begin, unless the last record reaches beyond it.
        self.arrived = self.begins = begins
        self._waiting: dict[int, Done] = {}

    def add(self, done: Done) -> Done | None:
        """Take note of a unit; one that began in the wrong place is returned: it is to be done again from ``arrived``."""
        self._waiting[done.number] = done
        while (following := self._waiting.pop(len(self.proved), None)) is not None:
            if following.began != self.arrived and (following.began is not None or self.arrived < following.end):
                return following
            self.proved.append(following)
            self.arrived = max(self.arrived, following.ended)
        return None

    def has(self, number: int) -> bool:
        """Whether the unit was done, proved or not yet."""
        return number < len(self.proved) or number in self._waiting

    def known(self) -> list[Done]:
        """The units that were done, proved or not yet."""
        return [*self.proved, *self._waiting.values()]


class Ledger:
    """The ledger of a folder, by file. ``unit_bytes`` and ``extract`` describe the job and never change."""

    def __init__(self, unit_bytes: int, extract: str, out: BinaryIO | None = None) -> None:
        self.unit_bytes = unit_bytes
        self.extract = extract
        self.files: dict[str, Proof] = {}
        self._sizes: dict[str, tuple[str, int]] = {}
        self._out = out

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The ledger as it stands, for reading only; an empty one where there is none."""
        path = folder / _NAME
        return cls._parsed(path.read_bytes() if path.exists() else b"", None)

    @classmethod
    def open(cls, folder: Path, *, unit_bytes: int, extract: str) -> Self:
        """The ledger of ``folder``, for going on; a new one where there is none. Held until it is closed.

        Raises:
            AlreadyRunning: somebody else holds it.
            OtherJob: it is of another ``extract``. (Of other ``unit_bytes``, it goes on with its own.)
        """
        folder.mkdir(parents=True, exist_ok=True)
        out = (folder / _NAME).open("a+b")
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            out.close()
            raise AlreadyRunning(str(folder)) from held
        try:
            return cls._going_on(out, unit_bytes, extract)
        except BaseException:
            out.close()
            raise

    def close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def add(self, done: Done) -> Done | None:
        """Enter a unit for good; returns one that is to be done again from where the proof arrived, if it shows by this."""
        if self._out is None:
            raise ValueError("the ledger was opened for reading")
        _append(self._out, asdict(done))
        return self._note(done)

    def placed(self, file: File) -> File:
        """``file`` from where it is to be done: the archive's newest file grows, and is done from where it ended last time."""
        if file.mark in self.files:
            return replace(file, begins=self.files[file.mark].begins)
        shorter = [
            self.files[mark].arrived
            for mark, (path, size) in self._sizes.items()
            if path == str(file.path) and size < file.size and mark_of(file.path, size) == mark
        ]
        return replace(file, begins=max(shorter, default=0))

    def proof(self, file: File) -> Proof:
        """How much of ``file`` is done and proved."""
        return self.files.setdefault(file.mark, Proof(file.begins))

    def proved(self) -> Iterator[Done]:
        """The units whose results count, file by file."""
        for proof in self.files.values():
            yield from proof.proved

    def parts(self) -> set[str]:
        """The parts that are in use, or may yet prove to be."""
        return {done.part for proof in self.files.values() for done in proof.known()}

    def _note(self, done: Done) -> Done | None:
        self._sizes[done.mark] = (done.path, done.size)
        return self.files.setdefault(done.mark, Proof(done.begins)).add(done)

    @classmethod
    def _going_on(cls, out: BinaryIO, unit_bytes: int, extract: str) -> Self:
        out.seek(0)
        content = out.read()
        # A line that was being written when the power went is no line.
        whole = content.rfind(b"\n") + 1
        out.truncate(whole)
        if not whole:
            _append(out, {"unit_bytes": unit_bytes, "extract": extract})
            return cls(unit_bytes, extract, out)
        ledger = cls._parsed(content, out)
        if ledger.extract != extract:
            raise OtherJob(f"{out.name}: {ledger.extract}")
        return ledger

    @classmethod
    def _parsed(cls, content: bytes, out: BinaryIO | None) -> Self:
        lines = [orjson.loads(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]
        head = lines[0] if lines else {"unit_bytes": 0, "extract": ""}
        ledger = cls(head["unit_bytes"], head["extract"], out)
        for line in lines[1:]:
            ledger._note(Done(**line))
        return ledger


def _append(out: BinaryIO, line: dict[str, object]) -> None:
    out.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    out.flush()
    os.fsync(out.fileno())
