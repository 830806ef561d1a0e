"""How alike two texts are: signatures that find candidates quickly, an exact share, and the passages in common.

Texts are compared by their character 4-grams after normalising (NFKC, lower case, nothing but letters and digits), so
neither punctuation nor the breaking of lines hides a copy. Chinese needs no segmentation for this.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

SHINGLE = 4
# A passage shorter than this is a turn of phrase, not a copy.
SHORTEST_PASSAGE = 12
PERMUTATIONS = 128
# Three rows a band: texts that share a third of their shingles meet in some band four times out of five, half: always.
BANDS = 42
ROWS = 3
# Where a gram stands more often than this in one text, further places tell nothing and only cost time.
_MOST_PLACES = 40


class _Folding(dict[int, str]):
    """What each character becomes, worked out once: its NFKC letters and digits in lower case, or nothing."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        self[code] = result = "".join(character for character in folded if character.isalnum())
        return result


_FOLDING = _Folding()


@dataclass(frozen=True)
class Passage:
    """A stretch that two texts have in common: where it stands in each (as written), and how many letters it counts."""

    start: int
    end: int
    other_start: int
    other_end: int
    length: int


@cache
def _empty_sketch() -> Any:
    # Importing it takes longer than everything else at start-up together; most processes never compare texts.
    from datasketch import MinHash  # noqa: PLC0415

    return MinHash(num_perm=PERMUTATIONS, seed=1269, scheme="affine32", hashfunc=zlib.crc32)


def normalise(text: str) -> str:
    """``text`` as it is compared."""
    return text.translate(_FOLDING)


def shingles(text: str) -> frozenset[str]:
    """The 4-grams of the normalised text; a shorter text is one shingle, an empty one none."""
    plain = normalise(text)
    if len(plain) < SHINGLE:
        return frozenset({plain} if plain else ())
    return frozenset(plain[at : at + SHINGLE] for at in range(len(plain) - SHINGLE + 1))


def signature(text: str) -> bytes:
    """The MinHash of ``text``: equal for equal texts on every machine; b"" for an empty one."""
    grams = shingles(text)
    if not grams:
        return b""
    sketch = _empty_sketch().copy()
    sketch.update_batch([gram.encode() for gram in grams])
    values: bytes = sketch.hashvalues.astype("<u4").tobytes()
    return values


def bands(given: bytes) -> list[int]:
    """The keys of a signature's bands, as signed 64-bit numbers: texts that share one are worth comparing."""
    if not given:
        return []
    keys = []
    for band in range(BANDS):
        rows = given[band * ROWS * 4 : (band + 1) * ROWS * 4]
        # Two checksums from different starts make 64 bits; the band's own number keeps the bands apart.
        low, high = zlib.crc32(rows, band), zlib.crc32(rows, band + 0x1269)
        keys.append((high << 32 | low) - (1 << 63))
    return keys


def likeness(a: str, b: str) -> float:
    """How much of the shorter text stands in the longer: 1.0 when it stands there whole, 0.0 when nothing does."""
    return containment(shingles(a), shingles(b))


def containment(a: frozenset[str], b: frozenset[str]) -> float:
    """``likeness`` of texts whose shingles are at hand already."""
    if not a or not b:
        return 0.0
    return len(a & b) / min(len(a), len(b))


def passages(a: str, b: str, *, shortest: int = SHORTEST_PASSAGE) -> list[Passage]:
    """The longest stretches of ``a`` that stand in ``b`` too, in order of ``a``, none overlapping another in ``a``."""
    plain_a, places_a = _with_places(a)
    plain_b, places_b = _with_places(b)
    known: dict[str, list[int]] = {}
    for at in range(len(plain_b) - shortest + 1):
        places = known.setdefault(plain_b[at : at + shortest], [])
        if len(places) < _MOST_PLACES:
            places.append(at)
    found: list[Passage] = []
    at = 0
    while at <= len(plain_a) - shortest:
        best = other = 0
        for start in known.get(plain_a[at : at + shortest], ()):
            length = _common(plain_a, at, plain_b, start, shortest)
            if length > best:
                best, other = length, start
        if not best:
            at += 1
            continue
        found.append(
            Passage(places_a[at], places_a[at + best - 1] + 1, places_b[other], places_b[other + best - 1] + 1, best)
        )
        at += best
    return found


def marked(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """``text`` cut into pieces, each with whether it lies in one of ``spans`` (which may overlap)."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in sorted(spans):
        if start > at:
            pieces.append((text[at:start], False))
        if end > at:
            pieces.append((text[max(at, start) : end], True))
            at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces


def _with_places(text: str) -> tuple[str, list[int]]:
    """The normalised text, and where each of its characters stood."""
    plain: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        for folded in _FOLDING[ord(character)]:
            plain.append(folded)
            places.append(at)
    return "".join(plain), places


def _common(a: str, at: int, b: str, start: int, known: int) -> int:
    """How far the texts agree from these places on; ``known`` characters are known to."""
    length = known
    most = min(len(a) - at, len(b) - start)
    while length < most and a[at + length] == b[start + length]:
        length += 1
    return length
