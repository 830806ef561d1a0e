"""Nothing that is not theirs reaches takers, markers, people of elsewhere or nobody: one walk over every address of practice.

Every key, explanation and point to look for holds a mark, and so do the names of the others. The addresses come from the app's
own list, so what is added tomorrow is looked at too.
"""

from __future__ import annotations

import re
from itertools import islice, product

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huomiao.accounts.models import User
from huomiao.orgs.roles import Role
from huomiao.practice.models import Candidate, QuestionVersion, Script
from huomiao.practice.urls import urlpatterns
from tests.factories.orgs import MembershipFactory, OrganizationFactory, UnitFactory
from tests.factories.playing import worker
from tests.practice.standing import PracticeStanding

pytestmark = pytest.mark.django_db

KEY = "KEY-XYZ"
NAME = "NAME-XYZ"
TEXT = "TEXT-XYZ"
PARAMETER = re.compile(r"<\w+:(\w+)>")
# Where somebody reads what they were graded on, and a marker what to mark by.
GRADED = {"session", "receipt-session", "mistake", "my-result"}
MARKING = {"mark-sheet", "mark-sheet-save"}
# The list of a marker's sheets quotes the answers, not the keys.
ANSWERS = MARKING | {"mark-sheets"}
READS_KEYS = re.compile(r'SELECT .*"practice_questionversion"\."(key|explanation)"')


class Marked(PracticeStanding):
    """One of everything, with a mark in all that is secret."""

    def __init__(self):
        owner = OrganizationFactory()
        self.unit = UnitFactory(parent=OrganizationFactory(parent=owner))
        super().__init__(owner, worker=worker(self.unit), officer=trainer(owner))
        self.words = self.keys()
        for version in QuestionVersion.objects.all():
            key = {**version.key, "mark": KEY}
            for name in ("points", "blanks"):
                key[name] = [{**part, "text": KEY, "accept": [KEY]} for part in key.get(name, [])]
            QuestionVersion.objects.filter(pk=version.pk).update(key=key, explanation=KEY)
        others = Candidate.objects.exclude(user=self.worker).values("user")
        User.objects.filter(pk__in=others).update(name=NAME)
        Script.objects.update(text=TEXT)

    def addresses(self, *, most: int):
        """Every address with the name of its view, with what really stands there."""
        for pattern in urlpatterns:
            written = str(pattern.pattern)
            choices = [[str(key) for key in self._at(written, match)] for match in PARAMETER.finditer(written)]
            for values in islice(product(*choices), most):
                yield pattern.name, "/" + _filled(written, values)

    def _at(self, written, match):
        words = [PARAMETER.sub(r"\1", word) for word in re.split(r"[/.]", written[: match.start()].strip("/."))]
        names = (f"{words[0]}/{words[-1]}", f"{words[-2]}/{words[-1]}" if len(words) > 1 else "", words[-1])
        if written.startswith("banks/imports"):
            names = ("question-imports",)
        return next(self.words[name] for name in names if name in self.words)


def _filled(written: str, values) -> str:
    left = iter(values)
    return PARAMETER.sub(lambda _match: next(left), written)


def trainer(organization) -> User:
    return MembershipFactory(organization=organization, role=Role.TRAINER).user


@pytest.fixture
def marked():
    return Marked()


def told(client: Client, method: str, address: str) -> tuple[str, list[str]]:
    """What an address says, and which statements fetched keys; what it changed is taken back."""
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        response = getattr(client, method)(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    assert response.status_code < 500, address
    return body.decode("utf-8", "replace"), [one["sql"] for one in captured if READS_KEYS.search(one["sql"])]


def walk(
    client: Client, marked: Marked, *, besides: set[str], methods=("get",), reads_answers=frozenset()
) -> list[str]:
    """Where a key or somebody else's name or answer was told, or a key fetched, that should not be."""
    leaks = []
    for method in methods:
        for name, address in marked.addresses(most=3 if method == "get" else 1):
            body, fetched = told(client, method, address)
            if NAME in body:
                leaks.append(f"{method} {address} names somebody")
            if name in besides:
                continue
            if KEY in body:
                leaks.append(f"{method} {address} tells a key")
            if TEXT in body and name not in reads_answers:
                leaks.append(f"{method} {address} tells an answer")
            # The statement that finds a sheet for its marker finds none for others.
            if fetched and name not in MARKING:
                leaks.append(f"{method} {address} fetches a key: {fetched[0][:200]}")
    return leaks


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_taker_is_told_no_key_and_nobody_elses_name(marked):
    client = signed_in(marked.worker)

    assert walk(client, marked, besides=GRADED, methods=("get", "post")) == []
    own = [told(client, "get", address)[0] for name, address in marked.addresses(most=3) if name in GRADED]
    assert any(KEY in body for body in own)


def test_people_of_elsewhere_and_nobody_are_told_nothing(marked):
    assert walk(Client(), marked, besides=set()) == []
    assert walk(signed_in(worker(UnitFactory(parent=OrganizationFactory()))), marked, besides=set()) == []


def test_a_marker_is_told_the_keys_of_their_sheets_and_no_name(marked):
    client = signed_in(marked.marker)

    assert walk(client, marked, besides=MARKING, reads_answers=ANSWERS) == []
    sheets = [told(client, "get", address)[0] for name, address in marked.addresses(most=1) if name == "mark-sheet"]
    assert [KEY in body and TEXT in body for body in sheets] == [True]
