"""How markers mark, compared with those who marked the same answers: strictness, disagreement, drift. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import fmean

# Fewer comparisons than this say nothing about somebody.
FEWEST = 8
# A shift of the mean difference by more than this share of the points is worth a word.
DRIFT_NOTED = 0.08
STRICTNESS_NOTED = 0.10


@dataclass(frozen=True)
class Pair:
    """What one marker gave an answer, and what the other of the first two did."""

    marker: int
    own: Decimal
    other: Decimal
    max_points: Decimal
    at: datetime
    is_disputed: bool

    @property
    def difference(self) -> float:
        return float((self.own - self.other) / self.max_points) if self.max_points else 0.0


@dataclass(frozen=True)
class Figures:
    """A marker against their co-markers, as shares of a question's points; None where there is too little to compare."""

    pairs: int
    disputed: int
    # How much more (or less) than the others they give on average.
    lean: float | None
    # How far the later half of their marking leans from the earlier half.
    drift: float | None

    @property
    def disputed_share(self) -> float:
        return self.disputed / self.pairs if self.pairs else 0.0

    @property
    def has_drifted(self) -> bool:
        return self.drift is not None and abs(self.drift) > DRIFT_NOTED

    @property
    def is_strict(self) -> bool:
        return self.lean is not None and self.lean < -STRICTNESS_NOTED

    @property
    def is_generous(self) -> bool:
        return self.lean is not None and self.lean > STRICTNESS_NOTED


def by_marker(pairs: Iterable[Pair]) -> dict[int, Figures]:
    """The figures of every marker with at least one comparison."""
    grouped: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        grouped[pair.marker].append(pair)
    return {marker: _figures(sorted(own, key=lambda pair: pair.at)) for marker, own in grouped.items()}


def _figures(pairs: list[Pair]) -> Figures:
    differences = [pair.difference for pair in pairs]
    disputed = sum(pair.is_disputed for pair in pairs)
    if len(pairs) < FEWEST:
        return Figures(len(pairs), disputed, None, None)
    half = len(differences) // 2
    drift = fmean(differences[-half:]) - fmean(differences[:half])
    return Figures(len(pairs), disputed, round(fmean(differences), 4), round(drift, 4))
