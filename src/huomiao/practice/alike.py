"""Which stems read nearly the same: small sketches that find candidates among tens of thousands, and an exact measure.

A sketch is the MinHash of a stem's 4-grams, kept beside it, so that a bank is searched by comparing arrays and no text is
read. Stems are short, so one changed word breaks many grams: a sketch only has to hint, ``likeness`` decides.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import numpy as np

from huomiao.core.likeness import normalise, shingles

HASHES = 32
# Rows of a sketch that must agree for two stems to be compared, and how alike they must then be.
BAND = 2
LEAST = 0.8
# The question of which stem is a copy is empty where so many share a turn of phrase.
MOST_IN_BAND = 60
_BYTES = HASHES * 4


@cache
def _hashes() -> tuple[Any, Any]:
    # Drawn once from a fixed seed: a sketch that is kept must be the same on every machine.
    drawn = np.random.default_rng(1269).integers(1, 2**32, size=(2, HASHES), dtype=np.uint64)
    return drawn[0] | 1, drawn[1]


def sketch(text: str) -> bytes:
    """What is kept beside a stem; b"" for one without letters."""
    grams = shingles(text)
    if not grams:
        return b""
    factors, offsets = _hashes()
    seeds = np.fromiter((zlib.crc32(gram.encode()) for gram in grams), dtype=np.uint64, count=len(grams))
    values = ((seeds[:, None] * factors + offsets) >> np.uint64(16)) & np.uint64(0xFFFFFFFF)
    return bytes(values.min(axis=0).astype("<u4").tobytes())


def likeness(a: str, b: str) -> float:
    """How alike two stems are, letter by letter, from 0 to 1; punctuation, width and case do not count."""
    one, other = normalise(a), normalise(b)
    if not one or not other:
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def candidates(wanted: bytes, sketches: Sequence[bytes]) -> list[int]:
    """The places in ``sketches`` worth comparing with ``wanted``, the most promising first."""
    if len(wanted) != _BYTES:
        return []
    rows, places = _matrix(sketches)
    if not places.size:
        return []
    agreeing = (rows == np.frombuffer(wanted, dtype="<u4")).sum(axis=1)
    order = np.argsort(-agreeing, kind="stable")
    return [int(places[at]) for at in order if agreeing[at] >= BAND]


def pairs(sketches: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Every two places worth comparing, each pair once: those that agree in a band of their sketches."""
    rows, places = _matrix(sketches)
    known: set[tuple[int, int]] = set()
    for start in range(0, HASHES, BAND):
        keys = rows[:, start].astype(np.uint64) << np.uint64(32) | rows[:, start + 1].astype(np.uint64)
        order = np.argsort(keys, kind="stable")
        cuts = np.flatnonzero(np.diff(keys[order])) + 1
        for group in np.split(order, cuts):
            if not 1 < len(group) <= MOST_IN_BAND:
                continue
            members = sorted(int(places[at]) for at in group)
            for at, one in enumerate(members):
                for other in members[at + 1 :]:
                    if (one, other) not in known:
                        known.add((one, other))
                        yield one, other


def _matrix(sketches: Sequence[bytes]) -> tuple[Any, Any]:
    """The sketches as rows of numbers, and where each of them stood."""
    kept = [place for place, one in enumerate(sketches) if len(one) == _BYTES]
    joined = b"".join(bytes(sketches[place]) for place in kept)
    return np.frombuffer(joined, dtype="<u4").reshape(len(kept), HASHES), np.array(kept, dtype=np.int64)
