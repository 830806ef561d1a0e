"""People of the demo who practise and sit exams, and what they answer."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from huomiao.accounts.models import User
from huomiao.orgs.models import Organization
from huomiao.practice.models import QuestionVersion


class Person(NamedTuple):
    """Somebody of the demo who practises: how much they know, and how often they come."""

    user: User
    unit: Organization
    skill: float
    habit: float


def given(version: QuestionVersion, *, is_known: bool, rng: random.Random) -> Any:
    """What somebody answers who knows it, or who does not."""
    key, body = version.key, version.body
    if "right" in key and isinstance(key["right"], bool):
        return key["right"] if is_known else not key["right"]
    if "right" in key:
        if is_known:
            return list(key["right"])
        wrong = [index for index in range(len(body["options"])) if index not in key["right"]]
        return [rng.choice(wrong or [0])] if version.kind == "single" else sorted({*key["right"][:-1], *wrong[:1]})
    return [blank["accept"][0] if is_known else "不清楚" for blank in key["blanks"]]
