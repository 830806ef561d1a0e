"""Answer sheets from paper: read twice, compared, settled, and marked like all the others."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.practice import kinds, printed
from huomiao.practice.actions import keying
from huomiao.practice.models import Keying, PaperSheet, QuestionVersion, SavedAnswer, Sitting
from huomiao.practice.queries import keying as queries
from huomiao.practice.states import PaperSheetState, SittingState, SubmitReason
from tests.factories.accounts import UserFactory
from tests.factories.exams import sat
from tests.factories.marking import begun, committing, officer_of, paper_exam, sittings_of

pytestmark = pytest.mark.django_db


def right_entries(exam, letter="A"):
    """What a keyer types from a sheet on which everything is right, in the printed order."""
    paper = exam.papers.get()
    order = printed.layout(exam, paper, letter)
    typed = []
    for position in order.positions():
        version = QuestionVersion.objects.get(pk=paper.items[position][0])
        kind = kinds.KINDS[version.kind]
        if version.kind == "true_false":
            typed.append("T" if version.key["right"] else "F")
        elif version.kind == "fill":
            typed.append(version.key["blanks"][0]["accept"][0])
        elif version.kind == "short":
            typed.append("先断电，再施救")
        elif version.kind == "matching":
            shown = kind.solution(version.body, version.key, order.order(position))
            typed.append("".join("ABCDEF"[place] for place in shown))
        else:
            typed.append(kind.in_words(version.body, kind.solution(version.body, version.key, order.order(position))))
    return typed


def key(exam, by, entries, *, number="0001", variant="A"):
    with committing(execute=True):
        return keying.key(
            exam,
            number=number,
            paper=exam.papers.get(),
            variant=variant,
            entries=entries,
            by=by,
            at=timezone.now(),
        )


@pytest.mark.parametrize("variant", ["A", "B", "C", "D"])
def test_two_equal_readings_become_a_sitting_that_is_marked_like_the_others(variant):
    exam, (one, other, _third) = paper_exam()
    entries = right_entries(exam, variant)

    first = key(exam, one, entries, variant=variant)
    assert (first.state, first.sitting) == (PaperSheetState.ONCE, None)
    second = key(exam, other, [entry.lower() + " " for entry in entries], variant=variant)

    sitting = second.sitting
    assert second.state == PaperSheetState.DONE
    assert (sitting.state, sitting.reason) == (SittingState.SUBMITTED, SubmitReason.KEYED)
    begun(exam)
    sitting.refresh_from_db()
    # Everything but the text, which waits for markers, is right.
    assert (sitting.machine_points, sitting.points) == (Decimal(12), None)


def test_variants_put_questions_and_options_in_other_orders():
    exam, _people = paper_exam(asked=("single",) * 6)
    layouts = [printed.layout(exam, exam.papers.get(), letter) for letter in "ABCD"]

    orders = {tuple(tuple(layout.order(position)) for position in range(6)) for layout in layouts}

    assert len(orders) == 4
    assert printed.letters(exam) == "ABCD"
    exam.shuffles_questions = exam.shuffles_options = False
    assert printed.letters(exam) == "A"


def test_readings_that_differ_wait_for_somebody_to_look_again():
    exam, (one, other, third) = paper_exam(asked=("single", "true_false"))
    right = right_entries(exam)
    wrong = ["ABCD"[(("ABCD").index(right[0]) + 1) % 4], right[1]]

    key(exam, one, right)
    sheet = key(exam, other, wrong)

    assert (sheet.state, Sitting.objects.count()) == (PaperSheetState.DIFFERENT, 0)
    assert printed.differences(right, wrong, printed.layout(exam, exam.papers.get(), "A")) == [0]
    with pytest.raises(NotAllowed):
        keying.settle(sheet, paper=exam.papers.get(), variant="A", entries=right, by=UserFactory(), at=timezone.now())
    with committing(execute=True):
        done = keying.settle(sheet, paper=exam.papers.get(), variant="A", entries=right, by=third, at=timezone.now())
    assert (done.state, done.settled_by) == (PaperSheetState.DONE, third)
    begun(exam)
    assert sittings_of(exam)[0].points == Decimal(4)
    with pytest.raises(WrongState):
        keying.settle(sheet, paper=exam.papers.get(), variant="A", entries=right, by=third, at=timezone.now())


def test_another_variant_is_a_difference_too():
    exam, (one, other, _third) = paper_exam(asked=("single",))

    key(exam, one, ["A"], variant="A")

    assert key(exam, other, ["A"], variant="B").state == PaperSheetState.DIFFERENT


def test_one_person_cannot_read_a_sheet_twice_but_may_mend_their_reading():
    exam, (one, other, third) = paper_exam(asked=("single",))

    key(exam, one, ["A"])
    sheet = key(exam, one, ["B"])

    assert sheet.state == PaperSheetState.ONCE
    assert Keying.objects.get().entries == ["B"]
    key(exam, other, ["C"])
    for user in (one, third):
        with pytest.raises(WrongState):
            key(exam, user, ["C"])


def test_a_sheet_that_comes_in_while_marking_is_marked_at_once():
    exam, (one, other, _third) = paper_exam(asked=("single", "short"), candidates=2)
    entries = right_entries(exam)
    key(exam, one, entries)
    key(exam, other, entries)
    begun(exam)

    key(exam, one, entries, number="0002")
    sheet = key(exam, other, entries, number="0002")

    sheet.sitting.refresh_from_db()
    assert sheet.sitting.machine_points == Decimal(2)
    assert exam.scripts.count() == 2


def test_a_candidate_with_a_sitting_has_no_sheet():
    exam, (one, _other, _third) = paper_exam(asked=("single",))
    sat(exam)

    with pytest.raises(WrongState):
        key(exam, one, ["A"])

    assert Keying.objects.count() == 0


def test_who_may_not_key_is_refused():
    exam, (one, _other, _third) = paper_exam(asked=("single",))
    candidate = exam.candidates.first().user

    with pytest.raises(Invalid):
        keying.add_keyers(exam, [candidate], by=officer_of(exam), at=timezone.now())
    for user in (officer_of(exam), candidate, UserFactory()):
        with pytest.raises(NotAllowed):
            key(exam, user, ["A"])
    with pytest.raises(Invalid):
        key(exam, one, ["A"], number="没有")
    with pytest.raises(Invalid):
        key(exam, one, ["A"], variant="Z")
    keying.remove_keyer(exam.keyers.get(user=one), by=officer_of(exam), at=timezone.now())
    with pytest.raises(NotAllowed):
        key(exam, one, ["A"])


CHOICE = {"options": [{}] * 4}


@pytest.mark.parametrize(
    ("kind", "body", "typed", "sent"),
    [
        ("single", CHOICE, "c", [2]),
        ("single", CHOICE, "Ｃ", [2]),
        ("single", CHOICE, "*", None),
        ("single", CHOICE, " - ", None),
        ("single", CHOICE, "", None),
        ("multiple", CHOICE, "A，c;d", [0, 2, 3]),
        ("true_false", {}, "√", True),
        ("true_false", {}, "t", True),
        ("true_false", {}, "错", False),
        ("true_false", {}, "0", False),
        ("true_false", {}, "-", None),
        ("fill", {"blanks": 1}, "3.5 mm; 左右", ["3.5 mm; 左右"]),
        ("fill", {"blanks": 2}, "甲；乙", ["甲", "乙"]),
        ("fill", {"blanks": 2}, "甲", ["甲", ""]),
        ("ordering", {"items": [{}] * 3}, "bac", [1, 0, 2]),
        ("matching", {"left": [{}] * 3}, "BA-", [1, 0, None]),
        ("matching", {"left": [{}] * 2}, "1-B，2-A", [1, 0]),
        ("short", {}, "先断电", "先断电"),
    ],
)
def test_what_is_typed_is_read_as_it_was_meant(kind, body, typed, sent):
    assert printed.sent_of(kind, body, typed) == sent


@pytest.mark.parametrize(
    ("kind", "body", "typed"),
    [
        ("single", CHOICE, "AB"),
        ("single", CHOICE, "1"),
        ("true_false", {}, "C"),
        ("matching", {"left": [{}] * 3}, "AB"),
        ("fill", {"blanks": 1 + 1}, "甲；乙；丙"),
    ],
)
def test_what_cannot_be_meant_is_said(kind, body, typed):
    with pytest.raises(printed.BadAnswer):
        printed.sent_of(kind, body, typed)


def test_all_bad_entries_are_named_at_once_and_nothing_is_kept():
    exam, (one, _other, _third) = paper_exam(asked=("single", "single", "true_false"))

    with pytest.raises(printed.BadEntries) as caught:
        key(exam, one, ["AB", "A", "Q"])

    assert sorted(caught.value.problems) == [0, 2]
    assert PaperSheet.objects.count() == 0


def test_an_option_that_the_question_lacks_is_said():
    exam, (one, _other, _third) = paper_exam(asked=("single",))

    with pytest.raises(printed.BadEntries):
        key(exam, one, ["Z"])


def test_progress_counts_sheets_where_they_stand():
    exam, (one, other, _third) = paper_exam(asked=("single",), candidates=3)
    key(exam, one, ["A"])
    key(exam, other, ["A"])
    key(exam, one, ["A"], number="0002")
    key(exam, other, ["B"], number="0002")
    key(exam, one, ["A"], number="0003")

    found = queries.progress(exam)

    assert (found.candidates, found.online, found.once, found.different, found.done) == (3, 0, 1, 1, 1)
    assert [sheet.candidate.number for sheet in queries.different(exam)] == ["0002"]
    assert [candidate.number for candidate in queries.lacking(exam)] == ["0002", "0003"]
    assert (queries.waiting_for_second(exam, one), queries.waiting_for_second(exam, other)) == (0, 1)
    assert SavedAnswer.objects.count() == 1
