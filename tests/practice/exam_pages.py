"""How the tests of exams ask: signed in as somebody, with the entry of a candidate."""

from __future__ import annotations

import json

from django.test import Client

from huomiao.orgs.roles import Role
from huomiao.practice import exam_tokens
from tests.factories.orgs import MembershipFactory


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
