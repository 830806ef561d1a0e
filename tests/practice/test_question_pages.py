"""The pages of questions: lists and their queries, the editor in every kind, bulk acts, reports, figures."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huomiao.accounts import exports
from huomiao.orgs.roles import Role
from huomiao.practice import differences
from huomiao.practice.actions import questions, reports, reviewing
from huomiao.practice.models import Attempt, ItemTally, KeyReport, Question, QuestionFile
from huomiao.practice.queries import statistics
from huomiao.practice.states import Mode, Use
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory
from tests.factories.practice import (
    AT,
    CONTENTS,
    BankFactory,
    QuestionFactory,
    TopicFactory,
    bank_with,
    draft,
    publish_questions,
)
from tests.files import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank():
    return BankFactory()


@pytest.fixture
def keeper(bank, client):
    user = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    client.force_login(user)
    return user


def fields(response):
    """What the editor's form would send back, unchanged."""
    writing = response.context["writing"]
    sent = {
        "kind": writing.kind,
        "seen": response.context["seen"],
        "stem": writing.stem,
        "rows": len(writing.rows),
        "explanation": writing.explanation,
        "reference": writing.reference,
        "max_chars": writing.max_chars,
        "right": [str(at) for at, row in enumerate(writing.rows) if row.is_right],
    }
    if writing.is_true is not None:
        sent["truth"] = "true" if writing.is_true else "false"
    if writing.any_order:
        sent["any_order"] = "on"
    for at, row in enumerate(writing.rows):
        for name in ("text", "other", "number", "tolerance", "unit", "points", "own"):
            value = getattr(row, name)
            sent[f"row-{at}-{name}"] = "" if value is None else value
        sent[f"row-{at}-otherown"] = "" if row.other_own is None else row.other_own
        sent[f"row-{at}-media"] = [f"{one['file']}|{one['kind']}" for one in row.media]
        sent[f"row-{at}-alt"] = [one["alt"] for one in row.media]
    for bound in response.context["facts"]:
        sent[bound.html_name] = "" if bound.value() is None else bound.value()
    return sent


# --- Lists ------------------------------------------------------------------------------------------------------------


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def rows_of_everything(bank, keeper, number):
    """One more of each thing that a list shows."""
    topic = TopicFactory()
    question = QuestionFactory(bank, topic=topic, source="规程")
    publish_questions(bank, [question.pk])
    questions.save_many(bank, [draft(number, code=question.code, explanation=f"改{number}")], by=None, at=AT)
    reviewing.submit(bank, [question.pk], by=None, at=AT)
    question.refresh_from_db()
    KeyReport.objects.create(version=question.published, by=UserFactory(), text="不对", at=AT)
    KeyReport.objects.create(version=question.published, by=keeper, text="不对", at=AT)
    ItemTally.objects.create(version=question.published, **tally(shown=40, right=20, options={"0": 20, "1": 20}))
    return question


@pytest.mark.parametrize(
    "name",
    [
        "banks",
        "topics",
        "questions",
        "bank-review",
        "bank-releases",
        "bank-statistics",
        "reports",
        "my-reports",
        "bank",
    ],
)
def test_a_list_of_three_costs_as_many_queries_as_one(name, bank, keeper, client):
    args = [bank.code] if name in {"questions", "bank", "bank-review", "bank-releases", "bank-statistics"} else []
    address = reverse(f"practice:{name}", args=args)
    rows_of_everything(bank, keeper, 1)
    one = queries_of(client, address)
    for number in (2, 3):
        rows_of_everything(bank, keeper, number)
        rows_of_everything(BankFactory(owner=bank.owner), keeper, number + 10)

    assert queries_of(client, address) == one


def test_near_pairs_cost_as_many_queries_however_many(bank, keeper, client):
    def alike(number):
        return draft(number, code=f"X{number}")

    questions.save_many(bank, [alike(1), alike(2)], by=None, at=AT)
    address = reverse("practice:bank-alike", args=[bank.code])
    one = queries_of(client, address)
    questions.save_many(bank, [alike(3), alike(4)], by=None, at=AT)

    assert client.get(address).context["page_obj"].paginator.count > 1
    assert queries_of(client, address) == one


