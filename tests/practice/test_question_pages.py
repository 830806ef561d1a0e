"""The page of one question, its versions, and what its figures hint at."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from huomiao.orgs.roles import Role
from huomiao.practice import differences
from huomiao.practice.actions import questions, reviewing
from huomiao.practice.models import ItemTally
from huomiao.practice.queries import statistics
from tests.factories.orgs import MembershipFactory
from tests.factories.practice import AT, CONTENTS, BankFactory, QuestionFactory, draft, publish_questions
from tests.practice.question_figures import tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank():
    return BankFactory()


@pytest.fixture
def keeper(bank, client):
    user = MembershipFactory(organization=bank.owner, role=Role.TRAINER).user
    client.force_login(user)
    return user


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


# --- Figures ----------------------------------------------------------------------------------------------------------


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
