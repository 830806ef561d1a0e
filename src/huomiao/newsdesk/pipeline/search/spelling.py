"""Puts mistyped words of a query right, out of the words that the articles themselves use.

A typed stretch is suspicious where two characters stand together that stand together in no article (or where a word of
another script is in none). What is meant is a word one slip away – a wrong character, one too many, one missing, two
turned round – and of several the one with which the whole query finds most.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Protocol

import rjieba

from huomiao.newsdesk.pipeline.search import parsing, tokens
from huomiao.newsdesk.pipeline.search.queries import Query, Words, sought

# From this length on two slips are likely enough.
_LONG = 6
# Shorter than this, nearly every word is one slip away from some other.
_SHORT_CHINESE, _SHORT = 3, 4
_MOST_WORDS_READ = 5000
_MOST_CHOICES = 5
_MOST_TRIED = 12


class Dictionary(Protocol):
    """The words that the articles are about, with the number of articles for each."""

    def beginning_with(self, beginning: str, limit: int) -> list[tuple[str, int]]: ...

    def ending_with(self, ending: str, limit: int) -> list[tuple[str, int]]: ...

    def frequency(self, token: str) -> int:
        """In how many texts a token stands anywhere; it matters only whether in any."""

    def total(self, query: Query) -> int:
        """How many articles a query finds."""


def corrected(query: Query, dictionary: Dictionary) -> str:
    """The text of ``query`` put right; "" when it finds something as it is, or nothing better is known."""
    if dictionary.total(query):
        return ""
    slips: list[tuple[int, int, list[str]]] = []
    for node in sought(query.root):
        if isinstance(node, Words) and node.end:
            slips.extend(_slips(node, dictionary))
    if not slips:
        return ""
    best, best_total = "", 0
    for choice in islice(product(*(choices for _start, _end, choices in slips)), _MOST_TRIED):
        text = query.text
        for (start, end, _choices), word in sorted(zip(slips, choice, strict=True), reverse=True):
            text = text[:start] + word + text[end:]
        total = dictionary.total(parsing.parse(text))
        if total > best_total:
            best, best_total = text, total
    return best


def distance(a: str, b: str, most: int) -> int:
    """How many slips lie between two words, counted up to ``most`` and one more for all that is further."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, right in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _slips(node: Words, dictionary: Dictionary) -> Iterator[tuple[int, int, list[str]]]:
    """Where in the query something is wrong, and what may be meant there."""
    typed = node.text.casefold()
    # Only where each character stands for itself are the places those of the query.
    if len(typed) != len(node.text):
        return
    for readings in _suspicious(node.text, dictionary):
        for word in readings:
            at = typed.find(word)
            choices = _choices(word, dictionary)
            if at >= 0 and choices:
                yield node.start + at, node.start + at + len(word), choices
                break


def _suspicious(text: str, dictionary: Dictionary) -> Iterator[list[str]]:
    """Each stretch in which something is wrong, as the words that it may be: the first that resembles one is meant."""
    for run in tokens.runs(text):
        if tokens.is_paired(run):
            if len(run) >= _SHORT_CHINESE:
                yield from _suspicious_chinese(run, dictionary)
        elif len(run) >= _SHORT and not run.isdigit() and not dictionary.frequency(tokens.stem(run)):
            yield [run]


def _suspicious_chinese(run: str, dictionary: Dictionary) -> Iterator[list[str]]:
    """Words that touch a pair which no article has. Those that share one are first taken together (总 and 公会)."""
    unknown = {at for at in range(len(run) - 1) if not dictionary.frequency(run[at : at + 2])}
    group: list[str] = []
    inside: list[str] = []
    start = 0
    for word in rjieba.cut(run):
        end = start + len(word)
        if group and start - 1 not in unknown:
            yield ["".join(group), *inside]
            group, inside = [], []
        if unknown.intersection(range(start - 1, end)):
            group.append(word)
        if unknown.intersection(range(start, end - 1)):
            inside.append(word)
        start = end
    if group:
        yield ["".join(group), *inside]


def _choices(word: str, dictionary: Dictionary) -> list[str]:
    """The likeliest words for what was typed, best first."""
    most = 2 if len(word) >= _LONG else 1
    known = dict(dictionary.beginning_with(word[0], _MOST_WORDS_READ))
    # When the first characters are wrong, the rest is right.
    known |= dict(dictionary.ending_with(word[2:] or word[-1], _MOST_WORDS_READ))
    found = []
    for candidate, count in known.items():
        away = distance(word, candidate, most)
        if 0 < away <= most and len(candidate) > 1:
            found.append((away, -count, candidate))
    return [candidate for _away, _count, candidate in sorted(found)[:_MOST_CHOICES]]
