"""Near-duplicate stems: what is found, what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.practice import alike

STEM = "在高压设备上工作，必须遵守保证安全的组织措施和技术措施。"


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        (STEM, True),
        ("在高压设备上工作,必须遵守保证安全的组织措施和技术措施", True),
        ("在高压设备上作业，应当遵守保证安全的组织措施和技术措施。", True),
        ("在低压设备上工作，允许不停电作业的条件有哪些？", False),
        ("", False),
    ],
)
def test_stems_are_alike_when_nearly_every_letter_is(other, is_alike):
    assert (alike.likeness(STEM, other) >= alike.LEAST) is is_alike


def test_a_changed_word_is_still_a_candidate():
    others = [f"第{n}条：变压器并列运行的条件之{n}" for n in range(50)]
    stems = [*others, STEM.replace("工作", "作业")]

    found = alike.candidates(alike.sketch(STEM), [alike.sketch(stem) for stem in stems])

    assert found[:1] == [50]


def test_pairs_are_told_once():
    stems = [STEM, "无关的一句话，说的是别的事情", STEM.replace("。", ""), "验电器使用前应当做哪些检查？"]

    assert list(alike.pairs([alike.sketch(stem) for stem in stems])) == [(0, 2)]


@given(st.text(), st.text())
def test_likeness_is_a_share_and_whole_for_the_same(a, b):
    assert 0 <= alike.likeness(a, b) <= 1
    assert alike.likeness(a, a) == (1.0 if alike.normalise(a) else 0.0)


@given(st.lists(st.text(max_size=12), max_size=12))
def test_empty_stems_have_no_sketch_and_meet_nobody(stems):
    sketches = [alike.sketch(stem) for stem in stems]

    assert [len(one) in {0, 128} for one in sketches] == [True] * len(stems)
    assert all(stems[a] and stems[b] for a, b in alike.pairs(sketches))
    assert alike.candidates(b"", sketches) == []


def test_a_sketch_is_the_same_on_every_machine():
    assert alike.sketch(STEM)[:8].hex() == "fe390c060702f601"
