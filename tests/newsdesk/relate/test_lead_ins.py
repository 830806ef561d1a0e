from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.relate import lead_ins
from tests.newsdesk.relate.texts import ENGLISH, OTHER, STORY


@pytest.mark.parametrize(
    ("lead", "credited"),
    [
        ("本报讯（记者 甲乙 通讯员 丙丁）", ()),
        ("本报讯 (记者 甲乙) ", ()),
        ("远山社河口5月9日电 (甲乙)", ("远山社",)),
        ("远山社河口5月9日电　题：", ("远山社",)),
        ("晨光网5月9日讯 ", ("晨光网",)),
        ("江右日报客户端讯（首席记者 甲乙）", ("江右日报",)),
        ("据远山社5月9日消息，", ("远山社",)),
        ("据江右日报客户端报道，", ("江右日报",)),
        ("远山财经河口5月9日电(记者甲乙)", ("远山财经",)),
        ("江右日报客户端河口5月9日电 题：", ("江右日报",)),
        ("本文转自：江右日报\n", ("江右日报",)),
        ("来源：江右日报\n原标题：一台翻料架\n远山社河口5月9日电 ", ("江右日报", "远山社")),
        ("（转自：晨光网）\n", ("晨光网",)),
        ("江右日报记者 甲乙：", ()),
    ],
)
def test_lead_in_is_taken_off_and_says_whom_it_credits(lead, credited):
    assert lead_ins.trim(lead + STORY) == lead_ins.Trimmed(STORY, credited)


def test_english_dateline_is_taken_off_and_names_the_agency():
    assert lead_ins.trim(f"HARBOUR CITY, May 9 (Farhill) -- {ENGLISH}") == lead_ins.Trimmed(ENGLISH, ("Farhill",))


@pytest.mark.parametrize(
    ("tail", "credited"),
    [
        ("\n（责任编辑：甲乙）", ()),
        ("\n责编：甲乙 审核：丙丁", ()),
        ("\n来源：江右日报\n编辑：甲乙\n校对：丙丁", ("江右日报",)),
        ("（记者甲乙 文/图）", ()),
        ("（完）", ()),
        ("\n延伸阅读", ()),
        ("\n采写：江右日报记者 甲乙", ()),
        ("\n声明：本网转载此文出于传递更多信息之目的，不代表本网观点。", ()),
        ("\n图片来自网络，如有侵权，请联系删除。", ()),
    ],
)
def test_lines_behind_the_text_are_taken_off(tail, credited):
    assert lead_ins.trim(STORY + tail) == lead_ins.Trimmed(STORY, credited)


@pytest.mark.parametrize(
    "text", [STORY, OTHER, ENGLISH, "一家电信企业今日通讯恢复，资讯平台随后更新。", "据报道，渡口停航。", ""]
)
def test_text_without_such_lines_stays(text):
    assert lead_ins.trim(text) == lead_ins.Trimmed(text)


@settings(max_examples=60)
@given(st.text(alphabet="本报讯记者（）()来源：电日5月\n 社网【】abc责编", max_size=120))
def test_trimming_only_ever_takes_away_from_both_ends(text):
    trimmed = lead_ins.trim(text)

    assert trimmed.text.replace("\n", "") in "".join(line.strip() for line in text.split("\n"))


@pytest.mark.parametrize("filler", [" ", "（", "记者", "本报讯", "来源：", "\u3000", "a b "])
def test_page_full_of_one_thing_takes_no_time_that_grows_with_its_square(filler):
    lead_ins.trim(f"甲{filler * 100_000}乙")
    lead_ins.trim(f"{filler * 100_000}\n{filler * 100_000}")