def test_versions_cost_as_many_queries_however_many(bank, keeper, client):
    question = QuestionFactory(bank)
    address = reverse("practice:question-versions", args=[question.pk])

    def write(text):
        version = question.latest
        questions.save(
            bank,
            by=keeper,
            at=AT,
            question=question,
            kind=version.kind,
            body=version.body,
            key=version.key,
            explanation=text,
        )

    write("改")
    one = queries_of(client, address)
    write("再改")
    write("又改")

    assert queries_of(client, address) == one


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["A", "B", "C"]),
        ("kind=fill", ["B"]),
        ("use=exam", ["B"]),
        ("difficulty=5", ["C"]),
        ("state=published", ["A"]),
        ("state=retired", ["D"]),
        ("q=对地", ["B"]),
        ("q=c", ["C"]),
        ("unsorted=on", ["B", "C"]),
        ("order=difficulty", ["A", "B", "C"]),
        ("kind=riddle&difficulty=x", ["A", "B", "C"]),
    ],
)
def test_the_list_is_narrowed(query, codes, bank, keeper, client):
    trade = TopicFactory()
    topic = TopicFactory(parent=trade, kind="subject")
    QuestionFactory(bank, code="A", topic=topic, is_published=True)
    QuestionFactory(bank, code="B", kind="fill", use=Use.EXAM)
    QuestionFactory(bank, code="C", difficulty=5)
    retired = QuestionFactory(bank, code="D")
    reviewing.retire(bank, [retired.pk], by=None, at=AT)

    page = client.get(f"{reverse('practice:questions', args=[bank.code])}?{query}")
    by_topic = client.get(f"{reverse('practice:questions', args=[bank.code])}?topic={trade.pk}")

    assert [question.code for question, _kind, _trail in page.context["rows"]] == codes
    assert [question.code for question, _kind, _trail in by_topic.context["rows"]] == ["A"]


def test_everything_that_the_filter_finds_can_be_sorted_at_once(bank, keeper, client):
    for n in range(3):
        QuestionFactory(bank, difficulty=2 if n else 4)

    client.post(
        reverse("practice:bank-act", args=[bank.code]),
        {"act": "sort", "everything": "on", "asked": "difficulty=2", "set-use": "exam"},
    )

    assert sorted(bank.questions.values_list("difficulty", "use")) == [(2, "exam"), (2, "exam"), (4, "both")]


def test_the_chosen_are_submitted_and_who_wrote_none_of_them_agrees(bank, keeper, client):
    chosen = [QuestionFactory(bank, by=None).pk for _n in range(2)]
    address = reverse("practice:bank-act", args=[bank.code])

    client.post(address, {"act": "submit", "chosen": chosen})
    client.post(address, {"act": "agree", "chosen": chosen, "from": "review"})

    assert list(bank.questions.values_list("state", flat=True)) == ["published", "published"]


# --- The editor -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CONTENTS)
def test_the_editor_sends_back_what_it_shows(kind, bank, keeper, client):
    question = QuestionFactory(bank, kind=kind)
    address = reverse("practice:question-edit", args=[question.pk])

    sent = client.post(address, {**fields(client.get(address)), "act": "save"})

    assert sent.status_code == 302
    assert question.versions.count() == 1


