"""Where the words of a query stand in an article, and the stretch that shows them best.

Nothing here makes HTML: an excerpt is a piece of the text as it was written and the spans to point out in it, so a page
escapes both as it escapes everything.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from huomiao.newsdesk.pipeline.search import tokens
from huomiao.newsdesk.pipeline.search.queries import Beginning, Query, Words, sought

Span = tuple[int, int]
_SENTENCE_ENDS = "。！？!?；;\n"
# Signs that a typed word may have inside (1.57, co-operation): between words they part as a space does.
_WITHIN_WORDS = ".,-/_'+&"
_WORD = re.compile(f"[^\\W_{tokens.PAIRED}]+")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some of a text. ``spans`` count from the start of ``text``; ``cut_before`` and ``cut_after`` say where more was."""

    text: str
    spans: tuple[Span, ...]
    cut_before: bool
    cut_after: bool


class Marks:
    """The words of one query, ready to be found in many texts."""

    def __init__(self, query: Query) -> None:
        phrases: set[str] = set()
        self._beginnings: set[str] = set()
        self._words: set[str] = set()
        for node in sought(query.root):
            if isinstance(node, Beginning):
                self._beginnings.add(node.text)
            elif isinstance(node, Words):
                phrases.update([node.text, *tokens.pieces(node.text)])
            else:
                phrases.add(node.text)
        compact = {_compact(phrase) for phrase in phrases} - {""}
        self._words = {tokens.stem(one) for one in compact if _WORD.fullmatch(one)}
        self._phrases = sorted({one for one in compact if not _WORD.fullmatch(one)}, key=len, reverse=True)

    def spans(self, text: str) -> list[Span]:
        """Where they stand in ``text``, in order, none touching another."""
        plain, places = _with_places(text)
        found: list[Span] = []
        for phrase in self._phrases:
            at = plain.find(phrase)
            while at >= 0:
                end = at + len(phrase)
                if not (_is_inside_word(plain, at) or _is_inside_word(plain, end)):
                    found.append((places[at], places[end - 1] + 1))
                at = plain.find(phrase, end)
        if self._words or self._beginnings:
            found.extend(self._word_spans(text))
        return _joined(found)

    def excerpt(self, text: str, *, length: int = 120) -> Excerpt:
        """About ``length`` characters of ``text`` where most of the words stand together; its beginning if none does."""
        spans = self.spans(text)
        start = _best_start(spans, length)
        if start:
            start = _sentence_before(text, start, length // 3)
        end = min(len(text), start + length)
        piece = text[start:end]
        lead = len(piece) - len(piece.lstrip())
        piece = piece.strip()
        start += lead
        end = start + len(piece)
        inside = tuple(
            (max(first, start) - start, min(last, end) - start) for first, last in spans if last > start and first < end
        )
        # A list shows an excerpt as one line.
        return Excerpt(re.sub(r"\s", " ", piece), inside, start > 0, end < len(text))

    def _word_spans(self, text: str) -> Iterable[Span]:
        for word in _WORD.finditer(text):
            plain = tokens.normalise(word[0])
            if tokens.stem(plain) in self._words or any(map(plain.startswith, self._beginnings)):
                yield word.span()


def _compact(text: str) -> str:
    """Letters and digits of ``text`` only, a space between two words of other scripts than Chinese."""
    return _with_places(text)[0]


def _with_places(text: str) -> tuple[str, list[int]]:
    """``text`` as phrases are compared, and where each character of that stands in ``text``.

    Other punctuation than the marks that are passed over becomes a bar, so that no phrase runs across it.
    """
    plain: list[str] = []
    places: list[int] = []
    gap = ""
    for at, written in enumerate(text):
        for character in _folded(written):
            if character.isalnum():
                if gap == "|" or (gap and plain and not (tokens.is_paired(character) or tokens.is_paired(plain[-1]))):
                    plain.append(gap)
                    places.append(at)
                gap = ""
                plain.append(character)
                places.append(at)
            elif character in " \t\u3000" and gap != "|":
                gap = " "
            else:
                gap = gap or " " if character in _WITHIN_WORDS else "|"
    return "".join(plain), places


def _is_inside_word(plain: str, at: int) -> bool:
    """Whether a word of another script than Chinese goes on across this place: 57 is not in 157."""
    return 0 < at < len(plain) and all(one.isalnum() and not tokens.is_paired(one) for one in plain[at - 1 : at + 1])


_FOLDED: dict[str, str] = {}


def _folded(character: str) -> str:
    known = _FOLDED.get(character)
    if known is None:
        known = _FOLDED[character] = tokens.normalise(character)
    return known


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _best_start(spans: list[Span], length: int) -> int:
    """The start of the window that shows most: many spans, and long ones before all."""
    starts = [start for start, _end in spans]
    weights = [(end - start) ** 2 for start, end in spans]
    best, best_weight = 0, 0
    for at, start in enumerate(starts):
        weight = sum(weights[at : bisect_left(starts, start + length * 2 // 3)])
        if weight > best_weight:
            best, best_weight = start, weight
    return best


def _sentence_before(text: str, at: int, most: int) -> int:
    """Where the sentence around ``at`` begins; not more than ``most`` characters earlier."""
    earliest = max(0, at - most)
    for place in range(at - 1, earliest - 1, -1):
        if text[place] in _SENTENCE_ENDS:
            return place + 1
    return 0 if earliest == 0 else earliest
