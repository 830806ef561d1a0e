from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.names import Gazetteer, Kind, Name
from huomiao.newsdesk.pipeline.names.forms import Standing, contexts_of, forms_of, places_in

PROVINCE = Name(Kind.UNION, 1, "江右省总工会（演示）")
CITY = Name(Kind.UNION, 2, "河口市总工会", within=("江右省总工会",))
LAKE_HERE = Name(Kind.UNION, 3, "西湖区总工会", within=("河口市总工会", "江右省总工会"))
LAKE_THERE = Name(Kind.UNION, 4, "西湖区总工会", within=("东州市总工会", "海左省总工会"))
OTHER_PROVINCE = Name(Kind.UNION, 5, "海左省总工会")
UNIT = Name(Kind.UNIT, 10, "江右省河口市大堤铜业集团有限公司", others=("堤铜",))
UNIT_UNION = Name(Kind.UNIT, 11, "第二机床厂工会委员会", within=("河口市",))
LAST_YEAR = Name(Kind.COMPETITION, 20, "2024年江右省“天工杯”职工职业技能竞赛")
THIS_YEAR = Name(Kind.COMPETITION, 21, "2025年江右省“天工杯”职工职业技能竞赛")
STUDIO = Name(Kind.STUDIO, 30, "甲大山劳模和工匠人才创新工作室")
DEVICE = Name(Kind.INNOVATION, 40, "一种快速换辊装置")
ENGLISH = Name(Kind.UNIT, 50, "Breakwater Works")

ALL = [
    PROVINCE, CITY, LAKE_HERE, LAKE_THERE, OTHER_PROVINCE, UNIT, UNIT_UNION, LAST_YEAR, THIS_YEAR, STUDIO, DEVICE, ENGLISH,
]  # fmt: skip


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer(ALL)


def meant(mentions) -> list[tuple[str, list[int]]]:
    return [(mention.text, [candidate.key for candidate in mention.candidates]) for mention in mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("江右省总工会召开会议。", [("江右省总工会", [1])]),
        ("记者从江右总工会获悉", [("江右总工会", [1])]),
        ("江右省河口市西湖区总工会承办", [("西湖区总工会", [3])]),
        ("河口市西湖区总工会与东州市西湖区总工会结对", [("西湖区总工会", [3]), ("西湖区总工会", [4])]),
        ("“天工杯”竞赛2025年在河口开赛", [("天工杯", [21])]),
        ("2024年江右省天工杯职工职业技能竞赛闭幕", [("2024年江右省天工杯职工职业技能竞赛", [20])]),
        ("由甲大山工作室带徒", [("甲大山工作室", [30])]),
        ("甲大山劳模创新工作室挂牌", [("甲大山劳模创新工作室", [30])]),
        ("展出的“一种快速换辊　装置”", [("一种快速换辊　装置", [40])]),
        ("大堤铜业集团职工", []),
        ("江右的大堤铜业集团职工", [("大堤铜业集团", [10])]),
        ("河口市大堤铜业集团有限公司职工", [("河口市大堤铜业集团有限公司", [10])]),
        ("堤铜投产", [("堤铜", [10])]),
        ("第二机床厂工会送清凉", [("第二机床厂工会", [11])]),
        ("The BREAKWATER works reopened", [("BREAKWATER works", [50])]),
        ("Breakwater Workshop reopened", []),
        ("春耕开始了", []),
        ("", []),
    ],
)
def test_names_in_a_text(gazetteer, text, expected):
    assert meant(gazetteer.find(text)) == expected


def test_name_that_every_province_has_means_that_of_the_one_named_last(gazetteer):
    text = "江右省总工会发文。省总工会要求……海左省同日发文，省总工会表示"

    assert meant(gazetteer.find(text)) == [("江右省总工会", [1]), ("省总工会", [1]), ("省总工会", [5])]


def test_name_that_every_province_has_means_nothing_where_none_is_named(gazetteer):
    assert gazetteer.find("省总工会要求各地学习。") == []
    assert meant(gazetteer.find("省总工会要求各地学习。", context="江右省")) == [("省总工会", [1])]


def test_equal_names_are_reported_as_ambiguous(gazetteer):
    [mention] = gazetteer.find("西湖区总工会送来清凉")

    assert mention.is_ambiguous
    assert {candidate.key for candidate in mention.candidates} == {3, 4}


def test_context_decides_between_equal_names(gazetteer):
    [mention] = gazetteer.find("西湖区总工会送来清凉", context="东州日报")

    assert not mention.is_ambiguous
    assert mention.candidates[0].key == 4


def test_name_under_the_place_of_another_is_not_meant(gazetteer):
    assert gazetteer.find("北岭市西湖区总工会送来清凉") == []


def test_what_may_be_the_end_of_an_unknown_place_is_less_sure(gazetteer):
    [known] = gazetteer.find("记者从区总工会获悉", context="西湖区")[:1]
    [unknown] = gazetteer.find("松山区总工会送来清凉", context="西湖区")[:1]

    assert unknown.candidates[0].confidence < known.candidates[0].confidence


