"""A text as the numbers that are compared: one for each Chinese character, each four Latin letters of a word, each number.

So a unit says about as much in either script, and a text of 300 units is a short note in both.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

# How many units stand in a gram. Eight characters, or five English words, are rarely written twice by two people.
GRAM = 8

_UNIT = re.compile(r"[a-z]{1,4}|[0-9]+|[^\W_]")
# Beyond every character's number.
_WORD = 1 << 32
_FACTOR = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class _Folding(dict[int, str]):
    """What each character is compared as: NFKC in lower case; what is no letter and no digit parts words."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        self[code] = result = "".join(each if each.isalnum() else " " for each in folded)
        return result


_FOLDING = _Folding()


def units(text: str) -> list[str]:
    """The units of ``text`` in order; punctuation, width, case and the breaking of lines leave no trace."""
    return _UNIT.findall(text.translate(_FOLDING))


def folded(text: str) -> str:
    """``text`` in one width and case, as names are compared."""
    return unicodedata.normalize("NFKC", text).casefold()


def numbers(text: str) -> Numbers:
    """A number for each unit of ``text``, the same on every machine."""
    found = units(text)
    return np.fromiter(
        (ord(unit) if len(unit) == 1 else _WORD | zlib.crc32(unit.encode()) for unit in found),
        dtype=np.uint64,
        count=len(found),
    )


def grams(given: Numbers) -> Numbers:
    """The hash of every ``GRAM`` units that follow one another; a shorter text is one gram, an empty one none."""
    if not given.size:
        return given
    width = min(GRAM, given.size)
    spread = _mixed(given)
    total = np.zeros(given.size - width + 1, dtype=np.uint64)
    for place in range(width):
        weight = np.uint64(pow(_FACTOR, place + 1, _MASK + 1))
        total += spread[place : place + total.size] * weight
    return _mixed(total)


def _mixed(values: Any) -> Numbers:
    # The finisher of SplitMix64: neighbouring numbers come out far apart.
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Numbers = values ^ (values >> np.uint64(31))
    return mixed
