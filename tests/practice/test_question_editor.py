"""The editor of questions in every kind: rows, pictures, previews, what is wrong, and who saved first."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huomiao.orgs.roles import Role
from huomiao.practice.actions import questions
from huomiao.practice.models import Question, QuestionFile
from tests.factories.orgs import MembershipFactory
from tests.factories.practice import AT, CONTENTS, BankFactory, QuestionFactory, TopicFactory
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
