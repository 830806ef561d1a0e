"""Which questions somebody may see with their keys, and how a list of them is narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet

from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power
from huomiao.practice.models import Bank, Question, QuestionVersion, Topic
from huomiao.practice.queries import topics
from huomiao.practice.states import QuestionState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# How a list can be sorted: the words of the address, and the columns.
ORDERS = {
    "code": ("code", "pk"),
    "changed": ("-changed_at", "-pk"),
    "difficulty": ("difficulty", "pk"),
}


def visible_to(user: User | AnonymousUser) -> QuerySet[Question]:
    """The questions of the banks that ``user`` keeps."""
    kept = within(reach(user, Power.RUN_PRACTICE), "bank__owner__path")
    return Question.objects.filter(kept).select_related("bank__owner", "topic", "latest", "published")


def of_bank(bank: Bank) -> QuerySet[Question]:
    """The questions of ``bank`` as its list shows them: without their texts and keys."""
    return Question.objects.filter(bank=bank).select_related("topic").defer("sketch")


def narrowed(
    questions: QuerySet[Question],
    *,
    q: str = "",
    kind: str = "",
    topic: Topic | None = None,
    state: str = "",
    use: str = "",
    level: str = "",
    difficulty: int | None = None,
    unsorted: bool = False,
) -> QuerySet[Question]:
    """``questions`` as the filter of their list asks. Retired ones are shown when asked for."""
    if state == "changed":
        found = questions.filter(published__isnull=False).exclude(latest=F("published"))
    elif state:
        found = questions.filter(state=state)
    else:
        found = questions.exclude(state=QuestionState.RETIRED)
    if q:
        found = found.filter(Q(stem__icontains=q) | Q(code__icontains=q) | Q(source__icontains=q))
    if kind:
        found = found.filter(kind=kind)
    if topic is not None:
        found = found.filter(topics.in_branch(topic))
    if unsorted:
        found = found.filter(topic=None)
    if use:
        found = found.filter(use=use)
    if level:
        found = found.filter(level=level)
    if difficulty is not None:
        found = found.filter(difficulty=difficulty)
    return found


def waiting(bank: Bank) -> QuerySet[Question]:
    """The questions of ``bank`` that somebody wants agreed to, the longest waiting first."""
    rows = Question.objects.filter(bank=bank, state=QuestionState.SUBMITTED)
    return rows.select_related("bank__owner", "topic", "latest__by", "published").order_by("changed_at", "pk")


def versions(question: Question) -> QuerySet[QuestionVersion]:
    """The versions of ``question``, newest first."""
    return question.versions.select_related("by", "reviewed_by").order_by("-number")


def neighbours(question: Question) -> tuple[int | None, int | None]:
    """The keys of the questions before and after ``question`` in its bank."""
    rows = Question.objects.filter(bank_id=question.bank_id).exclude(state=QuestionState.RETIRED)
    before = rows.filter(pk__lt=question.pk).order_by("-pk").values_list("pk", flat=True).first()
    after = rows.filter(pk__gt=question.pk).order_by("pk").values_list("pk", flat=True).first()
    return before, after
