from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from huomiao.core import likeness

CHINESE = st.text(alphabet="轧辊快速更换装置采用液压锁紧机构缩短停机时间,。ABCabc12 　", max_size=200)

STORY = "原换辊作业需四人配合，单次耗时九十分钟，劳动强度大且存在挤压风险。现设计滑轨式快换机构，两人即可操作。"


@given(CHINESE)
def test_likeness_of_a_text_with_itself_is_whole(text):
    expected = 1.0 if likeness.normalise(text) else 0.0

    assert likeness.likeness(text, text) == expected


@given(CHINESE, CHINESE)
def test_likeness_is_symmetric_and_a_share(a, b):
    share = likeness.likeness(a, b)

    assert share == likeness.likeness(b, a)
    assert 0.0 <= share <= 1.0


@given(CHINESE, CHINESE)
def test_passages_say_the_same_on_both_sides(a, b):
    for passage in likeness.passages(a, b, shortest=4):
        ours = likeness.normalise(a[passage.start : passage.end])
        theirs = likeness.normalise(b[passage.other_start : passage.other_end])
        assert ours == theirs
        assert len(ours) == passage.length >= 4


@given(CHINESE, CHINESE)
def test_passages_do_not_overlap_and_none_could_be_longer(a, b):
    found = likeness.passages(a, b, shortest=4)

    assert all(one.end <= two.start for one, two in itertools.pairwise(found))
    rest, theirs = likeness.normalise(a), likeness.normalise(b)
    if not found and len(rest) >= 4:
        assert not any(rest[at : at + 4] in theirs for at in range(len(rest) - 3))


@given(CHINESE, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=6))
def test_marked_pieces_add_up_to_the_text(text, pairs):
    spans = [(min(pair), min(max(pair), len(text))) for pair in pairs if min(pair) <= len(text)]

    pieces = likeness.marked(text, spans)

    assert "".join(piece for piece, _is_marked in pieces) == text


@given(CHINESE)
def test_signature_ignores_punctuation_width_and_case(text):
    disguised = "".join(f"{character}，\n" for character in text).upper()

    assert likeness.signature(disguised) == likeness.signature(text)
    assert likeness.bands(likeness.signature(disguised)) == likeness.bands(likeness.signature(text))


def test_signature_is_the_same_on_every_machine():
    assert likeness.signature(STORY)[:8].hex() == "30e756068c6f4707"
    assert len(likeness.bands(likeness.signature(STORY))) == likeness.BANDS


def test_a_copied_half_is_found_by_bands_share_and_passage():
    copy = "我厂今年开展攻关。" + STORY[:40] + "另外还改进了照明与通风。"

    shared = set(likeness.bands(likeness.signature(STORY))) & set(likeness.bands(likeness.signature(copy)))

    assert shared
    assert likeness.likeness(STORY, copy) > 0.6
    assert [STORY[p.start : p.end] for p in likeness.passages(STORY, copy)] == [STORY[:40]]


def test_texts_on_different_things_share_nothing():
    other = "食堂餐具回收台改为三级分拣，减少厨余垃圾外运量，每年节约清运费用约三万元。"

    assert likeness.likeness(STORY, other) == 0.0
    assert likeness.passages(STORY, other) == []
    assert not set(likeness.bands(likeness.signature(STORY))) & set(likeness.bands(likeness.signature(other)))


def test_a_text_of_one_letter_repeated_stays_quick_and_whole():
    found = likeness.passages("啊" * 3000, "啊" * 5000)

    assert [passage.length for passage in found] == [3000]


def test_empty_texts_are_like_nothing():
    assert likeness.signature("，。！") == b""
    assert likeness.bands(b"") == []
    assert likeness.likeness("", STORY) == 0.0
