from __future__ import annotations

from collections import Counter

import pytest

from huomiao.demo import province, results
from huomiao.innovations.models.calls import DEFAULT_LIMITS


@pytest.fixture(scope="module")
def told():
    made = province.build()
    return made, results.of_2023(made, results.workforce(made))


def test_the_year_2023_has_the_shape_of_the_reference(told):
    made, found = told

    assert len(found) == 510
    assert Counter(result.category for result in found) == {
        "小发明": 207,
        "小创造": 92,
        "小设计": 44,
        "小革新": 154,
        "小建议": 13,
    }
    assert sum(result.is_priority for result in found) == 331
    assert len({result.unit.division for result in found}) == 35
    assert Counter(result.unit.union for result in found) == made.shares
    assert len(made.shares) == 27


def test_the_same_seed_tells_the_same_story(told):
    made, found = told

    again = province.build()

    assert again.units == made.units
    assert results.of_2023(again, results.workforce(again)) == found


def test_units_have_names_of_their_own(told):
    made, _found = told

    names = [unit.name for unit in made.units]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "name", ["title", "problem", "solution", "application", "social_benefit", "outlook", "abstract", "basis"]
)
def test_texts_keep_to_the_limits_of_the_form(told, name):
    _made, found = told

    assert max(len(getattr(result, name)) for result in found) <= DEFAULT_LIMITS[name]


def test_a_scale_multiplies_the_year():
    made = province.build(2)

    found = results.of_2023(made, results.workforce(made, each=8), scale=2)

    assert len(found) == 1020
