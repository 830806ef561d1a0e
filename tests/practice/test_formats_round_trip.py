"""What a format can hold comes back as it went: property tests over drafts of every kind."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huomiao.practice.formats import checking, gift, moodle, qti, qti_out, registry, sheets, table_out, tables
from huomiao.practice.formats.draft import DraftQuestion, Media
from huomiao.practice.same_questions import compared
from tests.practice.drafts import drafts
from tests.practice.test_formats_tables import picture

quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def checked(made: list[DraftQuestion]) -> list[DraftQuestion]:
    """The drafts in their kinds' plain shape, as a bank keeps them, each under a code of its own."""
    for number, draft in enumerate(made):
        draft.code = f"Q{number}"
        checking.check(draft)
    return [draft for draft in made if draft.is_good]


def asked(draft: DraftQuestion) -> tuple:
    """What is asked and right; the order in which options are kept is no part of it."""
    return draft.kind, compared(draft.kind, draft.body, draft.key)


def facts(draft: DraftQuestion) -> tuple:
    return draft.code, "".join(draft.explanation.split()), draft.topic, draft.difficulty


def table_back(content: bytes) -> list[DraftQuestion]:
    book = sheets.open_tables(content)
    return tables.read(book, sheets.plan(book)).drafts


@quick
@given(st.lists(drafts(), min_size=1, max_size=4))
def test_a_workbook_holds_every_kind(made):
    sent = checked(made)
    if not sent:
        return

    content, ending = table_out.workbook(sent, Media(), title="题库")

    back = table_back(content)
    assert ending == "xlsx"
    assert [draft.errors for draft in back] == [[] for _draft in sent]
    assert list(map(asked, back)) == list(map(asked, sent))
    assert list(map(facts, back)) == list(map(facts, sent))


@quick
@given(st.lists(drafts(), min_size=1, max_size=3))
def test_csv_holds_every_kind(made):
    sent = checked(made)
    if not sent:
        return

    content, _ending = table_out.csv(sent, Media(), title="题库")

    back = table_back(content)
    assert [(draft.errors, asked(draft)) for draft in back] == [([], asked(draft)) for draft in sent]


def test_the_template_is_read_without_a_single_error():
    back = table_back(table_out.template())

    assert [(draft.kind, draft.errors) for draft in back] == [
        (kind, []) for kind in ("single", "multiple", "true_false", "fill", "ordering", "matching", "short")
    ]


GIFT_KINDS = ("single", "multiple", "true_false", "fill", "matching", "short")


def held_by_gift(draft: DraftQuestion) -> bool:
    """What GIFT says it can hold: one blank, texts or a number without a unit; no arrows in pairs."""
    if draft.kind == "fill":
        blank = draft.key["blanks"][0]
        return len(draft.key["blanks"]) == 1 and not blank["unit"] and (blank["number"] is None or not blank["accept"])
    if draft.kind == "matching":
        # A right side that two left sides share is one side; nothing else is lost.
        return not any("->" in side["text"] for side in (*draft.body["left"], *draft.body["right"]))
    return True


@quick
@given(st.lists(drafts(GIFT_KINDS), min_size=1, max_size=4))
def test_gift_holds_what_it_says(made):
    sent = [draft for draft in checked(made) if held_by_gift(draft)]
    for draft in sent:
        draft.difficulty = None
        if draft.kind == "short":
            draft.explanation, draft.key["points"], draft.body["max_chars"] = "", [], 500

    content, findings = gift.write(sent)

    assert findings == []
    back = {draft.code: draft for draft in gift.read(content).drafts} if sent else {}
    assert {code: (draft.errors, asked(draft), facts(draft)) for code, draft in back.items()} == {
        draft.code: ([], asked(draft), facts(draft)) for draft in sent
    }


@quick
@given(st.lists(drafts(("single", "true_false")), min_size=1, max_size=4))
def test_aiken_holds_single_choices_and_judgements(made):
    sent = checked(made)

    content, _findings = gift.write_aiken(sent)

    back = gift.read_aiken(content).drafts if sent else []
    assert [(draft.errors, asked(draft)) for draft in back] == [([], asked(draft)) for draft in sent]


