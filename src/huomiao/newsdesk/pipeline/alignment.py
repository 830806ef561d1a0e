"""What two sequences have in common, in order: exact where that can be paid for, by unmistakable parts where not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence

# Cells of a table that is 64 of them to a machine word: 6,000 × 6,000 take some 20 ms and 5 MB.
MOST_CELLS = 40_000_000


class Budget:
    """How many cells may still be worked out, over all comparisons that share it."""

    def __init__(self, cells: int) -> None:
        self._left = cells

    def allows(self, cells: int) -> bool:
        """Whether so many may be worked out; they then count as spent."""
        if cells > min(self._left, MOST_CELLS):
            return False
        self._left -= cells
        return True


def common(
    a: Sequence[Hashable], b: Sequence[Hashable], *, anchor: int, budget: Budget | None = None
) -> list[tuple[int, int]]:
    """Places (in ``a``, in ``b``) of a common subsequence, ascending: a longest one unless the sequences are too large.

    Large ones are cut at runs of ``anchor`` items that stand once in either.
    """
    return list(_common(a, b, (0, len(a)), (0, len(b)), anchor, budget or Budget(20 * MOST_CELLS)))


def _common(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    here: tuple[int, int],
    there: tuple[int, int],
    anchor: int,
    budget: Budget,
) -> Iterator[tuple[int, int]]:
    (start, end), (other, other_end) = here, there
    while start < end and other < other_end and a[start] == b[other]:
        yield start, other
        start, other = start + 1, other + 1
    tail = 0
    while start < end - tail and other < other_end - tail and a[end - tail - 1] == b[other_end - tail - 1]:
        tail += 1
    rest, other_rest = end - tail, other_end - tail
    if start < rest and other < other_rest:
        if budget.allows((rest - start) * (other_rest - other)):
            yield from _exact(a, b, (start, rest), (other, other_rest))
        else:
            for place, counterpart in _anchors(a, b, (start, rest), (other, other_rest), anchor):
                if place >= start and counterpart >= other:  # what the stretch before has not matched already
                    yield from _common(a, b, (start, place), (other, counterpart), anchor, budget)
                    yield place, counterpart
                    start, other = place + 1, counterpart + 1
            if (start, other) != (here[0], there[0]):
                yield from _common(a, b, (start, rest), (other, other_rest), anchor, budget)
    yield from zip(range(rest, end), range(other_rest, other_end), strict=True)


def _exact(
    a: Sequence[Hashable], b: Sequence[Hashable], here: tuple[int, int], there: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """A longest common subsequence, by Hyyrö's bit vectors: a row of the table is one whole number."""
    places: dict[Hashable, int] = {}
    for bit, at in enumerate(range(*there)):
        places[b[at]] = places.get(b[at], 0) | 1 << bit
    width = there[1] - there[0]
    full = (1 << width) - 1
    rows, row = [full], full
    for at in range(*here):
        if match := places.get(a[at], 0):
            kept = row & match
            row = ((row + kept) | (row - kept)) & full
        rows.append(row)
    pairs: list[tuple[int, int]] = []
    at, bit = len(rows) - 1, width
    while at and bit:
        if rows[at] >> (bit - 1) & 1:
            bit -= 1
            continue
        at -= 1
        if at == 0 or rows[at] >> (bit - 1) & 1:
            bit -= 1
            pairs.append((here[0] + at, there[0] + bit))
    yield from reversed(pairs)


def _anchors(
    a: Sequence[Hashable], b: Sequence[Hashable], here: tuple[int, int], there: tuple[int, int], size: int
) -> list[tuple[int, int]]:
    """Where runs that stand once in either begin, as many as keep their order."""
    ones, others = _once(a, here, size), _once(b, there, size)
    return ascending(sorted((place, others[run]) for run, place in ones.items() if run in others))


def ascending(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """As many of ``pairs`` (in ascending order of the first) as ascend in the second, too."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_place, counterpart) in enumerate(pairs):
        length = bisect_left(ends, counterpart)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(counterpart)
            last.append(number)
        else:
            ends[length], last[length] = counterpart, number
    chain: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _once(items: Sequence[Hashable], stretch: tuple[int, int], size: int) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    twice: set[Hashable] = set()
    for at in range(stretch[0], stretch[1] - size + 1):
        run = tuple(items[at : at + size])
        if run in places:
            twice.add(run)
        places[run] = at
    return {run: at for run, at in places.items() if run not in twice}
