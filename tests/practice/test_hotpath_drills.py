"""A session through Django, which asks the same handlers as the server in front of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from huomiao.practice import plans, sealing
from huomiao.practice.hotpath import drills, engine, limits, links, receipts
from huomiao.practice.hotpath.openings import Opening
from huomiao.practice.models import AnswerCheck, Attempt, Question, QuestionVersion
from huomiao.practice.states import Feedback, Mode, QuestionState, Use
from tests.factories.accounts import UserFactory
from tests.factories.practice import TopicFactory, bank_with
from tests.practice.drills import Device, plan_for, right_answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def device(user):
    return Device(user)


def test_a_session_is_drawn_graded_and_stored(user, device):
    bank = bank_with(12)
    paper = device.paper(plan_for(user, bank, tag="x"))
    answers = right_answers(paper)
    answers[3] = None

    reply = device.submit(paper["token"], answers)

    assert len({question["id"] for question in paper["questions"]}) == 10
    assert (reply["right"], reply["total"], reply["counted"]) == (9, 10, True)
    assert [item["right"] for item in reply["items"]] == [True] * 3 + [False] + [True] * 6
    attempt = Attempt.objects.get()
    assert (attempt.user_id, attempt.release_id, attempt.mode, attempt.tag) == (user.pk, bank.current_id, "drill", "x")
    assert (attempt.right, attempt.total) == (9, 10)
    keys = dict(QuestionVersion.objects.values_list("pk", "key"))
    assert attempt.answers == [
        [question["id"], keys[question["id"]]["right"] if place != 3 else None, int(place != 3)]
        for place, question in enumerate(paper["questions"])
    ]


def test_the_solution_speaks_of_the_places_that_were_shown(user, device):
    paper = device.paper(plan_for(user, bank_with(10)))
    answers = right_answers(paper)

    reply = device.submit(paper["token"], [None] * 10)

    assert [item["solution"] for item in reply["items"]] == answers
    assert [item["answer"] for item in reply["items"]] == [None] * 10


def test_sent_again_it_says_the_same_again_and_counts_once(user, device):
    paper = device.paper(plan_for(user, bank_with(10)))
    answers = right_answers(paper)
    first = device.post("/p/submit", token=paper["token"], answers=answers)

    again = device.post("/p/submit", token=paper["token"], answers=answers)
    other = device.post("/p/submit", token=paper["token"], answers=[None] * 10)
    unreadable = device.post("/p/submit", token=paper["token"], answers=["no answer"] * 10)

    assert first.content == again.content == other.content == unreadable.content
    assert Attempt.objects.count() == 1


def test_a_receipt_says_what_is_stored(user, device):
    paper = device.paper(plan_for(user, bank_with(10)))

    reply = device.submit(paper["token"], right_answers(paper))

    assert receipts.read(reply["receipt"]) == receipts.of(Attempt.objects.get())
    assert receipts.read(reply["receipt"][:-2] + "xx") is None


def test_every_kind_comes_through(user, device):
    bank = bank_with(24, kind=["single", "multiple", "true_false", "fill", "ordering", "matching"])
    paper = device.paper(plan_for(user, bank, count=24))

    reply = device.submit(paper["token"], [None] * 24)
    again = device.paper(plan_for(user, bank, count=24))
    solutions = {
        question["id"]: item["solution"] for question, item in zip(paper["questions"], reply["items"], strict=True)
    }

    assert (reply["right"], reply["total"]) == (0, 24)
    assert {question["kind"] for question in paper["questions"]} == {
        "single", "multiple", "true_false", "fill", "ordering", "matching",
    }  # fmt: skip
    assert set(solutions) == {question["id"] for question in again["questions"]}


# --- What is drawn ------------------------------------------------------------------------------------------------


def test_what_is_for_exams_retired_or_marked_by_people_is_not_drawn(user, device):
    bank = bank_with(8, kind=["single", "short"])
    single = list(Question.objects.filter(bank=bank, kind="single").order_by("pk"))
    Question.objects.filter(pk=single[0].pk).update(use=Use.EXAM)
    Question.objects.filter(pk=single[1].pk).update(state=QuestionState.RETIRED)

    paper = device.paper(plan_for(user, bank, count=8))

    assert {question["id"] for question in paper["questions"]} == {one.published_id for one in single[2:]}


def test_filters_are_respected(user, device):
    bank = bank_with(9)
    trade = TopicFactory()
    below, beside = TopicFactory(parent=trade), TopicFactory()
    first, second, third, *_rest = Question.objects.filter(bank=bank).order_by("pk")
    Question.objects.filter(pk__in=[first.pk, second.pk]).update(topic=below, level="3", difficulty=2)
    Question.objects.filter(pk=third.pk).update(topic=beside, level="3", difficulty=2)
    Question.objects.filter(pk=second.pk).update(difficulty=5)

    def drawn(**filters):
        paper = device.paper(plan_for(user, bank, **filters))
        return {question["id"] for question in paper["questions"]}

    assert drawn(topics=(trade.path,)) == {first.published_id, second.published_id}
    assert drawn(topics=(trade.path, beside.path), difficulty=2) == {first.published_id, third.published_id}
    assert drawn(level="3") == {first.published_id, second.published_id, third.published_id}


def test_nothing_to_draw_is_said(user, device):
    response = device.client.get("/p/paper", {"plan": plan_for(user, bank_with(2), difficulty=5)})

    assert (response.status_code, response.json()["error"]) == (409, "nothing_to_draw")


def test_a_plan_across_banks_draws_its_versions(user, device):
    versions = [bank_with(2).current.version_ids[0] for _ in range(3)]
    plan = plans.sign(
        plans.Plan(
            user_id=user.pk,
            release_id=None,
            mode=Mode.REVIEW,
            count=5,
            versions=tuple(versions),
            expires_at=datetime.now(UTC) + plans.LIFE,
        )
    )
    paper = device.paper(plan)

    reply = device.submit(paper["token"], right_answers(paper))

    assert {question["id"] for question in paper["questions"]} == set(versions)
    assert (reply["right"], reply["total"]) == (3, 3)
    assert Attempt.objects.get().release_id is None


def test_one_group_gets_one_paper(user, device):
    bank, rival = bank_with(30), UserFactory()
    mine = device.paper(plan_for(user, bank, seed_group="duel-1"))
    theirs = Device(rival).paper(plan_for(rival, bank, seed_group="duel-1"))
    other = device.paper(plan_for(user, bank, seed_group="duel-2"))

    assert mine["questions"] == theirs["questions"]
    assert mine["token"] != theirs["token"]
    assert mine["questions"] != other["questions"]


def test_the_one_paper_of_a_group_counts_once_however_often_it_is_fetched(user, device):
    plan = plan_for(user, bank_with(30), seed_group="campaign-1")
    first, again = device.paper(plan), device.paper(plan)
    learnt = device.submit(first["token"], [None] * 10)

    cheated = device.submit(again["token"], [item["solution"] for item in learnt["items"]])
    third = device.client.get("/p/paper", {"plan": plan})

    assert first["questions"] == again["questions"]
    assert (cheated["right"], cheated["receipt"]) == (0, learnt["receipt"])
    assert (third.status_code, third.json()["error"]) == (409, "handed_in")
    assert Attempt.objects.count() == 1


def test_the_one_paper_of_a_group_explains_each_answer_once(user, device):
    plan = plan_for(user, bank_with(30), seed_group="campaign-1", feedback=Feedback.EACH)
    first, again = device.paper(plan), device.paper(plan)
    learnt = [device.post("/p/check", token=first["token"], position=at, answer=None).json() for at in range(10)]

    cheated = device.submit(again["token"], [one["solution"] for one in learnt])

    assert cheated["right"] == 0


def test_papers_of_one_group_are_one_for_each_person_and_occasion(user, device):
    bank, rival = bank_with(30), UserFactory()
    given = {"seed_group": "duel:1", "tag": "a"}
    device.submit(device.paper(plan_for(user, bank, **given))["token"], [None] * 10)

    Device(rival).submit(Device(rival).paper(plan_for(rival, bank, **given))["token"], [None] * 10)
    device.submit(device.paper(plan_for(user, bank, **given | {"tag": "b"}))["token"], [None] * 10)

    assert Attempt.objects.count() == 3


def test_nobody_is_handed_a_bank_by_fetching_papers(user, device, monkeypatch):
    bank = bank_with(60)
    plan = plan_for(user, bank, count=60)
    monkeypatch.setattr(engine.INLINE, "limiter", limits.Limiter(burst=1000))
    today = datetime.now(UTC)
    with time_machine.travel(today, tick=False):
        got = [device.client.get("/p/paper", {"plan": plan}).status_code for _ in range(21)]

    assert got == [200] * 20 + [429]
    rival = UserFactory()
    assert Device(rival).paper(plan_for(rival, bank))
    with time_machine.travel(today + timedelta(days=1), tick=False):
        assert device.paper(plan_for(user, bank, count=60))


def test_what_comes_after_a_campaign_closed_is_explained_but_not_counted(user, device):
    now = datetime.now(UTC)
    plan = plan_for(user, bank_with(10), closes=round((now + timedelta(hours=1)).timestamp() * 1000))
    paper = device.paper(plan)

    with time_machine.travel(now + timedelta(hours=2), tick=False):
        reply = device.submit(paper["token"], right_answers(paper))

    assert (reply["counted"], reply["right"], paper["ends_at"]) == (False, 10, None)
    assert not Attempt.objects.exists()


# --- Explained after each answer ----------------------------------------------------------------------------------


def test_the_first_answer_that_was_explained_is_the_one_that_counts(user, device):
    paper = device.paper(plan_for(user, bank_with(10), feedback=Feedback.EACH))
    right = right_answers(paper)
    wrong = [[(place[0] + 1) % 4] for place in right]

    first = device.post("/p/check", token=paper["token"], position=0, answer=wrong[0]).json()
    second = device.post("/p/check", token=paper["token"], position=0, answer=right[0]).json()
    device.post("/p/check", token=paper["token"], position=1, answer=right[1])
    reply = device.submit(paper["token"], [right[0], wrong[1], *right[2:]])

    assert first == second
    assert (first["right"], first["solution"], first["answer"]) == (False, right[0], wrong[0])
    assert "解析" in first["explanation"]
    assert reply["right"] == 9
    assert [item["right"] for item in reply["items"]] == [False] + [True] * 9


def test_nothing_is_explained_before_the_end_where_the_plan_says_so(user, device):
    paper = device.paper(plan_for(user, bank_with(10)))

    response = device.post("/p/check", token=paper["token"], position=0, answer=None)

    assert (response.status_code, response.json()["error"]) == (409, "not_now")
    assert AnswerCheck.objects.count() == 0


@pytest.mark.parametrize("position", [-1, 10, 1.0, True, "0", None])
def test_an_unknown_position_is_refused(user, device, position):
    paper = device.paper(plan_for(user, bank_with(10), feedback=Feedback.EACH))

    response = device.post("/p/check", token=paper["token"], position=position, answer=None)

    assert (response.status_code, response.json()["error"]) == (422, "unknown_position")


def test_sudden_death_counts_nothing_after_the_first_error(user, device):
    paper = device.paper(plan_for(user, bank_with(10), feedback=Feedback.EACH, mode=Mode.SUDDEN))
    right = right_answers(paper)
    answers = [*right[:4], [(right[4][0] + 1) % 4], *right[5:]]

    reply = device.submit(paper["token"], answers)

    assert (reply["right"], reply["total"]) == (4, 10)
    assert [item["answer"] for item in reply["items"]] == answers[:5] + [None] * 5


# --- Time ---------------------------------------------------------------------------------------------------------


def test_what_comes_too_late_is_explained_but_not_counted(user, device):
    paper = device.paper(plan_for(user, bank_with(10), minutes=5))
    answers = right_answers(paper)

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6, seconds=5)):
        reply = device.submit(paper["token"], answers)

    assert paper["ends_at"] - paper["now"] == 300_000
    assert (reply["right"], reply["counted"], reply["receipt"]) == (10, False, None)
    assert Attempt.objects.count() == 0


def test_the_network_is_given_a_minute(user, device):
    paper = device.paper(plan_for(user, bank_with(10), minutes=5))
    answers = right_answers(paper)

    with time_machine.travel(datetime.fromtimestamp(paper["ends_at"] / 1000, UTC) + timedelta(seconds=50), tick=False):
        assert device.submit(paper["token"], answers)["counted"] is True


def test_sent_again_when_time_is_over_it_still_says_the_same(user, device):
    paper = device.paper(plan_for(user, bank_with(10), minutes=5))
    answers = right_answers(paper)
    first = device.submit(paper["token"], answers)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
        assert device.submit(paper["token"], answers) == first


def test_a_paper_opened_again_has_the_clock_of_its_first_opening(user, device):
    plan = plan_for(user, bank_with(10), minutes=5, seed_group="campaign-1")
    first = device.paper(plan)

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3)):
        again = Device(user).paper(plan)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5, seconds=5)):
        late = device.client.get("/p/paper", {"plan": plan})

    assert again["ends_at"] == first["ends_at"]
    assert (late.status_code, late.json()["error"]) == (409, "time_over")


def test_openings_that_come_together_have_the_time_of_the_first(user):
    def opening(nonce, at):
        return Opening(nonce, user.pk, None, Mode.CHALLENGE, at, at + 300_000)

    together = [opening("a", 1_000), opening("b", 2_000), opening("a", 3_000)]

    assert Opening.write(links.of_django(), together) == [1_000, 2_000, 1_000]
    assert Opening.write(links.of_django(), [opening("b", 9_000)]) == [2_000]


def test_each_side_of_a_duel_has_its_own_clock(user, device):
    bank, rival = bank_with(10), UserFactory()
    given = {"minutes": 5, "seed_group": "duel:1", "tag": "a"}
    first = device.paper(plan_for(user, bank, **given))

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=4)):
        theirs = Device(rival).paper(plan_for(rival, bank, **given))

    assert theirs["ends_at"] - first["ends_at"] >= 235_000


def test_a_paper_of_last_week_is_over(user, device):
    paper = device.paper(plan_for(user, bank_with(10)))

    with time_machine.travel(datetime.now(UTC) + timedelta(days=7, minutes=1)):
        response = Device(user).post("/p/submit", token=paper["token"], answers=[None] * 10)

    assert (response.status_code, response.json()["error"]) == (410, "expired")


# --- Bad input ----------------------------------------------------------------------------------------------------


def test_a_forged_token_is_refused(user, device):
    paper = device.paper(plan_for(user, bank_with(10)))
    token = paper["token"]

    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x" + token, "", None, 5, [token], "题" * 10):
        response = device.post("/p/submit", token=forged, answers=[None] * 10)
        assert (response.status_code, response.json()["error"]) == (403, "forged")
    assert Attempt.objects.count() == 0


def test_somebody_elses_plan_and_token_are_refused(user, device):
    plan = plan_for(user, bank_with(10))
    token = device.paper(plan)["token"]
    other = Device(UserFactory())

    asked = other.client.get("/p/paper", {"plan": plan})
    sent = other.post("/p/submit", token=token, answers=[None] * 10)

    assert [(one.status_code, one.json()["error"]) for one in (asked, sent)] == [(403, "foreign"), (403, "foreign")]
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([], "wrong_shape"),
        ([None] * 9, "wrong_shape"),
        ([None] * 11, "wrong_shape"),
        ({"0": [1]}, "wrong_shape"),
        (None, "wrong_shape"),
        ([[0, 0], *[None] * 9], "bad_answer"),
        ([[4], *[None] * 9], "bad_answer"),
        ([[-1], *[None] * 9], "bad_answer"),
        (["A", *[None] * 9], "bad_answer"),
        ([[10**30], *[None] * 9], "bad_answer"),
        ([[True], *[None] * 9], "bad_answer"),
    ],
)
def test_an_impossible_submission_is_refused_whole(user, device, answers, error):
    paper = device.paper(plan_for(user, bank_with(10)))

    response = device.post("/p/submit", token=paper["token"], answers=answers)

    assert (response.status_code, response.json()["error"]) == (422, error)
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff\xfe", b'"x"', b"[" * 5000, b'{"token": 1e999}'])
def test_what_is_no_json_object_is_refused(device, body):
    response = device.client.post("/p/submit", body, content_type="application/json")

    assert response.status_code in (400, 403)
    assert set(response.json()) == {"error", "detail"}


def test_what_is_nested_deeper_than_json_is_written_is_refused(user, device):
    paper = device.paper(plan_for(user, bank_with(1), count=1))
    body = b'{"token":"%b","answers":[%b]}' % (paper["token"].encode(), b"[" * 300 + b"]" * 300)

    response = device.client.post("/p/submit", body, content_type="application/json")

    assert (response.status_code, response.json()["error"]) == (400, "unreadable")


def test_characters_that_no_database_keeps_do_not_spoil_the_batch(user, device):
    bank = bank_with(3, kind="fill")
    paper = device.paper(plan_for(user, bank, count=3))

    response = device.client.post(
        "/p/submit",
        json.dumps({"token": paper["token"], "answers": [["a\x00b"], ["\ud800"], ["🔥"]]}),
        content_type="application/json",
    )

    assert response.status_code == 200
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://testserver"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
    ],
)
def test_only_our_own_pages_may_submit(user, device, headers, status):
    paper = device.paper(plan_for(user, bank_with(10)))

    response = device.client.post(
        "/p/submit",
        {"token": paper["token"], "answers": [None] * 10},
        content_type="application/json",
        headers=headers,
    )

    assert response.status_code == status


def test_a_form_of_another_site_is_no_submission(device):
    response = device.client.post("/p/submit", {"token": "x"})

    assert (response.status_code, response.json()["error"]) == (415, "unreadable")


def test_too_much_is_refused_before_it_is_read(device):
    response = device.client.post("/p/submit", b" " * 300_000, content_type="application/json")

    assert (response.status_code, response.json()["error"]) == (413, "too_big")


def test_the_wrong_method_is_refused(device):
    assert device.client.get("/p/submit").json()["error"] == "wrong_method"
    assert device.client.post("/p/paper", {}, content_type="application/json").json()["error"] == "wrong_method"


def test_nobody_in_particular_gets_nothing(client, user):
    response = client.get("/p/paper", {"plan": plan_for(user, bank_with(2))})

    assert (response.status_code, response.json()["error"]) == (401, "signed_out")


def test_refusals_speak_the_readers_language(device):
    device.client.cookies["django_language"] = "zh-hans"

    response = device.client.get("/p/paper", {"plan": "x"})

    assert response.json() == {"error": "forged", "detail": "这个练习链接不完整或已失效，请回到练习页重新开始。"}
    assert response["Cache-Control"] == "no-store"


def test_one_account_cannot_hammer(user, device):
    neighbour = Device(UserFactory())
    with time_machine.travel(datetime.now(UTC), tick=False):
        for _ in range(int(limits.BURST)):
            device.client.get("/p/paper", {"plan": "x"})

        response = device.client.get("/p/paper", {"plan": "x"})
        other = neighbour.client.get("/p/paper", {"plan": "x"})

    assert (response.status_code, response.json()["error"], response["Retry-After"]) == (429, "too_many", "3")
    assert other.status_code == 403


# --- The bank changes meanwhile -----------------------------------------------------------------------------------


def test_a_drill_that_began_may_end_when_the_bank_is_withdrawn(user, device):
    bank = bank_with(10)
    plan = plan_for(user, bank)
    paper = device.paper(plan)
    answers = right_answers(paper)
    bank.archived_at = datetime.now(UTC)
    bank.save()

    refused = device.client.get("/p/paper", {"plan": plan})
    reply = device.submit(paper["token"], answers)

    assert (refused.status_code, refused.json()["error"]) == (410, "withdrawn")
    assert reply["right"] == 10


def test_a_paper_whose_questions_are_gone_is_refused(user, device):
    bank = bank_with(10)
    paper = device.paper(plan_for(user, bank))
    sealed = paper["token"]
    token = drills.tokens.Token._make(sealing.unseal("token", sealed))

    response = device.post(
        "/p/submit", token=drills.tokens.sign(token._replace(release=10**6, versions=[10**6])), answers=[None]
    )

    assert (response.status_code, response.json()["error"]) == (410, "withdrawn")


# --- Secrets ------------------------------------------------------------------------------------------------------


def test_a_paper_survives_a_change_of_the_secret(user, settings):
    paper = Device(user).paper(plan_for(user, bank_with(10)))
    answers = right_answers(paper)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new-" + "y" * 50

    reply = Device(user).submit(paper["token"], answers)

    assert reply["right"] == 10


def test_nothing_of_keys_and_explanations_is_in_a_paper_or_a_refusal(user, device):
    bank = bank_with(12, kind=["single", "multiple", "true_false", "fill", "ordering", "matching"])
    for version in QuestionVersion.objects.filter(question__bank=bank):
        version.explanation = f"LEAK-{version.pk}"
        if version.kind == "fill":
            version.key = {"blanks": [{"accept": ["LEAK"], "number": None, "tolerance": None, "unit": ""}]}
        version.save()
    paper = device.paper(plan_for(user, bank, count=12))
    token = paper["token"]

    seen = [
        json.dumps(paper, ensure_ascii=False),
        json.dumps(sealing.unseal("token", token)),
        *[
            device.post("/p/submit", token=token, answers=bad).content.decode()
            for bad in ([], [None] * 11, ["x"] * 12, [[99]] * 12)
        ],
        device.post("/p/check", token=token, position=0, answer=None).content.decode(),
    ]

    assert [text for text in seen if "LEAK" in text or "solution" in text or '"accept"' in text] == []
    assert '"key"' not in seen[0]