@pytest.mark.parametrize("kind", CONTENTS)
def test_every_kind_is_written_from_an_empty_form(kind, bank, keeper, client):
    body, key = CONTENTS[kind](1)
    rows = {
        "single": [{"text": option["text"]} for option in body.get("options", [])],
        "multiple": [{"text": option["text"]} for option in body.get("options", [])],
        "true_false": [],
        "fill": [{"text": "1伏", "number": "1", "tolerance": "0.5", "unit": "V"}],
        "ordering": [{"text": "拉闸"}, {"text": "验电"}, {"text": "挂接地线"}],
        "matching": [{"text": "电压", "other": "伏"}, {"text": "电流", "other": "安"}, {"other": "欧"}],
        "short": [{"text": "断电", "points": "2"}],
    }[kind]
    sent = {"kind": kind, "stem": body["stem"], "rows": len(rows), "use": "both", "difficulty": "3", "act": "save"}
    for at, row in enumerate(rows):
        sent |= {f"row-{at}-{name}": value for name, value in row.items()}
    sent |= {
        "truth": "false",
        "reference": "先断电1",
        "max_chars": "200",
        "right": [str(at) for at in key.get("right") or []] if kind in {"single", "multiple"} else [],
    }

    answer = client.post(reverse("practice:question-new", args=[bank.code]), sent)

    question = Question.objects.select_related("latest").get()
    assert answer.status_code == 302
    assert (question.kind, question.stem) == (kind, body["stem"])
    if kind == "matching":
        assert question.latest.body["right"] == [{"text": "伏"}, {"text": "安"}, {"text": "欧"}]
        assert question.latest.key == {"pairs": [0, 1]}
    elif kind == "fill":
        assert question.latest.key["blanks"] == key["blanks"]
    elif kind == "ordering":
        assert question.latest.key == {"order": [0, 1, 2]}
    else:
        assert question.latest.key == key


