"""The history: one entry per act, chained by hash, so that an edit behind its back shows.

An entry is written inside the transaction of the act that it describes. Right after that transaction the entries
not yet in the chain are *sealed*: numbered and hashed in order of their id, each hash over the one before. Sealing
afterwards keeps long transactions (an import of five thousand rows) from holding the chain's lock while they work.

Models can be *guarded*: each entry then carries a digest of the subject's guarded fields as they stood after the
act, and ``verify`` compares the last digest with the row in the database. So an UPDATE that no action made is named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone

from huomiao.core.models import Entry, Seal
from huomiao.core.numbers import plain

if TYPE_CHECKING:
    from huomiao.accounts.models import User

BATCH = 1000


@dataclass(frozen=True)
class Guard:
    """Which fields of a model are under guard, and from when on a row is."""

    fields: tuple[str, ...]
    when: Callable[[dict[str, Any]], bool] = field(default=lambda _values: True)


@dataclass(frozen=True)
class Problem:
    """One thing that ``verify`` found: where, and what is wrong with it."""

    where: str
    what: str


GUARDS: dict[type[models.Model], Guard] = {}


def guard(model: type[models.Model], *fields: str, when: Callable[[dict[str, Any]], bool] | None = None) -> None:
    """Put ``fields`` of ``model`` under guard; ``when`` gets the field values and says whether the row is guarded yet."""
    GUARDS[model] = Guard(fields, when) if when else Guard(fields)


def subject_type(model: type[models.Model] | models.Model) -> str:
    """How entries name a model: ``innovations.declaration``."""
    return model._meta.label_lower


def of(subject: models.Model) -> models.QuerySet[Entry]:
    """The history of one thing, newest first."""
    return Entry.objects.filter(subject_type=subject_type(subject), subject_id=str(subject.pk)).order_by("-pk")


def record(
    subject: models.Model,
    action: str,
    *,
    by: User | None,
    note: str = "",
    changes: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Entry:
    """Write one act on ``subject`` into the history. ``by`` is None when the clock did it.

    ``changes`` maps a field to ``[before, after]``. Never put personal identifiers, answers or passwords into it.
    """
    return record_many([subject], action, by=by, note=note, changes=[changes or {}], at=at)[0]


def record_many(
    subjects: Iterable[models.Model],
    action: str,
    *,
    by: User | None,
    note: str = "",
    changes: Iterable[dict[str, Any]] | None = None,
    at: datetime | None = None,
) -> list[Entry]:
    """Write the same act on many subjects of one model, with as few queries as that takes."""
    subjects = list(subjects)
    if not subjects:
        return []
    all_changes = list(changes) if changes is not None else [{} for _ in subjects]
    digests = _digests(type(subjects[0]), [subject.pk for subject in subjects])
    moment = at or timezone.now()
    entries = [
        Entry(
            at=moment,
            actor_id=by.pk if by else None,
            actor_name=str(by)[:100] if by else "",
            action=action,
            subject_type=subject_type(subject),
            subject_id=str(subject.pk),
            subject_label=str(subject)[:200],
            note=note,
            changes=json.loads(_canonical(change)),
            state_digest=digests.get(subject.pk, ""),
        )
        for subject, change in zip(subjects, all_changes, strict=True)
    ]
    Entry.objects.bulk_create(entries, batch_size=BATCH)
    _seal_after_commit()
    return entries


def _seal_after_commit() -> None:
    connection = transaction.get_connection()
    if not any(callback is seal for _sids, callback, _robust in connection.run_on_commit):
        transaction.on_commit(seal)


def seal() -> int:
    """Take every unsealed entry into the chain, in order of id; returns how many."""
    sealed = 0
    with transaction.atomic():
        head, _created = Seal.objects.select_for_update().get_or_create(pk=1)
        while batch := list(Entry.objects.filter(number=None).order_by("pk")[:BATCH]):
            for entry in batch:
                head.count += 1
                entry.number = head.count
                entry.hash = head.hash = _link(head.hash, entry)
            # An upsert of rows that exist: many times quicker than bulk_update's CASE for each row.
            Entry.objects.bulk_create(
                batch, update_conflicts=True, unique_fields=["id"], update_fields=["number", "hash"], batch_size=BATCH
            )
            sealed += len(batch)
        if sealed:
            head.save()
    return sealed


def root() -> tuple[int, str]:
    """The chain's length and last hash: published daily, it dates everything before it."""
    head = Seal.objects.filter(pk=1).first()
    return (head.count, head.hash) if head else (0, "")


def verify() -> Iterator[Problem]:
    """Recompute the whole chain and compare every guarded row with its last entry; yields what does not hold."""
    seal()
    yield from _verify_chain()
    for model in GUARDS:
        yield from _verify_rows(model)


def _verify_chain() -> Iterator[Problem]:
    count, expected_head = root()
    number, previous = 0, ""
    for entry in Entry.objects.order_by("number").iterator(chunk_size=BATCH):
        number += 1
        if entry.number != number:
            yield Problem(f"core.entry {number}", f"missing: the next entry is number {entry.number}")
            number = entry.number or number
        elif entry.hash != _link(previous, entry):
            yield Problem(f"core.entry {number}", f"altered: {entry.action} on {entry.subject_type} {entry.subject_id}")
        previous = entry.hash
    if number < count:
        yield Problem(f"core.entry {number + 1}", f"missing: the chain ends at {number} of {count}")
    elif previous != expected_head:
        yield Problem("core.seal", "the head of the chain is not the hash of its last entry")


def _verify_rows(model: type[models.Model]) -> Iterator[Problem]:
    name = subject_type(model)
    known: dict[str, str] = {}
    for entry in Entry.objects.filter(subject_type=name).order_by("pk").iterator(chunk_size=BATCH):
        known[entry.subject_id] = entry.state_digest
    for pk, digest in _digests(model, None).items():
        recorded = known.pop(str(pk), "")
        if digest != recorded:
            what = "changed behind the history's back" if recorded else "not in the history"
            yield Problem(f"{name} {pk}", what)
    for pk_text, digest in known.items():
        if digest:
            yield Problem(f"{name} {pk_text}", "removed behind the history's back")


def _digests(model: type[models.Model], pks: list[Any] | None) -> dict[Any, str]:
    """Digest of the guarded fields of rows by key, read from the database as it is; "" where not guarded."""
    watched = GUARDS.get(model)
    if watched is None:
        return {}
    rows = model._base_manager.all()
    columns = ("pk", *watched.fields)
    found: dict[Any, str] = {}
    if pks is None:
        chunks: Iterable[models.QuerySet[Any]] = [rows]
    else:
        chunks = [rows.filter(pk__in=pks[start : start + 500]) for start in range(0, len(pks), 500)]
    for chunk in chunks:
        for values in chunk.values(*columns).iterator(chunk_size=BATCH):
            pk = values.pop("pk")
            found[pk] = hashlib.sha256(_canonical(values).encode()).hexdigest() if watched.when(values) else ""
    return found


def _link(previous: str, entry: Entry) -> str:
    content = {
        "previous": previous,
        "id": entry.pk,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "subject_label": entry.subject_label,
        "note": entry.note,
        "changes": entry.changes,
        "state_digest": entry.state_digest,
    }
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(value)
    return str(value)
