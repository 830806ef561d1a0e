from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.relate import overlaps, prints
from huomiao.newsdesk.pipeline.relate.overlaps import Kind
from tests.newsdesk.relate.texts import ENGLISH, OTHER, STORY

WORDS = st.lists(
    st.sampled_from(["竞赛", "职工", "创新", "河口市", "crane", "7", "，", "\n", "工作室", "省"]), max_size=60
).map("".join)

paragraphs = STORY.split("\n")


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (STORY, Kind.SAME),
        (STORY.replace("，", ",").replace("\n", "").replace("5", "５"), Kind.SAME),
        ("\n".join(reversed(paragraphs)), Kind.SAME),
        (STORY.replace("职工", "工人").replace("竞赛", "比赛"), Kind.SAME),
        (paragraphs[0], Kind.CUT),
        (f"{STORY}\n{OTHER}\n{ENGLISH}", Kind.LONGER),
        ("\n".join(paragraphs[:2]) + OTHER, Kind.MERGED),
        (OTHER, None),
        (OTHER + paragraphs[0][:20], None),
        ("", None),
    ],
)
def test_kind_of_an_edited_text(one, kind):
    assert overlaps.between(prints.of(one), prints.of(STORY)).kind == kind


def test_two_reports_of_one_form_are_no_copies():
    form = "{}月{}日，{}站水位{}米，比昨日{}；{}站流量{}立方米每秒，比昨日{}。"
    monday = "".join(
        form.format(5, 9, place, n, "上涨", place, n * 40, "增加") for n, place in enumerate("东西南北上下", 11)
    )
    tuesday = "".join(
        form.format(5, 10, place, n, "回落", place, n * 31, "减少") for n, place in enumerate("河江湖溪塘港", 14)
    )

    assert overlaps.between(prints.of(monday), prints.of(tuesday)).kind is None


def test_letters_set_aside_count_for_neither():
    promotion = "下载客户端即可预约社区课堂查询公交到站领取图书馆座位并邀请好友一同加入得到季节礼物"
    one, other = prints.of(STORY + promotion), prints.of(OTHER + promotion)

    shared = overlaps.shared_grams(one, other)

    assert overlaps.between(one, other).letters == len(promotion)
    assert overlaps.between(one, other, besides=shared) == overlaps.NOTHING
    assert overlaps.between(one, one, besides=shared).of_one == 1.0


@settings(max_examples=60)
@given(WORDS, WORDS)
def test_overlap_is_the_same_from_both_sides(a, b):
    one, other = prints.of(a), prints.of(b)

    overlap = overlaps.between(one, other)

    assert overlap == overlaps.between(other, one).turned
    assert 0.0 <= overlap.of_one <= 1.0
    assert overlap.letters <= min(one.letters, other.letters)


@settings(max_examples=40)
@given(WORDS)
def test_a_text_is_wholly_in_itself(text):
    one = prints.of(text)

    assert overlaps.between(one, one) == (overlaps.Overlap(one.letters, 1.0, 1.0) if one.letters else overlaps.NOTHING)
