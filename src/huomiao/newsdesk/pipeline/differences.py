"""What changed from one version of an article to the next, so that a person sees it: added, struck, moved.

    difference = compare(old, new)
    difference.fields       # title, source, time …: what was, what is
    difference.changes      # the body's blocks in reading order, each same, added, struck, changed, moved or left

Blocks are aligned first, then the words within a block that was rewritten. Numbers and foreign words stay whole, and
scraps that two sentences share only by chance are not shown as kept. Time is bounded whatever the texts are.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import nsmallest

from huomiao.newsdesk.pipeline import alignment
from huomiao.newsdesk.pipeline.article import Article, Block

# Paragraphs that share this much of their pairs of characters are one, rewritten; over a distance it takes more.
_ALIKE = 0.5
_ALIKE_AFAR = 0.75
# "编辑：" may stand anywhere; only what is longer than this can be said to have moved.
_SHORTEST_MOVE = 8
# Where less than this of a paragraph was kept, the old and the new one as wholes are easier to read.
_LEAST_KEPT = 0.25
# More than three characters in a row are not shared by chance.
_MOST_SCRAP = 3
# A block longer than this is compared by sentences.
_LONG = 50_000
# How many pairs of paragraphs are weighed against each other, and how many cells all their words may take.
_MOST_PAIRS = 20_000
_MOST_IN_GAP = 1_000
_MOST_CELLS = 400_000_000
_MOST_WEIGHED = 4_000
# By how many of its passages a paragraph is found again, and how common one may be to be of use.
_MARKS = 16
_MOST_PLACES = 20

_TOKEN = re.compile(r"[^\W\u2e80-\uffff_]+(?:[.,:'’/–-][^\W\u2e80-\uffff_]+)*%?|\s+|.", re.DOTALL)
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]*|[。！？!?\n]+")
_ENDS = {**dict.fromkeys("。！？!?；;\n", 3), **dict.fromkeys("，、：:,）)”》", 2), **dict.fromkeys("“《（( ", 1)}
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


class Kind(StrEnum):
    """What happened to a block, or to some words of one. ``LEFT`` marks where a ``MOVED`` block was."""

    SAME = "same"
    ADDED = "added"
    STRUCK = "struck"
    CHANGED = "changed"
    MOVED = "moved"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and what happened to them: same, added or struck."""

    kind: Kind
    text: str


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


def words(old: str, new: str, budget: alignment.Budget | None = None) -> tuple[Piece, ...]:
    """Two texts as one, with what was struck before what was added in its place."""
    token = _TOKEN if len(old) + len(new) < 2 * _LONG else _SENTENCE
    before, after = token.findall(old), token.findall(new)
    runs = _runs(before, after, alignment.common(before, after, anchor=12, budget=budget))
    runs = _without_scraps(runs)
    kept = sum(len(run.old) for run in runs if run.is_same)
    if kept < _LEAST_KEPT * max(len(before), len(after)):
        runs = [_Run(before, after, is_same=False)]
    return tuple(_pieces(_settled(runs)))


@dataclass(slots=True)
class _Run:
    """Words that were kept (the same in both), or what stood and what stands in one place.

    ``weight`` says how much text that is (of a replacement, the longer side), where that was asked for.
    """

    old: list[str]
    new: list[str]
    is_same: bool
    weight: int = 0


def _weight(tokens: list[str]) -> int:
    """A Chinese character weighs one, a foreign word or a number two, what stands between them nothing."""
    return sum(0 if not token[0].isalnum() else 1 if len(token) == 1 else 2 for token in tokens)


def _runs(old: list[str], new: list[str], pairs: list[tuple[int, int]]) -> list[_Run]:
    runs: list[_Run] = []
    here = there = 0
    for at, counterpart in [*pairs, (len(old), len(new))]:
        if at > here or counterpart > there:
            runs.append(_Run(old[here:at], new[there:counterpart], is_same=False))
        if at < len(old):
            if runs and runs[-1].is_same:
                runs[-1].old.append(old[at])
                runs[-1].new.append(new[counterpart])
            else:
                runs.append(_Run([old[at]], [new[counterpart]], is_same=True))
        here, there = at + 1, counterpart + 1
    return runs


def _without_scraps(runs: list[_Run]) -> list[_Run]:
    """A few kept words that weigh no more than the changes on both sides are chance, and become part of the change."""
    kept: list[_Run] = []
    for run in runs:
        run.weight = max(_weight(run.old), _weight(run.new))
        kept.append(run)
        while len(kept) >= 3 and not kept[-1].is_same and kept[-2].is_same and not kept[-3].is_same:
            before, scrap, after = kept[-3:]
            if scrap.weight > min(_MOST_SCRAP, before.weight, after.weight):
                break
            before.old += scrap.old + after.old
            before.new += scrap.new + after.new
            before.weight += scrap.weight + after.weight
            del kept[-2:]
    return kept


def _settled(runs: list[_Run]) -> list[_Run]:
    """What was only added or only struck is moved to where a sentence or clause begins, if it could as well stand there."""
    for at in range(1, len(runs) - 1):
        before, run, after = runs[at - 1 : at + 2]
        if not (run.is_same or (run.old and run.new)) and before.is_same and after.is_same:
            _slide(before, run.old or run.new, after)
    return [run for run in runs if run.old or run.new]


def _slide(before: _Run, moved: list[str], after: _Run) -> None:
    """Slide ``moved`` between its neighbours to the best place; all three lists change in place."""
    size = len(moved)
    text = before.old + moved + after.old
    here = start = len(before.old)
    while start and text[start - 1] == text[start + size - 1]:
        start -= 1
    end = here
    while end + size < len(text) and text[end] == text[end + size]:
        end += 1
    best = max(range(start, end + 1), key=lambda at: (_fit(text, at) + _fit(text, at + size), -abs(at - here)))
    before.old[:], moved[:], after.old[:] = text[:best], text[best : best + size], text[best + size :]
    before.new[:], after.new[:] = before.old, after.old


def _fit(text: list[str], at: int) -> int:
    """How well a cut before ``text[at]`` reads."""
    return 3 if at in (0, len(text)) else _ENDS.get(text[at - 1][-1], 0)


def _pieces(runs: list[_Run]) -> Iterator[Piece]:
    for run in runs:
        if run.is_same:
            yield Piece(Kind.SAME, "".join(run.old))
            continue
        if run.old:
            yield Piece(Kind.STRUCK, "".join(run.old))
        if run.new:
            yield Piece(Kind.ADDED, "".join(run.new))


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
