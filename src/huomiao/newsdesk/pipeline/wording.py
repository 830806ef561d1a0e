"""Two texts as one, so that a person sees which words were added and which were struck.

Numbers and foreign words stay whole, and scraps that two sentences share only by chance are not shown as kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from huomiao.newsdesk.pipeline import alignment

# Where less than this of a paragraph was kept, the old and the new one as wholes are easier to read.
_LEAST_KEPT = 0.25
# More than three characters in a row are not shared by chance.
_MOST_SCRAP = 3
# A text longer than this is compared by sentences.
_LONG = 50_000

_TOKEN = re.compile(r"[^\W\u2e80-\uffff_]+(?:[.,:'’/–-][^\W\u2e80-\uffff_]+)*%?|\s+|.", re.DOTALL)
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]*|[。！？!?\n]+")
_ENDS = {**dict.fromkeys("。！？!?；;\n", 3), **dict.fromkeys("，、：:,）)”》", 2), **dict.fromkeys("“《（( ", 1)}


class Kind(StrEnum):
    """What happened to a block, or to some words of one. ``LEFT`` marks where a ``MOVED`` block was."""

    SAME = "same"
    ADDED = "added"
    STRUCK = "struck"
    CHANGED = "changed"
    MOVED = "moved"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and what happened to them: same, added or struck."""

    kind: Kind
    text: str


def words(old: str, new: str, budget: alignment.Budget | None = None) -> tuple[Piece, ...]:
    """Two texts as one, with what was struck before what was added in its place."""
    token = _TOKEN if len(old) + len(new) < 2 * _LONG else _SENTENCE
    before, after = token.findall(old), token.findall(new)
    runs = _runs(before, after, alignment.common(before, after, anchor=12, budget=budget))
    runs = _without_scraps(runs)
    kept = sum(len(run.old) for run in runs if run.is_same)
    if kept < _LEAST_KEPT * max(len(before), len(after)):
        runs = [_Run(before, after, is_same=False)]
    return tuple(_pieces(_settled(runs)))


@dataclass(slots=True)
class _Run:
    """Words that were kept (the same in both), or what stood and what stands in one place.

    ``weight`` says how much text that is (of a replacement, the longer side), where that was asked for.
    """

    old: list[str]
    new: list[str]
    is_same: bool
    weight: int = 0


def _weight(tokens: list[str]) -> int:
    """A Chinese character weighs one, a foreign word or a number two, what stands between them nothing."""
    return sum(0 if not token[0].isalnum() else 1 if len(token) == 1 else 2 for token in tokens)


def _runs(old: list[str], new: list[str], pairs: list[tuple[int, int]]) -> list[_Run]:
    runs: list[_Run] = []
    here = there = 0
    for at, counterpart in [*pairs, (len(old), len(new))]:
        if at > here or counterpart > there:
            runs.append(_Run(old[here:at], new[there:counterpart], is_same=False))
        if at < len(old):
            if runs and runs[-1].is_same:
                runs[-1].old.append(old[at])
                runs[-1].new.append(new[counterpart])
            else:
                runs.append(_Run([old[at]], [new[counterpart]], is_same=True))
        here, there = at + 1, counterpart + 1
    return runs


def _without_scraps(runs: list[_Run]) -> list[_Run]:
    """A few kept words that weigh no more than the changes on both sides are chance, and become part of the change."""
    kept: list[_Run] = []
    for run in runs:
        run.weight = max(_weight(run.old), _weight(run.new))
        kept.append(run)
        while len(kept) >= 3 and not kept[-1].is_same and kept[-2].is_same and not kept[-3].is_same:
            before, scrap, after = kept[-3:]
            if scrap.weight > min(_MOST_SCRAP, before.weight, after.weight):
                break
            before.old += scrap.old + after.old
            before.new += scrap.new + after.new
            before.weight += scrap.weight + after.weight
            del kept[-2:]
    return kept


def _settled(runs: list[_Run]) -> list[_Run]:
    """What was only added or only struck is moved to where a sentence or clause begins, if it could as well stand there."""
    for at in range(1, len(runs) - 1):
        before, run, after = runs[at - 1 : at + 2]
        if not (run.is_same or (run.old and run.new)) and before.is_same and after.is_same:
            _slide(before, run.old or run.new, after)
    return [run for run in runs if run.old or run.new]


def _slide(before: _Run, moved: list[str], after: _Run) -> None:
    """Slide ``moved`` between its neighbours to the best place; all three lists change in place."""
    size = len(moved)
    text = before.old + moved + after.old
    here = start = len(before.old)
    while start and text[start - 1] == text[start + size - 1]:
        start -= 1
    end = here
    while end + size < len(text) and text[end] == text[end + size]:
        end += 1
    best = max(range(start, end + 1), key=lambda at: (_fit(text, at) + _fit(text, at + size), -abs(at - here)))
    before.old[:], moved[:], after.old[:] = text[:best], text[best : best + size], text[best + size :]
    before.new[:], after.new[:] = before.old, after.old


def _fit(text: list[str], at: int) -> int:
    """How well a cut before ``text[at]`` reads."""
    return 3 if at in (0, len(text)) else _ENDS.get(text[at - 1][-1], 0)


def _pieces(runs: list[_Run]) -> Iterator[Piece]:
    for run in runs:
        if run.is_same:
            yield Piece(Kind.SAME, "".join(run.old))
            continue
        if run.old:
            yield Piece(Kind.STRUCK, "".join(run.old))
        if run.new:
            yield Piece(Kind.ADDED, "".join(run.new))
