"""What a classifier sees of an article: its words, and its pairs of characters where the words are new to it."""

from __future__ import annotations

import re
from collections import Counter
from math import log

from huomiao.newsdesk.pipeline.relate.words import words_of

# What an article is about stands at its beginning.
MOST_LETTERS = 800
_IN_TITLE = 2
# Marks pairs of characters, which no word begins with.
PAIR = "~"

_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")


def features(title: str, text: str) -> dict[str, float]:
    """The features of an article with their weights, whose squares add up to 1; an empty article has none."""
    counts: Counter[str] = Counter()
    for part, times in ((title, _IN_TITLE), (text[:MOST_LETTERS], 1)):
        for feature in _of(part):
            counts[feature] += times
    weights = {feature: 1 + log(count) for feature, count in counts.items()}
    norm = sum(weight**2 for weight in weights.values()) ** 0.5
    return {feature: weight / norm for feature, weight in weights.items()}


def _of(text: str) -> list[str]:
    pairs = [f"{PAIR}{run[at : at + 2]}" for run in _CHINESE.findall(text) for at in range(len(run) - 1)]
    return words_of(text) + pairs
