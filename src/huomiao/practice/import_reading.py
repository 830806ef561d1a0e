"""Reading a file that was brought: what it holds, and what it would do to its bank."""

from __future__ import annotations

from collections import Counter
from functools import partial

from django.db import transaction

from huomiao.practice import importing
from huomiao.practice.formats import registry, sheets, tables
from huomiao.practice.formats.draft import Media, Reading
from huomiao.practice.import_batches import CHUNK, beat, leave
from huomiao.practice.importing import Planned
from huomiao.practice.models import BankImport, ImportRow
from huomiao.practice.queries import imports as queries
from huomiao.practice.states import ImportState, RowFate


def read(batch: BankImport) -> None:
    """Read ``batch`` and keep every question's fate for its preview; unknown columns have to be assigned first.

    Raises:
        DomainError: the file cannot be read.
    """
    reading = _read(batch)
    if reading is not None:
        _plan(batch, reading)


def media_of(batch: BankImport) -> Media:
    """The pictures in the file, read again from it."""
    content = bytes(batch.content)
    reader = registry.READERS[batch.format]
    return reader.read(content).media if reader.read is not None else sheets.open_tables(content).media


def _read(batch: BankImport) -> Reading | None:
    """What the file holds; None where columns must be assigned first."""
    content = bytes(batch.content)
    batch.format = registry.recognise(content, batch.file_name)
    reader = registry.READERS[batch.format]
    if reader.read is not None:
        return reader.read(content)
    book = sheets.open_tables(content)
    if batch.sheets:
        plans = [sheets.SheetPlan.from_json(values) for values in batch.sheets]
    else:
        plans = sheets.plan(book, queries.remembered(batch.bank.owner))
        batch.sheets = [plan.as_json() for plan in plans]
        if not any(plan.is_used for plan in plans):
            leave(batch, ImportState.MAPPING)
            return None
    return tables.read(book, plans, progress=partial(beat, batch))


def _plan(batch: BankImport, reading: Reading) -> None:
    made = importing.plan(batch.bank, reading.drafts, reading.media, progress=partial(beat, batch))
    kinds = Counter(row.draft.kind for row in made.rows if row.fate in {RowFate.NEW, RowFate.CHANGED, RowFate.SAME})
    pictures = {
        name for row in made.rows if row.fate != RowFate.ERROR for names in row.draft.media.values() for name in names
    }
    batch.counts = {**made.counts, "kinds": dict(kinds), "pictures": len(pictures)}
    batch.options = {"has_pattern": made.has_pattern, "seen": queries.mark(batch.bank)}
    batch.findings = [vars(finding) for finding in (*reading.findings, *made.findings)]
    with transaction.atomic():
        batch.rows.all().delete()
        ImportRow.objects.bulk_create(
            [_row(batch, number, planned) for number, planned in enumerate(made.rows, 1)], batch_size=CHUNK
        )
        leave(batch, ImportState.PREVIEW)


def _row(batch: BankImport, number: int, planned: Planned) -> ImportRow:
    draft = planned.draft
    return ImportRow(
        batch=batch,
        number=number,
        sheet=draft.sheet[:120],
        line=draft.line,
        code=planned.code or draft.code,
        kind=draft.kind,
        stem=draft.stem[:120],
        fate=planned.fate,
        draft=draft.as_json(),
        question_id=planned.question_id,
    )
