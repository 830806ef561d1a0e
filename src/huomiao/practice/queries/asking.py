"""What may be asked of people who practise. Nothing here reads a key or an explanation."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from huomiao.practice.kinds import GRADED
from huomiao.practice.models import Bank, Memory, Question, Topic
from huomiao.practice.queries import banks
from huomiao.practice.states import QuestionState, Use

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# A question for exams only never appears where people practise, nor does one that was taken out of use.
ASKABLE = Q(use__in=(Use.PRACTICE, Use.BOTH), published__isnull=False) & ~Q(state=QuestionState.RETIRED)


@dataclass(frozen=True)
class Part:
    """A part of a bank with the number of its questions."""

    topic: Topic
    difficulty: int
    questions: int


def askable(bank: Bank) -> QuerySet[Question]:
    """The questions of ``bank`` that may be practised."""
    return Question.objects.filter(ASKABLE, bank=bank)


def remembered(user: User, memories: QuerySet[Memory]) -> QuerySet[Memory]:
    """Those of ``memories`` that are ``user``'s and whose question may still be asked of them."""
    open_questions = Question.objects.filter(ASKABLE, bank__in=banks.usable_by(user).order_by().values("pk"))
    return memories.filter(user=user, question__in=open_questions.values("pk"))


def versions(bank: Bank, *, kinds: Iterable[str] = GRADED) -> list[tuple[int, str, int | None]]:
    """Version, kind and topic of each question of the bank's current release that may be practised, in its order."""
    if bank.current is None:
        return []
    rows = askable(bank).filter(kind__in=kinds).values_list("published_id", "kind", "topic_id")
    known = {version: (version, kind, topic) for version, kind, topic in rows if version is not None}
    return [known[version] for version in bank.current.version_ids if version in known]


def of_the_day(bank: Bank, day: date) -> int | None:
    """The version that everybody is asked in ``bank`` on ``day``; None when the bank has none."""
    found = versions(bank)
    if not found:
        return None
    digest = hashlib.sha256(f"daily:{bank.pk}:{day.isoformat()}".encode()).digest()
    return found[int.from_bytes(digest[:8]) % len(found)][0]


def mixture(bank: Bank, *, count: int, seed: str) -> list[int]:
    """``count`` versions of ``bank`` in its own proportions of kind and topic, as a mock exam asks them."""
    groups: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    found = versions(bank)
    for version, kind, topic in found:
        groups[kind, topic].append(version)
    draw = Random(seed)  # noqa: S311 -- a practice paper, not a secret
    for group in groups.values():
        draw.shuffle(group)
    # The largest remainder decides who gets the places that whole shares leave over.
    count = min(count, len(found))
    shares = {key: count * len(group) / len(found) for key, group in groups.items()}
    taken = {key: int(share) for key, share in shares.items()}
    left = count - sum(taken.values())
    for key in sorted(groups, key=lambda key: (taken[key] - shares[key], str(key)))[:left]:
        taken[key] += 1
    return [version for key, group in groups.items() for version in group[: taken[key]]]


def parts(bank: Bank) -> list[Part]:
    """The subjects of ``bank`` by difficulty, in the order of the knowledge tree, easiest first."""
    rows = (
        askable(bank)
        .filter(topic__isnull=False, kind__in=GRADED)
        .values("topic", "difficulty")
        .annotate(questions=Count("pk"))
    )
    counted = {(row["topic"], row["difficulty"]): row["questions"] for row in rows}
    topics = Topic.objects.in_bulk({topic for topic, _difficulty in counted})
    found = [Part(topics[topic], difficulty, questions) for (topic, difficulty), questions in counted.items()]
    return sorted(found, key=lambda part: (part.difficulty, part.topic.path))


def topics(bank: Bank) -> list[tuple[Topic, int]]:
    """The topics of ``bank`` with the number of questions, in the order of the tree."""
    totals: dict[Topic, int] = {}
    for part in parts(bank):
        totals[part.topic] = totals.get(part.topic, 0) + part.questions
    return sorted(totals.items(), key=lambda row: row[0].path)
