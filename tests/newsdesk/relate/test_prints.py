from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.relate import prints, units
from tests.newsdesk.relate.texts import ENGLISH, OTHER, STORY

TEXTS = st.text(alphabet="轧辊快速更换装置采用液压锁紧机构缩短停机时间,。ABCabc12 　", max_size=400)


def test_units_are_characters_pieces_of_words_and_numbers():
    assert units.units("５G手机，Huomiao 2.0！") == ["5", "g", "手", "机", "huom", "iao", "2", "0"]


def test_print_is_the_same_on_every_machine():
    one = prints.of("职工技能竞赛决赛在河口市开赛")

    assert one.letters == 14
    assert one.signature.hex() == "d56c6c33"
    assert one.keys == [862743765]


@settings(max_examples=50)
@given(TEXTS)
def test_anchors_are_few_and_kept_as_bytes_and_keys(text):
    one = prints.of(text)

    assert len(one.keys) <= prints.USUAL_ANCHORS * 2
    assert one.keys == prints.keys_of(one.signature)
    assert sorted(key & 0xFFFFFFFF for key in one.keys) == [int(anchor) for anchor in one.anchors]
    assert all(-(2**31) <= key < 2**31 for key in one.keys)


def test_paragraph_shares_anchors_with_a_text_many_times_as_long():
    paragraph = STORY.split("\n")[2]
    long = "\n".join([OTHER, ENGLISH, STORY, ENGLISH.upper()[::-1], OTHER[::-1]])

    common = set(prints.of(paragraph).keys) & set(prints.of(long).keys)

    assert len(common) >= 2


def test_anchors_of_a_wider_window_are_among_those_of_a_narrower(monkeypatch):
    many = set(prints.of(STORY).keys)
    monkeypatch.setattr(prints, "USUAL_ANCHORS", 12)

    few = set(prints.of(STORY).keys)

    assert few < many


def test_a_very_long_text_has_a_bounded_number_of_anchors():
    numbers = "".join(f"第{number}条，{number * number % 977}号桩基验收。" for number in range(20_000))

    one = prints.of(numbers)

    assert one.letters > 100_000
    assert prints.USUAL_ANCHORS < len(one.keys) < 2 * prints.MOST_ANCHORS
