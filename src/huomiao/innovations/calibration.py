"""Scores freed from the leniency of the experts who happened to give them.

A mark is taken as ``entry + expert + noise``. Entries are free; experts are drawn from a common spread whose size is
estimated from the marks themselves (restricted maximum likelihood). Where the marks show no difference between
experts, the spread is nought and the calibrated score *is* the mean; where they show a great one, nearly all of it is
taken out. So little data moves little: what a z-score of five marks gets wrong. ``docs/explanation/scores.md`` explains it to readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # its parts load when they are first used, which spares every start of the server half a second

# Ratios of expert spread to noise that are tried: e^-12 is nothing, e^9 is all.
LOWEST, HIGHEST = -12.0, 9.0
DRAWS = 2000


@dataclass(frozen=True)
class Mark:
    """One signed total: whose, for what."""

    entry: int
    expert: int
    total: float


@dataclass(frozen=True)
class Calibrated:
    score: float
    # Within which the score lies with 95 %.
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """Calibrated scores by entry, and what was found on the way."""

    scores: dict[int, Calibrated]
    # How much above (+) or below (−) the others each expert scores, as far as the marks show.
    leniency: dict[int, float]
    expert_spread: float
    noise: float
    # Groups of entries that share no expert with another group: only the common spread ties them together.
    groups: int
    _covariance: Any
    _order: tuple[int, ...]

    def draws(self, *, seed: int, count: int = DRAWS) -> tuple[tuple[int, ...], np.ndarray[Any, Any]]:
        """Entries in order, and ``count`` rows of scores that could as well be the true ones."""
        means = np.array([self.scores[entry].score for entry in self._order])
        values, vectors = np.linalg.eigh(self._covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        normal = np.random.default_rng(seed).standard_normal((count, len(means)))
        return self._order, means + normal @ root.T


def calibrate(marks: Sequence[Mark]) -> Calibration:
    """Calibrate ``marks``; every entry has one or more."""
    entries = sorted({mark.entry for mark in marks})
    experts = sorted({mark.expert for mark in marks})
    if not entries:
        return Calibration({}, {}, 0.0, 0.0, 0, np.zeros((0, 0)), ())
    row = {entry: index for index, entry in enumerate(entries)}
    column = {expert: index for index, expert in enumerate(experts)}
    # In a fixed order, so that sums do not depend on the order of the sheets.
    ordered = sorted(marks, key=lambda mark: (mark.entry, mark.expert))
    y = np.array([mark.total for mark in ordered])
    of_entry = np.array([row[mark.entry] for mark in ordered])
    of_expert = np.array([column[mark.expert] for mark in ordered])

    counts = np.bincount(of_entry, weights=np.ones(len(y)))
    raw = np.bincount(of_entry, weights=y) / counts
    met = np.zeros((len(entries), len(experts)))
    np.add.at(met, (of_entry, of_expert), 1.0)
    residual = y - raw[of_entry]
    # What the differences between experts look like once the entries are taken out.
    shared = met / counts[:, None]
    among_experts = np.diag(met.sum(axis=0)) - met.T @ shared
    against = np.bincount(of_expert, weights=residual, minlength=len(experts))

    ratio, noise_variance = _spread(among_experts, against, float(residual @ residual), len(y) - len(entries))
    if ratio:
        shrunk = np.linalg.inv(among_experts + np.eye(len(experts)) / ratio)
        leniency = shrunk @ against
        covariance = noise_variance * (np.diag(1 / counts) + shared @ shrunk @ shared.T)
    else:
        leniency = np.zeros(len(experts))
        covariance = noise_variance * np.diag(1 / counts)
    scores = raw - shared @ leniency
    half = 1.959964 * np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return Calibration(
        scores={
            entry: Calibrated(float(scores[i]), float(scores[i] - half[i]), float(scores[i] + half[i]))
            for entry, i in row.items()
        },
        leniency={expert: float(leniency[i]) for expert, i in column.items()},
        expert_spread=float(np.sqrt(ratio * noise_variance)),
        noise=float(np.sqrt(noise_variance)),
        groups=_groups(met > 0),
        _covariance=covariance,
        _order=tuple(entries),
    )


def place_intervals(calibration: Calibration, categories: dict[int, str], *, seed: int) -> dict[int, tuple[int, int]]:
    """Between which places of its category (or whatever places are counted in) each entry lies in 95 of 100 draws."""
    order, drawn = calibration.draws(seed=seed)
    found: dict[int, tuple[int, int]] = {}
    for category in sorted(set(categories.values())):
        inside = [index for index, entry in enumerate(order) if categories[entry] == category]
        # Place = one more than how many are above, draw by draw.
        places = (-drawn[:, inside]).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
        low, high = np.percentile(places, [2.5, 97.5], axis=0, method="nearest")
        for position, index in enumerate(inside):
            found[order[index]] = int(low[position]), int(high[position])
    return found


def _spread(among: Any, against: Any, rest: float, freedom: int) -> tuple[float, float]:
    """The ratio of the experts' variance to the noise's, and the noise's variance, by restricted likelihood.

    ``among`` is diagonalised once; each eigenvector is then one independent contrast between experts, and the likelihood of
    a ratio costs a sum over them.
    """
    if freedom <= 0:
        return 0.0, 0.0
    values, vectors = np.linalg.eigh(among)
    real = values > 1e-9 * max(1.0, float(values.max()))
    values = values[real]
    squares = (vectors.T @ against)[real] ** 2 / values
    rest = max(rest - float(squares.sum()), 0.0)
    if rest + float(squares.sum()) < 1e-12:
        return 0.0, 0.0

    def variance(ratio: float) -> float:
        return (rest + float(np.sum(squares / (1 + ratio * values)))) / freedom

    def cost(log_ratio: float) -> float:
        ratio = float(np.exp(log_ratio))
        return freedom * float(np.log(max(variance(ratio), 1e-12))) + float(np.sum(np.log1p(ratio * values)))

    # The likelihood may have two humps; a coarse grid finds the higher one.
    grid = np.linspace(LOWEST, HIGHEST, 43)
    costs = [cost(point) for point in grid]
    best = int(np.argmin(costs))
    around = (float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)]))
    answer = scipy.optimize.minimize_scalar(cost, bounds=around, method="bounded")
    nothing = freedom * float(np.log(max(variance(0.0), 1e-12)))
    if answer.fun >= nothing - 1e-9:
        return 0.0, variance(0.0)
    ratio = float(np.exp(answer.x))
    return ratio, variance(ratio)


def _groups(met: Any) -> int:
    """How many groups of entries there are that share no expert."""
    unseen = set(range(met.shape[0]))
    groups = 0
    while unseen:
        groups += 1
        front = {unseen.pop()}
        while front:
            experts = met[sorted(front)].any(axis=0)
            front = {int(entry) for entry in np.flatnonzero(met[:, experts].any(axis=1))} & unseen
            unseen -= front
    return groups
