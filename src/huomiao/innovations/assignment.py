"""Which experts score which entries: the best field fit there is, under load caps and conflicts.

The problem is a transportation problem, so its linear relaxation has whole-number solutions; HiGHS finds them in
seconds for a province. Three steps, each with what the one before settled:

1. the lowest busiest load that still gives every entry its experts;
2. the highest sum of fit within that load (plus ``slack``), where ties are broken by the seed and by nothing else;
3. where step 1 fails, the least that is missing, the least extra capacity that would mend it, and the pins that cannot
   stand together with the caps and with each other.

Pure: it knows numbers and keys, no database. The same problem with the same seed gives the same answer, whatever the
order in which entries and experts are given.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy  # its parts load when they are first used, which spares every start of the server half a second

Pair = tuple[int, int]


@dataclass(frozen=True)
class Problem:
    """Entries and experts by key. A pair is (entry, expert)."""

    entries: Sequence[int]
    # Most entries that each expert takes.
    caps: Mapping[int, int]
    per_entry: int
    # Field fit of pairs from 0 to 1; pairs that are not named fit 0.
    fit: Mapping[Pair, float]
    # Pairs that may not be, with the reason's code.
    barred: Mapping[Pair, str] = field(default_factory=dict)
    # Pairs that must be (they stand even against the fit, never against a conflict).
    pinned: frozenset[Pair] = frozenset()
    seed: int = 0
    # How much above the lowest possible the busiest load may go, for the sake of fit.
    slack: int = 0


@dataclass(frozen=True)
class Shortage:
    """An entry that cannot get all its experts: how many it lacks, how many are eligible, what bars the others."""

    entry: int
    lacking: int
    eligible: int
    barred: dict[str, int]


@dataclass(frozen=True)
class Outcome:
    """What was assigned and how good it is, or what stands in the way."""

    assigned: dict[int, tuple[int, ...]]
    fit_sum: float
    loads: dict[int, int]
    shortages: tuple[Shortage, ...] = ()
    # Pinned pairs that cannot stand: with them there is no assignment, with the other pins there is.
    impossible_pins: tuple[Pair, ...] = ()
    # The least number of extra places, over all experts, that would let every entry with enough eligible experts be served.
    extra_places: int = 0
    # Experts whose caps would have to rise, with by how much, in the cheapest repair.
    raise_caps: dict[int, int] = field(default_factory=dict)
    # The lowest cap, the same for everybody, with which it would work; None when no cap helps.
    cap_that_works: int | None = None

    @property
    def is_complete(self) -> bool:
        return not self.shortages and not self.impossible_pins

    @property
    def busiest(self) -> int:
        return max(self.loads.values(), default=0)

    @property
    def idlest(self) -> int:
        return min(self.loads.values(), default=0)


@dataclass(frozen=True)
class _Table:
    """The problem as arrays: one variable per allowed pair, in an order that depends on keys alone."""

    entries: list[int]
    experts: list[int]
    rows: np.ndarray[Any, Any]
    columns: np.ndarray[Any, Any]
    fit: np.ndarray[Any, Any]
    lowest: np.ndarray[Any, Any]
    caps: np.ndarray[Any, Any]

    @property
    def by_entry(self) -> Any:
        return scipy.sparse.csr_matrix(
            (np.ones(len(self.rows)), (self.rows, np.arange(len(self.rows)))),
            shape=(len(self.entries), len(self.rows)),
        )

    @property
    def by_expert(self) -> Any:
        return scipy.sparse.csr_matrix(
            (np.ones(len(self.rows)), (self.columns, np.arange(len(self.rows)))),
            shape=(len(self.experts), len(self.rows)),
        )


def solve(problem: Problem) -> Outcome:
    """The best assignment; where there is none, the fullest one, with what is missing and what would repair it."""
    table = _tabulate(problem)
    if not table.entries:
        return Outcome({}, 0.0, dict.fromkeys(table.experts, 0))
    limit = _lowest_busiest_load(table, problem.per_entry)
    if limit is None:
        return _explain(problem, table)
    caps = np.minimum(table.caps, limit + problem.slack)
    wanted = np.full(len(table.entries), problem.per_entry)
    return _outcome(table, _best_fit(table, wanted, caps, problem.seed, lowest=table.lowest))


def greedy(problem: Problem) -> Outcome:
    """What a careful person does by hand: entry by entry, the best free expert. The baseline of the benchmark."""
    table = _tabulate(problem)
    loads = dict.fromkeys(table.experts, 0)
    assigned: dict[int, tuple[int, ...]] = {}
    shortages = []
    total = 0.0
    for entry in table.entries:
        free = [
            expert
            for expert in table.experts
            if (entry, expert) not in problem.barred and loads[expert] < problem.caps[expert]
        ]
        free.sort(key=lambda expert: (-problem.fit.get((entry, expert), 0.0), loads[expert], expert))
        taken = tuple(free[: problem.per_entry])
        for expert in taken:
            loads[expert] += 1
            total += problem.fit.get((entry, expert), 0.0)
        assigned[entry] = taken
        if len(taken) < problem.per_entry:
            shortages.append(Shortage(entry, problem.per_entry - len(taken), len(free), {}))
    return Outcome(assigned, total, loads, tuple(shortages))


def _tabulate(problem: Problem) -> _Table:
    entries, experts = sorted(problem.entries), sorted(problem.caps)
    rows, columns, fit, lowest = [], [], [], []
    for row, entry in enumerate(entries):
        for column, expert in enumerate(experts):
            pair = (entry, expert)
            if pair in problem.barred:
                continue
            rows.append(row)
            columns.append(column)
            fit.append(problem.fit.get(pair, 0.0))
            lowest.append(1.0 if pair in problem.pinned else 0.0)
    return _Table(
        entries,
        experts,
        np.array(rows, dtype=int),
        np.array(columns, dtype=int),
        np.array(fit, dtype=float),
        np.array(lowest, dtype=float),
        np.array([problem.caps[expert] for expert in experts], dtype=float),
    )


def _lowest_busiest_load(table: _Table, per_entry: int) -> int | None:
    """The lowest load of the busiest expert with which every entry is served; None when it cannot be done.

    For a given bound the constraints are a flow with whole capacities, so the first whole number above the
    fractional optimum is reached.
    """
    pairs, entries, experts = len(table.rows), len(table.entries), len(table.experts)
    if not pairs:
        return None
    with_bound = scipy.sparse.csr_matrix(
        (
            np.concatenate([np.ones(pairs), -np.ones(experts)]),
            (
                np.concatenate([table.columns, np.arange(experts)]),
                np.concatenate([np.arange(pairs), np.full(experts, pairs)]),
            ),
        ),
        shape=(experts, pairs + 1),
    )
    served = scipy.sparse.csr_matrix((np.ones(pairs), (table.rows, np.arange(pairs))), shape=(entries, pairs + 1))
    capped = scipy.sparse.csr_matrix((np.ones(pairs), (table.columns, np.arange(pairs))), shape=(experts, pairs + 1))
    answer = scipy.optimize.milp(
        np.concatenate([np.zeros(pairs), [1.0]]),
        constraints=[
            scipy.optimize.LinearConstraint(served, per_entry, per_entry),
            scipy.optimize.LinearConstraint(with_bound, -np.inf, 0),
            scipy.optimize.LinearConstraint(capped, 0, table.caps),
        ],
        bounds=scipy.optimize.Bounds(np.append(table.lowest, 0.0), np.append(np.ones(pairs), np.inf)),
    )
    return math.ceil(answer.fun - 1e-6) if answer.success else None


def _best_fit(table: _Table, wanted: Any, caps: Any, seed: int, *, lowest: Any = None) -> Any:
    """Which pairs to take: the highest sum of fit, then what the seed likes.

    With ``lowest`` the pins are bounds. Without, as many of them are taken as can be, before anything else counts.
    """
    pairs = len(table.rows)
    if not pairs:
        return np.zeros(0, dtype=bool)
    # Fits are hundredths; the whole perturbation stays below half of one, so it decides only between equals.
    whim = np.random.default_rng(seed).random(pairs) * 0.5 / max(1.0, float(np.sum(wanted)))
    above_all_fits = 0.0 if lowest is not None else 101.0 * max(1.0, float(np.sum(wanted)))
    answer = scipy.optimize.milp(
        -(np.round(table.fit * 100) + whim + above_all_fits * table.lowest),
        integrality=np.ones(pairs),
        constraints=[
            scipy.optimize.LinearConstraint(table.by_entry, wanted, wanted),
            scipy.optimize.LinearConstraint(table.by_expert, 0, caps),
        ],
        bounds=scipy.optimize.Bounds(np.zeros(pairs) if lowest is None else lowest, np.ones(pairs)),
        options={"mip_rel_gap": 0.0},
    )
    if not answer.success:  # the caller has shown that it can be done, so this is a fault of ours
        raise RuntimeError(answer.message)
    return answer.x > 0.5


def _outcome(table: _Table, chosen: Any, **more: Any) -> Outcome:
    assigned: dict[int, list[int]] = {entry: [] for entry in table.entries}
    loads = dict.fromkeys(table.experts, 0)
    for index in np.flatnonzero(chosen):
        expert = table.experts[table.columns[index]]
        assigned[table.entries[table.rows[index]]].append(expert)
        loads[expert] += 1
    fit_sum = round(float(np.sum(table.fit[chosen])), 4)
    return Outcome({entry: tuple(experts) for entry, experts in assigned.items()}, fit_sum, loads, **more)


def _explain(problem: Problem, table: _Table) -> Outcome:
    """Serve as much as can be served, and say what is missing, why, and what the cheapest repair is."""
    pairs, entries, experts = len(table.rows), len(table.entries), len(table.experts)
    eligible = np.bincount(table.rows, minlength=entries) if pairs else np.zeros(entries, dtype=int)
    # No extra capacity helps an entry beyond the experts who may score it at all.
    reachable = np.minimum(eligible, problem.per_entry)
    unmet, _over = _relaxed(table, reachable, may_exceed_caps=False)
    missing = problem.per_entry - reachable + unmet
    chosen = _best_fit(table, reachable - unmet, table.caps, problem.seed)
    impossible = np.flatnonzero((table.lowest > 0) & ~chosen)
    barred: dict[int, Counter[str]] = {}
    for (entry, _expert), reason in problem.barred.items():
        barred.setdefault(entry, Counter())[reason] += 1
    shortages = tuple(
        Shortage(entry, int(missing[row]), int(eligible[row]), dict(barred.get(entry, Counter())))
        for row, entry in enumerate(table.entries)
        if missing[row] > 0
    )
    _unmet, over = _relaxed(table, reachable, may_exceed_caps=True)
    # With caps out of the way: what would the lowest cap for everybody be? Only asked where caps are all that is wrong.
    works = None
    if (reachable == problem.per_entry).all():
        free = _Table(**{**table.__dict__, "caps": np.full(experts, float(entries)), "lowest": np.zeros(pairs)})
        works = _lowest_busiest_load(free, problem.per_entry)
    return _outcome(
        table,
        chosen,
        shortages=shortages,
        impossible_pins=tuple(
            (table.entries[table.rows[index]], table.experts[table.columns[index]]) for index in impossible
        ),
        extra_places=int(np.sum(over)),
        raise_caps={expert: int(over[column]) for column, expert in enumerate(table.experts) if over[column]},
        cap_that_works=works,
    )


def _relaxed(table: _Table, wanted: Any, *, may_exceed_caps: bool) -> tuple[Any, Any]:
    """The fewest places left empty per entry, and (when caps may be exceeded) the fewest extra places per expert."""
    pairs, entries, experts = len(table.rows), len(table.entries), len(table.experts)
    width = pairs + entries + experts
    served = scipy.sparse.csr_matrix(
        (
            np.ones(pairs + entries),
            (
                np.concatenate([table.rows, np.arange(entries)]),
                np.concatenate([np.arange(pairs), pairs + np.arange(entries)]),
            ),
        ),
        shape=(entries, width),
    )
    within = scipy.sparse.csr_matrix(
        (
            np.concatenate([np.ones(pairs), -np.ones(experts)]),
            (
                np.concatenate([table.columns, np.arange(experts)]),
                np.concatenate([np.arange(pairs), pairs + entries + np.arange(experts)]),
            ),
        ),
        shape=(experts, width),
    )
    # An empty place is dearer than any number of extra ones.
    cost = np.concatenate([np.zeros(pairs), np.full(entries, 1.0 + entries * len(table.experts)), np.ones(experts)])
    answer = scipy.optimize.milp(
        cost,
        integrality=np.ones(width),
        constraints=[
            scipy.optimize.LinearConstraint(served, wanted, wanted),
            scipy.optimize.LinearConstraint(within, -np.inf, table.caps),
        ],
        bounds=scipy.optimize.Bounds(
            np.zeros(width),
            np.concatenate(
                [np.ones(pairs), np.full(entries, np.inf), np.full(experts, np.inf if may_exceed_caps else 0.0)]
            ),
        ),
    )
    if not answer.success:  # leaving every place empty is always possible, so this is a fault of ours
        raise RuntimeError(answer.message)
    whole = np.round(answer.x).astype(int)
    return whole[pairs : pairs + entries], whole[pairs + entries :]
