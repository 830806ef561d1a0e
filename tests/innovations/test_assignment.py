from __future__ import annotations

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.innovations.assignment import Problem, greedy, solve


@st.composite
def problems(draw, *, entries=6, experts=6):
    entry_count, expert_count = draw(st.integers(1, entries)), draw(st.integers(1, experts))
    keys = [(entry, 100 + expert) for entry in range(entry_count) for expert in range(expert_count)]
    fit = {pair: draw(st.integers(0, 100)) / 100 for pair in keys}
    barred = {pair: "unit" for pair in keys if draw(st.integers(0, 5)) == 0}
    pinned = frozenset(pair for pair in keys if pair not in barred and draw(st.integers(0, 15)) == 0)
    return Problem(
        list(range(entry_count)),
        {100 + expert: draw(st.integers(0, 6)) for expert in range(expert_count)},
        draw(st.integers(1, 3)),
        fit,
        barred,
        pinned,
        seed=draw(st.integers(0, 5)),
        slack=draw(st.integers(0, 2)),
    )


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_constraints_always_hold(problem):
    outcome = solve(problem)

    lacking = {one.entry: one.lacking for one in outcome.shortages}
    for entry in problem.entries:
        chosen = outcome.assigned[entry]
        assert len(chosen) == len(set(chosen)) == problem.per_entry - lacking.get(entry, 0)
        assert not any((entry, expert) in problem.barred for expert in chosen)
    for expert, cap in problem.caps.items():
        assert sum(expert in chosen for chosen in outcome.assigned.values()) == outcome.loads[expert] <= cap
    for entry, expert in problem.pinned:
        assert (expert in outcome.assigned[entry]) != ((entry, expert) in outcome.impossible_pins)
    assert outcome.is_complete == (not outcome.shortages and not outcome.impossible_pins)


def test_pins_that_cannot_stand_together_are_named():
    pinned = frozenset({(0, 100), (0, 101), (1, 100)})

    outcome = solve(Problem([0, 1], {100: 1, 101: 1}, 1, {}, pinned=pinned))

    assert not outcome.is_complete
    assert outcome.shortages == ()
    assert outcome.impossible_pins == ((0, 100),)
    assert outcome.assigned == {0: (101,), 1: (100,)}


@settings(max_examples=20, deadline=None)
@given(problems(), st.randoms())
def test_the_same_seed_gives_the_same_answer_in_whatever_order(problem, random):
    entries, caps = list(problem.entries), list(problem.caps.items())
    random.shuffle(entries)
    random.shuffle(caps)
    mixed = Problem(
        entries,
        dict(caps),
        problem.per_entry,
        problem.fit,
        problem.barred,
        problem.pinned,
        problem.seed,
        problem.slack,
    )

    assert solve(mixed).assigned == solve(problem).assigned


def _by_trying_everything(problem):
    """The lowest busiest load, and the best fit within it (and the slack); None where nothing is possible."""
    experts = list(problem.caps)
    choices = [
        [
            chosen
            for chosen in combinations(experts, problem.per_entry)
            if not any((entry, expert) in problem.barred for expert in chosen)
            and all(expert in chosen for e, expert in problem.pinned if e == entry)
        ]
        for entry in problem.entries
    ]
    possible = []
    for plan in product(*choices):
        loads = {expert: sum(expert in chosen for chosen in plan) for expert in experts}
        if all(loads[expert] <= problem.caps[expert] for expert in experts):
            fit = sum(
                problem.fit[entry, expert]
                for entry, chosen in zip(problem.entries, plan, strict=True)
                for expert in chosen
            )
            possible.append((max(loads.values()), round(fit, 4)))
    if not possible:
        return None
    lowest = min(load for load, _fit in possible)
    return lowest, max(fit for load, fit in possible if load <= lowest + problem.slack)


@settings(max_examples=30, deadline=None)
@given(problems(entries=3, experts=4))
def test_small_cases_are_as_good_as_trying_everything(problem):
    outcome, best = solve(problem), _by_trying_everything(problem)

    assert outcome.is_complete == (best is not None)
    if best is not None:
        assert outcome.fit_sum == best[1]
        assert outcome.busiest <= best[0] + problem.slack


def test_an_entry_whose_experts_are_all_in_conflict_is_named_with_the_reasons():
    barred = {(1, 10): "unit", (1, 11): "union", (1, 12): "union"}
    outcome = solve(Problem([1, 2], dict.fromkeys((10, 11, 12), 5), 2, {}, barred))

    assert [(one.entry, one.lacking, one.eligible, one.barred) for one in outcome.shortages] == [
        (1, 2, 0, {"unit": 1, "union": 2})
    ]
    assert len(outcome.assigned[2]) == 2
    assert outcome.cap_that_works is None


def test_too_little_room_says_how_much_more_and_which_cap_would_do():
    outcome = solve(Problem(list(range(10)), dict.fromkeys((10, 11, 12), 4), 2, {}))

    assert sum(one.lacking for one in outcome.shortages) == 8
    assert outcome.extra_places == 8
    assert outcome.cap_that_works == 7


def test_the_seed_chooses_between_equals():
    problem = Problem(list(range(6)), dict.fromkeys(range(10, 18), 3), 2, {})

    found = {
        str(sorted(solve(Problem(problem.entries, problem.caps, 2, {}, seed=seed)).assigned.items()))
        for seed in range(5)
    }

    assert len(found) > 1


def test_the_solver_is_never_worse_than_a_careful_hand_with_the_same_room():
    fit = {(entry, expert): ((entry * 7 + expert * 13) % 11) / 10 for entry in range(20) for expert in range(6)}
    problem = Problem(list(range(20)), dict.fromkeys(range(6), 12), 3, fit, slack=12)

    assert solve(problem).fit_sum >= greedy(problem).fit_sum
    assert solve(problem).is_complete
