"""The row of an address in the frontier: how one is made stands here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from huomiao.newsdesk import web_addresses
from huomiao.newsdesk.models import LONGEST_ADDRESS, Address, Source
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.states import AddressKind, Rank, SourceState


def row(url: str, *, source_id: int, kind: AddressKind, due_at: datetime | None, found_at: datetime) -> Address:
    """A row, not saved, for ``url`` (cleaned)."""
    return Address(
        source_id=source_id,
        url=url,
        url_hash=web_addresses.key(url),
        lane=web_addresses.site(url),
        kind=kind,
        rank=rank_of(kind),
        due_at=due_at,
        found_at=found_at,
    )


def known(url: str, *, source: Source, kind: AddressKind, due_at: datetime | None, at: datetime) -> Address:
    """The row of ``url`` (cleaned); where there is none, one that is ``source``'s and due at ``due_at`` (None: never).

    An address that is known stays whose and what it was.
    """
    made = row(url, source_id=source.pk, kind=kind, due_at=due_at, found_at=at)
    Address.objects.bulk_create([made], ignore_conflicts=True)
    return Address.objects.get(url_hash=made.url_hash)


def rank_of(kind: AddressKind) -> Rank:
    """Where an address of that kind that nobody has visited stands."""
    return Rank.SOURCE if kind in AddressKind.sources() else Rank.NEW


def add(found: Iterable[Found], *, at: datetime) -> None:
    """Add what was found and is not known, due at ``at``; what a source that is gone or paused led to is left."""
    active = {str(pk) for pk in Source.objects.filter(state=SourceState.ACTIVE).values_list("pk", flat=True)}
    rows = {
        one.address: row(
            one.address, source_id=int(one.source), kind=AddressKind(one.kind.value), due_at=at, found_at=at
        )
        for one in found
        if one.source in active and len(one.address) <= LONGEST_ADDRESS
    }
    Address.objects.bulk_create(rows.values(), ignore_conflicts=True, batch_size=200)
