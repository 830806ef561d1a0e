"""The lists of questions: their queries, what narrows them, and what is done with many at once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huomiao.orgs.roles import Role
from huomiao.practice.actions import questions, reviewing
from huomiao.practice.models import ItemTally, KeyReport
from huomiao.practice.states import Use
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory
from tests.factories.practice import AT, BankFactory, QuestionFactory, TopicFactory, draft, publish_questions
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
