"""Drawing papers: what every paper keeps to, whatever the blueprint and the bank."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.practice.blueprint import BlueprintShort, Item, Line, Supply, draw, supply

ITEMS = st.lists(
    st.builds(
        dict,
        kind=st.sampled_from(["single", "multiple"]),
        topic=st.sampled_from(["", "0001", "00010001", "00010002", "0002"]),
        level=st.sampled_from(["", "5", "4"]),
        difficulty=st.integers(1, 5),
        twin=st.booleans(),
    ),
    max_size=40,
).map(
    lambda rows: [
        # A twin has the text of the question before it.
        Item(
            n + 1,
            f"d{n - 1 if row['twin'] and n else n}",
            row["kind"],
            row["topic"],
            row["level"],
            row["difficulty"],
        )
        for n, row in enumerate(rows)
    ]
)
LINES = st.lists(
    st.builds(
        Line,
        kind=st.sampled_from(["single", "multiple"]),
        count=st.integers(1, 8),
        topic=st.sampled_from(["", "0001", "00010001"]),
        level=st.sampled_from(["", "5"]),
        difficulty=st.sampled_from([None, 1, 3]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300, deadline=None)
@given(lines=LINES, items=ITEMS, papers=st.integers(1, 5))
def test_every_paper_keeps_to_the_blueprint(lines, items, papers):
    by_version = {item.version: item for item in items}
    missing = {at: one.missing for at, one in enumerate(supply(lines, items)) if one.missing}
    if missing:
        with pytest.raises(BlueprintShort) as refused:
            list(draw(lines, items, papers=papers, seed="s"))
        assert refused.value.missing == missing
        return

    drawn = list(draw(lines, items, papers=papers, seed="s"))

    assert len(drawn) == papers
    mixes = set()
    for paper in drawn:
        for line, versions in zip(lines, paper, strict=True):
            assert len(versions) == line.count
            assert all(line.fits(by_version[version]) for version in versions)
        digests = [by_version[version].digest for versions in paper for version in versions]
        assert len(digests) == len(set(digests))
        mixes.add(
            tuple(
                tuple(sorted(Counter(by_version[version].difficulty for version in versions).items()))
                for versions in paper
            )
        )
    assert len(mixes) == 1  # the same number of each difficulty in each line of every paper


def _bank(count: int, **values) -> list[Item]:
    return [Item(n, f"d{n}", "single", values.get("topic", ""), "", n % 5 + 1) for n in range(1, count + 1)]


@settings(max_examples=50, deadline=None)
@given(count=st.integers(1, 10), spare=st.integers(0, 30), papers=st.integers(1, 40), seed=st.text(max_size=5))
def test_questions_of_one_difficulty_are_used_equally_often(count, spare, papers, seed):
    items = [Item(n, f"d{n}", "single", "", "", 3) for n in range(count + spare)]

    drawn = list(draw([Line("single", count)], items, papers=papers, seed=seed))

    used = Counter({item.version: 0 for item in items})
    used.update(version for paper in drawn for version in paper[0])
    assert max(used.values()) - min(used.values()) <= 1


def test_the_same_seed_draws_the_same_papers_and_another_seed_others():
    items = _bank(60)
    lines = [Line("single", 20)]

    first = list(draw(lines, items, papers=3, seed="a"))

    assert list(draw(lines, items, papers=3, seed="a")) == first
    assert list(draw(lines, items, papers=3, seed="b")) != first


def test_the_mix_of_difficulties_follows_the_bank():
    items = [Item(n, f"d{n}", "single", "", "", 1 if n < 60 else 5) for n in range(80)]

    (paper,) = draw([Line("single", 20)], items, papers=1, seed="s")

    assert Counter(items[version].difficulty for version in paper[0]) == {1: 15, 5: 5}


def test_a_wide_line_leaves_the_narrow_one_what_only_it_can_use():
    narrow = [Item(n, f"n{n}", "single", "0001", "", 3) for n in range(5)]
    wide = [Item(n + 5, f"w{n}", "single", "0002", "", 3) for n in range(5)]
    lines = [Line("single", 5), Line("single", 5, topic="0001")]

    (paper,) = draw(lines, [*narrow, *wide], papers=1, seed="s")

    assert sorted(paper[1]) == [0, 1, 2, 3, 4]
    assert sorted(paper[0]) == [5, 6, 7, 8, 9]


def test_what_was_asked_before_comes_last():
    items = [Item(n, f"d{n}", "single", "", "", 3, exposure=1 if n < 5 else 0) for n in range(10)]

    (paper,) = draw([Line("single", 5)], items, papers=1, seed="s")

    assert sorted(paper[0]) == [5, 6, 7, 8, 9]


def test_a_short_bank_is_told_at_its_line():
    items = [Item(n, f"d{n}", "single", "0001", "", 3) for n in range(6)]
    lines = [Line("single", 4, topic="0001"), Line("single", 4), Line("multiple", 2)]

    with pytest.raises(BlueprintShort) as refused:
        list(draw(lines, items, papers=1, seed="s"))

    assert refused.value.missing == {1: 2, 2: 2}
    assert supply(lines, items) == [Supply(6, 0), Supply(6, 2), Supply(0, 2)]


def test_ten_thousand_papers_are_drawn_in_seconds():
    items = _bank(1000)

    drawn = sum(1 for _paper in draw([Line("single", 50)], items, papers=2000, seed="s"))

    assert drawn == 2000