@pytest.mark.parametrize("before", ["全市", "本省", "各县"])
def test_places_that_are_none_are_not_in_the_way(gazetteer, before):
    assert meant(gazetteer.find(f"{before}河口市总工会带头")) == [("河口市总工会", [2])]


def test_unit_may_be_put_down_to_a_place_that_the_platform_does_not_know(gazetteer):
    assert meant(gazetteer.find("东州市甲大山工作室")) == [("甲大山工作室", [30])]


def test_ordinary_words_are_an_invention_only_where_its_unit_is_named():
    gazetteer = Gazetteer([Name(Kind.INNOVATION, 1, "翻料架", within=("河口铸造有限公司",)), DEVICE])

    [elsewhere] = gazetteer.find("车间新添了翻料架")
    [at_its_unit] = gazetteer.find("河口铸造的车间新添了翻料架")
    [distinct] = gazetteer.find("车间新添了一种快速换辊装置")

    assert elsewhere.candidates[0].confidence < 0.5 < at_its_unit.candidates[0].confidence
    assert distinct.candidates[0].confidence > 0.9


def test_name_that_goes_on_is_less_sure(gazetteer):
    [whole] = gazetteer.find("江右省总工会召开会议")
    [part] = gazetteer.find("江右省总工会干部学校召开会议")
    [body] = gazetteer.find("江右省总工会机关党委召开会议")

    assert part.candidates[0].confidence == body.candidates[0].confidence < whole.candidates[0].confidence


def test_union_of_a_unit_is_the_unit(gazetteer):
    [unit] = gazetteer.find("江右大堤铜业集团召开会议")
    [its_union] = gazetteer.find("江右大堤铜业集团工会召开会议")

    assert its_union.candidates == unit.candidates


def test_quotes_and_spaces_are_in_the_places_but_not_in_the_way(gazetteer):
    text = "在 江右省 总工会\n总工会"

    [mention] = gazetteer.find(text)

    assert (mention.start, mention.end, mention.text) == (2, 9, "江右省 总工会")


def test_mention_has_both_quotes_or_none(gazetteer):
    assert meant(gazetteer.find("举办“天工杯”职工职业技能竞赛（江右）")) == [("“天工杯”职工职业技能竞赛", [20, 21])]
    assert meant(gazetteer.find("举办“天工杯”（2025年）")) == [("天工杯", [21])]
    assert meant(Gazetteer([Name(Kind.UNIT, 1, "河口“五一”车间")]).find("河口“五一”车间")) == [("河口“五一”车间", [1])]
    assert meant(Gazetteer([Name(Kind.UNIT, 1, "河口车间“五一”")]).find("河口车间“五一”")) == [("河口车间“五一”", [1])]


def test_place_by_which_lists_call_a_union_is_no_name_of_it():
    gazetteer = Gazetteer([Name(Kind.UNION, 1, "河口市总工会", others=("河口", "河口工会"))])

    assert meant(gazetteer.find("河口今天有雨，河口工会送伞")) == [("河口工会", [1])]


def test_longest_name_wins():
    gazetteer = Gazetteer([Name(Kind.UNIT, 1, "河口造船厂"), Name(Kind.UNIT, 2, "河口造船厂第三车间")])

    assert meant(gazetteer.find("河口造船厂第三车间与河口造船厂")) == [("河口造船厂第三车间", [2]), ("河口造船厂", [1])]


def test_forms_of_a_union_say_how_much_they_say_by_themselves():
    forms = forms_of(Name(Kind.UNION, 1, "江右省河口市西湖区总工会"))

    assert forms == {
        "江右省河口市西湖区总工会": Standing.FULL,
        "江右河口市西湖区总工会": Standing.SHORT,
        "河口市西湖区总工会": Standing.SHORT,
        "西湖区总工会": Standing.IN_CONTEXT,
        "区总工会": Standing.BY_PLACE,
    }


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("江右省总工会", ["江右省"]),
        ("东州市总工会", ["东州市"]),
        ("江右省河口市西湖区总工会", ["江右省", "河口市", "西湖区"]),
        ("赣江新区工会联合会", ["赣江新区"]),
        ("机械冶金产业工会", []),
    ],
)
def test_places_at_the_beginning_of_a_name(name, places):
    assert places_in(name) == places


def test_contexts_are_places_superiors_and_years():
    assert contexts_of(LAKE_HERE) == {"西湖区", "河口", "江右", "河口市总工会", "江右省总工会"}
    assert contexts_of(THIS_YEAR) == {"江右", "2025"}


PIECES = st.sampled_from(
    [
        "江右省总工会",
        "省总工会",
        "西湖区总工会",
        "“天工杯”",
        " ",
        "\n",
        "河口市",
        "甲大山工作室",
        "，",
        "Breakwater",
        " Works",
        "大堤铜业",
        "集团",
        "的",
    ]
)


@settings(max_examples=60)
@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["", "江右", "2025年"]))
def test_mentions_stand_in_order_where_they_say_and_do_not_overlap(text, context):
    mentions = Gazetteer(ALL).find(text, context=context)

    at = 0
    for mention in mentions:
        assert at <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.text
        assert mention.candidates
        assert all(0 < candidate.confidence <= 1 for candidate in mention.candidates)
        at = mention.end
