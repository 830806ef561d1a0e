"""Tells stories apart that a roundup joins: a page that prints two texts one below the other makes them no copies of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from huomiao.newsdesk.pipeline.relate.chains import Chain, Comparisons, Copy, trace
from huomiao.newsdesk.pipeline.relate.overlaps import Kind

_WHOLE = frozenset((Kind.SAME, Kind.CUT, Kind.LONGER))
# A long text and a note below it are nearly the long text.
_HELD = frozenset((Kind.SAME, Kind.CUT))


def chains_of(copies: Sequence[Copy]) -> list[Chain]:
    """The chain of each text among ``copies``, those of most copies first; every copy is in one of them.

    A roundup, and a copy that was merged with something else, stand in the chain of the text of which they hold most.
    """
    comparisons = Comparisons()
    copies = sorted(copies, key=lambda copy: copy.key)
    by_key = {copy.key: copy for copy in copies}
    loose = {copy.key for copy in copies if _is_roundup(copy, copies, comparisons)}
    groups = _Groups(by_key)
    fixed = [copy for copy in copies if copy.key not in loose]
    for at, one in enumerate(fixed):
        for other in fixed[at + 1 :]:
            if comparisons.between(one, other).kind in _WHOLE:
                groups.join(one.key, other.key)
    for copy in copies:
        if groups.is_alone(copy.key):
            source = _most_in_common(copy, fixed or copies, comparisons)
            if source is not None:
                groups.join(copy.key, source.key)
    found = [trace([by_key[key] for key in group], comparisons) for group in groups.all()]
    return sorted(found, key=lambda chain: (-len(chain.links), chain.first or 0))


def _most_in_common(copy: Copy, copies: Sequence[Copy], comparisons: Comparisons) -> Copy | None:
    """The copy, of those there were by then, that holds most of its text; None when none holds any."""
    best, most = None, 0
    for other in copies:
        if other.key == copy.key or other.latest > copy.latest:
            continue
        overlap = comparisons.between(copy, other)
        if overlap.kind and overlap.letters > most:
            best, most = other, overlap.letters
    return best


def _is_roundup(copy: Copy, copies: Sequence[Copy], comparisons: Comparisons) -> bool:
    """Whether it holds two texts that were there before it and have nothing in common with each other."""
    held = [
        other
        for other in copies
        if other.key != copy.key and other.latest <= copy.latest and comparisons.between(other, copy).kind in _HELD
    ]
    return any(comparisons.between(one, other).kind is None for at, one in enumerate(held) for other in held[at + 1 :])


class _Groups:
    """Keys in groups that can be joined."""

    def __init__(self, keys: Iterable[int]) -> None:
        self._group = {key: [key] for key in keys}

    def join(self, one: int, other: int) -> None:
        into, gone = self._group[one], self._group[other]
        if into is not gone:
            into.extend(gone)
            for key in gone:
                self._group[key] = into

    def is_alone(self, key: int) -> bool:
        return len(self._group[key]) == 1

    def all(self) -> list[list[int]]:
        return list({id(group): group for group in self._group.values()}.values())
