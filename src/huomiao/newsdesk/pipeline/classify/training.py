"""Trains a classifier from examples and measures on examples that it has not seen how true its sureness is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from huomiao.newsdesk.pipeline.classify.examples import Example
from huomiao.newsdesk.pipeline.classify.features import features
from huomiao.newsdesk.pipeline.classify.model import Model, softmax

FOLDS = 5
# Above the confidence from which on so many of ten answers were right, the model answers.
WANTED = 0.9
FEWEST_CATEGORIES = 2
_SMOOTHING = 0.1
_TEMPERATURES = np.geomspace(0.01, 10.0, 200)
_NEVER = 0.99


class TooFewExamples(ValueError):
    """There are not two categories to tell apart."""


class Measured(NamedTuple):
    """How a model did on texts that it was not trained with.

    ``accuracy`` of all first guesses; ``answered`` is the share on which it was sure enough and ``right`` how many of those were
    right; ``error`` is the mean distance between what it said and how often it was right (expected calibration error).
    """

    accuracy: float
    answered: float
    right: float
    error: float


def train(examples: Sequence[Example]) -> Model:
    """A calibrated model from ``examples``; the same from the same. Raises ``TooFewExamples`` for less than two categories."""
    categories = tuple(sorted({example.category for example in examples}))
    if len(categories) < FEWEST_CATEGORIES:
        raise TooFewExamples(f"{len(categories)} categories")
    seen = [features(example.title, example.text) for example in examples]
    wanted = np.array([categories.index(example.category) for example in examples])
    counts = np.array([example.weight for example in examples])
    rows, weights = _fit(seen, wanted, counts, len(categories))
    scores = _held_out_scores(examples, seen, wanted, counts, len(categories))
    temperature = _temperature(scores, wanted, counts)
    least = _least(softmax(scores / temperature), wanted)
    return Model(categories, rows, weights.astype(np.float32), temperature, least)


def cross_validate(examples: Sequence[Example]) -> Measured:
    """How a model does that is trained with four fifths of ``examples`` and asked about the rest, five times."""
    folds = [_fold(example) for example in examples]
    found: list[tuple[bool, bool, float]] = []
    for fold in range(FOLDS):
        model = train([example for example, at in zip(examples, folds, strict=True) if at != fold])
        for example, at in zip(examples, folds, strict=True):
            if at == fold:
                guess = model.guess(example.title, example.text)
                found.append((guess.ranking[0][0] == example.category, bool(guess.category), guess.confidence))
    return measured(found)


def measured(found: Sequence[tuple[bool, bool, float]]) -> Measured:
    """The measure of guesses: whether the first was right, whether it was given as the answer, how sure it was."""
    right = np.array([is_right for is_right, _answered, _sure in found], dtype=float)
    answered = np.array([is_answered for _right, is_answered, _sure in found])
    sure = np.array([confidence for _right, _answered, confidence in found])
    bins = np.minimum((sure * 10).astype(int), 9)
    error = sum(
        abs(right[bins == at].mean() - sure[bins == at].mean()) * (bins == at).mean() for at in set(bins.tolist())
    )
    return Measured(
        float(right.mean()),
        float(answered.mean()),
        float(right[answered].mean()) if answered.any() else 0.0,
        float(error),
    )


def _fit(seen: Sequence[dict[str, float]], wanted: Any, counts: Any, categories: int) -> tuple[dict[str, int], Any]:
    """The features, and how much each speaks for each category: complement naive Bayes.

    A feature speaks for a category by how rarely the others have it. Of the others there is always much more text, so categories
    with few examples are not at a loss, and training takes one pass, however many examples there are.
    """
    rows: dict[str, int] = {}
    for one in seen:
        for feature in one:
            rows.setdefault(feature, len(rows))
    mass = np.zeros((len(rows), categories))
    for one, category, count in zip(seen, wanted, counts, strict=True):
        places = [rows[feature] for feature in one]
        mass[places, category] += count * np.fromiter(one.values(), dtype=float, count=len(one))
    others = mass.sum(axis=1, keepdims=True) - mass + _SMOOTHING
    weights = -np.log(others / others.sum(axis=0))
    return rows, weights - weights.mean(axis=1, keepdims=True)


def _scores(seen: Sequence[dict[str, float]], rows: dict[str, int], weights: Any) -> Any:
    """What each text's features say for each category, a line a text."""
    lines = []
    for one in seen:
        known = {rows[feature]: weight for feature, weight in one.items() if feature in rows}
        lines.append(np.fromiter(known.values(), dtype=float, count=len(known)) @ weights[list(known)])
    return np.array(lines).reshape(len(seen), weights.shape[1])


def _held_out_scores(
    examples: Sequence[Example], seen: Sequence[dict[str, float]], wanted: Any, counts: Any, categories: int
) -> Any:
    """The scores of every text by a model that has not seen it."""
    folds = np.array([_fold(example) for example in examples])
    scores = np.zeros((len(seen), categories))
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        if inside and outside:
            rows, weights = _fit([seen[at] for at in inside], wanted[inside], counts[inside], categories)
            scores[outside] = _scores([seen[at] for at in outside], rows, weights)
    return scores


def _temperature(scores: Any, wanted: Any, counts: Any) -> float:
    """By what scores must be divided for the chances of the right categories to be as great as possible."""
    lines = np.arange(len(wanted))

    def surprise(temperature: float) -> float:
        return float(-np.log(np.maximum(softmax(scores / temperature)[lines, wanted], 1e-12)) @ counts)

    return float(min(_TEMPERATURES, key=surprise))


def _least(chances: Any, wanted: Any) -> float:
    """The confidence from which on ``WANTED`` of the answers are right."""
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == wanted
    order = np.argsort(-sure, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= WANTED)
    return float(sure[order][good[-1]]) if good.size else _NEVER


def _fold(example: Example) -> int:
    # By the text itself: a text given twice is never both taught and asked.
    return zlib.crc32(example.text.encode()) % FOLDS
