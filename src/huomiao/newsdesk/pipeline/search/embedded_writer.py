"""Writing to the embedded index: batches of changes, and a whole new generation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from huomiao.newsdesk.pipeline.search.documents import Change, Document
from huomiao.newsdesk.pipeline.search.generations import Generations, broken_is_told
from huomiao.newsdesk.pipeline.search.interface import Outdated
from huomiao.newsdesk.pipeline.search.schema import entry, schema

# What has come in is kept in memory up to this size, then written as a segment.
_BATCH_BYTES = 50_000_000
_BUILD_BYTES = 400_000_000
_PROGRESS_EVERY = 1000
_LOOK_EVERY = 0.05
# A segment's files have its number for a name, and a merge writes to one of them all the time.
_NAME = 32
_GROWING = 5.0


class EmbeddedWriter:
    """See ``interface.Writing``. Whoever holds it is the only one; merging of segments goes on beside it."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._folder: Path | None = None
        self._writer: Any = None
        self._found: set[str] = set()

    def apply(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        # An article that cannot be written is found out before anything is made of the batch.
        made = _made(changes)
        with broken_is_told(), self._generations.held("turn", wait=True):
            self._follow()
            self._generations.note([change.id for change in changes])
            try:
                _make(self._writer, made)
                self._writer.commit()
            except BaseException:
                # Half a batch must not go in with the next one.
                self._writer.rollback()
                raise

    def tidy(self, stop: Callable[[], bool]) -> None:
        """Wait for the merges that are under way, ready to write meanwhile: of a large index they may take a minute."""
        while self._writer is not None and self._is_merging() and not stop():
            time.sleep(_LOOK_EVERY)

    def close(self) -> None:
        """Give the index back; merges that are still under way are finished first."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with broken_is_told():
                writer.wait_merging_threads()

    def _is_merging(self) -> bool:
        """Whether files grow of a segment that is not part of the index yet."""
        folder = self._folder
        if folder is None:
            return False
        with broken_is_told():
            # What remains of segments that were merged goes first: it looks the same.
            self._writer.garbage_collect_files()
            known = (folder / "meta.json").read_text().replace("-", "")
            begun = [file for file in folder.glob("*.*") if len(file.stem) == _NAME and file.stem not in known]
        # A process that was killed, or had no more room, leaves files that grow no further.
        return any(_grew_at(file) > time.time() - _GROWING for file in begun if file.name not in self._found)

    def _follow(self) -> None:
        """Write to the generation that answers; it may have changed since the last batch."""
        folder = self._generations.current
        if self._generations.is_outdated:
            raise Outdated
        if folder is None:
            folder = self._generations.new()
            tantivy.Index(schema(), path=str(folder))
            self._generations.take_over(folder)
        if folder != self._folder:
            # The old one's folder is gone; nothing of it is worth finishing.
            self._writer = None
            self._writer = tantivy.Index(schema(), path=str(folder)).writer(_BATCH_BYTES, 1)
            self._folder = folder
            self._found = {file.name for file in folder.iterdir()}


def build(
    generations: Generations,
    documents: Iterable[Document],
    load: Callable[[Sequence[int]], Sequence[Change]],
    progress: Callable[[int], None] | None,
) -> int:
    """Fill a new generation from ``documents`` and let it take over. The lock of rebuilds is the caller's."""
    with generations.held("turn", wait=True):
        generations.remove_others()
        folder = generations.new()
        generations.begin_noting()
    writer = tantivy.Index(schema(), path=str(folder)).writer(_BUILD_BYTES, 1)
    done = 0
    for document in documents:
        writer.add_document(entry(document))
        done += 1
        if progress and done % _PROGRESS_EVERY == 0:
            progress(done)
    writer.commit()
    writer.wait_merging_threads()
    with generations.held("turn", wait=True):
        if noted := generations.noted():
            writer = tantivy.Index(schema(), path=str(folder)).writer(_BATCH_BYTES, 1)
            _make(writer, _made(load(noted)))
            writer.commit()
            writer.wait_merging_threads()
        generations.take_over(folder)
        generations.end_noting()
    if progress:
        progress(done)
    return done


def _made(changes: Sequence[Change]) -> list[tuple[int, Any]]:
    return [(change.id, entry(change.document) if change.document else None) for change in changes]


def _make(writer: Any, made: list[tuple[int, Any]]) -> None:
    for number, document in made:
        writer.delete_documents_by_term("id", number)
        if document is not None:
            writer.add_document(document)


def _grew_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0
