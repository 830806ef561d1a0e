from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.innovations.calibration import Mark, calibrate, place_intervals


def _round(*, entries=40, experts=12, per_entry=5, spread=0.0, noise=3.0, seed=1):
    """Marks of a made-up round, with what every entry is truly worth."""
    rng = np.random.default_rng(seed)
    worth = rng.normal(75, 6, entries)
    lenient = rng.normal(0, spread, experts) if spread else np.zeros(experts)
    marks = []
    for entry in range(entries):
        for expert in rng.permutation(experts)[:per_entry]:
            total = worth[entry] + lenient[expert] + rng.normal(0, noise)
            marks.append(Mark(entry, int(expert), round(float(total) * 2) / 2))
    return marks, worth


def _raw(marks):
    by_entry = {}
    for mark in marks:
        by_entry.setdefault(mark.entry, []).append(mark.total)
    return {entry: sum(totals) / len(totals) for entry, totals in by_entry.items()}


def _order(scores):
    return sorted(scores, key=lambda entry: (-scores[entry], entry))


def test_without_differences_between_experts_the_score_is_the_mean():
    marks = [
        Mark(entry, expert, 60 + entry + (1 if (entry + expert) % 2 else -1))
        for entry in range(8)
        for expert in range(4)
    ]

    found = calibrate(marks)

    assert found.expert_spread == 0
    assert {entry: one.score for entry, one in found.scores.items()} == _raw(marks)


def test_one_mark_an_entry_says_nothing_of_experts():
    found = calibrate([Mark(1, 1, 80.0), Mark(2, 2, 60.0)])

    assert {entry: (one.score, one.low, one.high) for entry, one in found.scores.items()} == {
        1: (80.0, 80.0, 80.0),
        2: (60.0, 60.0, 60.0),
    }
    assert found.groups == 2


def test_nothing_to_calibrate_gives_nothing():
    assert calibrate([]).scores == {}


def test_calibration_comes_nearer_to_the_truth_than_the_mean():
    nearer = 0
    for seed in range(10):
        marks, worth = _round(spread=5.0, seed=seed)
        found = calibrate(marks)
        centred = worth - worth.mean()

        def distance(scores, centred=centred):
            values = np.array([scores[entry] for entry in range(len(centred))])
            return float(np.mean((values - values.mean() - centred) ** 2))

        nearer += distance({e: one.score for e, one in found.scores.items()}) < distance(_raw(marks))
    assert nearer == 10


def test_the_spread_and_the_noise_are_found():
    marks, _worth = _round(entries=300, experts=40, spread=4.0, noise=3.0)

    found = calibrate(marks)

    assert 2.8 < found.expert_spread < 5.2
    assert 2.7 < found.noise < 3.3


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    held = total = 0
    for seed in range(20):
        marks, worth = _round(entries=40, spread=3.0, seed=seed)
        found = calibrate(marks)
        off = np.mean([one.score for one in found.scores.values()]) - worth.mean()
        held += sum(one.low <= worth[entry] + off <= one.high for entry, one in found.scores.items())
        total += len(worth)
    assert 0.91 < held / total < 0.985


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-25, 25))
def test_shifting_all_marks_of_one_expert_hardly_moves_the_order(seed, shift):
    marks, _worth = _round(entries=30, experts=8, spread=2.0, seed=seed)
    shifted = [Mark(m.entry, m.expert, m.total + shift if m.expert == 3 else m.total) for m in marks]

    before = {entry: one.score for entry, one in calibrate(marks).scores.items()}
    after = {entry: one.score for entry, one in calibrate(shifted).scores.items()}

    def spread(first, second):
        moved = np.array([second[entry] - first[entry] for entry in first])
        return float(np.std(moved))

    # What the shift does to the plain means is what calibration must take out again, all but a rest.
    assert spread(before, after) <= 0.35 * spread(_raw(marks), _raw(shifted)) + 0.35


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.randoms())
def test_the_order_of_the_sheets_does_not_matter(seed, random):
    marks, _worth = _round(entries=12, experts=6, per_entry=3, spread=2.0, seed=seed)
    mixed = list(marks)
    random.shuffle(mixed)

    assert calibrate(marks).scores == calibrate(mixed).scores


def test_groups_that_share_no_expert_are_counted():
    marks = [Mark(entry, expert, 70.0 + entry) for entry in (1, 2) for expert in (1, 2)]
    marks += [Mark(entry, expert, 70.0 + entry) for entry in (3, 4) for expert in (3, 4)]

    assert calibrate(marks).groups == 2


def test_place_intervals_are_reproducible_and_within_the_category():
    marks, _worth = _round(entries=20, spread=2.0)
    categories = {entry: "甲" if entry < 12 else "乙" for entry in range(20)}
    found = calibrate(marks)

    first = place_intervals(found, categories, seed=5)

    assert first == place_intervals(found, categories, seed=5)
    assert all(1 <= low <= high <= (12 if entry < 12 else 8) for entry, (low, high) in first.items())
    best = max(range(12), key=lambda entry: found.scores[entry].score)
    assert first[best][0] == 1
