"""Draws are uniform and heed what was seen: properties, and counts held against chance."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.practice import drawing, seats

pools = st.lists(st.integers(0, 400), unique=True, min_size=1, max_size=80)


def seen_map(places) -> bytes:
    return seats.mark(b"", places)


@given(pools, st.integers(1, 100), st.sets(st.integers(0, 400)), st.integers())
def test_a_draw_repeats_nothing_and_takes_unseen_questions_first(pool, count, seen, seed):
    drawn = drawing.choose(pool, count, seen=seen_map(seen), random=Random(seed))
    fresh = [place for place, seat in enumerate(pool) if seat not in seen]

    assert len(drawn) == len(set(drawn)) == min(count, len(pool))
    assert all(0 <= place < len(pool) for place in drawn)
    assert len(set(drawn) & set(fresh)) == min(len(fresh), count)


def is_by_chance(counts: Counter, kinds: int, total: int) -> bool:
    """Whether counts of equally likely things are such as chance gives (chi-square, five standard deviations)."""
    expected = total / kinds
    chi = sum((counts[kind] - expected) ** 2 / expected for kind in range(kinds))
    return abs(chi - (kinds - 1)) < 5 * sqrt(2 * (kinds - 1))


@pytest.mark.parametrize("seen", [(), range(0, 40, 2), range(36)])
def test_every_unseen_question_is_as_likely_at_every_place(seen):
    random, rounds, count = Random(1), 8000, 4
    pool = list(range(40))
    fresh = [place for place in pool if place not in set(seen)]
    drawn = [drawing.choose(pool, count, seen=seen_map(seen), random=random) for _ in range(rounds)]

    for position in range(count):
        counts = Counter(fresh.index(one[position]) for one in drawn)
        assert is_by_chance(counts, len(fresh), rounds)


def test_seen_questions_that_fill_up_are_as_likely_each():
    random, rounds = Random(2), 8000
    pool = list(range(12))
    drawn = [drawing.choose(pool, 5, seen=seen_map(range(10)), random=random) for _ in range(rounds)]
    again = Counter(place for one in drawn for place in one if place < 10)

    assert all({10, 11} <= set(one) for one in drawn)
    assert is_by_chance(again, 10, 3 * rounds)
    # They stand anywhere, not at the end.
    assert is_by_chance(Counter(one.index(11) for one in drawn), 5, rounds)


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_every_order_of_options_is_as_likely(size):
    rounds = 120 * 60
    table = {order: number for number, order in enumerate(permutations(range(size)))}
    counts = Counter(table[drawing.orders(b"k" * 32, f"nonce{number}", [size])[0]] for number in range(rounds))

    assert is_by_chance(counts, len(table), rounds)


def test_an_order_of_many_options_puts_each_anywhere():
    rounds = 6000
    orders = [drawing.orders(b"k" * 32, f"nonce{number}", [0, 9])[1] for number in range(rounds)]

    assert all(sorted(order) == list(range(9)) for order in orders)
    for place in range(9):
        assert is_by_chance(Counter(order[place] for order in orders), 9, rounds)


@given(st.text(), st.lists(st.integers(0, 26), max_size=40))
def test_orders_are_found_again_and_fit(nonce, places):
    first = drawing.orders(b"k" * 32, nonce, places)

    assert first == drawing.orders(b"k" * 32, nonce, places)
    assert [sorted(order) for order in first] == [list(range(size)) for size in places]


def test_orders_of_two_questions_are_independent():
    rounds = 24 * 24 * 20
    table = {order: number for number, order in enumerate(permutations(range(4)))}
    counts: Counter = Counter()
    for number in range(rounds):
        first, second = drawing.orders(b"k" * 32, f"n{number}", [4, 4])
        counts[24 * table[first] + table[second]] += 1

    assert is_by_chance(counts, 24 * 24, rounds)


def test_another_key_gives_another_order():
    places = [4] * 20

    assert drawing.orders(b"k" * 32, "n", places) != drawing.orders(b"l" * 32, "n", places)
