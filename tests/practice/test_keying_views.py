"""Exams on paper: what is printed, and the pages on which answer sheets are keyed."""

from __future__ import annotations

import io

import pikepdf
import pytest
from django.utils import timezone

from huomiao.core.models import Entry
from huomiao.practice import printed
from huomiao.practice.actions import keying
from huomiao.practice.models import Keyer, PaperSheet
from huomiao.practice.states import PaperPlan
from tests.factories.accounts import UserFactory
from tests.factories.marking import exam_over, marked_exam, officer_of, paper_exam
from tests.practice.marking_pages import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam():
    return marked_exam()


@pytest.fixture
def officer(exam, client):
    found = officer_of(exam)
    client.force_login(found)
    return found


def test_papers_sheets_and_keys_are_printed_and_noted(exam, officer, client):
    files = {what: client.get(address("exam-print-file", exam, 1, "B", what)) for what in ("paper", "sheet", "key")}

    for what, answer in files.items():
        assert answer.status_code == 200, what
        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            assert len(pdf.pages) >= 1
    assert set(Entry.objects.values_list("action", flat=True)) >= {"exam.paper_printed", "exam.key_printed"}
    for bad in ((9, "A", "paper"), (1, "Z", "paper"), (1, "A", "other")):
        assert client.get(address("exam-print-file", exam, *bad)).status_code == 404


def test_where_everybody_has_their_own_questions_nothing_is_printed(client):
    exam = exam_over(plan=PaperPlan.DRAWN)
    client.force_login(officer_of(exam))

    assert "现在不能打印" in client.get(address("exam-print", exam)).content.decode()
    assert client.get(address("exam-print-file", exam, 1, "A", "paper")).status_code == 404


def test_the_variant_of_a_printed_paper_is_the_same_every_time(exam):
    paper = exam.papers.get()

    first = printed.layout(exam, paper, "C").positions()

    assert first == printed.layout(exam, paper, "C").positions()
    assert printed.seed(exam, paper, "C") != printed.seed(exam, paper, "D")


# --- Keying --------------------------------------------------------------------------------------------------------


@pytest.fixture
def on_paper():
    return paper_exam(asked=("single", "true_false", "fill", "short"))


def test_a_keyer_types_a_sheet_and_is_told_what_is_wrong(on_paper, client):
    exam, (one, _other, _third) = on_paper
    client.force_login(one)
    place = address("exam-keying-sheet", exam, 1, "A")
    assert client.get(place).status_code == 200

    bad = client.post(place, {"number": "0001", "entry-0": "AB", "entry-1": "T", "entry-2": "220", "entry-3": "断电"})
    unknown = client.post(place, {"number": "7777", "entry-0": "A"})
    good = client.post(place, {"number": "0001", "entry-0": "A", "entry-1": "T", "entry-2": "220", "entry-3": "断电"})

    assert bad.status_code == 422
    assert 'value="AB"' in bad.content.decode()
    assert "单选题只能有一个字母" in bad.content.decode()
    assert (unknown.status_code, good.status_code) == (422, 302)
    assert PaperSheet.objects.get().keyings.get().entries == ["A", "T", "220", "断电"]
    told = client.get(address("exam-keying-who", exam) + "?number=0002").json()
    assert told["name"] == exam.candidates.get(number="0002").user.name


def test_the_other_reading_is_not_shown_before_both_are_in(on_paper, client):
    exam, (one, other, _third) = on_paper
    keying.key(
        exam,
        number="0001",
        paper=exam.papers.get(),
        variant="A",
        entries=["A", "T", "独特的读数", "独特的文字"],
        by=one,
        at=timezone.now(),
    )
    client.force_login(other)

    for place in (address("exam-keying", exam), address("exam-keying-sheet", exam, 1, "A")):
        assert "独特" not in client.get(place).content.decode()
    sheet = PaperSheet.objects.get()
    assert client.get(address("exam-keying-settle", exam, sheet.pk)).status_code == 404


def test_differences_are_settled_over_their_page(on_paper, client):
    exam, (one, other, third) = on_paper
    for by, first in ((one, "A"), (other, "B")):
        keying.key(
            exam,
            number="0001",
            paper=exam.papers.get(),
            variant="A",
            entries=[first, "T", "220", "断电"],
            by=by,
            at=timezone.now(),
        )
    sheet = PaperSheet.objects.get()
    client.force_login(third)
    place = address("exam-keying-settle", exam, sheet.pk)
    page = client.get(place).content.decode()
    assert "核对 0001" in page

    typed = {"number": "0001", "variant": "1A", "entry-1": "T", "entry-2": "220", "entry-3": "断电"}
    bad = client.post(place, {**typed, "entry-0": "Q7"})
    client.post(place, {**typed, "entry-0": "B"})

    assert bad.status_code == 422
    sheet.refresh_from_db()
    assert sheet.state == "done"
    assert client.get(place).status_code == 404


def test_keyers_are_chosen_on_the_board(on_paper, client):
    exam, _people = on_paper
    UserFactory(username="lu.ru")
    client.force_login(officer_of(exam))

    assert client.post(address("exam-keyers-add", exam), {"accounts": "nobody"}).status_code == 422
    client.post(address("exam-keyers-add", exam), {"accounts": "lu.ru"})
    keyer = Keyer.objects.get(user__username="lu.ru")
    client.post(address("exam-keyer-remove", exam, keyer.pk))

    assert not Keyer.objects.filter(pk=keyer.pk).exists()


def test_a_keyer_sees_the_board_without_what_is_the_officers(on_paper, client):
    exam, (one, _other, _third) = on_paper
    client.force_login(one)

    page = client.get(address("exam-keying", exam)).content.decode()

    assert "录入答题卡" in page
    assert "添加录入员" not in page
    assert client.get(address("exam-print", exam)).status_code == 404
    for user in (UserFactory(), exam.candidates.first().user):
        client.force_login(user)
        assert client.get(address("exam-keying", exam)).status_code == 404
