"""The pages of marking, results, corrections, appeals and keying: who may open them, in which state, and what they show."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from huomiao.core.models import Entry
from huomiao.orgs.roles import Role
from huomiao.practice import printed
from huomiao.practice.actions import appeals, corrections, keying, marking
from huomiao.practice.models import (
    Appeal,
    KeyCorrection,
    Keyer,
    MarkSheet,
    PaperSheet,
    QuestionVersion,
    ScoreChange,
    Sitting,
)
from huomiao.practice.states import CorrectionKind, ExamState, PaperPlan, SheetState, SittingState
from tests.factories.accounts import UserFactory
from tests.factories.marking import (
    begun,
    committing,
    exam_over,
    mark_all,
    markers_of,
    officer_of,
    released,
    sittings_of,
)
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.django_db

BOARDS = (
    "exam-marking",
    "exam-disputed",
    "exam-locked",
    "exam-results",
    "exam-results-table",
    "exam-analysis",
    "exam-appeals",
    "exam-corrections",
    "exam-print",
    "exam-keying",
)


def address(name, exam, *args):
    return reverse(f"practice:{name}", args=[exam.slug, *args])


@pytest.fixture
def exam():
    """A marked exam with texts, whose marking has ended."""
    made = exam_over(candidates=3, singles=2, shorts=1, right={1: 1, 2: 0})
    markers_of(made, 3)
    begun(made)
    mark_all(made, {1: "4", 2: "9", 3: "8"})
    return made


@pytest.fixture
def officer(exam, client):
    found = officer_of(exam)
    client.force_login(found)
    return found


# --- Who may open what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOARDS)
def test_only_those_who_run_the_exam_open_its_boards(name, exam, client):
    stranger = MembershipFactory(role=Role.TRAINER).user
    people = {
        "officer": (officer_of(exam), 200),
        "stranger": (stranger, 404),
        "worker": (MembershipFactory(organization=exam.organiser, role=Role.MEMBER).user, 404),
        "marker": (exam.markers.first().user, 404),
        "candidate": (sittings_of(exam)[0].candidate.user, 404),
    }

    found = {}
    for who, (user, _expected) in people.items():
        client.force_login(user)
        found[who] = client.get(address(name, exam)).status_code

    assert found == {who: expected for who, (_user, expected) in people.items()}
    client.logout()
    assert client.get(address(name, exam)).status_code == 302


@pytest.mark.parametrize("state", ExamState.values)
def test_every_board_opens_or_refuses_in_every_state_without_a_fault(state, exam, officer, client):
    type(exam).objects.filter(pk=exam.pk).update(state=state)
    is_scored = state in {ExamState.MARKING, ExamState.REVIEWED, ExamState.RELEASED}

    found = {name: client.get(address(name, exam)).status_code for name in BOARDS}

    scored = {"exam-results-table", "exam-analysis", "exam-appeals", "exam-corrections"}
    assert found == {name: 200 if is_scored or name not in scored else 404 for name in BOARDS}


def test_before_the_marking_the_results_page_shows_nothing(client):
    exam = exam_over()
    client.force_login(officer_of(exam))

    page = client.get(address("exam-results", exam))

    assert page.status_code == 200
    assert "还没有成绩" in page.content.decode()


# --- The board -----------------------------------------------------------------------------------------------------


def test_the_marking_is_begun_and_ended_on_the_board(client):
    exam = exam_over(candidates=2)
    client.force_login(officer_of(exam))
    assert "开始阅卷" in client.get(address("exam-marking", exam)).content.decode()

    with committing(execute=True):
        client.post(address("exam-marking-begin", exam))
    client.post(address("exam-marking-finish", exam))

    exam.refresh_from_db()
    assert exam.state == ExamState.REVIEWED
    client.post(address("exam-marking-reopen", exam), {"note": "漏扫一份"})
    exam.refresh_from_db()
    assert exam.state == ExamState.MARKING


def test_markers_are_added_by_account_and_wrong_ones_said(exam, officer, client):
    new = UserFactory(username="yue.juan")

    bad = client.post(address("exam-markers-add", exam), {"accounts": "yue.juan\nnobody"})
    assert bad.status_code == 422
    assert "nobody" in bad.content.decode()
    assert not exam.markers.filter(user=new).exists()
    assert client.post(address("exam-markers-add", exam), {"accounts": "yue.juan"}).status_code == 302

    marker = exam.markers.get(user=new)
    client.post(address("exam-marker-remove", exam, marker.pk))
    marker.refresh_from_db()
    assert not marker.is_active


def test_rules_that_cannot_be_are_said_with_what_was_typed(exam, officer, client):
    answer = client.post(address("exam-marking-rules", exam), {"tolerance_percent": "300", "third_rule": "third"})

    assert answer.status_code == 422
    assert 'value="300"' in answer.content.decode()
    locked = client.post(address("exam-marking-rules", exam), {"tolerance_percent": "30", "third_rule": "third"})
    assert locked.status_code == 409
    assert "不能再改" in locked.content.decode()


def test_the_board_tells_how_markers_compare_and_the_disputed_page_why(exam, officer, client):
    board = client.get(address("exam-marking", exam)).content.decode()
    disputed = client.get(address("exam-disputed", exam)).content.decode()
    locked = client.get(address("exam-locked", exam)).content.decode()

    assert "两评不一致" in board
    assert disputed.count("定分") == 3
    for page in (board, disputed, locked):
        for sitting in sittings_of(exam):
            assert sitting.candidate.user.name not in page
            assert sitting.candidate.unit.name not in page


def test_a_locked_sheet_is_given_back_with_a_reason(exam, officer, client):
    sheet = MarkSheet.objects.filter(place=1).first()

    with committing(execute=True):
        client.post(address("exam-give-back", exam, sheet.pk), {"note": "第二点漏看"})

    sheet.refresh_from_db()
    assert sheet.state == SheetState.DRAFT
    client.force_login(sheet.marker.user)
    assert "第二点漏看" in client.get(reverse("practice:mark-sheet", args=[sheet.pk])).content.decode()


# --- A marker's pages ----------------------------------------------------------------------------------------------


@pytest.fixture
def waiting():
    """An exam under marking with every sheet open, and a marker with some of them."""
    made = exam_over(candidates=3, singles=1, shorts=1)
    markers_of(made, 3)
    begun(made)
    return made, MarkSheet.objects.select_related("marker__user", "script").order_by("marker", "script__number").first()


def test_a_marker_saves_and_goes_on_to_the_next(waiting, client):
    _exam, sheet = waiting
    client.force_login(sheet.marker.user)
    page = client.get(reverse("practice:mark-sheet", args=[sheet.pk])).content.decode()
    assert "断电" in page

    answer = client.post(
        reverse("practice:mark-sheet-save", args=[sheet.pk]),
        {"points": "7.5", "tick": ["0"], "comment": "要点全", "version": "0", "go": "next"},
    )

    following = MarkSheet.objects.filter(marker=sheet.marker, script__number__gt=sheet.script.number).order_by(
        "script__version", "script__number"
    )
    assert answer.url == reverse("practice:mark-sheet", args=[following.first().pk])
    sheet.refresh_from_db()
    assert (sheet.points, sheet.ticks, sheet.comment, sheet.state) == (Decimal("7.5"), [0], "要点全", SheetState.DRAFT)


def test_what_was_typed_wrong_stays_on_the_page(waiting, client):
    _exam, sheet = waiting
    client.force_login(sheet.marker.user)

    answer = client.post(
        reverse("practice:mark-sheet-save", args=[sheet.pk]),
        {"points": "77", "tick": ["0"], "comment": "写了很多", "version": "0"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="77"' in page
    assert "写了很多" in page
    assert "checked" in page


def test_a_script_is_told_the_new_version_or_why_not(waiting, client):
    _exam, sheet = waiting
    client.force_login(sheet.marker.user)
    save = reverse("practice:mark-sheet-save", args=[sheet.pk])
    accept = {"accept": "application/json"}

    good = client.post(save, {"points": "5", "version": "0"}, headers=accept)
    stale = client.post(save, {"points": "6", "version": "0"}, headers=accept)
    broken = client.post(save, {"points": "6", "version": "x"}, headers=accept)

    assert (good.status_code, good.json()) == (200, {"version": 1, "done": True})
    assert (stale.status_code, stale.json()["error"]) == (409, "stale")
    assert broken.status_code == 422


def test_a_marker_locks_what_is_marked(waiting, client):
    exam, sheet = waiting
    client.force_login(sheet.marker.user)
    client.post(reverse("practice:mark-sheet-save", args=[sheet.pk]), {"points": "5", "version": "0"})

    with committing(execute=True):
        client.post(reverse("practice:mark-sheets-lock", args=[exam.slug]))
        client.post(reverse("practice:mark-sheets-lock", args=[exam.slug]))

    assert list(MarkSheet.objects.filter(state=SheetState.LOCKED)) == [sheet]


def test_sheets_of_others_are_unknown_and_mine_go_when_the_marking_ends(waiting, client):
    exam, sheet = waiting
    other = MarkSheet.objects.exclude(marker=sheet.marker).first()
    client.force_login(sheet.marker.user)

    assert client.get(reverse("practice:mark-sheet", args=[other.pk])).status_code == 404
    assert client.post(reverse("practice:mark-sheet-save", args=[other.pk]), {"points": "1"}).status_code == 404
    type(exam).objects.filter(pk=exam.pk).update(state=ExamState.REVIEWED)
    assert client.get(reverse("practice:mark-sheet", args=[sheet.pk])).status_code == 404
    assert client.get(reverse("practice:mark-sheets", args=[exam.slug])).status_code == 404
    assert client.get(reverse("practice:mark-exams")).status_code == 200


# --- Results -------------------------------------------------------------------------------------------------------


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


# --- Corrections ---------------------------------------------------------------------------------------------------


def test_a_key_is_corrected_over_its_pages(exam, officer, client):
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[0][0])
    right = (version.key["right"][0] + 1) % 4
    new = address("exam-correction-new", exam, version.pk)
    assert version.body["stem"] in client.get(address("exam-corrections", exam)).content.decode()

    same = client.post(new, {"kind": "key", "key": str(version.key["right"][0]), "reason": "看错"})
    empty = client.post(new, {"kind": "key", "key": "", "reason": ""})
    made = client.post(new, {"kind": "key", "key": str(right), "reason": "依据 2026 版规程"})
    correction = KeyCorrection.objects.get()
    preview = client.get(made.url).content.decode()
    with committing(execute=True):
        client.post(address("exam-correction-apply", exam, correction.pk))

    assert (same.status_code, empty.status_code) == (422, 422)
    assert "看错" in same.content.decode()
    assert "3 人的成绩会变" in preview
    after = client.get(made.url).content.decode()
    assert "3 人成绩有变化" in after
    assert ScoreChange.objects.count() == 3
    assert client.get(address("exam-correction-run", exam, correction.pk)).status_code == 200


@pytest.mark.parametrize("kind", ["single", "multiple", "true_false", "fill", "ordering", "matching"])
def test_a_key_of_every_kind_can_be_corrected(kind, client):
    from tests.practice.test_keying import paper_exam

    exam, _people = paper_exam(asked=(kind,))
    from tests.factories.exams import sat

    sat(exam)
    begun(exam)
    client.force_login(officer_of(exam))
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[0][0])
    typed = {
        "single": "3" if version.key.get("right") != [3] else "2",
        "multiple": ["0", "1", "2"],
        "true_false": "0" if version.key.get("right") is True else "1",
        "fill": "220；二百二十",
        "ordering": "CBA",
        "matching": "CA",
    }[kind]

    page = client.get(address("exam-correction-new", exam, version.pk))
    made = client.post(
        address("exam-correction-new", exam, version.pk), {"kind": "key", "key": typed, "reason": "勘误"}
    )

    assert page.status_code == 200
    assert made.status_code == 302
    key = KeyCorrection.objects.get().key
    assert key != version.key
    if kind == "fill":
        assert key["blanks"][0] == {"accept": ["220", "二百二十"], "number": 220.0, "tolerance": 0.5, "unit": "V"}


def test_a_text_has_no_key_to_correct(exam, officer, client):
    version = QuestionVersion.objects.get(pk=exam.papers.get().items[2][0])

    page = client.get(address("exam-correction-new", exam, version.pk)).content.decode()

    assert 'value="key"' not in page
    assert "全体给满分" in page


def test_a_question_of_another_exam_is_unknown(exam, officer, client):
    foreign = exam_over()
    version = foreign.papers.get().items[0][0]

    assert client.get(address("exam-correction-new", exam, version)).status_code == 404


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


# --- Paper ---------------------------------------------------------------------------------------------------------


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


@pytest.fixture
def on_paper():
    from tests.practice.test_keying import paper_exam

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


# --- The number of queries -----------------------------------------------------------------------------------------


def lists(exam):
    return (
        address("exam-marking", exam),
        address("exam-disputed", exam),
        address("exam-locked", exam),
        address("exam-results", exam),
        address("exam-analysis", exam),
        address("exam-appeals", exam),
        address("exam-corrections", exam),
        address("exam-keying", exam),
        address("exam-print", exam),
        address("exam-results-table", exam),
    )


def grown(size):
    """An exam with ``size`` of everything that its pages list."""
    exam = exam_over(candidates=size, singles=size, shorts=1, right=dict.fromkeys(range(size), 0))
    markers_of(exam, 2 + size)
    begun(exam)
    mark_all(exam, {1: "1", 2: "9", 3: "5"})
    officer = officer_of(exam)
    released(exam)
    for place, sitting in enumerate(sittings_of(exam)):
        appeals.ask(sitting, text="请再看一看", position=0, by=sitting.candidate.user, at=timezone.now())
        version = QuestionVersion.objects.get(pk=exam.papers.get().items[place][0])
        with committing(execute=True):
            made = corrections.propose(
                exam, version, kind=CorrectionKind.ALL_RIGHT, key=None, reason="勘误", by=officer, at=timezone.now()
            )
            corrections.apply(made, by=officer, at=timezone.now())
        sitting.signals.create(kind="left", at=timezone.now())
    keying.add_keyers(exam, [UserFactory() for _one in range(size)], by=officer, at=timezone.now())
    return exam, officer, made


def test_lists_cost_the_same_with_one_row_and_with_three(client):
    counts = []
    for size in (1, 3):
        exam, officer, made = grown(size)
        client.force_login(officer)
        found = {}
        places = [*lists(exam), address("exam-correction", exam, made.pk)]
        places.append(address("exam-appeal", exam, Appeal.objects.filter(sitting__exam=exam).first().pk))
        for place in places:
            client.get(place)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(place).status_code == 200
            found[place.replace(exam.slug, "x").rstrip("/0123456789")] = len(captured)
        marker = exam.markers.first().user
        client.force_login(marker)
        type(exam).objects.filter(pk=exam.pk).update(state=ExamState.MARKING)
        for place in (reverse("practice:mark-exams"), reverse("practice:mark-sheets", args=[exam.slug])):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(place).status_code == 200
            found[place.replace(exam.slug, "x")] = len(captured)
        type(exam).objects.filter(pk=exam.pk).update(state=ExamState.RELEASED)
        user = sittings_of(exam)[0].candidate.user
        client.force_login(user)
        for place in (reverse("practice:my-results"), reverse("practice:my-result", args=[sittings_of(exam)[0].pk])):
            client.get(place)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(place).status_code == 200
            found[place.rstrip("/0123456789")] = len(captured)
        counts.append(found)

    assert counts[0] == counts[1]


def test_the_variant_of_a_printed_paper_is_the_same_every_time(exam):
    paper = exam.papers.get()

    first = printed.layout(exam, paper, "C").positions()

    assert first == printed.layout(exam, paper, "C").positions()
    assert printed.seed(exam, paper, "C") != printed.seed(exam, paper, "D")
