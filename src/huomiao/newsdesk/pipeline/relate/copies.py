"""Copies of a text among many: found by their anchors, decided by what they have in common letter by letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from huomiao.newsdesk.pipeline.relate import lead_ins, overlaps, prints
from huomiao.newsdesk.pipeline.relate.overlaps import Kind, Overlap
from huomiao.newsdesk.pipeline.relate.postings import Postings
from huomiao.newsdesk.pipeline.relate.prints import Print
from huomiao.newsdesk.pipeline.relate.units import Numbers

# So many candidates are compared letter by letter; a text copied more often has its chain from the first of them.
MOST_COMPARED = 60
# A stretch that so many partial copies share with a text, and nothing else, is a saying of the site, not a copy.
COMMONPLACE = 4
# Of a short excerpt from a long text one anchor may be all that is met, so some with a single one are compared too.
SINGLES = 8

# A text longer than a book is compared by its beginning.
MOST_CHARACTERS = 400_000

Load = Callable[[Sequence[int]], Mapping[int, Print]]


class Match(NamedTuple):
    """An article that holds the same text: ``kind`` says what the article asked about is to it."""

    item: int
    kind: Kind
    overlap: Overlap


def read(text: str) -> Print:
    """The print of an article's plain text, without what editors put around it."""
    return prints.of(lead_ins.trim(text[:MOST_CHARACTERS]).text)


def find(text: Print, *, among: Postings, load: Load) -> list[Match]:
    """The copies of ``text`` in the index, those with most in common first.

    ``load`` gives the prints of articles by their number (``read`` of their texts, or kept ones); what it leaves out, such as
    an article taken down, is passed over.
    """
    sharing = among.sharing(text.keys, at_least=1, most=MOST_COMPARED)
    several = [one.item for one in sharing if one.keys > 1]
    candidates = several + [one.item for one in sharing if one.keys == 1][:SINGLES]
    known = load(candidates)
    others = {item: known[item] for item in candidates if item in known}
    found = {item: overlaps.between(text, other) for item, other in others.items()}
    partial = [item for item, overlap in found.items() if overlap.kind in (Kind.MERGED, None)]
    if len(partial) >= COMMONPLACE:
        common = _commonplaces(text, [others[item] for item in partial])
        merged = [item for item in partial if found[item].kind]
        found |= {item: overlaps.between(text, others[item], besides=common) for item in merged}
    matches = [Match(item, overlap.kind, overlap) for item, overlap in found.items() if overlap.kind]
    return sorted(matches, key=lambda match: -match.overlap.letters)


def _commonplaces(text: Print, others: Sequence[Print]) -> Numbers:
    """The grams of ``text`` that at least ``COMMONPLACE`` of the others have."""
    grams, counts = np.unique(
        np.concatenate([overlaps.shared_grams(text, other) for other in others]), return_counts=True
    )
    return grams[counts >= COMMONPLACE]
