from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.relate import postings
from huomiao.newsdesk.pipeline.relate.postings import MemoryPostings, Sharing

KEYS = st.sets(st.integers(-9, 9), max_size=6)


def test_articles_that_share_most_keys_come_first():
    index = MemoryPostings()
    index.add(1, [10, 20, 30])
    index.add(2, [20, 30, 40])
    index.add(3, [-20, 50])

    assert index.sharing([20, 30, 40, 99], at_least=1, most=9) == [Sharing(2, 3), Sharing(1, 2)]
    assert index.sharing([20, 30, 40, 99], at_least=3, most=9) == [Sharing(2, 3)]
    assert index.sharing([20, 30], at_least=1, most=1) == [Sharing(1, 2)]


def test_a_dropped_article_is_gone_and_can_come_back_with_other_keys():
    index = MemoryPostings()
    index.add(1, [10, 20])
    index.drop(1)

    assert index.sharing([10, 20], at_least=1, most=9) == []

    index.add(1, [30])

    assert index.sharing([10, 20, 30], at_least=1, most=9) == [Sharing(1, 1)]
    assert len(index) == 1


def test_keys_that_very_many_have_tell_nothing_beside_rarer_ones():
    index = MemoryPostings(commonest=2)
    for item in range(5):
        index.add(item, [7, 8, 100 + item])
    index.add(9, [200, 201])

    assert index.sharing([7, 8, 200, 201], at_least=2, most=9) == [Sharing(9, 2)]
    assert index.sharing([7, 8, 300], at_least=2, most=2) == [Sharing(0, 2), Sharing(1, 2)]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 5), KEYS)), KEYS, st.integers(1, 3))
def test_index_answers_as_a_plain_count_does(changes, asked, at_least):
    index = MemoryPostings()
    plain: dict[int, set[int]] = {}
    for item, keys in changes:
        if item in plain:
            index.drop(item)
            del plain[item]
        else:
            index.add(item, keys)
            plain[item] = keys

    found = index.sharing(list(asked), at_least=at_least, most=99)

    expected = Counter({item: len(keys & asked) for item, keys in plain.items()})
    assert dict(found) == {item: count for item, count in expected.items() if count >= at_least}
    assert found == sorted(found, key=lambda one: (-one.keys, one.item))


def test_arrays_are_merged_and_keep_eight_bytes_a_key(monkeypatch):
    monkeypatch.setattr(postings, "_PENDING", 10)
    index = MemoryPostings()
    for item in range(100):
        index.add(item, range(item, item + 5))

    assert len(index._arrays) <= 7
    assert index.bytes == 8 * len(index) == 8 * 500
    assert index.sharing([0, 103], at_least=1, most=9) == [Sharing(0, 1), Sharing(99, 1)]
