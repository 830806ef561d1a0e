"""The crawl's frontier on the desk's own tables (``pipeline.crawl`` says what it promises)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Min, QuerySet
from django.utils import timezone

from huomiao.newsdesk import known_addresses, web_addresses, websub
from huomiao.newsdesk.models import Address, Rest, Source
from huomiao.newsdesk.pipeline.crawl import Claim, Visit
from huomiao.newsdesk.pipeline.fetch.kinds import SOURCES, Kind
from huomiao.newsdesk.pipeline.fetch.revisits import Memory, Outcome
from huomiao.newsdesk.states import Rank, SourceState

# So many due addresses are looked at in one go to find hosts that have room.
LOOKED_AT = 400
GOOD = frozenset({Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED})


class DeskFrontier:
    """Every address that the desk knows. Sources that are paused have none that are due."""

    def __init__(self) -> None:
        self._connection: BaseDatabaseWrapper | None = None

    def take_back(self, owner: str, *, until: datetime) -> list[Claim]:
        """See ``Frontier.take_back``. It is the crawl's first call, in the thread in which all the others come."""
        self._connection = connections[DEFAULT_DB_ALIAS]
        with transaction.atomic():
            left = Address.objects.filter(owner=owner, leased_until__isnull=False)
            left.update(leased_until=until)
            return [_claim(one) for one in left.order_by("pk")]

    @transaction.atomic
    def claim(
        self, owner: str, *, at: datetime, until: datetime, most: int, per_host: int, busy: Mapping[str, int]
    ) -> list[Claim]:
        """See ``Frontier.claim``."""
        Address.objects.filter(leased_until__lt=at).update(lease="", owner="", leased_until=None)
        held = Counter(busy)
        shut = set(Rest.objects.filter(until__gt=at).values_list("lane", flat=True))
        shut |= set(
            Address.objects.filter(leased_until__isnull=False)
            .exclude(owner=owner)
            .values_list("lane", flat=True)
            .distinct()
        )
        chosen: list[Address] = []
        for rank in Rank:
            # One rank at a time: what is due stands together in the index, and what is not is never walked through.
            self._choose(self._due(at).filter(rank=rank).exclude(lane__in=shut), chosen, held, most, per_host)
        for address in chosen:
            address.lease, address.owner, address.leased_until = uuid.uuid4().hex, owner, until
        Address.objects.bulk_update(chosen, ["lease", "owner", "leased_until"], batch_size=200)
        return [_claim(address) for address in chosen]

    def _choose(
        self, due: QuerySet[Address], chosen: list[Address], held: Counter[str], most: int, per_host: int
    ) -> None:
        """Put the first of ``due`` whose hosts have room to ``chosen``, and count them in ``held``."""
        while len(chosen) < most:
            full = {lane for lane, count in held.items() if count >= per_host}
            rows = due.exclude(lane__in=full).exclude(pk__in=[one.pk for one in chosen])
            looked_at = list(
                rows.select_for_update(of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked)[
                    :LOOKED_AT
                ]
            )
            taken = 0
            for address in looked_at:
                if len(chosen) < most and held[address.lane] < per_host:
                    held[address.lane] += 1
                    chosen.append(address)
                    taken += 1
            if not taken or len(looked_at) < LOOKED_AT:
                return

    @transaction.atomic
    def settle(self, visits: Sequence[Visit], rests: Mapping[str, datetime]) -> None:
        """See ``Frontier.settle``. A claim whose lease ran out and was given to another changes nothing."""
        now = timezone.now()
        for visit in visits:
            verdict = visit.verdict
            kept = Address.objects.filter(lease=visit.claim.lease)
            kept.update(
                lease="",
                owner="",
                leased_until=None,
                due_at=verdict.next_at,
                memory=verdict.memory.to_json(),
                visited_at=now if verdict.outcome != Outcome.POSTPONED else F("visited_at"),
                status=visit.fetched.last.status if visit.fetched else None,
                trouble=verdict.reason.value if verdict.reason else "",
                rank=_next_rank(visit),
            )
            if visit.claim.kind in SOURCES and verdict.outcome != Outcome.POSTPONED:
                self._note_health(visit, at=now)
        known_addresses.add((one for visit in visits for one in visit.found), at=now)
        for lane, until in rests.items():
            Rest.objects.update_or_create(lane=lane, defaults={"until": until})

    def next_due(self, at: datetime) -> datetime | None:
        """See ``Frontier.next_due``."""
        resting = dict(Rest.objects.filter(until__gt=at).values_list("lane", "until"))
        free = self._due(None).exclude(lane__in=resting)
        # The first of each rank is one step in the index; the first of all would be a walk along it.
        firsts = (free.filter(rank=rank).values_list("due_at", flat=True).first() for rank in Rank)
        moments = [due for due in firsts if due is not None]
        behind = self._due(None).filter(lane__in=resting).order_by().values_list("lane").annotate(due=Min("due_at"))
        moments += [max(due, resting[lane]) for lane, due in behind if due is not None]
        return min(moments, default=None)

    def close(self) -> None:
        """Let go of the database connection of the crawl's thread, which is gone by now."""
        if self._connection is not None:
            self._connection.inc_thread_sharing()
            self._connection.close()

    def _due(self, at: datetime | None) -> QuerySet[Address]:
        free = Address.objects.filter(leased_until__isnull=True, due_at__isnull=False, source__state=SourceState.ACTIVE)
        return (free.filter(due_at__lte=at) if at else free).order_by("due_at", "pk")

    def _note_health(self, visit: Visit, *, at: datetime) -> None:
        """What a source's page shows, and its push, stand on the visits to its own address."""
        source = Source.objects.filter(pk=visit.claim.source, address_hash=web_addresses.key(visit.claim.address))
        if visit.verdict.outcome in GOOD:
            source.update(checked_at=at, succeeded_at=at, failures=0, last_error="")
            found = source.first() if visit.hub is not None else None
            if found is not None and visit.hub is not None:
                websub.offered(found, visit.hub, at=at)
        else:
            reason = visit.verdict.reason.value if visit.verdict.reason else ""
            source.update(checked_at=at, failures=F("failures") + 1, last_error=reason)


def _next_rank(visit: Visit) -> Rank | F:
    if visit.claim.kind in SOURCES:
        return Rank.SOURCE
    # Who was told to come later has not been there yet.
    return F("rank") if visit.verdict.outcome == Outcome.POSTPONED else Rank.AGAIN


def _claim(address: Address) -> Claim:
    return Claim(
        address.lease, address.url, Kind(address.kind), str(address.source_id), Memory.from_json(address.memory)
    )
