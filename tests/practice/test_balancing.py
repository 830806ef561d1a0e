"""Everybody marks about as much as everybody else, and nobody what they may not."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from huomiao.practice.balancing import spread


@given(st.integers(1, 60), st.integers(2, 8), st.text(max_size=5))
def test_without_bars_everybody_gets_the_same_give_or_take_one(scripts, markers, seed):
    found = spread(dict.fromkeys(range(scripts), 2), list(range(markers)), seed=seed)

    loads = Counter(one for chosen in found.given.values() for one in chosen)
    assert found.lacking == []
    assert all(len(set(chosen)) == 2 for chosen in found.given.values())
    assert max(loads.values()) - min(loads.get(one, 0) for one in range(markers)) <= 1


@given(
    st.integers(1, 20),
    st.integers(1, 5),
    st.sets(st.tuples(st.integers(0, 19), st.integers(0, 4)), max_size=60),
    st.dictionaries(st.integers(0, 19), st.sets(st.integers(0, 4), max_size=3), max_size=20),
)
def test_bars_and_earlier_markers_are_kept_and_what_lacks_is_said(scripts, markers, barred, held):
    found = spread(dict.fromkeys(range(scripts), 2), list(range(markers)), barred=barred, held=held, seed="x")

    for script in range(scripts):
        chosen = found.given.get(script, [])
        possible = {one for one in range(markers) if (script, one) not in barred and one not in held.get(script, ())}
        assert set(chosen) <= possible
        assert len(chosen) == len(set(chosen)) == min(2, len(possible))
        assert (script in found.lacking) == (len(possible) < 2)


def test_the_same_lot_gives_the_same_spread_and_another_another():
    wanted = dict.fromkeys(range(40), 2)

    one, same, other = (spread(wanted, [1, 2, 3, 4, 5], seed=seed).given for seed in ("a", "a", "b"))

    assert one == same != other


def test_who_has_done_more_is_given_less():
    found = spread(dict.fromkeys(range(4), 1), [1, 2], loads={1: 10, 2: 0}, seed="x")

    assert found.given == {n: [2] for n in range(4)}
