"""Releases in memory: loaded once for each worker, never changed, thrown out when others need the room.

What a release says (versions, their bodies and keys) never changes. What the bank says of it meanwhile (use, topic,
retired, archived) does, and is asked again every minute.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from huomiao.practice import drawing, seats
from huomiao.practice.hotpath.fragments import Shown, encode
from huomiao.practice.kinds import KINDS, Body, Key, Kind
from huomiao.practice.models import QuestionVersion, Release
from huomiao.practice.states import QuestionState, Use

# Beyond this the release that was not asked for longest goes.
MOST_BYTES = 256 * 1024 * 1024
MOST_LOOSE = 20_000
MOST_OUTCOMES = 100_000
# A text that somebody typed comes up once.
LONGEST_KEPT = 40
_CHUNK = 400

Load = Callable[..., Awaitable[Any]]


class Item:
    """One version of a question, ready to be shown and graded."""

    __slots__ = ("body", "explanation", "key", "kind", "places", "question", "shown", "version")

    def __init__(self, row: Sequence[Any]) -> None:
        self.version: int = row[0]
        self.question: int = row[1]
        self.kind: Kind = KINDS[row[2]]
        self.body: Body = row[3]
        self.key: Key = row[4]
        # As JSON, since it is only ever sent.
        self.explanation = encode({"explanation": row[5], "explanation_media": row[6]})[1:]
        self.places = self.kind.places(self.body)
        self.shown = Shown(self.kind, self.body, {"id": self.version, "kind": self.kind.name})

    @property
    def size(self) -> int:
        # Python's objects take several times the text that they hold.
        return self.shown.size * 3 + len(self.explanation) + 1500


class Outcome(NamedTuple):
    """What one answer to one question, shown in one order, is worth, and what is said of it."""

    # [version, answer in its own order, fraction right]; shared, never changed.
    marked: list[Any]
    told: bytes


class Outcomes:
    """Outcomes that came up before. A bank in use meets the same answers to the same questions all evening."""

    def __init__(self, *, most: int = MOST_OUTCOMES) -> None:
        self._most = most
        self._kept: dict[tuple[int, drawing.Order, bool, bytes], Outcome] = {}

    def get(self, version: int, order: drawing.Order, partial: bool, sent: bytes) -> Outcome | None:  # noqa: FBT001
        return self._kept.get((version, order, partial, sent))

    def keep(self, version: int, order: drawing.Order, partial: bool, sent: bytes, outcome: Outcome) -> None:  # noqa: FBT001
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[version, order, partial, sent] = outcome


class Filters(NamedTuple):
    topics: tuple[str, ...]
    level: str
    difficulty: int | None


class Pool(NamedTuple):
    """The items of a release that pass a filter, and their seats."""

    items: list[Item]
    seats: list[int]


class Fact(NamedTuple):
    """What the bank says of a question today."""

    is_open: bool
    topic: str
    level: str
    difficulty: int


@dataclass
class Facts:
    """What the bank says of a release today."""

    is_archived: bool
    of: dict[int, Fact]
    asked_at: float
    pools: dict[Filters, Pool] = field(default_factory=dict)


class Snapshot:
    """A release, in its own order."""

    def __init__(self, *, bank: int, items: list[Item], places: list[int], facts: Facts) -> None:
        self.bank = bank
        self.items = items
        self.seats = places
        self.facts = facts
        self.by_version = {item.version: item for item in items}
        self.seat_of = {item.version: seat for item, seat in zip(items, places, strict=True)}
        self.size = sum(item.size for item in items)

    def pool(self, filters: Filters) -> Pool:
        """What may be drawn: for practice, graded by the machine, not retired, of the topics, level and difficulty."""
        facts = self.facts
        found = facts.pools.get(filters)
        if found is None:
            chosen = [place for place, item in enumerate(self.items) if self._passes(item, facts, filters)]
            found = Pool([self.items[place] for place in chosen], [self.seats[place] for place in chosen])
            facts.pools[filters] = found
        return found

    @staticmethod
    def _passes(item: Item, facts: Facts, filters: Filters) -> bool:
        fact = facts.of.get(item.question)
        if fact is None or not fact.is_open or not item.kind.is_graded:
            return False
        if filters.topics and not fact.topic.startswith(filters.topics):
            return False
        if filters.level and fact.level != filters.level:
            return False
        return filters.difficulty is None or fact.difficulty == filters.difficulty


def _items(versions: Iterable[int]) -> list[Item]:
    wanted = list(dict.fromkeys(versions))
    found: dict[int, Item] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = QuestionVersion.objects.filter(pk__in=wanted[start : start + _CHUNK]).values_list(
            "pk", "question_id", "kind", "body", "key", "explanation", "explanation_media"
        )
        found.update((row[0], Item(row)) for row in rows)
    return [found[version] for version in wanted if version in found]


def _facts(release_id: int) -> Facts:
    release = Release.objects.select_related("bank").get(pk=release_id)
    rows = release.bank.questions.values_list("pk", "use", "state", "topic__path", "level", "difficulty")
    return Facts(
        is_archived=release.bank.archived_at is not None,
        of={
            pk: Fact(use != Use.EXAM and state != QuestionState.RETIRED, topic or "", level, difficulty)
            for pk, use, state, topic, level, difficulty in rows
        },
        asked_at=time.monotonic(),
    )


def load(release_id: int) -> Snapshot | None:
    """The release from the database; None when there is none (any more)."""
    release = Release.objects.filter(pk=release_id).first()
    if release is None:
        return None
    items = _items(release.version_ids)
    numbers = dict(zip(release.version_ids, seats.of(release), strict=True))
    return Snapshot(
        bank=release.bank_id,
        items=items,
        places=[numbers[item.version] for item in items],
        facts=_facts(release_id),
    )


class Store:
    """The snapshots and single versions that this worker holds."""

    def __init__(self) -> None:
        self._releases: OrderedDict[int, Snapshot] = OrderedDict()
        self._loose: OrderedDict[int, Item] = OrderedDict()
        self._loading: dict[int, asyncio.Future[Snapshot | None]] = {}
        self._asking: set[int] = set()
        self.outcomes = Outcomes()
        self.size = 0

    def clear(self) -> None:
        """Forget everything: another database stands behind the same keys."""
        self._releases.clear()
        self._loose.clear()
        self.outcomes = Outcomes()
        self.size = 0

    def held(self, release_id: int) -> Snapshot | None:
        """The release, when it is in memory already."""
        snapshot = self._releases.get(release_id)
        if snapshot is not None:
            self._releases.move_to_end(release_id)
        return snapshot

    async def release(self, release_id: int, loading: Load) -> Snapshot | None:
        """The release; ``loading`` runs the reading of it where it holds up nobody."""
        snapshot = self.held(release_id)
        if snapshot is not None:
            return snapshot
        already = self._loading.get(release_id)
        if already is not None:
            return await asyncio.shield(already)
        snapshot = await self._load(release_id, loading)
        if snapshot is not None:
            self._keep(release_id, snapshot)
        return snapshot

    async def _load(self, release_id: int, loading: Load) -> Snapshot | None:
        try:
            promise: asyncio.Future[Snapshot | None] = asyncio.get_running_loop().create_future()
        except RuntimeError:  # called inline, with nobody beside us who could wait for the same
            loaded: Snapshot | None = await loading(load, release_id)
            return loaded
        self._loading[release_id] = promise
        try:
            snapshot: Snapshot | None = await loading(load, release_id)
        except BaseException as problem:
            promise.set_exception(problem)
            promise.exception()  # seen: nobody else may be waiting
            raise
        else:
            promise.set_result(snapshot)
            return snapshot
        finally:
            del self._loading[release_id]

    def _keep(self, release_id: int, snapshot: Snapshot) -> None:
        self._releases[release_id] = snapshot
        self.size += snapshot.size
        while self.size > MOST_BYTES and len(self._releases) > 1:
            _, gone = self._releases.popitem(last=False)
            self.size -= gone.size

    def has_stale_facts(self, snapshot: Snapshot, seconds: float) -> bool:
        """Whether what the bank says of the release was asked longer ago than ``seconds``."""
        return time.monotonic() - snapshot.facts.asked_at > seconds

    async def refresh(self, release_id: int, snapshot: Snapshot, loading: Load) -> None:
        """Ask again what the bank says of the release; requests meanwhile go by what is known."""
        if release_id in self._asking:
            return
        self._asking.add(release_id)
        try:
            snapshot.facts = await loading(_facts, release_id)
        except Release.DoesNotExist:
            self._releases.pop(release_id, None)
            self.size -= snapshot.size
        finally:
            self._asking.discard(release_id)

    async def versions(self, versions: Sequence[int], loading: Load) -> dict[int, Item]:
        """Single versions of any bank; those that are gone are left out."""
        found = {version: self._loose[version] for version in versions if version in self._loose}
        missing = [version for version in versions if version not in found]
        if missing:
            for item in await loading(_items, missing):
                found[item.version] = self._loose[item.version] = item
            while len(self._loose) > MOST_LOOSE:
                self._loose.popitem(last=False)
        return found
