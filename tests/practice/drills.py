"""What the tests of the hot path share: a plan for somebody, and the requests of a session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from huomiao.practice import plans
from huomiao.practice.models import QuestionVersion
from huomiao.practice.states import Mode


def plan_for(user, bank, **choices) -> str:
    """A signed plan of ten questions of ``bank``."""
    given = {
        "user_id": user.pk,
        "release_id": bank.current_id,
        "mode": Mode.DRILL,
        "count": 10,
        "expires_at": datetime.now(UTC) + plans.LIFE,
        **choices,
    }
    return plans.sign(plans.Plan(**given))


class Device:
    """A browser of somebody who practises."""

    def __init__(self, user) -> None:
        self.client = Client()
        self.client.force_login(user)

    def paper(self, plan: str) -> dict[str, Any]:
        response = self.client.get("/p/paper", {"plan": plan})
        assert response.status_code == 200, response.content.decode()
        return response.json()

    def post(self, path: str, **facts):
        return self.client.post(path, facts, content_type="application/json")

    def submit(self, token: str, answers: list) -> dict[str, Any]:
        response = self.post("/p/submit", token=token, answers=answers)
        assert response.status_code == 200, response.content.decode()
        return response.json()


def right_answers(paper) -> list:
    """What a taker who knows everything sends for a paper of single choices: the place at which the right text is shown."""
    answers = []
    for question in paper["questions"]:
        version = QuestionVersion.objects.get(pk=question["id"])
        right = {version.body["options"][own]["text"] for own in version.key["right"]}
        answers.append([place for place, option in enumerate(question["options"]) if option["text"] in right])
    return answers
