"""The archive in a folder: exchanges go in, each durable before it is acknowledged; captures come out.

    with Archive(folder) as archive:
        capture = archive.write(exchange)
    again = read(folder, capture.file, capture.offset)

Files are only ever appended to, and are rolled when they are large. Several threads and processes may write at once:
each process has a file of its own (held by a lock that dies with it), and the threads of one share its flushes.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import BinaryIO, Self, cast

from huomiao.newsdesk.pipeline.archive import mending, records, sealing
from huomiao.newsdesk.pipeline.archive.exchange import Exchange
from huomiao.newsdesk.pipeline.archive.index import Index
from huomiao.newsdesk.pipeline.archive.parsing import BadRecord
from huomiao.newsdesk.pipeline.archive.places import Capture, NoSuchCapture
from huomiao.newsdesk.pipeline.archive.reading import captures_in, read

logger = logging.getLogger(__name__)

# What the WARC guidelines advise.
FILE_BYTES = 1024 * 1024 * 1024
SOFTWARE = f"huomiao/{metadata.version('huomiao')}"


class _Waiting:
    """One exchange on its way to the disk."""

    def __init__(self, packed: records.Packed, exchange: Exchange) -> None:
        self.packed = packed
        self.exchange = exchange
        self.capture: Capture | None = None
        self.failure: BaseException | None = None

    def settled(self) -> Capture:
        if self.failure is not None:
            raise self.failure
        if self.capture is None:
            raise AssertionError("a commit settles all that waits")
        return self.capture


class Archive:
    """The archive in ``folder``, open for writing. What an earlier writer left torn is mended first.

    ``file_bytes`` is the size at which a file is closed and the next one begun; ``software`` stands in each file's first
    record.
    """

    def __init__(self, folder: Path, *, file_bytes: int = FILE_BYTES, software: str = SOFTWARE) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.index = Index(folder)
        self._file_bytes = file_bytes
        self._software = software
        self._current: BinaryIO | None = None
        self._size = 0
        self._waiting: list[_Waiting] = []
        self._queue = threading.Lock()
        self._disk = threading.Lock()
        with self._disk:
            self._take_over()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, which the next writer goes on with."""
        with self._disk:
            self._let_go()
            self.index.close()

    def write(self, exchange: Exchange, *, notes: Mapping[str, str] | None = None) -> Capture:
        """Keep ``exchange`` with ``notes`` (lines of a metadata record). Returns when it is on the disk.

        A body that is in the archive already is not stored again: the capture is a revisit of it.

        Raises:
            TooLarge: the body is longer than what is read back (``exchange.MOST_BYTES``).
            OSError: it could not be made durable; nothing is kept of it, and it may be written again.
        """
        return self.write_all([exchange], notes=notes)[0]

    def write_all(self, exchanges: Iterable[Exchange], *, notes: Mapping[str, str] | None = None) -> list[Capture]:
        """Keep ``exchanges``, each as ``write`` does, with one flush for all; their captures in the same order."""
        mine = []
        for exchange in exchanges:
            packed = records.pack(exchange, notes=notes or {}, original=self._original(exchange))
            mine.append(_Waiting(packed, exchange))
        with self._queue:
            self._waiting += mine
        # Whoever gets the disk writes for all that queued up meanwhile; the others find theirs done.
        with self._disk:
            if any(waiting.capture is None and waiting.failure is None for waiting in mine):
                self._commit()
        return [waiting.settled() for waiting in mine]

    def captures(self, url: str) -> list[Capture]:
        """The captures of an address, in order of time."""
        return self.index.of(url)

    def _original(self, exchange: Exchange) -> Capture | None:
        """An earlier capture with the same body, if that can still be read: a revisit of what is lost would lose it again."""
        found = self.index.original(records.digest_of(exchange.body)) if exchange.body else None
        if found is None:
            return None
        try:
            body = read(self.folder, found.file, found.offset).body
        except (BadRecord, NoSuchCapture, OSError) as damage:
            logger.warning("%s at %s cannot be read (%s); its body is kept anew", found.file, found.offset, damage)
            return None
        return found if body == exchange.body else None

    def _commit(self) -> None:
        with self._queue:
            batch, self._waiting = self._waiting, []
        try:
            file = self._open()
            captures = self._append(file, batch)
            self.index.add(_name(file), self._size, captures)
        except BaseException as failure:
            self._undo()
            for waiting in batch:
                waiting.failure = failure
            raise
        for waiting, capture in zip(batch, captures, strict=True):
            waiting.capture = capture
        if self._size >= self._file_bytes:
            try:
                self._seal(file)
            except OSError:  # what was promised is kept; the file grows on and is sealed after the next write
                logger.exception("%s could not be sealed", _name(file))

    def _append(self, file: BinaryIO, batch: list[_Waiting]) -> list[Capture]:
        captures: list[Capture] = []
        offset = self._size
        for waiting in batch:
            captures.append(_capture(_name(file), offset, waiting))
            offset += captures[-1].span
        file.seek(self._size)
        _write(file, b"".join(waiting.packed.data for waiting in batch))
        self._size = offset
        return captures

    def _undo(self) -> None:
        """After a write that failed: what of it reached the file was promised to nobody, and may not outlive a power cut.

        Should even that fail, the next write opens the file anew, which mends it.
        """
        if self._current is not None:
            with contextlib.suppress(OSError):
                self._current.truncate(self._size)
        self._let_go()

    def _open(self) -> BinaryIO:
        if self._current is None:
            self._take_over()
        return self._current or self._begin()

    def _begin(self) -> BinaryIO:
        while True:
            now = datetime.now(UTC)
            path = self.folder / f"huomiao-{now:%Y%m%d%H%M%S%f}-{secrets.token_hex(3)}.warc.gz"
            file = cast("BinaryIO", path.open("x+b", buffering=0))
            if _lock(file):
                break
            file.close()  # somebody who was looking for files to go on with was quicker
        self._start(path, file)
        return self._hold(file)

    def _start(self, path: Path, file: BinaryIO) -> None:
        _write(file, records.pack_info(path.name, software=self._software, at=datetime.now(UTC)))
        mending.sync_folder(self.folder)
        self.index.add(path.name, file.tell(), [])

    def _hold(self, file: BinaryIO) -> BinaryIO:
        self._size = file.seek(0, os.SEEK_END)
        self._current = file
        return file

    def _take_over(self) -> None:
        """Mend what writers that are gone have left behind, and go on with one of their files."""
        known = self.index.files()
        for path in sorted(self.folder.glob("*.warc.gz")):
            entry = known.get(path.name)
            if entry is not None and entry.is_sealed:
                continue
            if seal := sealing.seal_of(path):
                # Sealed, and the index does not know: it was lost, or the power went between the two.
                self.index.add(path.name, path.stat().st_size, captures_in(path))
                self.index.seal(path.name, seal)
                continue
            file = cast("BinaryIO", path.open("r+b", buffering=0))
            if not _lock(file):
                file.close()
                continue
            is_fit = self._mend(path, file, entry.read_to if entry else 0)
            if not is_fit or file.seek(0, os.SEEK_END) >= self._file_bytes:
                self._seal(file)
            elif self._current is None:
                self._hold(file)
            else:
                file.close()

    def _mend(self, path: Path, file: BinaryIO, read_to: int) -> bool:
        """Whether the file may be appended to."""
        mended = mending.mend(path, file, since=read_to)
        if mended.cut:
            logger.warning("%s had a torn end of %s bytes, kept in %s", path.name, mended.cut, mended.kept_in)
        if mended.is_damaged:
            logger.error("%s is damaged and is left as it is; check the disk", path.name)
        if mended.size == 0:
            self._start(path, file)
        elif mended.size > read_to:
            self.index.add(path.name, mended.size, captures_in(path, since=read_to))
        return not mended.is_damaged

    def _seal(self, file: BinaryIO) -> None:
        """A file that is full is complete for good: from now on its digest as a whole is known, too."""
        self.index.seal(_name(file), sealing.seal(self.folder / _name(file)))
        if file is self._current:
            self._let_go()
        else:
            file.close()

    def _let_go(self) -> None:
        if self._current is not None:
            with contextlib.suppress(OSError):
                self._current.close()
        self._current = None


def _capture(file: str, offset: int, waiting: _Waiting) -> Capture:
    packed, exchange = waiting.packed, waiting.exchange
    return Capture(
        file, offset, packed.length, len(packed.data), packed.url, exchange.at.astimezone(UTC),
        exchange.status, exchange.mime, packed.digest, packed.kind,
    )  # fmt: skip


def _name(file: BinaryIO) -> str:
    return Path(file.name).name


def _write(file: BinaryIO, data: bytes) -> None:
    """Write all of it and wait until it is on the disk; the file has no buffer, and may take a piece at a time."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())


def _lock(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
