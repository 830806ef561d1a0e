"""The path of levels through a bank: subject by subject, easy before hard; one is open when those before it are passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from huomiao.practice.models import Bank, Topic
from huomiao.practice.queries import asking, done

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Passed with so many per cent; so many questions; so many errors end it.
PASS_PERCENT = 80
QUESTIONS = 10
LIVES = 3


@dataclass(frozen=True)
class Step:
    """One level: a subject at one difficulty."""

    number: int
    topic: Topic
    difficulty: int
    questions: int
    tag: str
    best: int
    is_passed: bool
    is_open: bool


def tag_of(bank: Bank, topic: Topic, difficulty: int) -> str:
    """What the attempts of a level are told by."""
    return f"{bank.pk}.{topic.pk}.{difficulty}"


def path(user: User, bank: Bank) -> list[Step]:
    """All levels of ``bank`` for ``user``, in order."""
    found = asking.parts(bank)
    best = done.best_of_levels(user, [tag_of(bank, part.topic, part.difficulty) for part in found])
    steps: list[Step] = []
    is_open = True
    for number, part in enumerate(found, 1):
        tag = tag_of(bank, part.topic, part.difficulty)
        percent = best.get(tag, 0)
        is_passed = percent >= PASS_PERCENT
        questions = min(QUESTIONS, part.questions)
        steps.append(Step(number, part.topic, part.difficulty, questions, tag, percent, is_passed, is_open))
        is_open = is_passed
    return steps
