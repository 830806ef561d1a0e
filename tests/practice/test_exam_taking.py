"""An exam as its candidates take it: they begin, save, come back and hand in, and are told why where they may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huomiao.practice.actions import candidates as candidate_actions
from huomiao.practice.models import Candidate, Exam, QuestionVersion, SavedAnswer, Sitting
from huomiao.practice.states import SittingState
from tests.factories.exams import exam_ready
from tests.practice.exam_pages import begin, entry_of, officer_of, post, signed_in


@pytest.fixture
def exam(db):
    return exam_ready(candidates=2)


# --- The whole of it --------------------------------------------------------------------------------------------------


def test_a_candidate_begins_saves_comes_back_and_hands_in(exam):
    candidate = exam.candidates.order_by("number")[0]
    client, sheet = begin(candidate)
    first, second = sheet["questions"][:2]

    saved = post(
        client,
        "save",
        {
            "token": sheet["token"],
            "answers": [
                {"position": first["position"], "count": 1, "answer": [1]},
                {"position": second["position"], "count": 2, "answer": [0]},
                {"position": first["position"], "count": 3, "answer": [2]},
            ],
        },
    )
    again = client.get("/p/exam/paper", {"token": sheet["token"]}).json()
    receipt = post(client, "submit", {"token": sheet["token"], "answers": []}).json()

    assert saved.status_code == 200
    assert saved.json()["saved"] == [1, 2, 3]
    assert saved.json()["ends_at"] == sheet["ends_at"]
    assert again["questions"] == sheet["questions"]
    assert again["held"] == {str(first["position"]): [2], str(second["position"]): [0]}
    assert (receipt["answered"], receipt["total"], receipt["reason"]) == (2, 5, "hand")
    assert receipt["held"] == again["held"]
    sitting = Sitting.objects.get()
    assert (sitting.state, sitting.candidate) == (SittingState.SUBMITTED, candidate)
    assert post(client, "submit", {"token": sheet["token"], "answers": []}).json()["receipt"] == receipt["receipt"]


def test_answers_are_stored_in_the_versions_own_order(exam):
    candidate = exam.candidates.order_by("number")[0]
    client, sheet = begin(candidate)
    question = sheet["questions"][0]
    shown = question["options"][3]["text"]

    post(
        client,
        "save",
        {"token": sheet["token"], "answers": [{"position": question["position"], "count": 1, "answer": [3]}]},
    )

    version = QuestionVersion.objects.get(pk=candidate.paper.items[question["position"]][0])
    (own,) = SavedAnswer.objects.get().answer
    assert version.body["options"][own]["text"] == shown


def test_candidates_of_one_paper_see_it_in_different_orders(db):
    exam = exam_ready(candidates=2, questions=20)
    sheets = [begin(candidate)[1] for candidate in exam.candidates.order_by("number")]

    assert [sorted(q["stem"] for q in sheet["questions"]) for sheet in sheets] == [
        sorted(q["stem"] for q in sheets[0]["questions"])
    ] * 2
    assert sheets[0]["questions"] != sheets[1]["questions"]


# --- Refusals ---------------------------------------------------------------------------------------------------------


def test_forged_foreign_and_broken_requests_are_refused(exam):
    one, other = exam.candidates.order_by("number")
    client, sheet = begin(one)
    stranger = signed_in(other.user)
    token = sheet["token"]

    answers = [
        post(client, "start", {"entry": entry_of(one)[:-3] + "abc"}),
        post(client, "start", {"entry": 7}),
        post(stranger, "start", {"entry": entry_of(one)}),
        post(client, "save", {"token": token[:-2] + "xx", "answers": []}),
        post(stranger, "save", {"token": token, "answers": []}),
        post(client, "save", {"token": token, "answers": "x"}),
        post(client, "save", {"token": token, "answers": [{"position": 0, "count": "1", "answer": None}]}),
        post(client, "save", {"token": token, "answers": [{"count": 1}]}),
        post(client, "save", {"token": token, "answers": [{"position": 0, "count": 20_001, "answer": None}]}),
        post(client, "signal", {"token": token, "kind": "made up"}),
        post(Client(), "save", {"token": token, "answers": []}),
    ]

    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [
        (403, "forged"),
        (403, "forged"),
        (403, "foreign"),
        (403, "forged"),
        (403, "foreign"),
        (400, "unreadable"),
        (400, "unreadable"),
        (400, "unreadable"),
        (400, "unreadable"),
        (400, "unreadable"),
        (401, "signed_out"),
    ]
    assert SavedAnswer.objects.count() == 0


def test_one_bad_answer_is_named_and_the_others_are_kept(exam):
    client, sheet = begin(exam.candidates.first())

    reply = post(
        client,
        "save",
        {
            "token": sheet["token"],
            "answers": [
                {"position": 0, "count": 1, "answer": [9]},
                {"position": 99, "count": 2, "answer": [0]},
                {"position": -1, "count": 3, "answer": [0]},
                {"position": 1, "count": 4, "answer": [0]},
            ],
        },
    ).json()

    assert reply["saved"] == [4]
    assert [(one["count"], one["error"]) for one in reply["refused"]] == [
        (1, "bad_answer"),
        (2, "bad_answer"),
        (3, "bad_answer"),
    ]
    assert list(SavedAnswer.objects.values_list("position", flat=True)) == [1]


def test_too_early_says_how_long_to_wait(db):
    exam = exam_ready(candidates=1, opens_at=timezone.now().replace(microsecond=0) + timedelta(minutes=5))
    with time_machine.travel(exam.opens_at - timedelta(seconds=90), tick=False):
        _client, reply = begin(exam.candidates.get())

    assert (reply["error"], reply["wait_ms"]) == ("not_open", 90_000)
    assert "questions" not in reply


def test_another_device_must_say_so_and_the_first_is_told(exam):
    candidate = exam.candidates.first()
    client, sheet = begin(candidate)
    elsewhere = signed_in(candidate.user)

    _c, asked = begin(candidate, elsewhere)
    _c, taken = begin(candidate, elsewhere, resumes=True)
    told = post(client, "save", {"token": sheet["token"], "answers": [{"position": 0, "count": 1, "answer": [0]}]})
    reload = client.get("/p/exam/paper", {"token": sheet["token"]})

    assert asked["error"] == "running"
    assert taken["device"] == 2
    assert (told.status_code, told.json()["error"]) == (409, "taken_over")
    assert (reload.status_code, reload.json()["error"]) == (409, "taken_over")


def test_after_the_deadline_the_refusal_says_what_is_held_and_the_receipt_comes_by_itself(exam):
    candidate = exam.candidates.first()
    client, sheet = begin(candidate)
    post(client, "save", {"token": sheet["token"], "answers": [{"position": 2, "count": 1, "answer": [1]}]})
    Sitting.objects.update(ends_at=timezone.now() - timedelta(minutes=1))

    late = post(client, "save", {"token": sheet["token"], "answers": [{"position": 3, "count": 2, "answer": [1]}]})
    receipt = post(client, "submit", {"token": sheet["token"], "answers": []}).json()

    assert (late.status_code, late.json()["error"], late.json()["held"]) == (409, "over", {"2": [1]})
    assert (receipt["reason"], receipt["held"]) == ("time", {"2": [1]})


def test_a_dead_phone_is_handed_in_when_anybody_looks(exam):
    candidate = exam.candidates.first()
    begin(candidate)
    Sitting.objects.update(ends_at=timezone.now() - timedelta(minutes=1))

    page = signed_in(candidate.user).get(reverse("practice:exam", args=[exam.slug]))

    assert page.status_code == 200
    assert Sitting.objects.get().reason == "time"


def test_the_ticket_opens_the_room_once_it_is_right_and_not_after_it_was_revoked(exam):
    Exam.objects.update(needs_ticket=True)
    candidate = exam.candidates.select_related("user").first()
    officer = officer_of(exam)
    ((_candidate, code),) = candidate_actions.issue_tickets(exam, by=officer, only=candidate)
    client = signed_in(candidate.user)
    room = reverse("practice:exam-room", args=[exam.slug])

    closed = client.get(room)
    wrong = client.post(room, {"code": "ABCD-EFGH"})
    right = client.post(room, {"code": code.lower().replace("-", " ")})
    opened = client.get(room)
    entry = opened.context["entry"]
    without = post(client, "start", {"entry": entry_of(candidate)})
    candidate_actions.revoke_ticket(candidate, by=officer)
    revoked = post(client, "start", {"entry": entry})
    candidate_actions.issue_tickets(exam, by=officer, only=candidate)
    reissued = post(client, "start", {"entry": entry})

    assert (closed.status_code, closed.context["is_admitted"]) == (200, False)
    assert (wrong.status_code, right.status_code, opened.context["is_admitted"]) == (422, 302, True)
    assert [answer.json()["error"] for answer in (without, revoked, reissued)] == ["no_ticket"] * 3
    assert Sitting.objects.count() == 0
    assert code.replace("-", "") not in str(list(Candidate.objects.values()))


@pytest.mark.parametrize("room", ["没有的考场", "\x00"])
def test_tickets_of_a_room_that_is_not_there_are_not_issued(exam, room):
    response = signed_in(officer_of(exam)).post(reverse("practice:exam-tickets", args=[exam.slug]), {"room": room})

    assert response.status_code == 422
    assert "没有这个考场" in response.content.decode()


def test_guessing_tickets_has_an_end(exam):
    Exam.objects.update(needs_ticket=True)
    candidate = exam.candidates.select_related("user").first()
    ((_candidate, code),) = candidate_actions.issue_tickets(exam, by=officer_of(exam), only=candidate)
    client = signed_in(candidate.user)
    room = reverse("practice:exam-room", args=[exam.slug])

    for _try in range(10):
        client.post(room, {"code": "ABCD-EFGH"})
    late = client.post(room, {"code": code})

    assert late.status_code == 422
    assert "10 分钟后再试" in late.content.decode()


def test_the_network_rule_is_told_on_the_page_and_kept_at_the_start(exam):
    Exam.objects.update(networks=["10.0.0.0/8"])
    candidate = exam.candidates.first()
    client, reply = begin(candidate)

    page = client.get(reverse("practice:exam-room", args=[exam.slug]))

    assert reply["error"] == "wrong_network"
    assert "请先连接考场的网络" in page.content.decode()
    assert page.context["entry"] == ""
