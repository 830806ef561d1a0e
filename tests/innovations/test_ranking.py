from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from huomiao.innovations import ranking
from huomiao.innovations.ranking import GradeNumber, Scored
from huomiao.innovations.states import GradesBy


def _scored(*scores, category="小发明", ties=None):
    return [
        Scored(index, category, Decimal(str(score)), tuple(Decimal(t) for t in (ties or {}).get(index, (0,))))
        for index, score in enumerate(scores)
    ]


def test_equals_share_a_place_and_the_next_is_counted_on():
    assert ranking.places(_scored(90, 80, 80, 70)) == {0: 1, 1: 2, 2: 2, 3: 4}


def test_a_tie_is_broken_in_order():
    scored = _scored(80, 80, 80, ties={0: (20, 15), 1: (22, 1), 2: (20, 18)})

    assert ranking.places(scored) == {1: 1, 2: 2, 0: 3}
    assert ranking.tie_breaker(scored) == {1: 0, 2: 1, 0: 1}


def test_places_are_counted_by_category():
    scored = [Scored(1, "甲", Decimal(90)), Scored(2, "乙", Decimal(70)), Scored(3, "甲", Decimal(60))]

    assert ranking.places(scored) == {1: 1, 2: 1, 3: 2}


def test_grades_go_down_the_list_by_number():
    given_out = ranking.grade(_scored(60, 90, 80, 70), [GradeNumber("一等", 1), GradeNumber("二等", 2)])

    assert given_out.grades == {1: "一等", 2: "二等", 3: "二等", 0: ""}
    assert given_out.tied_at_cut == ()


def test_equals_at_a_cut_all_get_the_lower_grade_and_are_named():
    given_out = ranking.grade(_scored(90, 80, 80, 70), [GradeNumber("一等", 2), GradeNumber("二等", 2)])

    assert given_out.grades == {0: "一等", 1: "二等", 2: "二等", 3: ""}
    assert given_out.tied_at_cut == (1, 2)


def test_a_grade_that_fills_exactly_divides_nobody():
    given_out = ranking.grade(_scored(90, 90, 80), [GradeNumber("一等", 2), GradeNumber("二等", 1)])

    assert given_out.grades == {0: "一等", 1: "一等", 2: "二等"}
    assert given_out.tied_at_cut == ()


def test_by_category_each_gets_its_share():
    scored = [*_scored(*range(60, 90), category="甲"), *(Scored(100 + n, "乙", Decimal(n)) for n in range(10))]

    given_out = ranking.grade(scored, [GradeNumber("一等", 4)], by=GradesBy.CATEGORY)

    winners = {entry for entry, name in given_out.grades.items() if name}
    assert winners == {29, 28, 27, 109}


def test_shares_add_up_with_the_largest_remainders():
    assert ranking.shares(10, {"发明": 207, "创造": 92, "设计": 44, "革新": 154, "建议": 13}) == {
        "发明": 4,
        "创造": 2,
        "设计": 1,
        "革新": 3,
        "建议": 0,
    }
    assert ranking.shares(3, {}) == {}
    assert ranking.shares(9, {"甲": 1, "乙": 2}) == {"甲": 1, "乙": 2}


scores = st.lists(st.integers(0, 12), min_size=1, max_size=25)
numbers = st.lists(st.integers(0, 6), max_size=4).map(
    lambda found: [GradeNumber(f"第{index}等", number) for index, number in enumerate(found)]
)


@given(scores, numbers)
def test_numbers_are_never_exceeded_and_equals_never_divided(values, given_numbers):
    scored = _scored(*values)

    grades = ranking.grade(scored, given_numbers).grades

    for number in given_numbers:
        assert list(grades.values()).count(number.name) <= number.number
    for one in scored:
        assert {grades[other.entry] for other in scored if other.strength == one.strength} == {grades[one.entry]}


@given(scores, numbers)
def test_a_better_score_never_gets_a_worse_grade(values, given_numbers):
    order = [number.name for number in given_numbers] + [""]
    scored = _scored(*values)

    grades = ranking.grade(scored, given_numbers).grades

    ranked = [order.index(grades[one.entry]) for one in ranking.in_order(scored)]
    assert ranked == sorted(ranked)


@given(st.integers(0, 60), st.dictionaries(st.text("甲乙丙丁", min_size=1, max_size=3), st.integers(0, 40), max_size=6))
def test_shares_are_whole_and_complete(number, sizes):
    given_out = ranking.shares(number, sizes)

    assert sum(given_out.values()) == min(number, sum(sizes.values()))
    assert all(0 <= share <= sizes[name] for name, share in given_out.items())


def test_the_list_goes_as_grades_do_over_everything_or_by_category():
    scored = [
        Scored(1, "甲", Decimal(80), (Decimal(50),)),
        Scored(2, "乙", Decimal(70), (Decimal(70),)),
        Scored(3, "甲", Decimal(80), (Decimal(60),)),
        Scored(4, "乙", Decimal(90), (Decimal(10),)),
    ]

    assert [one.entry for one in ranking.as_graded(scored, by=GradesBy.ALL)] == [4, 3, 1, 2]
    assert [one.entry for one in ranking.as_graded(scored, by=GradesBy.CATEGORY)] == [4, 2, 3, 1]