@pytest.mark.parametrize(
    ("act", "texts"),
    [
        ("add", ["甲", "乙", "丙", ""]),
        ("remove-1", ["甲", "丙"]),
        ("up-2", ["甲", "丙", "乙"]),
        ("down-0", ["乙", "甲", "丙"]),
        ("up-0", ["甲", "乙", "丙"]),
        ("down-2", ["甲", "乙", "丙"]),
        ("remove-99", ["甲", "乙", "丙"]),
        ("nonsense", ["甲", "乙", "丙"]),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_buttons_change_rows_and_lose_nothing(act, texts, headers, bank, keeper, client):
    sent = {"kind": "single", "stem": "题干", "rows": 3, "right": "1", "explanation": "解析", "act": act}
    sent |= {f"row-{at}-text": text for at, text in enumerate(("甲", "乙", "丙"))}

    page = client.post(reverse("practice:question-new", args=[bank.code]), sent, headers=headers)

    writing = page.context["writing"]
    assert page.status_code == 200
    assert [row.text for row in writing.rows] == texts
    assert [row.text for row in writing.rows if row.is_right] == [text for text in texts if text == "乙"]
    assert (writing.stem, writing.explanation) == ("题干", "解析")
    assert not Question.objects.exists()


def test_a_moved_step_changes_the_key_and_not_the_text(bank, keeper, client):
    question = QuestionFactory(bank, kind="ordering")
    address = reverse("practice:question-edit", args=[question.pk])
    before = question.latest
    moved = client.post(address, {**fields(client.get(address)), "act": "up-1"})

    client.post(address, {**fields(moved), "act": "save"})

    after = question.versions.get(number=2)
    assert after.body == before.body
    first, second, third = before.key["order"]
    assert after.key == {"order": [second, first, third]}


def test_blanks_get_a_row_each(bank, keeper, client):
    sent = {"kind": "fill", "stem": "甲____乙__丙", "rows": 1, "row-0-text": "一", "act": "fit"}

    page = client.post(reverse("practice:question-new", args=[bank.code]), sent)

    assert [row.text for row in page.context["writing"].rows] == ["一", ""]


def test_the_kind_can_be_changed_and_texts_stay(bank, keeper, client):
    sent = {"kind": "multiple", "stem": "题干", "rows": 2, "right": ["0", "1"], "row-0-text": "甲", "row-1-text": "乙"}

    page = client.post(reverse("practice:question-new", args=[bank.code]), {**sent, "act": "as-single"})

    writing = page.context["writing"]
    assert (writing.kind, writing.stem) == ("single", "题干")
    assert [(row.text, row.is_right) for row in writing.rows] == [("甲", True), ("乙", False), ("", False), ("", False)]


def test_what_is_wrong_is_said_at_its_row_and_nothing_is_lost(bank, keeper, client):
    sent = {"kind": "fill", "stem": "电压____", "rows": 1, "row-0-text": "", "row-0-number": "很多", "act": "save"}

    page = client.post(reverse("practice:question-new", args=[bank.code]), sent)

    assert page.status_code == 422
    assert page.context["rows"][0]["error"] == "“很多”不是数字。"
    assert page.context["writing"].rows[0].number == "很多"
    assert not Question.objects.exists()


def test_a_wrong_option_is_named_where_it_was_written(bank, keeper, client):
    sent = {"kind": "single", "stem": "题", "rows": 3, "right": "2", "difficulty": "3", "use": "both", "act": "save"}
    sent |= {"row-0-text": "甲", "row-1-text": "", "row-2-text": "甲"}

    page = client.post(reverse("practice:question-new", args=[bank.code]), sent)

    assert page.status_code == 422
    assert [bool(row["error"]) for row in page.context["rows"]] == [True, False, False]


def test_a_new_question_never_overwrites_one_with_its_number(bank, keeper, client):
    question = QuestionFactory(bank, code="A1")
    sent = {"kind": "true_false", "stem": "别的题", "rows": 0, "truth": "true", "code": "A1", "use": "both"}

    page = client.post(reverse("practice:question-new", args=[bank.code]), {**sent, "difficulty": "3", "act": "save"})

    question.refresh_from_db()
    assert page.status_code == 422
    assert "A1" in page.context["writing"].errors[""]
    assert question.versions.count() == 1


def test_who_saves_second_is_told_and_keeps_what_they_wrote(bank, keeper, client):
    question = QuestionFactory(bank, kind="true_false")
    address = reverse("practice:question-edit", args=[question.pk])
    sent = {**fields(client.get(address)), "explanation": "我的解析", "act": "save"}
    questions.save(
        bank, by=None, at=AT, question=question, kind="true_false", body={"stem": "先改"}, key={"right": True}
    )

    page = client.post(address, sent)

    assert page.status_code == 409
    assert page.context["writing"].explanation == "我的解析"
    assert "刚刚被别人修改过" in page.content.decode()
    again = client.post(address, {**fields(page), "act": "save"})
    assert again.status_code == 409


def test_saving_can_submit_or_go_on_to_the_next(bank, keeper, client):
    address = reverse("practice:question-new", args=[bank.code])
    topic = TopicFactory()
    sent = {
        "kind": "true_false",
        "stem": "一",
        "rows": 0,
        "truth": "true",
        "use": "exam",
        "difficulty": "4",
        "topic": topic.pk,
    }

    client.post(address, {**sent, "act": "save-submit"})
    following = client.post(address, {**sent, "stem": "二", "act": "save-next"})
    page = client.get(following["Location"])

    assert list(Question.objects.order_by("pk").values_list("stem", "state")) == [("一", "submitted"), ("二", "draft")]
    assert page.context["writing"].kind == "true_false"
    assert [str(page.context["facts"][name].value()) for name in ("use", "difficulty", "topic")] == [
        "exam",
        "4",
        str(topic.pk),
    ]


def test_pictures_are_kept_at_their_place(bank, keeper, client):
    address = reverse("practice:question-new", args=[bank.code])
    sent = {
        "kind": "single",
        "stem": "看图",
        "rows": 2,
        "right": "0",
        "row-0-text": "甲",
        "row-1-text": "",
        "use": "both",
        "difficulty": "3",
    }
    files = {
        "stem-file": SimpleUploadedFile("图.jpg", samples.jpeg()),
        "row-1-file": SimpleUploadedFile("选项.jpg", samples.jpeg()),
    }

    shown = client.post(address, {**sent, **files, "act": "upload"})
    writing = shown.context["writing"]
    stem, option = writing.media[0], writing.rows[1].media[0]
    saved = client.post(
        address,
        {
            **sent,
            "stem-media": f"{stem['file']}|image",
            "stem-alt": "接线图",
            "row-1-media": f"{option['file']}|image",
            "row-1-alt": "",
            "act": "save",
        },
    )

    body = Question.objects.get().latest.body
    assert saved.status_code == 302
    assert body["media"] == [{"file": stem["file"], "kind": "image", "alt": "接线图"}]
    assert body["options"][1] == {"text": "", "media": [{"file": option["file"], "kind": "image", "alt": ""}]}
    assert QuestionFile.objects.count() == 2


def test_a_file_of_another_kind_is_refused_at_its_place(bank, keeper, client):
    sent = {
        "kind": "single",
        "stem": "看图",
        "rows": 0,
        "act": "upload",
        "stem-file": SimpleUploadedFile("a.pdf", samples.pdf()),
    }

    page = client.post(reverse("practice:question-new", args=[bank.code]), sent)

    assert page.status_code == 422
    assert "图片" in page.context["slots"]["stem"]["error"]


def test_the_preview_shows_nobody_elses_file(bank, keeper, client):
    other = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    client.force_login(other)
    address = reverse("practice:question-new", args=[bank.code])
    shown = client.post(
        address,
        {"kind": "single", "rows": 0, "act": "upload", "stem-file": SimpleUploadedFile("图.jpg", samples.jpeg())},
    )
    file = shown.context["writing"].media[0]["file"]
    client.force_login(keeper)

    page = client.post(address, {"kind": "single", "rows": 0, "stem-media": f"{file}|image", "act": "preview"})

    assert page.context["face"].media[0].url == ""


def test_the_preview_comes_alone_and_names_what_reads_the_same(bank, keeper, client):
    twin = QuestionFactory(bank)
    sent = {"kind": "single", "stem": twin.stem, "rows": 1, "row-0-text": "甲", "act": "preview"}

    page = client.post(reverse("practice:question-new", args=[bank.code]), sent, headers={"HX-Request": "true"})

    assert "<html" not in page.content.decode()
    assert [one.question for one in page.context["near"]] == [twin]
    assert page.context["missing"] == "至少要有 2 项。"


@pytest.mark.parametrize("kind", [*CONTENTS, "riddle", ""])
def test_hostile_fields_are_no_fault(kind, bank, keeper, client):
    odd = {
        "kind": kind,
        "stem": "\x00____" * 30,
        "rows": "9" * 18,
        "right": ["-1", "x", "9" * 30],
        "row-0-text": "x" * 9000,
        "row-0-own": "99999",
        "row-1-own": "-1",
        "row-0-otherown": "²",
        "row-0-number": "1e999",
        "row-0-points": "nan",
        "row-0-media": ["x", "|", "5b6f0b1e-7f6c-4d1c-9f57-0d5bb3f6e9a1|image"],
        "stem-media": ["../../etc|image"],
        "max_chars": "²",
        "topic": "99999999999999",
        "code": "c" * 200,
        "difficulty": "-5",
        "seen": "x",
    }
    for act in ("preview", "save", "up-0", "drop-stem.0", "drop-row-0.9", "as-matching", "as-x"):
        page = client.post(reverse("practice:question-new", args=[bank.code]), {**odd, "act": act})
        assert page.status_code in {200, 422}
    assert not Question.objects.exists()


# --- One question -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CONTENTS)
def test_the_page_of_a_question_shows_its_key(kind, bank, keeper, client):
    question = QuestionFactory(bank, kind=kind)

    page = client.get(question.get_absolute_url())

    assert page.status_code == 200
    assert page.context["face"].answer


def test_the_page_tells_why_a_question_came_back(bank, keeper, client):
    question = QuestionFactory(bank)
    reviewing.submit(bank, [question.pk], by=None, at=AT)
    reviewing.give_back(bank, [question.pk], by=keeper, at=AT, note="依据过时")

    assert "依据过时" in client.get(question.get_absolute_url()).context["returned"]


def test_versions_tell_what_was_changed(bank):
    question = QuestionFactory(bank)
    before = question.latest
    body = json.loads(json.dumps(before.body))
    body["options"][1]["text"] = "新的选项"
    questions.save(
        bank,
        by=None,
        at=AT,
        question=question,
        kind="single",
        body=body,
        key={"right": [(before.key["right"][0] + 1) % 4]},
        explanation="",
    )
    after = question.versions.get(number=2)

    found = differences.between(before, after)

    letter = "ABCD"[before.key["right"][0]]
    assert [
        (one.label, "".join(text for text, _is in one.before), "".join(text for text, _is in one.after))
        for one in found
    ] == [
        ("选项 B", before.body["options"][1]["text"], "新的选项"),
        ("答案", letter, "BCDA"["ABCD".index(letter)]),
        ("解析", before.explanation, ""),
    ]


# --- Reports ----------------------------------------------------------------------------------------------------------


def graded_on(user, version):
    Attempt.objects.create(
        nonce=f"n{user.pk}-{version.pk}",
        user=user,
        mode=Mode.DRILL,
        started_at=AT,
        finished_at=AT,
        total=1,
        right=0,
        answers=[[version.pk, [0], 0.0]],
    )


@pytest.fixture
def asked(client):
    """Somebody who was graded on a question."""
    bank = bank_with(1)
    worker = MembershipFactory(organization=bank.owner).user
    version = bank.questions.get().published
    graded_on(worker, version)
    client.force_login(worker)
    return bank, worker, version


def test_who_was_graded_reports_and_sees_the_reply(asked, client):
    bank, worker, version = asked
    client.post(reverse("practice:report-new", args=[version.pk]), {"text": "答案应为 C"})
    report = KeyReport.objects.get()
    trainer = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    client.force_login(trainer)

    client.post(reverse("practice:report", args=[report.pk]), {"reply": "您说得对，已更正。", "act": "uphold"})

    client.force_login(worker)
    page = client.get(reverse("practice:my-reports")).content.decode()
    assert "您说得对，已更正。" in page
    assert "属实，已更正" in page
    report.refresh_from_db()
    assert (report.state, report.replied_by) == ("upheld", trainer)


def test_a_report_is_made_once_until_it_is_answered(asked):
    _bank, worker, version = asked
    reports.make(version, by=worker, text="不对", at=AT)

    with pytest.raises(reports.WrongState, match="已经报告过"):
        reports.make(version, by=worker, text="还是不对", at=AT)

    assert KeyReport.objects.count() == 1


def test_reports_of_a_day_are_limited(asked):
    bank, worker, version = asked
    for n in range(reports.A_DAY):
        one = QuestionFactory(bank, is_published=True).published
        KeyReport.objects.create(version=one, by=worker, text=str(n), at=AT)

    with pytest.raises(reports.WrongState, match="一天最多"):
        reports.make(version, by=worker, text="不对", at=AT)


def test_whoever_was_not_graded_cannot_report(asked):
    bank, _worker, version = asked
    other = MembershipFactory(organization=bank.owner).user

    with pytest.raises(reports.NotAllowed):
        reports.make(version, by=other, text="不对", at=AT)


def test_an_answered_report_is_not_answered_again_and_nobody_answers_their_own(asked):
    bank, worker, version = asked
    first, second = (MembershipFactory(organization=bank.owner, role=Role.TRAINER).user for _n in range(2))
    report = reports.make(version, by=worker, text="不对", at=AT)
    graded_on(first, version)
    own = reports.make(version, by=first, text="我也觉得", at=AT)
    reports.dismiss(report, by=first, reply="答案无误", at=AT)

    with pytest.raises(reports.WrongState, match="已经答复过"):
        reports.uphold(report, by=second, reply="又改主意", at=AT)
    with pytest.raises(reports.NotAllowed, match="自己提出"):
        reports.uphold(own, by=first, reply="我说得对", at=AT)
    reports.uphold(own, by=second, reply="对", at=AT)

    report.refresh_from_db()
    assert (report.state, report.reply) == ("dismissed", "答案无误")


def test_ones_own_export_holds_ones_reports_and_nobody_elses(asked):
    bank, worker, version = asked
    reports.make(version, by=worker, text="答案应为 C", at=AT)

    assert [(one["bank"], one["text"], one["state"]) for one in exports.collect(worker)["key_reports"]] == [
        (bank.name, "答案应为 C", "open")
    ]
    assert exports.collect(UserFactory())["key_reports"] == []


# --- Figures ----------------------------------------------------------------------------------------------------------


def tally(*, shown, right, options, answered=None, correlation=0.0):
    """Sums of a tally in which the rest of a session has mean 0.6 and spread 0.2."""
    answered = shown if answered is None else answered
    share = right / answered if answered else 0
    spread = (share * (1 - share)) ** 0.5 * 1000
    return {
        "shown": shown,
        "answered": answered,
        "right": right,
        "options": options,
        "pairs": answered,
        "sum_score": right * 1000,
        "sum_score_squared": right * 10**6,
        "sum_rest": answered * 600,
        "sum_rest_squared": answered * (600**2 + 200**2),
        "sum_product": round(answered * (share * 1000 * 600 + correlation * spread * 200)),
    }


@pytest.mark.parametrize(
    ("sums", "flags"),
    [
        ({"shown": 29, "right": 1, "options": {"1": 28, "0": 1}, "correlation": -0.5}, []),
        ({"shown": 100, "right": 60, "options": {"0": 20, "1": 60, "2": 10, "3": 10}, "correlation": 0.4}, []),
        (
            {"shown": 100, "right": 60, "options": {"0": 20, "1": 60, "2": 10, "3": 10}, "correlation": -0.2},
            ["wrong_key"],
        ),
        (
            {"shown": 100, "right": 30, "options": {"0": 50, "1": 30, "2": 10, "3": 10}, "correlation": 0.1},
            ["wrong_key"],
        ),
        ({"shown": 100, "right": 60, "options": {"0": 20, "1": 60, "2": 10, "3": 10}, "correlation": 0.1}, ["weak"]),
        ({"shown": 100, "right": 98, "options": {"0": 2, "1": 98}, "correlation": 0.3}, ["easy"]),
        ({"shown": 100, "right": 15, "options": {"0": 50, "1": 15, "2": 20, "3": 15}, "correlation": 0.3}, ["hard"]),
        ({"shown": 100, "right": 60, "options": {"0": 30, "1": 60, "2": 10}, "correlation": 0.4}, ["idle"]),
        (
            {
                "shown": 100,
                "answered": 60,
                "right": 40,
                "options": {"0": 10, "1": 40, "2": 5, "3": 5},
                "correlation": 0.4,
            },
            ["blank"],
        ),
    ],
)
def test_what_the_figures_of_a_question_hint_at(sums, flags, bank):
    questions.save_many(bank, [draft(1)], by=None, at=AT)
    question = bank.questions.get()
    publish_questions(bank, [question.pk])
    question.refresh_from_db()
    ItemTally.objects.create(version=question.published, **tally(**sums))

    found = statistics.of_bank(bank).items[question.pk]

    assert found.flags == flags
    assert found.is_enough is (found.answered >= statistics.FEWEST)
    assert [figures.flags for figures in statistics.of_question(question)] == [flags]


def test_the_correlation_comes_out_of_the_sums(bank):
    question = QuestionFactory(bank)
    one = ItemTally.objects.create(version=question.latest, **tally(shown=200, right=100, options={}, correlation=0.35))
    never_wrong = ItemTally(version=question.latest, **tally(shown=200, right=200, options={}))

    assert statistics.correlation(one) == 0.35
    assert statistics.correlation(never_wrong) is None


def test_too_few_answers_are_said_to_be_too_few(bank, keeper, client):
    question = QuestionFactory(bank, is_published=True)
    ItemTally.objects.create(version=question.published, **tally(shown=12, right=3, options={"0": 9}))

    page = client.get(reverse("practice:bank-statistics", args=[bank.code])).content.decode()

    assert "作答太少" in page
    assert "25%" not in page
