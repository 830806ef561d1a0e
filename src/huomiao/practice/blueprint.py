"""Drawing papers from a blueprint: pure, seeded, and fair.

Every paper of an exam holds the same number of questions of each difficulty in each line, no question twice (equal
text from two banks counts as one question), and questions are dealt from shuffled decks, so that the banks' questions
are used about equally often and neighbours rarely share one.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid


@dataclass(frozen=True)
class Item:
    """A question that may be drawn."""

    version: int
    # What makes two questions the same one: equal text has an equal digest, whichever bank it stands in.
    digest: str
    kind: str
    # The materialised path of its place in the knowledge tree; "" for none.
    topic: str
    level: str
    difficulty: int
    # In how many earlier exams it was asked.
    exposure: int = 0


@dataclass(frozen=True)
class Line:
    """What one line of a blueprint asks for; an empty topic or level and difficulty None take anything."""

    kind: str
    count: int
    topic: str = ""
    level: str = ""
    difficulty: int | None = None

    def fits(self, item: Item) -> bool:
        return (
            item.kind == self.kind
            and item.topic.startswith(self.topic)
            and (not self.level or item.level == self.level)
            and self.difficulty in {None, item.difficulty}
        )


@dataclass(frozen=True)
class Supply:
    """How far the banks fill a line: questions that fit it, and what is missing once the other lines took theirs."""

    found: int
    missing: int


class BlueprintShort(Invalid):
    """The banks cannot fill the blueprint; ``missing`` says how many questions each line lacks."""

    code = "blueprint_short"

    def __init__(self, missing: dict[int, int]) -> None:
        self.missing = missing
        lines = "、".join(
            _("第 %(line)d 行缺 %(count)d 题") % {"line": at + 1, "count": n} for at, n in missing.items()
        )
        super().__init__(_("题库里符合条件的试题不够：%(lines)s。请减少题数、放宽条件或补充试题。") % {"lines": lines})


def supply(lines: Sequence[Line], items: Sequence[Item]) -> list[Supply]:
    """For each line, what there is for it and what it lacks."""
    pool = _once(items)
    flow = _flow([(line, line.count) for line in lines], _classes(lines, pool))
    found = [sum(1 for item in pool if line.fits(item)) for line in lines]
    return [Supply(found[at], line.count - sum(flow.get(at, {}).values())) for at, line in enumerate(lines)]


def draw(lines: Sequence[Line], items: Sequence[Item], *, papers: int, seed: str) -> Iterator[list[list[int]]]:
    """``papers`` papers, each the version ids of its questions line by line.

    The same seed and the same questions give the same papers.

    Raises:
        BlueprintShort: the banks cannot fill it.
    """
    dice = random.Random(seed)  # noqa: S311 seeded with a secret; drawing must be repeatable
    pool = _once(items)
    parts = _parts(lines, pool)
    dealer = _Dealer([line for _at, line in parts], pool, dice)
    for _number in range(papers):
        paper: list[list[int]] = [[] for _line in lines]
        for (at, _line), dealt in zip(parts, dealer.deal(), strict=True):
            paper[at].extend(item.version for item in dealt)
        yield paper


def _once(items: Sequence[Item]) -> list[Item]:
    """The items without repeated texts: of equal ones the first, in the order of version ids."""
    found: dict[str, Item] = {}
    for item in sorted(items, key=lambda item: item.version):
        found.setdefault(item.digest, item)
    return list(found.values())


# --- How many of each difficulty ------------------------------------------------------------------------------------


def _parts(lines: Sequence[Line], pool: Sequence[Item]) -> list[tuple[int, Line]]:
    """The lines split by difficulty, so that all papers share one mix: (which line, a line of one difficulty).

    The mix follows what the pool holds; where overlapping lines make that impossible, any mix that fills them.
    """
    wanted: list[tuple[int, Line]] = []
    for at, line in enumerate(lines):
        there = Counter(item.difficulty for item in pool if line.fits(item))
        for difficulty, count in _shares(there, line.count).items():
            wanted.append((at, Line(line.kind, count, line.topic, line.level, difficulty)))
    classes = _classes(lines, pool)
    flow = _flow([(line, line.count) for _at, line in wanted], classes)
    is_full = len({at for at, _line in wanted}) == sum(1 for line in lines if line.count)
    if is_full and all(sum(flow.get(at, {}).values()) == line.count for at, (_of, line) in enumerate(wanted)):
        return wanted
    flow = _flow([(line, line.count) for line in lines], classes)
    missing = {at: lack for at, line in enumerate(lines) if (lack := line.count - sum(flow.get(at, {}).values())) > 0}
    if missing:
        raise BlueprintShort(missing)
    parts: list[tuple[int, Line]] = []
    for at, line in enumerate(lines):
        mix: Counter[int] = Counter()
        for (_signature, difficulty), count in flow.get(at, {}).items():
            mix[difficulty] += count
        parts.extend(
            (at, Line(line.kind, count, line.topic, line.level, difficulty))
            for difficulty, count in sorted(mix.items())
        )
    return parts


def _shares(there: Mapping[int, int], count: int) -> dict[int, int]:
    """``count`` shared out in proportion to what is there, by largest remainders and never more than there is."""
    total = sum(there.values())
    if total < count or not count:
        return {}
    exact = {difficulty: count * number / total for difficulty, number in sorted(there.items())}
    shares = {difficulty: int(value) for difficulty, value in exact.items()}
    rest = sorted(exact, key=lambda difficulty: (shares[difficulty] - exact[difficulty], difficulty))
    for difficulty in rest[: count - sum(shares.values())]:
        shares[difficulty] += 1
    return {difficulty: number for difficulty, number in shares.items() if number}


# A class of questions: which lines it fits (their places), and its difficulty. Questions of a class are equal here.
_Class = tuple[tuple[int, ...], int]


def _classes(lines: Sequence[Line], pool: Sequence[Item]) -> dict[_Class, tuple[int, Item]]:
    """How many questions each class holds, and one of them."""
    counts: Counter[_Class] = Counter()
    one: dict[_Class, Item] = {}
    for item in pool:
        fits = tuple(at for at, line in enumerate(lines) if line.fits(item))
        if fits:
            counts[fits, item.difficulty] += 1
            one[fits, item.difficulty] = item
    return {key: (count, one[key]) for key, count in counts.items()}


def _flow(
    demands: Sequence[tuple[Line, int]], classes: Mapping[_Class, tuple[int, Item]]
) -> dict[int, Counter[_Class]]:
    """The largest assignment of classes to demands, by augmenting paths: demand → class → how many."""
    fitting = [[key for key, (_n, item) in classes.items() if line.fits(item)] for line, _count in demands]
    left = {key: count for key, (count, _item) in classes.items()}
    given: dict[int, Counter[_Class]] = defaultdict(Counter)

    def augment(start: int) -> bool:
        # Breadth first: from a demand to a class it fits; a used-up class leads to the demands that hold some of it.
        came: dict[int, tuple[int, _Class] | None] = {start: None}
        queue = deque([start])
        while queue:
            at = queue.popleft()
            for key in fitting[at]:
                if left[key]:
                    left[key] -= 1
                    _shift(at, key, came, given)
                    return True
                for other, held in given.items():
                    if held[key] and other not in came:
                        came[other] = (at, key)
                        queue.append(other)
        return False

    for at, (_line, count) in enumerate(demands):
        for _n in range(count):
            if not augment(at):
                break
    return given


def _shift(
    at: int, key: _Class, came: Mapping[int, tuple[int, _Class] | None], given: dict[int, Counter[_Class]]
) -> None:
    """Give one of ``key`` to ``at``; whoever waited for what ``at`` gives up gets that, and so on to the start."""
    given[at][key] += 1
    while (step := came[at]) is not None:
        before, wanted = step
        given[at][wanted] -= 1
        given[before][wanted] += 1
        at = before


# --- Dealing --------------------------------------------------------------------------------------------------------


class _Dealer:
    """Deals papers: for each line the questions that were used least, among equals a drawn one."""

    def __init__(self, lines: Sequence[Line], pool: Sequence[Item], dice: random.Random) -> None:
        self.lines = lines
        self.dice = dice
        self.used: Counter[str] = Counter({item.digest: item.exposure for item in pool})
        self.pools = [[item for item in pool if line.fits(item)] for line in lines]
        # A deck per line: a heap of (how often it was used, a drawn number, the question).
        self.decks = [[(item.exposure, dice.random(), item.version, item) for item in pool] for pool in self.pools]
        for deck in self.decks:
            heapq.heapify(deck)

    def deal(self) -> list[list[Item]]:
        """One paper: the questions of each line."""
        taken: dict[str, int] = {}
        dealt: list[dict[str, Item]] = [{} for _line in self.lines]
        # The line with the fewest questions to choose from goes first.
        for at in sorted(range(len(self.lines)), key=lambda at: len(self.pools[at]) - self.lines[at].count):
            for item in self._least_used(at, taken):
                dealt[at][item.digest] = item
                taken[item.digest] = at
        for at, line in enumerate(self.lines):
            while len(dealt[at]) < line.count:
                self._make_room(at, dealt, taken)
        self.used.update(taken.keys())
        papers = []
        for questions in dealt:
            rows = list(questions.values())
            self.dice.shuffle(rows)
            papers.append(rows)
        return papers

    def _least_used(self, at: int, taken: Mapping[str, int]) -> list[Item]:
        deck, wanted = self.decks[at], self.lines[at].count
        chosen: list[Item] = []
        aside = []
        while deck and len(chosen) < wanted:
            use, _drawn, version, item = heapq.heappop(deck)
            if use < self.used[item.digest]:
                # Another line dealt it meanwhile: back to its place among those used as often.
                heapq.heappush(deck, (self.used[item.digest], self.dice.random(), version, item))
            elif item.digest in taken:
                aside.append((use, self.dice.random(), version, item))
            else:
                chosen.append(item)
                aside.append((use, self.dice.random(), version, item))
        for card in aside:
            heapq.heappush(deck, card)
        return chosen

    def _make_room(self, at: int, dealt: list[dict[str, Item]], taken: dict[str, int]) -> None:
        """Give line ``at`` one more question by moving others along; the flow has shown that it can be done."""
        came: dict[int, tuple[int, Item] | None] = {at: None}
        queue = deque([at])
        while queue:
            here = queue.popleft()
            for item in self.pools[here]:
                holder = taken.get(item.digest)
                if holder is None:
                    self._move_along(here, item, came, dealt, taken)
                    return
                if holder not in came:
                    came[holder] = (here, item)
                    queue.append(holder)
        raise BlueprintShort({at: self.lines[at].count - len(dealt[at])})

    def _move_along(
        self,
        here: int,
        item: Item,
        came: Mapping[int, tuple[int, Item] | None],
        dealt: list[dict[str, Item]],
        taken: dict[str, int],
    ) -> None:
        dealt[here][item.digest] = item
        taken[item.digest] = here
        while (step := came[here]) is not None:
            before, wanted = step
            del dealt[here][wanted.digest]
            dealt[before][wanted.digest] = wanted
            taken[wanted.digest] = before
            here = before
