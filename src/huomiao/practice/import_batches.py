"""A file of questions on its way into a bank, as the actions and the work in the background both treat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid
from huomiao.practice.formats.draft import Finding
from huomiao.practice.models import BankImport
from huomiao.practice.states import ImportState, RowFate

# So many rows are written at a time.
CHUNK = 500


class HasErrors(Invalid):
    """All of a file was to be imported, and some of it cannot be."""

    code = "has_problems"


def need_good(counts: Mapping[str, int], findings: Sequence[Mapping[str, Any]], *, only_good: bool) -> None:
    """Refuse a file of which nothing can be imported, or not all where all is wanted."""
    fatal = [finding["message"] for finding in findings if finding["is_error"]]
    if fatal:
        raise HasErrors(fatal[0])
    if counts.get(RowFate.ERROR) and not only_good:
        raise HasErrors(
            _("有 %(count)s 道题有问题，没有导入任何题。可以改好再上传，或只导入没有问题的题。")
            % {"count": counts[RowFate.ERROR]}
        )
    if not counts.get(RowFate.NEW) and not counts.get(RowFate.CHANGED):
        raise HasErrors(_("没有需要新增或更新的题。"))


def findings_of(values: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """What was found about the file as a whole, from how it is stored."""
    return [Finding(**value) for value in values]


def beat(batch: BankImport, done: int, total: int) -> None:
    """Say how far the work in the background is."""
    batch.done, batch.total = done, total
    BankImport.objects.filter(pk=batch.pk).update(done=done, total=total, beat_at=timezone.now())


def leave(batch: BankImport, state: ImportState, *, refusal: str = "") -> None:
    """End the work in the background with what it found."""
    batch.state, batch.refusal = state, refusal
    fields = ["state", "refusal", "format", "sheets", "counts", "options", "findings"]
    # Somebody may have given it up meanwhile: then it stays given up.
    values = {name: getattr(batch, name) for name in fields}
    BankImport.objects.filter(pk=batch.pk, state__in=[ImportState.READING, ImportState.WRITING]).update(**values)


def forget(batch: BankImport, state: ImportState, *, at: datetime) -> None:
    """Drop the file and what was read from it; the counts stay."""
    batch.state = state
    batch.done_at = at
    batch.content = b""
    batch.sheets = []
    batch.save(update_fields=["state", "done_at", "content", "sheets", "counts", "options", "findings", "refusal"])
    if state == ImportState.DROPPED:
        batch.rows.all().delete()
