"""Who may read and change what of banks: one table of roles, and a test for each of its cells. Keys stand on these pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from huomiao.orgs.roles import Role
from huomiao.practice.models import KeyReport
from tests.factories.accounts import UserFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory
from tests.factories.practice import AT, TopicFactory, bank_with

pytestmark = pytest.mark.django_db

ROLES = (
    "anonymous",
    "stranger",  # somebody signed in without any role
    "worker",  # of a unit below, who may practise from the bank
    "secretary",  # of that unit: keeps banks, but not this one
    "other_trainer",  # of another city
    "trainer",  # of the city that keeps it
    "organiser",  # of the province above
)
IN = 302  # the anonymous are led to signing in
OUT = 401  # a script that posts for them is told to sign in
NOBODY_ELSE = (IN, 404, 404, 404, 404, 200, 200)
KEEPERS_ANYWHERE = (IN, 403, 403, 200, 200, 200, 200)

READS: dict[str, tuple[int, ...]] = {
    "banks": KEEPERS_ANYWHERE,
    "bank-new": KEEPERS_ANYWHERE,
    "topics": KEEPERS_ANYWHERE,
    "topic-new": KEEPERS_ANYWHERE,
    "topic": (IN, 404, 404, 200, 200, 200, 200),
    "reports": KEEPERS_ANYWHERE,
    "my-reports": (IN, 200, 200, 200, 200, 200, 200),
    # Who was never graded on a question does not learn of it, whatever they keep.
    "report-new": (IN, 404, 404, 404, 404, 404, 404),
    "bank": NOBODY_ELSE,
    "bank-edit": NOBODY_ELSE,
    "questions": NOBODY_ELSE,
    "question-new": NOBODY_ELSE,
    "bank-review": NOBODY_ELSE,
    "bank-releases": NOBODY_ELSE,
    "bank-statistics": NOBODY_ELSE,
    "bank-alike": NOBODY_ELSE,
    "question": NOBODY_ELSE,
    "question-edit": NOBODY_ELSE,
    "question-versions": NOBODY_ELSE,
    "report": NOBODY_ELSE,
}

CHANGES: dict[str, tuple[int, ...]] = {
    "bank-new": (OUT, 403, 403, 422, 422, 422, 422),
    "bank-edit": (OUT, 404, 404, 404, 404, 422, 422),
    "bank-archive": (OUT, 404, 404, 404, 404, 302, 302),
    "bank-restore": (OUT, 404, 404, 404, 404, 409, 409),
    "bank-publish": (OUT, 404, 404, 404, 404, 409, 409),
    "bank-act": (OUT, 404, 404, 404, 404, 422, 422),
    "question-new": (OUT, 404, 404, 404, 404, 422, 422),
    "question-edit": (OUT, 404, 404, 404, 404, 422, 422),
    "question-act": (OUT, 404, 404, 404, 404, 422, 422),
    "report": (OUT, 404, 404, 404, 404, 422, 422),
    "report-new": (OUT, 404, 404, 404, 404, 404, 404),
    "topic-new": (OUT, 403, 403, 422, 422, 422, 422),
    # The tree is one for all: a topic that the bank uses may be changed by those who keep all that uses it.
    "topic": (OUT, 404, 404, 422, 422, 422, 422),
    "topic-move": (OUT, 404, 404, 403, 403, 302, 302),
    "topic-remove": (OUT, 404, 404, 403, 403, 409, 409),
}


class Scene:
    def __init__(self):
        province = OrganizationFactory()
        city, other = OrganizationFactory(parent=province), OrganizationFactory(parent=province)
        unit = UnitFactory(parent=city)
        self.topic = TopicFactory()
        self.bank = bank_with(2, owner=city, trade=self.topic)
        self.question = self.bank.questions.order_by("pk").first()
        self.users = {
            "anonymous": None,
            "stranger": UserFactory(),
            "worker": MembershipFactory(organization=unit, role=Role.MEMBER).user,
            "secretary": MembershipFactory(organization=unit, role=Role.SECRETARY).user,
            "other_trainer": MembershipFactory(organization=other, role=Role.TRAINER).user,
            "trainer": MembershipFactory(organization=city, role=Role.TRAINER).user,
            "organiser": MembershipFactory(organization=province, role=Role.ORGANISER).user,
        }
        self.report = KeyReport.objects.create(
            version=self.question.published, by=self.users["worker"], text="答案不对", at=AT
        )

    def address(self, name):
        if name in {"banks", "bank-new", "topics", "topic-new", "reports", "my-reports"}:
            return reverse(f"practice:{name}")
        if name.startswith("topic"):
            return reverse(f"practice:{name}", args=[self.topic.pk])
        if name == "report-new":
            return reverse(f"practice:{name}", args=[self.question.published_id])
        if name == "report":
            return reverse(f"practice:{name}", args=[self.report.pk])
        if name in {"question", "question-edit", "question-versions", "question-act"}:
            return reverse(f"practice:{name}", args=[self.question.pk])
        return reverse(f"practice:{name}", args=[self.bank.code])

    def client(self, role):
        client = Client(headers={"accept": "application/json"})
        if self.users[role] is not None:
            client.force_login(self.users[role])
        return client


@pytest.fixture
def scene():
    return Scene()


@pytest.mark.parametrize("role", ROLES)
def test_who_reads(role, scene):
    client = scene.client(role)

    answers = {page: client.get(scene.address(page)).status_code for page in READS}

    assert answers == {page: row[ROLES.index(role)] for page, row in READS.items()}


@pytest.mark.parametrize("role", ROLES)
def test_who_changes(role, scene):
    client = scene.client(role)
    answers = {}
    for button in CHANGES:
        answers[button] = client.post(scene.address(button)).status_code
        # Each button finds the bank as it was.
        type(scene.bank).objects.filter(pk=scene.bank.pk).update(archived_at=None)

    assert answers == {button: row[ROLES.index(role)] for button, row in CHANGES.items()}


def test_keys_stand_only_where_keepers_read(scene):
    mark = "第1题的解析。"

    for role in ROLES:
        for page in READS:
            holds = mark in scene.client(role).get(scene.address(page)).content.decode()
            assert not holds or role in {"trainer", "organiser"}, (role, page)
