"""What changed from one version of an article to the next, so that a person sees it: added, struck, moved.

    difference = compare(old, new)
    difference.fields       # title, source, time …: what was, what is
    difference.changes      # the body's blocks in reading order, each same, added, struck, changed, moved or left

Blocks are aligned first, then the words within a block that was rewritten (``wording``). Time is bounded whatever the
texts are.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest

from huomiao.newsdesk.pipeline import alignment
from huomiao.newsdesk.pipeline.article import Article, Block
from huomiao.newsdesk.pipeline.wording import Kind, Piece, words

# Paragraphs that share this much of their pairs of characters are one, rewritten; over a distance it takes more.
_ALIKE = 0.5
_ALIKE_AFAR = 0.75
# "编辑：" may stand anywhere; only what is longer than this can be said to have moved.
_SHORTEST_MOVE = 8
# How many pairs of paragraphs are weighed against each other, and how many cells all their words may take.
_MOST_PAIRS = 20_000
_MOST_IN_GAP = 1_000
_MOST_CELLS = 400_000_000
_MOST_WEIGHED = 4_000
# By how many of its passages a paragraph is found again, and how common one may be to be of use.
_MARKS = 16
_MOST_PLACES = 20

_FIELDS = (
    "title",
    "subtitle",
    "published_at",
    "updated_at",
    "source",
    "reposted_from",
    "authors",
    "editors",
    "category",
)


@dataclass(frozen=True, slots=True)
class Change:
    """A block of either version: where it stands in the old and in the new one (None: not there), and its words."""

    kind: Kind
    before: int | None
    after: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that is not what it was, in words; ``pieces`` shows both at once."""

    name: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changed between two versions."""

    fields: tuple[FieldChange, ...]
    changes: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        return not self.fields and all(change.kind == Kind.SAME for change in self.changes)

    @property
    def counts(self) -> dict[str, int]:
        """How many blocks were added, struck, changed and moved."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in (Kind.ADDED, Kind.STRUCK, Kind.CHANGED, Kind.MOVED)}


def compare(old: Article, new: Article) -> Difference:
    """The difference of two versions of an article."""
    fields = []
    for name in _FIELDS:
        before, after = _words(getattr(old, name)), _words(getattr(new, name))
        if before != after:
            fields.append(FieldChange(name, before, after, words(before, after)))
    return Difference(tuple(fields), tuple(blocks(old.body, new.body)))


def blocks(old: Sequence[Block], new: Sequence[Block]) -> list[Change]:
    """What happened to each block, in an order in which both versions can be read."""
    return _Blocks(old, new).changes()


