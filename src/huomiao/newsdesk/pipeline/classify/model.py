"""A trained classifier: says which category an article belongs to and how sure that is, or that it does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from huomiao.newsdesk.pipeline.classify.features import PAIR, features

Weights = NDArray[np.float32]

MOST_REASONS = 5


class Unreadable(ValueError):
    """The bytes are no model that this version can read."""


class Guess(NamedTuple):
    """What the model says of an article.

    ``category`` is empty where it is not sure enough. ``confidence`` (0.0 to 1.0) is calibrated: of guesses at 0.8 about eight in ten
    are right. ``ranking`` has all categories with theirs, the likeliest first; ``because`` are the words that spoke for the first.
    """

    category: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    because: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Model:
    """``weights`` has a row for each feature and a column for each category: how much the one speaks for the other.

    ``temperature`` divides the scores so that confidences are true; below ``least`` the model does not answer.
    """

    categories: tuple[str, ...]
    rows: Mapping[str, int]
    weights: Weights
    temperature: float = 1.0
    least: float = 0.5

    def guess(self, title: str, text: str) -> Guess:
        """The category of an article."""
        seen = {feature: weight for feature, weight in features(title, text).items() if feature in self.rows}
        places = [self.rows[feature] for feature in seen]
        given = np.fromiter(seen.values(), dtype=np.float32, count=len(seen))
        scores = given @ self.weights[places]
        chances = softmax(scores[None, :] / self.temperature)[0]
        order = np.argsort(-chances, kind="stable")
        first = int(order[0])
        confidence = float(chances[first])
        ranking = tuple((self.categories[at], round(float(chances[at]), 4)) for at in order)
        because = _reasons(list(seen), given * self._telling(places, first))
        return Guess(self.categories[first] if confidence >= self.least else "", confidence, ranking, because)

    def dumps(self) -> bytes:
        """The model as bytes (npz without pickled objects), to be kept in a file or a table."""
        out = BytesIO()
        np.savez_compressed(
            out,
            categories=np.array(self.categories, dtype=np.str_),
            features=np.array(list(self.rows), dtype=np.str_),
            weights=self.weights.astype(np.float16),
            scale=np.array([self.temperature, self.least]),
        )
        return out.getvalue()

    @classmethod
    def loads(cls, kept: bytes) -> Model:
        """The model that ``dumps`` gave; raises ``Unreadable`` for anything else."""
        try:
            with np.load(BytesIO(kept), allow_pickle=False) as read:
                temperature, least = read["scale"].tolist()
                model = cls(
                    tuple(read["categories"].tolist()),
                    {feature: at for at, feature in enumerate(read["features"].tolist())},
                    read["weights"].astype(np.float32),
                    temperature,
                    least,
                )
        except (ValueError, KeyError, OSError, EOFError, TypeError, AttributeError, BadZipFile) as problem:
            raise Unreadable(str(problem)) from problem
        if model.weights.shape != (len(model.rows), len(model.categories)):
            raise Unreadable(f"weights of {model.weights.shape} for {len(model.rows)} features")
        return model

    def _telling(self, places: Sequence[int], category: int) -> Any:
        """How much more each feature speaks for the category than for the others on average."""
        rows = self.weights[list(places)]
        return rows[:, category] - rows.mean(axis=1)


def softmax(scores: Any) -> Any:
    """Scores (a row a text) as chances that add up to 1 in each row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _reasons(seen: list[str], spoke: Any) -> tuple[str, ...]:
    order = np.argsort(-spoke, kind="stable")
    words = [seen[at] for at in order if spoke[at] > 0 and not seen[at].startswith(PAIR)]
    return tuple(words[:MOST_REASONS])
