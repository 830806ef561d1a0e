"""The print of a text: all its grams for an exact comparison, and a few of them, its anchors, to find it by.

Anchors are chosen by winnowing: of every ``window`` grams that follow one another the one with the least hash. Two texts with a
stretch in common choose the same anchors there, whatever stands before and behind, so a copy that was cut, merged or given
another lead is found as well as a whole one. A longer text gets a wider window; the anchors of a wider window are among those
of a narrower, so texts of any two lengths can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from huomiao.newsdesk.pipeline.relate.units import Numbers, grams, numbers

Anchors = NDArray[np.uint32]

NARROWEST = 8
# A text of 1,000 characters gets about sixty anchors: a paragraph of it is met by four or five.
MOST_ANCHORS = 96


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """A text as it is compared. ``letters`` counts its units (see ``units``).

    ``grams`` are in the order of the text; ``known`` are the same and ``anchors`` some of them, sorted, each once.
    """

    letters: int
    grams: Numbers = field(repr=False)
    known: Numbers = field(repr=False)
    anchors: Anchors = field(repr=False)

    @property
    def signature(self) -> bytes:
        """The anchors as bytes (four each, little-endian), to be kept beside the article."""
        return self.anchors.astype("<u4").tobytes()

    @property
    def keys(self) -> list[int]:
        """The anchors as signed 32-bit numbers, as an integer column holds them."""
        return keys_of(self.signature)


def of(text: str) -> Print:
    """The print of ``text``: the plain text of an article, best without its lead-in (see ``lead_ins``)."""
    found = numbers(text)
    all_grams = grams(found)
    return Print(int(found.size), all_grams, np.unique(all_grams), _anchors(all_grams))


def keys_of(signature: bytes) -> list[int]:
    """The keys by which the owner of a kept signature is found."""
    keys: list[int] = np.frombuffer(signature, dtype="<i4").tolist()
    return keys


def shared_anchors(a: bytes, b: bytes) -> float:
    """About how much of the one is in the other, from kept signatures alone: 0.0 to 1.0, of whichever it is more."""
    one, other = np.frombuffer(a, dtype="<u4"), np.frombuffer(b, dtype="<u4")
    if not one.size or not other.size:
        return 0.0
    common = np.intersect1d(one, other, assume_unique=True).size
    return float(common / min(one.size, other.size))


def _anchors(all_grams: Numbers) -> Anchors:
    if not all_grams.size:
        return np.zeros(0, dtype=np.uint32)
    hashes = (all_grams >> np.uint64(32)).astype(np.uint32)
    window = NARROWEST
    # Of n grams about 2n / (window + 1) become anchors.
    while 2 * hashes.size > MOST_ANCHORS * (window + 1):
        window *= 2
    if hashes.size <= window:
        return np.array([hashes.min()], dtype=np.uint32)
    # Doubling the reach of a running minimum costs a few passes, however wide the window is.
    least, reach = hashes, 1
    while reach < window:
        least = np.minimum(least[:-reach], least[reach:])
        reach *= 2
    return np.unique(least)
