"""The row of an address in the frontier: how one is made stands here and nowhere else."""

from __future__ import annotations

from datetime import datetime

from huomiao.newsdesk import web_addresses
from huomiao.newsdesk.models import Address, Source
from huomiao.newsdesk.states import AddressKind, Rank


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
