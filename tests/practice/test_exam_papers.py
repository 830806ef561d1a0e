"""A paper as its candidates see it: their own order, the same again, and answers that find their way back."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.practice import kinds
from huomiao.practice.exam_papers import Asked, Layout, Paper
from huomiao.practice.hotpath.fragments import Shown
from huomiao.practice.kinds.base import BadAnswer
from huomiao.practice.sittings import Held
from tests.factories.practice import CONTENTS

ANSWERS = {
    "single": [2],
    "multiple": [0, 3],
    "true_false": False,
    "fill": ["12"],
    "ordering": [2, 0, 1],
    "matching": [1, None],
    "short": "先断电",
}


def asked(name, number=1):
    body, key = CONTENTS[name](number)
    kind = kinds.KINDS[name]
    plain, _key = kind.check(body, key)
    return Asked(number, kind, plain, kind.places(plain), Shown(kind, plain, {"kind": name}))


def paper(names, *, section_of=None, questions=True, options=True):
    items = tuple(asked(name, number) for number, name in enumerate(names))
    return Paper(1, 1, "考试", ("一", "二"), items, tuple(section_of or [0] * len(items)), questions, options)


@pytest.mark.parametrize("name", sorted(ANSWERS))
@settings(max_examples=20, deadline=None)
@given(seed=st.text(st.characters(codec="ascii"), min_size=1, max_size=24))
def test_an_answer_that_is_shown_again_is_read_as_the_same(name, seed):
    layout = Layout(paper([name]), seed, "secret")

    shown = layout.sent({0: Held(1, ANSWERS[name])})["0"]

    assert layout.read(0, shown) == ANSWERS[name]


@settings(max_examples=30, deadline=None)
@given(seed=st.text(st.characters(codec="ascii"), min_size=1, max_size=24))
def test_sections_stay_in_their_order_and_hold_their_questions(seed):
    found = Layout(paper(["single"] * 12, section_of=[0] * 5 + [1] * 7), seed, "secret").positions()

    assert sorted(found[:5]) == [0, 1, 2, 3, 4]
    assert sorted(found[5:]) == [5, 6, 7, 8, 9, 10, 11]


def test_the_order_is_the_same_again_another_for_another_seed_and_unknown_without_the_secret():
    one = paper(["single"] * 20)

    first = Layout(one, "seed", "secret")
    again, other, guessed = Layout(one, "seed", "secret"), Layout(one, "other", "secret"), Layout(one, "seed", "guess")

    assert first.questions() == again.questions()
    assert len({layout.questions() for layout in (first, other, guessed)}) == 3


def test_options_are_shown_in_each_order_about_equally_often():
    one = paper(["ordering"])

    found = Counter(tuple(Layout(one, str(number), "secret").order(0)) for number in range(6000))

    assert len(found) == 6
    assert all(850 < count < 1150 for count in found.values())


def test_an_exam_that_does_not_shuffle_shows_the_papers_own_order_but_never_a_sequence_to_find():
    layout = Layout(paper(["single", "single", "ordering"], questions=False, options=False), "s", "secret")

    assert layout.positions() == [0, 1, 2]
    assert list(layout.order(0)) == [0, 1, 2, 3]
    assert len({tuple(Layout(layout.paper, str(n), "secret").order(2)) for n in range(50)}) > 1


@pytest.mark.parametrize("position", [-1, 1, "0", None, True, 0.0])
def test_a_question_that_is_not_in_the_paper_is_refused(position):
    with pytest.raises(BadAnswer):
        Layout(paper(["single"]), "s", "secret").read(position, [0])
