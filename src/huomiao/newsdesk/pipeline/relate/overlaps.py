"""How much of one text stands in another, counted exactly."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from huomiao.newsdesk.pipeline.relate.prints import Print
from huomiao.newsdesk.pipeline.relate.units import Numbers

Letters = NDArray[np.bool_]

# From this share on one text is in the other, edits included.
CONTAINED = 0.7
# Two texts that each hold this share of the other are one text.
SAME = 0.75
# A merged copy holds at least this share of the shorter one, and at least so many letters of it.
MERGED = 0.35
MERGED_LETTERS = 90
# What two short notes have in common may be chance, so it must be at least so many letters.
FEWEST_LETTERS = 20
FEWEST_CUT_LETTERS = 32


class Kind(StrEnum):
    """What the first of two texts is to the second."""

    SAME = "same"
    CUT = "cut"
    LONGER = "longer"
    MERGED = "merged"


class Overlap(NamedTuple):
    """What two texts have in common, in letters, and as shares (0.0 to 1.0) of the one and of the other."""

    letters: int
    of_one: float
    of_other: float

    @property
    def turned(self) -> Overlap:
        """The same seen from the other text."""
        return Overlap(self.letters, self.of_other, self.of_one)

    @property
    def kind(self) -> Kind | None:
        """What the one is to the other; None when they are no copies of each other."""
        if self.of_one >= SAME and self.of_other >= SAME:
            return Kind.SAME if self.letters >= FEWEST_LETTERS else None
        if self.letters < FEWEST_CUT_LETTERS:
            return None
        if max(self.of_one, self.of_other) >= CONTAINED:
            return Kind.CUT if self.of_one >= self.of_other else Kind.LONGER
        if max(self.of_one, self.of_other) >= MERGED and self.letters >= MERGED_LETTERS:
            return Kind.MERGED
        return None


NOTHING = Overlap(0, 0.0, 0.0)


def between(one: Print, other: Print, *, besides: Numbers | None = None) -> Overlap:
    """What the two texts have in common: the letters that lie in a gram which the other text has too.

    An edited word takes away only itself, not the grams around it, as it would if grams were counted. Names and figures put
    into the same form leave no grams between them, so two reports of one form are not taken for copies. Letters in the grams
    ``besides`` (sorted) count for neither text.
    """
    set_aside_one = None if besides is None else _covering(one, besides)
    set_aside_other = None if besides is None else _covering(other, besides)
    of_one, size_one = _share(_covering(one, other.known), set_aside_one)
    if not of_one:
        return NOTHING
    of_other, size_other = _share(_covering(other, one.known), set_aside_other)
    return Overlap(min(of_one, of_other), of_one / size_one, of_other / size_other) if of_other else NOTHING


def shared_grams(one: Print, other: Print) -> Numbers:
    """The grams of the one that the other has too, sorted, each once."""
    if not other.known.size:
        return other.known
    return one.known[_hits(one.known, other.known)]


def _share(covered: Letters, set_aside: Letters | None) -> tuple[int, int]:
    """How many letters count as covered, and how many count at all (one at least)."""
    if set_aside is None:
        return int(np.count_nonzero(covered)), max(1, covered.size)
    return int(np.count_nonzero(covered & ~set_aside)), max(1, covered.size - int(np.count_nonzero(set_aside)))


def _covering(text: Print, known: Numbers) -> Letters:
    """For each letter of the text whether it lies in one of the grams ``known``, which are sorted."""
    if not known.size or not text.grams.size:
        return np.zeros(text.letters, dtype=np.bool_)
    hits = _hits(text.grams, known)
    width = text.letters - text.grams.size + 1
    # A gram covers the letters from its place on: +1 where one begins, -1 behind its end, summed up.
    steps = np.zeros(text.letters + 1, dtype=np.int32)
    steps[: hits.size] += hits
    steps[width : width + hits.size] -= hits
    return np.cumsum(steps[:-1]) > 0


def _hits(asked: Numbers, known: Numbers) -> Letters:
    places = np.minimum(np.searchsorted(known, asked), known.size - 1)
    hits: Letters = known[places] == asked
    return hits
