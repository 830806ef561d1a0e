"""Writing to the embedded index: batches of changes, and a whole new generation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from huomiao.newsdesk.pipeline.search.documents import Change, Document
from huomiao.newsdesk.pipeline.search.generations import Generations
from huomiao.newsdesk.pipeline.search.interface import Outdated
from huomiao.newsdesk.pipeline.search.schema import entry, schema

# What has come in is kept in memory up to this size, then written as a segment.
_BATCH_BYTES = 50_000_000
_BUILD_BYTES = 400_000_000
_PROGRESS_EVERY = 1000


class EmbeddedWriter:
    """See ``interface.Writing``. Whoever holds it is the only one; merging of segments goes on beside it."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._folder: Path | None = None
        self._writer: Any = None

    def apply(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        with self._generations.held("turn", wait=True):
            self._follow()
            self._generations.note([change.id for change in changes])
            try:
                _make(self._writer, changes)
                self._writer.commit()
            except BaseException:
                # Half a batch must not go in with the next one.
                self._writer.rollback()
                raise

    def close(self) -> None:
        """Give the index back; merges that are under way are finished first."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

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
            _make(writer, load(noted))
            writer.commit()
            writer.wait_merging_threads()
        generations.take_over(folder)
        generations.end_noting()
    if progress:
        progress(done)
    return done


def _make(writer: Any, changes: Sequence[Change]) -> None:
    for change in changes:
        writer.delete_documents_by_term("id", change.id)
        if change.document is not None:
            writer.add_document(entry(change.document))
