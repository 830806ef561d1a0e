from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.innovations import blinding
from huomiao.innovations.blinding import STRUCK


@pytest.mark.parametrize(
    "written",
    ["欧阳雪", "欧 阳 雪", "欧阳·雪", "欧　阳雪", "欧\u200b阳雪", "欧-阳-雪"],
)
def test_a_name_is_struck_out_however_it_is_written(written):
    assert blinding.strike(f"由{written}设计", ["欧阳雪"]) == f"由{STRUCK}设计"


def test_full_width_letters_and_either_case_are_the_same_name():
    assert blinding.strike("ＪＬＭＣ牌和jlmc牌", ["JLMC"]) == f"{STRUCK}牌和{STRUCK}牌"


def test_a_short_latin_name_is_no_part_of_a_word():
    assert blinding.strike("grabbed by ABB.", ["ABB"]) == "grabbed by ABB.".replace("ABB", STRUCK)


@pytest.mark.parametrize(
    "written",
    [
        "13912345678",
        "139 1234 5678",
        "１３９１２３４５６７８",
        "0791-8654321",
        "36010219800101123X",
        "a.b@c.com",
        "https://x.cn/y",
    ],
)
def test_numbers_and_addresses_of_people_are_struck_out_unasked(written):
    assert blinding.strike(f"请联系{written}。", []) == f"请联系{STRUCK}。"


def test_overlapping_names_leave_one_mark():
    assert blinding.strike("星河精密铸造有限公司", ["星河精密铸造有限公司", "星河精密", "精密铸造"]) == STRUCK


def test_a_text_without_names_is_left_alone():
    text = "换辊耗时 4 小时，三人配合。"

    assert blinding.strike(text, ["欧阳雪"]) == text


@pytest.mark.parametrize(
    ("name", "places", "expected"),
    [
        (
            "江西星河汽车集团有限公司",
            ["江西省", "江西"],
            {"江西星河汽车集团有限公司", "江西星河汽车", "星河汽车", "星河"},
        ),
        ("第一机械厂", [], {"第一机械厂", "第一机械"}),
        ("欧阳雪劳模创新工作室", [], {"欧阳雪劳模创新工作室", "欧阳雪"}),
    ],
)
def test_a_unit_is_known_by_its_stem_and_brand(name, places, expected):
    assert blinding.variants(name, places=places) == expected


def test_a_citys_union_is_known_by_the_city():
    assert blinding.place_forms("南昌市总工会") == {"南昌市总工会", "南昌市", "南昌"}


def test_what_is_found_is_told_once_in_order():
    assert blinding.find("星河的欧阳雪，星河", ["欧阳雪", "星河", "南昌"]) == ["星河", "欧阳雪"]


@given(st.integers(0, 400), st.integers(0, 2**31 - 1))
def test_numbers_are_different_and_reproducible(count, seed):
    made = blinding.numbers(count, seed=seed)

    assert len(set(made)) == count
    assert made == blinding.numbers(count, seed=seed)
    assert {len(number) for number in made} <= {4}


names = st.text("甲乙丙丁戊己庚辛", min_size=2, max_size=5)


@given(st.lists(names, min_size=1, max_size=4), st.text("甲乙丙丁戊己庚辛，。 ·\u200b的", max_size=60))
def test_nothing_is_found_in_what_was_struck_out(words, text):
    assert blinding.find(blinding.strike(text, words), words) == []
