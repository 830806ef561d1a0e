"""What a bank's releases hold, and what has changed since the last one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from django.db.models import QuerySet

from huomiao.practice.models import Bank, Question, QuestionVersion, Release
from huomiao.practice.states import QuestionState


@dataclass(frozen=True)
class Changes:
    """What the next release would add, change and leave out, as keys of questions."""

    added: list[int]
    changed: list[int]
    removed: list[int]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def releases(bank: Bank) -> QuerySet[Release]:
    """The releases of ``bank``, newest first, without their long lists."""
    return bank.releases.defer("version_ids").select_related("by").order_by("-number")


def in_use(bank: Bank) -> QuerySet[Question]:
    """The questions that the next release takes, in the bank's order."""
    return (
        Question.objects.filter(bank=bank, published__isnull=False).exclude(state=QuestionState.RETIRED).order_by("pk")
    )


def digest(bank: Bank) -> str:
    """What tells releases apart: the versions in it and what decides where each may be asked."""
    rows = in_use(bank).values_list("published_id", "use", "topic_id", "level", "difficulty")
    return hashlib.sha256(json.dumps(list(rows)).encode()).hexdigest()


def changes(bank: Bank) -> Changes:
    """Which questions have come, changed or gone since the current release of ``bank``."""
    held = set(bank.current.version_ids) if bank.current else set()
    versions = QuestionVersion.objects.filter(question__bank=bank).values_list("pk", "question_id")
    before = {question: version for version, question in versions if version in held}
    now = dict(in_use(bank).values_list("pk", "published_id"))
    return Changes(
        added=[question for question in now if question not in before],
        changed=[question for question, version in now.items() if before.get(question, version) != version],
        removed=[question for question in before if question not in now],
    )
