"""What is pointed out in an article, and the stretch of it that a list shows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.search.excerpts import Marks
from huomiao.newsdesk.pipeline.search.parsing import parse


def marked(query, text):
    return [text[start:end] for start, end in Marks(parse(query)).spans(text)]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("职工创新", "职工的创新，职工创新", ["职工", "创新", "职工创新"]),
        ("“职工创新”", "职工的创新，职工创新", ["职工创新"]),
        ("五小创新", "“五小”创新与五小、创新", ["五小”创新", "五小", "创新"]),
        ("“江西省总工会”", "江西省 总工会", ["江西省 总工会"]),
        ("“甲乙”", "甲，乙", []),
        ("勞動竞赛", "劳动競賽，勞動 竞赛", ["劳动競賽", "勞動 竞赛"]),
        ("worker", "Workers work; co-worker’s", ["Workers", "worker"]),
        ("innov*", "Innovation, renovate, INNOV", ["Innovation", "INNOV"]),
        ("1.57", "1.57万，11.57", ["1.57"]),
        ('"green card"', "a Green  Card, greencard", ["Green  Card"]),
        ("５G网络", "5G网络与5g 网络", ["5G网络", "5g 网络"]),
        ("5g网络", "５Ｇ网络", ["５Ｇ网络"]),
        ("story", "Stories, history", ["Stories"]),
        ("c+ (a] .*", "c [a] b", ["c", "a"]),
        ("甲乙 -丙丁 来源:戊己", "甲乙丙丁戊己", ["甲乙"]),
        ("2023-12", "2023-12", []),
        ("", "甲乙", []),
    ],
)
def test_the_words_of_a_query_are_pointed_out(query, text, expected):
    assert marked(query, text) == expected


def test_an_excerpt_is_where_most_words_stand_and_begins_with_a_sentence():
    text = "职工。" + "天气很好。" * 60 + "今天的职工技能竞赛上，创新不断。" + "天气很好。" * 60

    found = Marks(parse("职工技能竞赛 创新")).excerpt(text, length=40)

    assert found.text.startswith("今天的职工技能竞赛上，创新不断。")
    assert [found.text[start:end] for start, end in found.spans] == ["职工技能竞赛", "创新"]
    assert (found.cut_before, found.cut_after) == (True, True)


def test_an_excerpt_without_the_words_is_the_beginning():
    found = Marks(parse("足球")).excerpt("天气很好。\n明天也好。", length=8)

    assert (found.text, found.spans, found.cut_before, found.cut_after) == ("天气很好。 明天", (), False, True)


def test_markup_stays_what_was_written():
    text = '<b>职工</b> & "x"'

    found = Marks(parse("职工")).excerpt(text)

    assert (found.text, found.spans) == (text, ((3, 5),))


@given(
    text=st.text(alphabet=st.sampled_from("职工创新a b5，。“” \nﬁß"), max_size=80),
    query=st.text(alphabet=st.sampled_from("职工创新ab5“” "), max_size=8),
    length=st.integers(1, 30),
)
@settings(max_examples=60)
def test_spans_lie_inside_and_apart(text, query, length):
    marks = Marks(parse(query))

    found = marks.excerpt(text, length=length)

    assert len(found.text) <= length
    for whole, spans in ((text, marks.spans(text)), (found.text, list(found.spans))):
        places = [place for span in spans for place in span]
        assert places == sorted(set(places))
        assert all(0 <= place <= len(whole) for place in places)
