from __future__ import annotations

import pytest

from huomiao.orgs import industries
from huomiao.orgs.industries import DIVISIONS, SECTIONS, Industry


def test_there_are_twenty_sections_and_ninety_seven_divisions():
    assert "".join(SECTIONS) == "ABCDEFGHIJKLMNOPQRST"
    assert list(DIVISIONS) == [f"{number:02}" for number in range(1, 98)]
    assert len(set(DIVISIONS.values())) == 97


def test_every_division_lies_in_its_section():
    spans: dict[str, list[str]] = {}
    for code in DIVISIONS:
        spans.setdefault(industries.section_of(code), []).append(code)

    assert {section: (codes[0], codes[-1]) for section, codes in spans.items()} == {
        "A": ("01", "05"),
        "B": ("06", "12"),
        "C": ("13", "43"),
        "D": ("44", "46"),
        "E": ("47", "50"),
        "F": ("51", "52"),
        "G": ("53", "60"),
        "H": ("61", "62"),
        "I": ("63", "65"),
        "J": ("66", "69"),
        "K": ("70", "70"),
        "L": ("71", "72"),
        "M": ("73", "75"),
        "N": ("76", "79"),
        "O": ("80", "82"),
        "P": ("83", "83"),
        "Q": ("84", "85"),
        "R": ("86", "90"),
        "S": ("91", "96"),
        "T": ("97", "97"),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C", Industry("C", "")),
        ("34", Industry("C", "34")),
        ("c34", Industry("C", "34")),
        ("C3411", Industry("C", "34")),
        ("Ｃ３４", Industry("C", "34")),
        ("制造业", Industry("C", "")),
        ("通用设备制造业", Industry("C", "34")),
        ("C34 通用设备制造业", Industry("C", "34")),
        ("农、林、牧、渔业", Industry("A", "")),
        ("教育", Industry("P", "83")),
        ("D34", None),
        ("98", None),
        ("航天业", None),
    ],
)
def test_an_industry_is_found_by_code_or_name(text, expected):
    assert industries.find(text) == expected


@pytest.mark.parametrize(
    ("code", "label"), [("C", "制造业"), ("34", "通用设备制造业"), ("C34", "通用设备制造业"), ("", "")]
)
def test_a_code_has_a_label(code, label):
    assert industries.label(code) == label


def test_every_choice_can_be_found_again():
    codes = [code for _group, options in industries.choices() for code, _label in options]

    assert len(codes) == 117
    assert all("".join(industries.find(code)) == code for code in codes)
