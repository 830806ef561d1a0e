"""A few lines of an article around the words that it has in common with another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from huomiao.newsdesk.pipeline.relate.words import Keyword

LENGTH = 90
# Latin letters are narrower and say less each.
_LATIN = 2
# An excerpt begins with a sentence or a clause where one begins so few characters before.
_BACK = 20
_BREAKS = re.compile(r"[。！？!?；;，,：:\n](?:[”\"’」）)])?\s*")
_AGAIN = 0.15
_MOST_PLACES = 400
CUT = "…"


class Excerpt(NamedTuple):
    """``text`` is a line of an article, with … where it was cut; ``spans`` are where the words stand in it."""

    text: str
    spans: tuple[tuple[int, int], ...]


class _Place(NamedTuple):
    start: int
    end: int
    word: str
    weight: float


class _Held(NamedTuple):
    worth: float
    first: _Place
    last: _Place


def around(text: str, shared: Iterable[Keyword], *, length: int = LENGTH) -> Excerpt:
    """The stretch of ``text`` of about ``length`` characters that holds most of the words; its beginning when it holds none."""
    line = " ".join(stripped for each in text.split("\n") if (stripped := each.strip()))
    if line[:length].isascii():
        length *= _LATIN
    places = _places(line, {one.word.casefold(): one.weight for one in shared})
    start = _start(line, places, length)
    end = _whole_words(line, min(len(line), start + length))
    before, behind = CUT * (start > 0), CUT * (end < len(line))
    shift = len(before) - start
    spans = tuple(
        (place.start + shift, place.end + shift) for place in places if place.start >= start and place.end <= end
    )
    return Excerpt(f"{before}{line[start:end]}{behind}", spans)


def _places(line: str, weights: dict[str, float]) -> list[_Place]:
    """Where the words stand; of words one within the other the longest."""
    if not weights:
        return []
    longest_first = sorted(weights, key=lambda word: (-len(word), word))
    # A Chinese word stands anywhere; one of Latin letters only by itself.
    forms = (rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in longest_first)
    pattern = re.compile("|".join(forms), re.IGNORECASE)
    found = ((match.start(), match.end(), match[0].casefold()) for match in pattern.finditer(line))
    return [_Place(start, end, word, weights.get(word, 0.0)) for start, end, word in found][:_MOST_PLACES]


def _start(line: str, places: list[_Place], length: int) -> int:
    """Where the best stretch begins: with the beginning of the text, else behind a mark, else in the middle of a sentence."""
    if not places:
        return 0
    first, last = max(
        (_held(places, at, length) for at in range(len(places))), key=lambda held: (held.worth, -held.first.start)
    )[1:]
    room = length - (last.end - first.start)
    start = min(first.start - room // 2, len(line) - length)
    if start <= _BACK:
        # The rest of the room is behind; the last word is still inside.
        return 0 if last.end <= length else max(0, start)
    marks = [mark.end() for mark in _BREAKS.finditer(line, start - 2, first.start)]
    return next((mark for mark in marks if start <= mark <= first.start), _whole_words(line, start))


def _whole_words(line: str, at: int) -> int:
    """The next place from ``at`` on that parts no word of Latin letters."""
    while (
        0 < at < len(line)
        and line[at - 1].isascii()
        and line[at - 1].isalnum()
        and line[at].isascii()
        and line[at].isalnum()
    ):
        at += 1
    return at


def _held(places: list[_Place], at: int, length: int) -> _Held:
    """What a stretch holds that begins with a place: each word once in full, again for a little."""
    worth, seen, last = 0.0, set(), places[at]
    for place in places[at:]:
        if place.end > places[at].start + length:
            break
        worth += place.weight * (_AGAIN if place.word in seen else 1.0)
        seen.add(place.word)
        last = place
    return _Held(worth, places[at], last)