class _Blocks:
    """The alignment of two bodies."""

    def __init__(self, old: Sequence[Block], new: Sequence[Block]) -> None:
        self._old, self._new = old, new
        self._keys = [_key(block) for block in old], [_key(block) for block in new]
        self._grams: dict[tuple[int, int], Counter[str]] = {}
        self._pairs_left = _MOST_PAIRS
        self._budget = alignment.Budget(_MOST_CELLS)

    def changes(self) -> list[Change]:
        same = alignment.common(*self._keys, anchor=1, budget=self._budget)
        # Old place → new place of blocks that stand in one order in both, whether kept or rewritten.
        partner = dict(same)
        for gone, came in self._gaps(same):
            partner |= self._rewritten(gone, came)
        moved = self._moved(partner)
        came_from = {after: before for before, after in moved.items()}
        changes: list[Change] = []
        here = there = 0
        for before, after in [*sorted(partner.items()), (len(self._old), len(self._new))]:
            changes += [self._gone(at, moved.get(at)) for at in range(here, before)]
            changes += [self._came(at, came_from.get(at)) for at in range(there, after)]
            if before < len(self._old):
                changes.append(self._stayed(before, after))
            here, there = before + 1, after + 1
        return changes

    def _gaps(self, pairs: list[tuple[int, int]]) -> Iterator[tuple[range, range]]:
        """The stretches between blocks that are the same, where both versions have something."""
        here = there = 0
        for before, after in [*pairs, (len(self._old), len(self._new))]:
            if before > here and after > there:
                yield range(here, before), range(there, after)
            here, there = before + 1, after + 1

    def _rewritten(self, here: range, there: range) -> dict[int, int]:
        """Which blocks of a gap are the same one, rewritten: as much likeness in all as their order allows."""
        if len(here) * len(there) > min(_MOST_IN_GAP, self._pairs_left):
            return dict(alignment.ascending(self._likely(here, there, _ALIKE)))
        self._pairs_left -= len(here) * len(there)
        best = [[0.0] * (len(there) + 1) for _row in range(len(here) + 1)]
        likeness = {}
        for row, before in enumerate(here):
            for column, after in enumerate(there):
                alike = likeness[row, column] = self._alike(before, after)
                best[row + 1][column + 1] = max(
                    best[row][column + 1], best[row + 1][column], best[row][column] + alike if alike >= _ALIKE else 0.0
                )
        found: dict[int, int] = {}
        row, column = len(here), len(there)
        while row and column:
            alike = likeness[row - 1, column - 1]
            if alike >= _ALIKE and best[row][column] == best[row - 1][column - 1] + alike:
                row, column = row - 1, column - 1
                found[here[row]] = there[column]
            elif best[row][column] == best[row - 1][column]:
                row -= 1
            else:
                column -= 1
        return found

    def _moved(self, partner: dict[int, int]) -> dict[int, int]:
        """Of the blocks that are left, which one stands elsewhere now: word for word, or nearly."""
        arrived = set(partner.values())
        gone = [at for at in range(len(self._old)) if at not in partner and _can_move(self._old[at])]
        came = [at for at in range(len(self._new)) if at not in arrived and _can_move(self._new[at])]
        places: dict[object, list[int]] = {}
        for at in came:
            places.setdefault(self._keys[1][at], []).append(at)
        found: dict[int, int] = {}
        for at in gone:
            if there := places.get(self._keys[0][at]):
                found[at] = there.pop(0)
        gone = [at for at in gone if at not in found]
        came = sorted(set(came) - set(found.values()))
        return found | dict(self._likely(gone, came, _ALIKE_AFAR))

    def _likely(self, gone: Sequence[int], came: Sequence[int], least: float) -> list[tuple[int, int]]:
        """Which of ``came`` each of ``gone`` has become, if any: weighed are those with which it shares rare passages."""
        standing: dict[int, list[int]] = {}
        for after in came:
            for mark in _marks(self._new[after].text):
                standing.setdefault(mark, []).append(after)
        found: list[tuple[int, int]] = []
        taken: set[int] = set()
        for before in gone:
            met = Counter(
                after
                for mark in _marks(self._old[before].text)
                if len(places := standing.get(mark, ())) <= _MOST_PLACES
                for after in places
                if after not in taken
            )
            likely = [(self._alike(before, after), -after) for after, _shared in met.most_common(3)]
            alike, place = max(likely, default=(0.0, 0))
            if alike >= least:
                found.append((before, -place))
                taken.add(-place)
        return found

    def _alike(self, before: int, after: int) -> float:
        """0 to 1: how many of their pairs of characters two blocks share; 0 if they are of different kinds."""
        if self._old[before].kind != self._new[after].kind:
            return 0.0
        a, b = self._pairs_of(0, before), self._pairs_of(1, after)
        total = a.total() + b.total()
        return 2 * (a & b).total() / total if total else 0.0

    def _pairs_of(self, side: int, at: int) -> Counter[str]:
        if (side, at) not in self._grams:
            text = (self._old, self._new)[side][at].text[:_MOST_WEIGHED]
            self._grams[side, at] = Counter(text[n : n + 2] for n in range(len(text) - 1))
        return self._grams[side, at]

    def _stayed(self, before: int, after: int) -> Change:
        if self._keys[0][before] == self._keys[1][after]:
            return Change(Kind.SAME, before, after, _whole(Kind.SAME, self._new[after]))
        return Change(Kind.CHANGED, before, after, words(self._old[before].text, self._new[after].text, self._budget))

    def _gone(self, before: int, after: int | None) -> Change:
        kind = Kind.STRUCK if after is None else Kind.LEFT
        return Change(kind, before, after, _whole(Kind.STRUCK, self._old[before]))

    def _came(self, after: int, before: int | None) -> Change:
        if before is None:
            return Change(Kind.ADDED, None, after, _whole(Kind.ADDED, self._new[after]))
        pieces = words(self._old[before].text, self._new[after].text, self._budget)
        return Change(Kind.MOVED, before, after, pieces)


def _marks(text: str) -> list[int]:
    """Some passages of a text, always the same ones wherever it stands: those whose checksums are the lowest."""
    passages = {text[at : at + 4] for at in range(min(len(text), _MOST_WEIGHED) - 3)}
    return nsmallest(_MARKS, (zlib.crc32(passage.encode("utf-8", "surrogatepass")) for passage in passages))


def _key(block: Block) -> tuple[str, str, str, int]:
    """What makes two blocks the same: white space does not count, and a picture is known by its address."""
    address = block.image.address if block.image else ""
    return block.kind, " ".join(block.text.split()), address, block.level


def _can_move(block: Block) -> bool:
    return block.image is not None or len(block.text) > _SHORTEST_MOVE


def _whole(kind: Kind, block: Block) -> tuple[Piece, ...]:
    return (Piece(kind, block.text),) if block.text else ()


def _words(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return str(value or "")
