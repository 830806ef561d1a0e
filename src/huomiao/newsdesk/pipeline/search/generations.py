"""The folders of an embedded index: which one answers, how the next takes its place, and who may do what meanwhile.

    current               the name of the generation that answers, replaced in one step
    generation-000007/    an index of tantivy
    changed-meanwhile     while a rebuild runs: the articles that changed, a number a line
    writer.lock           held as long as a process may write
    rebuild.lock          held as long as a rebuild runs
    turn.lock             held for one batch, or for the moment in which generations change

The locks are the kernel's: a process that is killed holds none.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from huomiao.newsdesk.pipeline.search.interface import Broken, Busy


@contextmanager
def broken_is_told() -> Iterator[None]:
    """Whatever tantivy (a ValueError for everything) or the system says of the files is ``Broken``."""
    try:
        yield
    except (ValueError, OSError) as problem:
        raise Broken(str(problem)) from problem


class Generations:
    def __init__(self, folder: Path, layout: int) -> None:
        """``layout`` is the number of the schema: a generation with another one is not read."""
        self._folder = folder
        self._current = folder / "current"
        self._changed = folder / "changed-meanwhile"
        self._layout = f"layout-{layout}"
        self._folder.mkdir(parents=True, exist_ok=True)

    @property
    def current(self) -> Path | None:
        """The folder that answers; None before there is one, or when it was written by another version."""
        try:
            layout, _space, name = self._current.read_text().strip().partition(" ")
        except FileNotFoundError:
            return None
        return self._folder / name if layout == self._layout else None

    @property
    def is_outdated(self) -> bool:
        """Whether there is an index, but of another layout."""
        return self._current.exists() and self.current is None

    def new(self) -> Path:
        """An empty folder for the next generation."""
        last = max((int(folder.name.rpartition("-")[2]) for folder in self._all()), default=0)
        made = self._folder / f"generation-{last + 1:06}"
        made.mkdir()
        return made

    def remove_others(self) -> None:
        """Remove what broken rebuilds left behind. The lock of rebuilds is the caller's."""
        answering = self._named_in_current()
        for folder in self._all():
            if folder.name != answering:
                shutil.rmtree(folder)

    def take_over(self, generation: Path) -> None:
        """Let ``generation`` answer from now on. It must be on disk already."""
        before = self._named_in_current()
        waiting = self._folder / "current.new"
        with waiting.open("w") as file:
            file.write(f"{self._layout} {generation.name}\n")
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(self._current)
        _sync(self._folder)
        if before and before != generation.name:
            # Readers that have it open keep its files until they turn to the new one.
            shutil.rmtree(self._folder / before, ignore_errors=True)

    def begin_noting(self) -> None:
        self._changed.write_text("")

    def end_noting(self) -> None:
        self._changed.unlink()

    def note(self, ids: Sequence[int]) -> None:
        """Remember, while a rebuild runs, that these articles change."""
        if self._changed.exists():
            with self._changed.open("a") as file:
                file.write("".join(f"{number}\n" for number in ids))

    def noted(self) -> list[int]:
        """What changed while the rebuild ran, each once."""
        # A writer that was killed may have left half a number: its change was not made, and it is made again.
        lines = self._changed.read_text().split("\n")[:-1]
        return sorted({int(line) for line in lines if line.isdigit()})

    @contextmanager
    def held(self, name: str, *, wait: bool = False) -> Iterator[None]:
        """The lock of that name. Raises ``Busy`` when it is taken, or waits for it."""
        with (self._folder / f"{name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as taken:
                raise Busy(name) from taken
            yield

    def _all(self) -> list[Path]:
        return list(self._folder.glob("generation-*"))

    def _named_in_current(self) -> str:
        try:
            return self._current.read_text().strip().partition(" ")[2]
        except FileNotFoundError:
            return ""


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
