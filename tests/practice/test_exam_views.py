"""The pages of exams: who may open which, what a candidate is never shown, what a refusal says."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from huomiao.files.models import StoredFile
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.practice import exam_tokens, sittings
from huomiao.practice.actions import candidates as candidate_actions
from huomiao.practice.models import Candidate, Exam, QuestionFile, QuestionVersion, SavedAnswer, Sitting
from huomiao.practice.queries import media
from huomiao.practice.states import ExamState, SittingState
from tests.factories.accounts import UserFactory
from tests.factories.exams import CandidateFactory, exam_ready, sat
from tests.factories.orgs import MembershipFactory, OrganizationFactory
from tests.factories.practice import TopicFactory

MARK = "绝密答案"


@pytest.fixture
def exam(db):
    return exam_ready(candidates=2)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def officer_of(exam, role=Role.TRAINER):
    return MembershipFactory(organization=exam.organiser, role=role).user


def post(client, name, data):
    return client.post(
        f"/p/exam/{name}", json.dumps(data), content_type="application/json", headers={"Sec-Fetch-Site": "same-origin"}
    )


def entry_of(candidate, **values):
    return exam_tokens.sign_entry(exam_tokens.Entry(candidate.pk, candidate.user_id, **values))


def begin(candidate, client=None, **values):
    client = client or signed_in(candidate.user)
    return client, post(client, "start", {"entry": entry_of(candidate), **values}).json()


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
    exam = exam_ready(candidates=1, opened=timedelta(seconds=90))
    _client, reply = begin(exam.candidates.get())

    assert reply["error"] == "not_open"
    assert 80_000 < reply["wait_ms"] <= 90_000
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


# --- Leaks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["single", "multiple", "true_false", "fill", "ordering", "matching", "short"])
def test_nothing_that_a_candidate_can_fetch_holds_a_key_or_an_explanation(db, kind):
    exam = exam_ready(candidates=1, kind=kind)
    for version in QuestionVersion.objects.all():
        key = version.key
        for field in ("reference",):
            if field in key:
                key[field] = MARK
        if "points" in key:
            key["points"] = [{"text": MARK, "points": 2}]
        if "blanks" in key:
            key["blanks"] = [{**blank, "accept": [MARK]} for blank in key["blanks"]]
        QuestionVersion.objects.filter(pk=version.pk).update(key={**key, "mark": MARK}, explanation=MARK)
    candidate = exam.candidates.get()
    client = signed_in(candidate.user)

    queries: list[str] = []
    with CaptureQueriesContext(
        connection,
    ) as captured:
        pages = [
            client.get(reverse(f"practice:{name}", args=args))
            for name, args in (
                ("exams", []),
                ("exam", [exam.slug]),
                ("exam-room", [exam.slug]),
            )
        ]
        _c, sheet = begin(candidate, client)
        token = sheet["token"]
        bad = {"position": 0, "count": 9, "answer": {"no": "answer"}}
        pages += [
            client.get("/p/exam/paper", {"token": token}),
            post(client, "save", {"token": token, "answers": [{"position": 0, "count": 1, "answer": None}]}),
            post(client, "save", {"token": token, "answers": [bad]}),
            post(client, "submit", {"token": token, "answers": []}),
            post(client, "save", {"token": token, "answers": []}),
            client.get(reverse("practice:exam", args=[exam.slug])),
        ]
    queries = [query["sql"] for query in captured]

    texts = [page.content.decode() for page in pages] + [json.dumps(sheet, ensure_ascii=False)]
    assert [MARK in text for text in texts] == [False] * len(texts)
    assert not any('"points"' in text or '"key"' in text or '"explanation"' in text for text in texts[3:])
    assert not any('"practice_questionversion"."key"' in sql or '"explanation"' in sql for sql in queries)


def test_the_waiting_room_holds_nothing_of_the_paper(db):
    exam = exam_ready(candidates=1, opened=timedelta(minutes=10))
    candidate = exam.candidates.get()
    client = signed_in(candidate.user)

    text = client.get(reverse("practice:exam-room", args=[exam.slug])).content.decode()

    assert not any(stem in text for stem in QuestionVersion.objects.values_list("body__stem", flat=True))


def test_pictures_of_an_exams_own_bank_are_shown_to_whoever_has_begun(db):
    exam = exam_ready(candidates=2)
    exam.banks.update(is_shared=False)
    one, other = exam.candidates.order_by("number")
    question = exam.banks.get().questions.first()
    file = StoredFile.objects.create(
        name="图.png", kind="image", media_type="image/png", size=1, sha256="0", location="a.png", owner=UserFactory()
    )
    QuestionFile.objects.create(question=question, file=file)
    begin(one)

    found = [QuestionFile.objects.filter(pk__in=media.files_for(row.user).values("pk")).count() for row in (one, other)]

    assert found == [1, 0]


# --- Who may --------------------------------------------------------------------------------------------------------


OFFICER_PAGES = [
    "desk",
    "edit",
    "blueprint",
    "candidates",
    "candidates-import",
    "candidates-template",
    "candidates-table",
    "watch",
]


@pytest.mark.parametrize("name", OFFICER_PAGES)
def test_who_may_open_an_officers_page(exam, name):
    exam = Exam.objects.get(pk=exam.pk)
    unit = OrganizationFactory(parent=exam.organiser)
    people = {
        "nobody": None,
        "candidate": exam.candidates.first().user,
        "member": MembershipFactory(organization=exam.organiser, role=Role.MEMBER).user,
        "trainer": officer_of(exam),
        "officer": officer_of(exam, Role.OFFICER),
        "below": MembershipFactory(organization=Organization.objects.get(pk=unit.pk), role=Role.TRAINER).user,
        "elsewhere": MembershipFactory(organization=OrganizationFactory(), role=Role.TRAINER).user,
    }
    address = reverse(f"practice:exam-{name}", args=[exam.slug])

    statuses = {who: (signed_in(user) if user else Client()).get(address).status_code for who, user in people.items()}

    assert statuses == {
        "nobody": 302,
        "candidate": 403,
        "member": 404,
        "trainer": 200,
        "officer": 200,
        "below": 404,
        "elsewhere": 404,
    }


def test_who_may_open_papers_sittings_and_a_candidates_pages(exam):
    sat(exam)
    sitting = Sitting.objects.first()
    listed, stranger = exam.candidates.first().user, UserFactory()
    officer = officer_of(exam)
    addresses = [
        reverse("practice:exam-paper", args=[exam.slug, 1]),
        reverse("practice:exam-sitting", args=[exam.slug, sitting.pk]),
        reverse("practice:exam-candidate", args=[exam.slug, exam.candidates.first().pk]),
        reverse("practice:exam", args=[exam.slug]),
        reverse("practice:exam-room", args=[exam.slug]),
    ]

    found = {
        who: [signed_in(user).get(address).status_code for address in addresses]
        for who, user in {"listed": listed, "stranger": stranger, "officer": officer}.items()
    }

    assert found == {
        "listed": [403, 403, 403, 200, 302],
        "stranger": [404, 404, 404, 404, 404],
        "officer": [200, 200, 200, 302, 404],
    }


def test_drafts_are_not_known_to_their_candidates(exam):
    Exam.objects.update(state=ExamState.DRAFT)
    candidate = exam.candidates.first()
    client, reply = begin(candidate)

    assert client.get(reverse("practice:exam", args=[exam.slug])).status_code == 404
    assert list(client.get(reverse("practice:exams")).context["page_obj"]) == []
    assert reply["error"] == "closed"


def test_an_exam_of_several_days_says_on_which_day_it_ends(db):
    exam = exam_ready(closes_at=timezone.now() + timedelta(days=3), late_minutes=2 * 24 * 60)
    client = signed_in(exam.candidates.get().user)

    page = client.get(reverse("practice:exam", args=[exam.slug])).content.decode()

    ends, latest = timezone.localtime(exam.closes_at), timezone.localtime(exam.opens_at + timedelta(days=2))
    assert f" – {ends:%Y-%m-%d %H:%M}</dd>" in page
    assert f">{latest:%Y-%m-%d %H:%M}</dd>" in page


def test_whoever_sat_is_led_to_the_results_once_they_are_out(exam):
    sat(exam)
    client = signed_in(exam.candidates.first().user)
    pages = [reverse("practice:exams"), reverse("practice:exam", args=[exam.slug])]
    way, promise = f'href="{reverse("practice:my-results")}">查看成绩', "成绩公布后可以在这里查看"
    before = [client.get(page).content.decode() for page in pages]
    Exam.objects.update(state=ExamState.RELEASED)
    after = [client.get(page).content.decode() for page in pages]

    assert [way in page for page in before + after] == [False, False, True, True]
    assert [promise in page for page in (before[1], after[1])] == [True, False]


# --- Lists ------------------------------------------------------------------------------------------------------------


def _queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_lists_take_the_same_queries_for_one_and_for_three(exam):
    officer = signed_in(officer_of(exam))
    Candidate.objects.filter(pk=exam.candidates.last().pk).delete()
    sat(exam)
    names = ("exam-candidates", "exam-watch")
    before = [_queries(officer, reverse(f"practice:{name}", args=[exam.slug])) for name in names]
    for number in range(2):
        CandidateFactory(exam=exam, number=f"9{number}", paper=exam.papers.first())
    sat(exam, {"90": {0: [1]}})

    after = [_queries(officer, reverse(f"practice:{name}", args=[exam.slug])) for name in names]

    assert after == before


def test_my_exams_and_those_i_keep_take_the_same_queries_for_one_and_for_three(exam):
    user = exam.candidates.first().user
    MembershipFactory(organization=exam.organiser, role=Role.TRAINER, user=user)
    client = signed_in(user)
    addresses = [reverse("practice:exams"), reverse("practice:exams-kept")]
    before = [_queries(client, address) for address in addresses]
    for _number in range(2):
        other = exam_ready(candidates=0, organiser=Organization.objects.get(pk=exam.organiser_id))
        CandidateFactory(exam=other, user=user)

    assert [_queries(client, address) for address in addresses] == before


# --- The officers' forms ------------------------------------------------------------------------------------------------


def _settings(exam, **values):
    opens = timezone.localtime(exam.opens_at)
    return {
        "title": "安全考试", "text": "", "opens_at": opens.strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (opens + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"), "minutes": 60, "late_minutes": 10,
        "early_minutes": 5, "attempts": 1, "pass_percent": 60, "banks": [bank.pk for bank in exam.banks.all()],
        "plan": exam.plan, "paper_count": 1, "shuffles_questions": "on", "shuffles_options": "on", "eligibility": "list",
        "networks": "10.8.0.0/16\n192.168.1.5", "spread_seconds": 30, "award": "", **values,
    }  # fmt: skip


def test_settings_are_saved_and_what_is_wrong_is_said_at_its_field(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    client = signed_in(officer_of(exam))
    address = reverse("practice:exam-edit", args=[exam.slug])

    good = client.post(address, _settings(exam))
    bad = client.post(
        address,
        _settings(exam, minutes=240, networks="here", plan="fixed", early_minutes=300, eligibility="roster", title=""),
    )

    exam.refresh_from_db()
    assert good.status_code == 302
    assert (exam.title, exam.networks) == ("安全考试", ["10.8.0.0/16", "192.168.1.5/32"])
    assert bad.status_code == 422
    assert sorted(bad.context["form"].errors) == ["closes_at", "early_minutes", "networks", "title", "units"]


def test_units_below_are_named_by_their_codes(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    city = OrganizationFactory(parent=exam.organiser)
    works = OrganizationFactory(parent=Organization.objects.get(pk=city.pk), code="W1")
    client = signed_in(officer_of(exam))
    address = reverse("practice:exam-edit", args=[exam.slug])

    offered = list(client.get(address).context["form"].fields["units"].queryset)
    good = client.post(address, _settings(exam, eligibility="roster", unit_codes="W1"))
    bad = client.post(address, _settings(exam, eligibility="roster", unit_codes="W1 W2"))

    assert offered == [Organization.objects.get(pk=exam.organiser_id), Organization.objects.get(pk=city.pk)]
    assert (good.status_code, list(exam.units.all())) == (302, [Organization.objects.get(pk=works.pk)])
    assert bad.context["form"].errors == {"unit_codes": ["下级单位里没有这些组织代码：W2。"]}


def test_a_line_draws_from_its_part_of_the_knowledge_tree(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    trade = TopicFactory(name="电工")
    point = TopicFactory(name="验电", parent=trade)
    TopicFactory(name="别的工种")
    bank = exam.banks.get()
    bank.questions.filter(pk__in=list(bank.questions.values_list("pk", flat=True)[:3])).update(topic=point)
    client = signed_in(officer_of(exam))
    client.post(reverse("practice:exam-discard", args=[exam.slug]))
    address = reverse("practice:exam-blueprint", args=[exam.slug])

    page = client.get(address).content.decode()
    told = client.post(address, _lines(**{"lines-0-topic": trade.pk}), headers={"HX-Request": "true"}).content.decode()

    assert ("电工" in page, "验电" in page, "别的工种" in page) == (True, True, False)
    assert "题库里符合的有 3 题，还缺 3 题" in told


def test_what_can_no_longer_be_changed_is_shown_and_not_asked_for(exam):
    client = signed_in(officer_of(exam))
    settings = client.get(reverse("practice:exam-edit", args=[exam.slug])).content.decode()
    blueprint = client.get(reverse("practice:exam-blueprint", args=[exam.slug])).content.decode()

    assert '<fieldset class="stack" disabled>' in settings
    assert ">保存</button>" not in settings
    assert blueprint.count("blueprint-line") == exam.blueprint.count()


def test_a_built_exam_keeps_its_paper_rules(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    client = signed_in(officer_of(exam))

    client.post(reverse("practice:exam-edit", args=[exam.slug]), _settings(exam, plan="drawn", shuffles_options=""))
    blueprint = client.post(reverse("practice:exam-blueprint", args=[exam.slug]), _lines())

    exam.refresh_from_db()
    assert (exam.plan, exam.shuffles_options) == ("fixed", True)
    assert blueprint.status_code == 409


def _lines(**values):
    return {
        "lines-TOTAL_FORMS": 2, "lines-INITIAL_FORMS": 0, "lines-0-title": "单选", "lines-0-kind": "single",
        "lines-0-count": 6, "lines-0-points": "1.5", "lines-0-level": "", "lines-0-difficulty": "", "lines-0-topic": "",
        "lines-1-title": "", "lines-1-kind": "single", "lines-1-count": "", "lines-1-points": "", **values,
    }  # fmt: skip


def test_the_blueprint_is_saved_and_says_what_the_banks_lack(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    officer = officer_of(exam)
    client = signed_in(officer)
    client.post(reverse("practice:exam-discard", args=[exam.slug]))
    address = reverse("practice:exam-blueprint", args=[exam.slug])

    told = client.post(address, _lines(**{"lines-0-count": 11}), headers={"HX-Request": "true"})
    saved = client.post(address, _lines())
    bad = client.post(address, _lines(**{"lines-0-count": "viele"}))

    assert "题库里符合的有 10 题，还缺 1 题" in told.content.decode()
    assert saved.status_code == 302
    assert list(exam.blueprint.values_list("kind", "count", "points")) == [("single", 6, Decimal("1.5"))]
    assert bad.status_code == 422
    assert 'value="viele"' in bad.content.decode()


def test_a_line_with_a_topic_that_is_not_offered_comes_back(db):
    exam = exam_ready(opened=timedelta(days=1), state=ExamState.DRAFT)
    client = signed_in(officer_of(exam))
    client.post(reverse("practice:exam-discard", args=[exam.slug]))
    kept = list(exam.blueprint.values_list("kind", "count"))
    address = reverse("practice:exam-blueprint", args=[exam.slug])

    used = client.post(address, _lines(**{"lines-0-topic": "99999"}))
    # A row that asks for nothing but the topic is asked for by itself: Django compares it with what was there.
    only = client.post(address, {"lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "lines-0-topic": "99999"})

    assert (used.status_code, only.status_code) == (422, 422)
    assert used.context["rows"].forms[0].errors == {"topic": ["没有“99999”这个选项，请重新选择。"]}
    assert list(exam.blueprint.values_list("kind", "count")) == kept


def test_a_sitting_is_extended_collected_reopened_and_voided_each_with_a_reason(exam):
    candidate = exam.candidates.first()
    player, sheet = begin(candidate)
    officer = signed_in(officer_of(exam))
    sitting = Sitting.objects.get()

    def act(verb, **values):
        return officer.post(reverse(f"practice:exam-sitting-{verb}", args=[exam.slug, sitting.pk]), values).status_code

    no_reason = act("extend", minutes=10, note="")
    extended = act("extend", minutes=10, note="停电")
    saved = post(player, "save", {"token": sheet["token"], "answers": []}).json()
    collected = act("collect", note="身体不适")
    over = post(player, "save", {"token": sheet["token"], "answers": []}).json()
    reopened = act("reopen", minutes=5, note="误收")
    again = post(player, "save", {"token": sheet["token"], "answers": []}).json()
    voided = act("void", note="替考")
    twice = act("void", note="替考")

    assert (no_reason, extended, collected, reopened, voided, twice) == (422, 302, 302, 302, 302, 409)
    assert saved["ends_at"] == sheet["ends_at"] + 600_000
    assert over["error"] == "over"
    assert again["saved"] == []
    sitting.refresh_from_db()
    assert (sitting.state, sitting.note) == ("void", "替考")
    from huomiao.core import history

    assert [entry.action for entry in history.of(sitting)] == [
        "sitting.voided",
        "sitting.reopened",
        "sitting.collected",
        "sitting.extended",
    ]


def test_the_clock_turn_is_registered():
    from huomiao.core import clock

    assert clock.TURNS["exams handed in"] is sittings.close_due
