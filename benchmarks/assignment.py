"""510 entries, 60 experts, five each: the solver beside a careful greedy hand, on the same problem.

Run: ``python -m benchmarks.assignment [entries experts per_entry]``.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import replace

from huomiao.innovations.assignment import Problem, greedy, solve


def made_up(entries: int, experts: int, per_entry: int, *, seed: int = 2023) -> Problem:
    """A province: 18 fields of unequal size, experts who know one to three, a twelfth of the pairs in conflict."""
    rng = random.Random(seed)
    fields = range(18)
    weights = [9, 8, 7, 6, 6, 5, 5, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1]
    of_entry = {entry: rng.choices(fields, weights)[0] for entry in range(entries)}
    of_expert = {
        expert: set(rng.choices(fields, weights, k=rng.randint(1, 3))) for expert in range(1000, 1000 + experts)
    }
    fit, barred = {}, {}
    for entry, its_field in of_entry.items():
        for expert, known in of_expert.items():
            if rng.random() < 1 / 12:
                barred[entry, expert] = "union"
            fit[entry, expert] = round((0.6 if its_field in known else 0.0) + rng.choice([0, 0, 0, 0.3, 0.4]), 2)
    cap = -(-entries * per_entry // experts) + 8
    return Problem(list(of_entry), dict.fromkeys(of_expert, cap), per_entry, fit, barred, seed=seed)


def main() -> None:
    entries, experts, per_entry = (int(word) for word in sys.argv[1:4]) if len(sys.argv) > 3 else (510, 60, 5)
    problem = made_up(entries, experts, per_entry)
    print(f"{entries} entries, {experts} experts, {per_entry} each")
    print(f"{'method':8} {'seconds':>8} {'fit sum':>9} {'busiest':>8} {'idlest':>7} {'unmet':>6}")
    # "roomy" may load experts as heavily as greedy does, so that the two sums of fit can be compared.
    roomy = replace(problem, slack=max(problem.caps.values()))
    for name, method, given in (("greedy", greedy, problem), ("roomy", solve, roomy), ("solve", solve, problem)):
        start = time.perf_counter()
        outcome = method(given)
        seconds = time.perf_counter() - start
        unmet = sum(shortage.lacking for shortage in outcome.shortages)
        print(f"{name:8} {seconds:8.2f} {outcome.fit_sum:9.2f} {outcome.busiest:8} {outcome.idlest:7} {unmet:6}")
    print("same seed, same answer:", solve(problem).assigned == outcome.assigned)


if __name__ == "__main__":
    main()
