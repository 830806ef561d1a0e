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
# A text of 1,000 characters gets about thirty anchors. Twice as many find no more copies (``benchmarks/relate``).
USUAL_ANCHORS = 32
# In a long text a paragraph must still meet an anchor or two, so the window stops widening here, up to so many anchors.
WIDE = 128
MOST_ANCHORS = 400


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


def _anchors(all_grams: Numbers) -> Anchors:
    if not all_grams.size:
        return np.zeros(0, dtype=np.uint32)
    hashes = (all_grams >> np.uint64(32)).astype(np.uint32)
    window = _window(hashes.size)
    if hashes.size <= window:
        return np.array([hashes.min()], dtype=np.uint32)
    # Doubling the reach of a running minimum costs a few passes, however wide the window is.
    least, reach = hashes, 1
    while reach < window:
        least = np.minimum(least[:-reach], least[reach:])
        reach *= 2
    return np.unique(least)


def _window(size: int) -> int:
    """How many grams one anchor is chosen from. Of n grams about 2n / (window + 1) become anchors."""
    window = NARROWEST
    while 2 * size > (USUAL_ANCHORS if window < WIDE else MOST_ANCHORS) * (window + 1):
        window *= 2
    return window
