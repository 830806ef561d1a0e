"""Results as those see them who run the exam, and as candidates see their own, with their appeals."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from huomiao.core.models import Entry
from huomiao.practice.actions import marking
from huomiao.practice.models import Appeal, Sitting
from huomiao.practice.states import ExamState, SittingState
from tests.factories.accounts import UserFactory
from tests.factories.marking import begun, exam_over, marked_exam, officer_of, released, sittings_of
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


def test_before_the_marking_the_results_page_shows_nothing(client):
    exam = exam_over()
    client.force_login(officer_of(exam))

    page = client.get(address("exam-results", exam))

    assert page.status_code == 200
    assert "还没有成绩" in page.content.decode()


def test_results_are_drawn_ranked_and_narrowed(exam, officer, client):
    sittings = sittings_of(exam)
    sittings[0].signals.create(kind="left", details={"seconds": 40}, at=timezone.now())

    page = client.get(address("exam-results", exam)).content.decode()
    signals = client.get(address("exam-results", exam) + "?show=signals").content.decode()
    named = client.get(address("exam-results", exam) + f"?q={sittings[1].candidate.user.name}").content.decode()

    assert all(one.candidate.user.name in page for one in sittings)
    assert page.count("marking-axis") == 10
    for text, only in ((signals, 0), (named, 1)):
        rows = text.split("<h2>答卷</h2>")[1]
        assert [place for place, one in enumerate(sittings) if one.candidate.user.name in rows] == [only]


def test_the_table_has_places_ties_absent_and_void_and_no_formula(exam, officer, client):
    exam.candidates.create(user=UserFactory(name="=HYPERLINK(1)"), number="0009", paper=exam.papers.get())
    Sitting.objects.filter(pk=sittings_of(exam)[2].pk).update(state=SittingState.VOID, note="替考")

    answer = client.get(address("exam-results-table", exam))

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert [(row[0], row[1], row[6]) for row in rows] == [
        (1, "0001", "合格"),
        (2, "0002", "合格"),
        (None, "0003", None),
        (None, "0009", None),
    ]
    assert [row[8] for row in rows[2:]] == ["作废：替考", "缺考"]
    assert rows[3][2].startswith("'=") or sheet.cell(6, 3).data_type == "s"
    assert Entry.objects.filter(action="exam.results_exported").count() == 1


def test_an_officer_sees_a_sitting_and_judges_it(exam, officer, client):
    sitting = sittings_of(exam)[0]
    sitting.signals.create(kind="left", details={"seconds": 40}, at=timezone.now())
    place = address("exam-result", exam, sitting.pk)

    page = client.get(place).content.decode()
    bad = client.post(address("exam-judge", exam, sitting.pk), {"verdict": "void", "reason": ""})
    client.post(address("exam-judge", exam, sitting.pk), {"verdict": "void", "reason": "替考"})

    assert "离开考试页面 40 秒" in page
    # Markers may be at work on the text: nobody who knows the name reads it.
    assert "阅卷结束后可见" in page
    assert "先断电，再施救" not in page
    assert bad.status_code == 422
    assert "替考" in client.get(place).content.decode()


def test_after_the_marking_the_text_is_read_too(exam, officer, client):
    marking.finish(exam, by=officer, at=timezone.now())

    page = client.get(address("exam-result", exam, sittings_of(exam)[0].pk)).content.decode()

    assert "先断电，再施救" in page


def test_release_asks_for_days_and_tells_candidates(exam, officer, client):
    marking.finish(exam, by=officer, at=timezone.now())

    bad = client.post(address("exam-results-release", exam), {"appeal_days": "999"})
    client.post(address("exam-results-release", exam), {"appeal_days": "3"})

    exam.refresh_from_db()
    assert bad.status_code == 422
    assert exam.state == ExamState.RELEASED
    client.force_login(sittings_of(exam)[0].candidate.user)
    assert "合格" in client.get(reverse("practice:my-result", args=[sittings_of(exam)[0].pk])).content.decode()


def test_the_analysis_is_shown_and_flags_lead_to_a_correction(client):
    exam = begun(exam_over(candidates=12, singles=3, right={place: place % 4 for place in range(12)}))
    client.force_login(officer_of(exam))

    page = client.get(address("exam-analysis", exam)).content.decode()

    assert page.count("与总分相关") == 3
    assert "信度 α" in page
    assert client.get(address("exam-analysis", exam) + "?show=flagged").status_code == 200
    assert client.post(address("exam-analysis-refresh", exam)).status_code == 302


# --- Appeals and one's own result -----------------------------------------------------------------------------------


def test_an_appeal_goes_from_the_candidate_to_a_ruling(exam, officer, client):
    released(exam)
    sitting = sittings_of(exam)[1]
    mine = reverse("practice:my-result", args=[sitting.pk])
    client.force_login(sitting.candidate.user)
    short = client.post(reverse("practice:my-appeal", args=[sitting.pk]), {"position": "1", "text": ""})
    made = client.post(
        reverse("practice:my-appeal", args=[sitting.pk]), {"position": "1", "text": "第二题我认为是对的"}
    )
    appeal = Appeal.objects.get()
    client.force_login(officer)
    bad = client.post(address("exam-appeal", exam, appeal.pk), {"reply": "同意", "points-1": "99"})
    client.post(address("exam-appeal", exam, appeal.pk), {"reply": "确有漏评", "points-1": "2"})

    assert (short.status_code, made.status_code, bad.status_code) == (422, 302, 422)
    assert 'value="99"' in bad.content.decode()
    client.force_login(sitting.candidate.user)
    page = client.get(mine).content.decode()
    assert "确有漏评" in page
    assert "经复核，您的成绩由" in page
    assert "经复核，您的成绩由" not in client.get(mine).content.decode()


def test_nobody_opens_the_result_of_somebody_else(exam, client):
    released(exam)
    one, other, _third = sittings_of(exam)
    client.force_login(one.candidate.user)

    assert client.get(reverse("practice:my-result", args=[other.pk])).status_code == 404
    assert client.post(reverse("practice:my-appeal", args=[other.pk]), {"text": "给我看看"}).status_code == 404


@pytest.mark.parametrize("shows", [True, False])
def test_right_answers_are_shown_only_where_the_exam_shows_them(shows, exam, client):
    type(exam).objects.filter(pk=exam.pk).update(shows_answers=shows)
    exam.refresh_from_db()
    released(exam)
    sitting = sittings_of(exam)[0]
    client.force_login(sitting.candidate.user)

    page = client.get(reverse("practice:my-result", args=[sitting.pk])).content.decode()

    assert ("正确答案</dt>" in page) is shows
    assert ("的解析。" in page) is shows
    assert "先断电，再施救" in page


def test_a_void_result_says_so(exam, officer, client):
    released(exam)
    sitting = sittings_of(exam)[0]
    Sitting.objects.filter(pk=sitting.pk).update(state=SittingState.VOID, note="替考")
    client.force_login(sitting.candidate.user)

    page = client.get(reverse("practice:my-result", args=[sitting.pk])).content.decode()

    assert "成绩已作废" in page
    assert "marking-total" not in page
