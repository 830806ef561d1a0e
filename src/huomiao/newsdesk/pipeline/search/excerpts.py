"""Where the words of a query stand in an article, and the stretch that shows them best.

Nothing here makes HTML: an excerpt is a piece of the text as it was written and the spans to point out in it, so a page
escapes both as it escapes everything.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from huomiao.newsdesk.pipeline.search import tokens
from huomiao.newsdesk.pipeline.search.queries import Beginning, Query, Words, sought
from huomiao.newsdesk.pipeline.search.simplified import forms

Span = tuple[int, int]
_SENTENCE_ENDS = "。！？!?；;\n"
_LETTER = f"[^\\W_{tokens.PAIRED}]"
# What may stand between two characters of one Chinese word, and between two words of another script.
_WITHIN = f"[{tokens.SPACES}{tokens.PASSED_OVER}]*"
_BETWEEN = r"[^\w\n]{1,3}"
# From a letter or digit to its full-width form.
_TO_FULL_WIDTH = 0xFEE0


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
        patterns: set[str] = set()
        for node in sought(query.root):
            if isinstance(node, Beginning):
                patterns.add(f"(?<!{_LETTER}){_any_width(node.text)}{_LETTER}*")
            elif isinstance(node, Words):
                patterns.update(map(_pattern, [node.text, *tokens.pieces(node.text)]))
            else:
                patterns.add(_pattern(node.text))
        self._patterns = [re.compile(pattern, re.IGNORECASE) for pattern in sorted(patterns) if pattern]

    def spans(self, text: str) -> list[Span]:
        """Where they stand in ``text``, in order, none touching another."""
        return _joined([found.span() for pattern in self._patterns for found in pattern.finditer(text)])

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


def _pattern(text: str) -> str:
    """What finds ``text`` as the index does: across marks that are passed over, in any width and case, in the plural too."""
    parts: list[str] = []
    after_chinese = True
    for run in tokens.runs(text):
        is_chinese = tokens.is_paired(run)
        if parts:
            parts.append(_WITHIN if is_chinese or after_chinese else _BETWEEN)
        parts.append(_WITHIN.join(map(_any_form, run)) if is_chinese else _word(tokens.stem(run)))
        after_chinese = is_chinese
    return "".join(parts)


def _word(stem: str) -> str:
    endings = f"{_any_width(stem)}(?:e?s)?"
    if stem.endswith("y"):
        endings += f"|{_any_width(stem[:-1])}ies"
    return f"(?<!{_LETTER})(?:{endings})(?!{_LETTER})"


def _any_form(character: str) -> str:
    written = forms(character)
    return f"[{written}]" if len(written) > 1 else written


def _any_width(word: str) -> str:
    return "".join(f"[{one}{chr(ord(one) + _TO_FULL_WIDTH)}]" if one.isascii() else one for one in word)


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
