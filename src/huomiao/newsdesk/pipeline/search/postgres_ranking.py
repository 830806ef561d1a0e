"""How well articles fit, out of what PostgreSQL counts in their texts: BM25, and more for what stands in front and together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from huomiao.newsdesk.pipeline.search import freshness
from huomiao.newsdesk.pipeline.search.documents import seconds
from huomiao.newsdesk.pipeline.search.schema import LEAD

# An article of this many characters is neither long nor short.
_USUAL_LENGTH = 900
_K, _B = 1.2, 0.75
_IN_TITLE, _IN_LEAD, _TOGETHER = 3.0, 0.7, 1.0


@dataclass(frozen=True, slots=True)
class Counted:
    """An article and, for each stretch that is sought, how often it is there and where first (1 for the beginning, 0 for nowhere).

    ``head`` is how long title and subtitle are, ``length`` all of it.
    """

    id: int
    moment: int
    head: int
    length: int
    times: Sequence[int]
    first: Sequence[int]


def ranked(articles: Sequence[Counted], each: int, at: float) -> list[tuple[float, int, int]]:
    """Score, moment and number, best first. The first ``each`` stretches are the words, those after them words as typed together."""
    found = []
    having = [sum(1 for one in articles if one.times[place]) for place in range(each)]
    # Among articles that all have it, a word says nothing about which is better; its frequency in them does.
    weights = [math.log(1 + (len(articles) + 0.5) / (count + 0.5)) for count in having]
    for one in articles:
        norm = _K * (1 - _B + _B * one.length / _USUAL_LENGTH)
        score = 0.0
        for place, times in enumerate(one.times):
            if not times:
                continue
            weight = weights[place] if place < each else _TOGETHER
            score += weight * times * (_K + 1) / (times + norm)
            if one.first[place] <= one.head:
                score += weight * _IN_TITLE
            elif one.first[place] <= one.head + LEAD:
                score += weight * _IN_LEAD
        found.append((score * freshness.today(seconds(one.moment), at), one.moment, one.id))
    return sorted(found, reverse=True)