def test_gift_as_others_write_it():
    text = """// a comment
$CATEGORY: $course$/top/安全/用电

::Q1:: Who's buried in Grant's tomb?{=Grant =Ulysses S. Grant #yes}

Two plus two equals {=four =4} of course.

::Q2::[html]<p>Which are <b>prime</b>?</p>{
~%50%2#right
~%50%3
~%-100%4
####Because.
}

The sun rises in the east.{T}

When was it?{#1822:5}

Match.{
=红 -> 停
=绿 -> 行
}
"""
    found = gift.read(text.encode()).drafts

    assert [draft.errors for draft in found] == [[]] * 6
    assert [draft.kind for draft in found] == ["fill", "fill", "multiple", "true_false", "fill", "matching"]
    assert found[0].key["blanks"][0]["accept"] == ["Grant", "Ulysses S. Grant"]
    assert found[1].body["stem"] == "Two plus two equals ____ of course."
    assert (found[2].code, found[2].stem, found[2].key, found[2].explanation) == (
        "Q2",
        "Which are prime?",
        {"right": [0, 1]},
        "Because.",
    )
    assert found[4].key["blanks"][0] == {"accept": [], "number": 1822.0, "tolerance": 5.0, "unit": ""}
    assert {draft.topic for draft in found} == {("安全", "用电")}


def held_by_moodle(draft: DraftQuestion) -> bool:
    """Everything but blanks that take both texts and numbers, units among several blanks, and blanks in any order."""
    if draft.kind != "fill":
        return True
    blanks = draft.key["blanks"]
    mixed = any(blank["number"] is not None and blank["accept"] for blank in blanks)
    return not mixed and not draft.key["any_order"] and (len(blanks) == 1 or not any(blank["unit"] for blank in blanks))


@quick
@given(st.lists(drafts(), min_size=1, max_size=4))
def test_moodle_xml_holds_what_it_says(made):
    sent = [draft for draft in checked(made) if held_by_moodle(draft)]

    content, findings = moodle.write(sent, Media())

    assert findings == []
    back = {draft.code: draft for draft in moodle.read(content).drafts} if sent else {}
    assert {code: (draft.errors, asked(draft), facts(draft)) for code, draft in back.items()} == {
        draft.code: ([], asked(draft), facts(draft)) for draft in sent
    }


def held_by_qti(draft: DraftQuestion) -> bool:
    if draft.kind != "fill":
        return True
    blanks = draft.key["blanks"]
    mixed = any(blank["number"] is not None and (blank["accept"] or blank["unit"]) for blank in blanks)
    return not mixed and not draft.key["any_order"]


@pytest.mark.parametrize("version", ["2.1", "3.0"])
@quick
@given(made=st.lists(drafts(), min_size=1, max_size=4))
def test_qti_holds_what_it_says(version, made):
    sent = [draft for draft in checked(made) if held_by_qti(draft)]

    content, findings = qti_out.write(sent, Media(), version=version)

    assert findings == []
    back = {draft.code: draft for draft in qti.read(content).drafts} if sent else {}
    assert {code: (draft.errors, asked(draft), facts(draft)) for code, draft in back.items()} == {
        draft.code: ([], asked(draft), facts(draft)) for draft in sent
    }


@pytest.mark.parametrize("name", ["excel", "csv", "moodle", "qti21", "qti30"])
def test_pictures_go_along_and_come_back(name):
    media = Media({"images/a.png": picture("red"), "images/b.png": picture("blue"), "images/c.png": picture("green")})
    draft = DraftQuestion(
        "single",
        {"stem": "看图", "options": [{"text": ""}, {"text": "乙"}]},
        {"right": [0]},
        code="Q1",
        explanation="因为",
        media={"stem": ["images/a.png"], "option.0": ["images/b.png"], "explanation": ["images/c.png"]},
    )
    checking.check(draft)

    written = registry.WRITERS[name].write([draft], media, "题库")

    assert written.findings == []
    reader = registry.READERS[registry.recognise(written.content, f"x.{written.ending}")]
    if reader.read is None:
        book = sheets.open_tables(written.content)
        reading = tables.read(book, sheets.plan(book))
    else:
        reading = reader.read(written.content)
    (back,) = reading.drafts
    assert back.errors == []
    assert {place: [reading.media.read(one) for one in names] for place, names in back.media.items()} == {
        place: [media.read(one) for one in names] for place, names in draft.media.items()
    }
