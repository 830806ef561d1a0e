"""The boards of marking: who may open them, in which state, what they show, and what lists cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from huomiao.orgs.roles import Role
from huomiao.practice.actions import appeals, corrections, keying
from huomiao.practice.models import Appeal, MarkSheet, QuestionVersion
from huomiao.practice.states import CorrectionKind, ExamState, SheetState
from tests.factories.accounts import UserFactory
from tests.factories.marking import (
    begun,
    committing,
    exam_over,
    mark_all,
    marked_exam,
    markers_of,
    officer_of,
    released,
    sittings_of,
)
from tests.factories.orgs import MembershipFactory
from tests.practice.marking_pages import BOARDS, address

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam():
    return marked_exam()


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
