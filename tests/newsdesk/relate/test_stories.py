from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.relate import chains, copies, stories
from huomiao.newsdesk.pipeline.relate.chains import Copy
from tests.newsdesk.relate.texts import ENGLISH, OTHER, STORY

NOON = datetime(2025, 5, 9, 4, 0, tzinfo=UTC)
TEXTS = {
    "story": STORY,
    "flood": OTHER,
    "crane": ENGLISH,
    "both": f"{STORY}\n{OTHER}",
    "half": f"{STORY[:230]}\n{ENGLISH}",
    "beginning": "\n".join(STORY.split("\n")[:2]),
    "end": STORY.split("\n")[3],
}
PRINTS = {name: copies.read(text) for name, text in TEXTS.items()}


def copy(key: int, name: str, minutes: int) -> Copy:
    at = NOON + timedelta(minutes=minutes)
    return Copy(key, PRINTS[name], at + timedelta(hours=1), f"{key}号报", published_at=at, published_to="minute")


def keys(found) -> list[list[int]]:
    return [sorted(link.key for link in chain.links) for chain in found]


def test_copies_of_one_text_are_one_story_with_its_chain():
    given_copies = [copy(1, "story", 0), copy(2, "story", 10), copy(3, "beginning", 20)]

    assert stories.chains_of(given_copies) == [chains.trace(given_copies)]


def test_roundup_does_not_join_the_texts_that_it_holds():
    given_copies = [copy(1, "story", 0), copy(2, "flood", 5), copy(3, "story", 8), copy(4, "both", 60)]

    assert keys(stories.chains_of(given_copies)) == [[1, 3, 4], [2]]


def test_excerpts_from_both_ends_of_a_text_stay_with_it():
    given_copies = [copy(1, "story", 0), copy(2, "beginning", 10), copy(3, "end", 20)]

    [chain] = stories.chains_of(given_copies)

    assert {link.key: link.parent for link in chain.links} == {1: None, 2: 1, 3: 1}


def test_copy_merged_with_something_else_stands_with_the_text_of_which_it_holds_most():
    given_copies = [copy(1, "story", 0), copy(2, "crane", 0), copy(3, "half", 30), copy(4, "crane", 40)]

    assert keys(stories.chains_of(given_copies)) == [[2, 3, 4], [1]]


@pytest.mark.parametrize("order", [1, -1])
def test_order_in_which_copies_are_given_does_not_matter(order):
    given_copies = [copy(1, "story", 0), copy(2, "flood", 5), copy(3, "both", 60), copy(4, "end", 70)][::order]

    assert keys(stories.chains_of(given_copies)) == [[1, 3, 4], [2]]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(sorted(TEXTS)), st.integers(0, 99)), max_size=8))
def test_every_copy_is_in_one_chain(drawn):
    given_copies = [copy(key, name, minutes) for key, (name, minutes) in enumerate(drawn)]

    found = keys(stories.chains_of(given_copies))

    assert sorted(key for chain in found for key in chain) == list(range(len(drawn)))
    assert [len(chain) for chain in found] == sorted((len(chain) for chain in found), reverse=True)
