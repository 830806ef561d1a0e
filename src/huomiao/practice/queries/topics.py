"""Reads over the knowledge tree: trades, subjects and points, with what hangs on each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from huomiao.orgs.queries import below, reach, within
from huomiao.orgs.roles import Power
from huomiao.practice.models import Bank, BlueprintLine, Question, Topic
from huomiao.practice.states import QuestionState, TopicKind

if TYPE_CHECKING:
    from huomiao.accounts.models import User


@dataclass
class Node:
    """A topic with its children, and how many questions of the reader's banks lie in its branch."""

    topic: Topic
    questions: int = 0
    children: list[Node] = field(default_factory=list)


def visible_to(user: User | AnonymousUser) -> QuerySet[Topic]:
    """The knowledge tree is one for everybody who keeps banks; nobody else needs its pages."""
    return Topic.objects.all() if reach(user, Power.RUN_PRACTICE) else Topic.objects.none()


def trades() -> QuerySet[Topic]:
    return Topic.objects.filter(kind=TopicKind.TRADE).order_by("path")


def branch(topic: Topic) -> QuerySet[Topic]:
    """``topic`` and everything below it, in the order of the tree."""
    return Topic.objects.filter(below(topic.path)).order_by("path")


def in_branch(topic: Topic, field: str = "topic__path") -> Q:
    """The condition that a question lies in the branch of ``topic``."""
    return below(topic.path, field)


def question_counts(user: User | AnonymousUser) -> dict[str, int]:
    """How many questions of ``user``'s banks hang directly on each topic, by path."""
    kept = Question.objects.filter(within(reach(user, Power.RUN_PRACTICE), "bank__owner__path"), topic__isnull=False)
    rows = kept.exclude(state=QuestionState.RETIRED).order_by().values_list("topic__path").annotate(count=Count("pk"))
    return dict(rows)


def forest(topics: Iterable[Topic], counts: dict[str, int]) -> list[Node]:
    """``topics`` (in the order of the tree) as nodes, each counting its whole branch. What hangs below a topic that is
    not among them stands at the top."""
    nodes: dict[str, Node] = {}
    top: list[Node] = []
    for topic in topics:
        node = nodes[topic.path] = Node(topic)
        parent = nodes.get(topic.path[: -Topic.steplen])
        (parent.children if parent else top).append(node)
    for path, count in counts.items():
        for end in range(Topic.steplen, len(path) + 1, Topic.steplen):
            if path[:end] in nodes:
                nodes[path[:end]].questions += count
    return top


def branch_counts(topics: Iterable[Topic], counts: dict[str, int]) -> dict[int, int]:
    """How many of ``counts`` lie in the branch of each of ``topics``, by key."""
    return {topic.pk: sum(count for path, count in counts.items() if path.startswith(topic.path)) for topic in topics}


def trails(topics: Iterable[Topic | None]) -> dict[int, str]:
    """What each topic is called with what stands above it: 电工 › 安全用电 › 触电急救."""
    wanted = {topic.pk: topic for topic in topics if topic is not None}
    paths = {
        topic.path[:end]
        for topic in wanted.values()
        for end in range(Topic.steplen, len(topic.path) + 1, Topic.steplen)
    }
    names = dict(Topic.objects.filter(path__in=paths).values_list("path", "name")) if paths else {}
    return {
        pk: " › ".join(
            names[topic.path[:end]]
            for end in range(Topic.steplen, len(topic.path) + 1, Topic.steplen)
            if topic.path[:end] in names
        )
        for pk, topic in wanted.items()
    }


def choices() -> list[tuple[int, str]]:
    """Every topic for a select, indented by its depth."""
    rows = Topic.objects.order_by("path").values_list("pk", "depth", "name")
    return [(pk, "　" * (depth - 1) + name) for pk, depth, name in rows]


def owners_of_uses(topic: Topic) -> set[str]:
    """The paths of the unions whose banks, questions and exams use ``topic`` or what is below it."""
    questions = Question.objects.filter(in_branch(topic)).order_by().values_list("bank__owner__path", flat=True)
    banks = Bank.objects.filter(in_branch(topic, "trade__path")).values_list("owner__path", flat=True)
    lines = BlueprintLine.objects.filter(in_branch(topic)).values_list("exam__organiser__path", flat=True)
    return {*questions.distinct(), *banks, *lines}


def parent(topic: Topic) -> Topic | None:
    return Topic.objects.filter(path=topic.path[: -Topic.steplen]).first()


def children(topic: Topic) -> QuerySet[Topic]:
    return Topic.objects.filter(below(topic.path), depth=topic.depth + 1).order_by("path")


def siblings(topic: Topic) -> QuerySet[Topic]:
    """``topic`` and what stands beside it, in order."""
    above = topic.path[: -Topic.steplen]
    rows = Topic.objects.filter(depth=topic.depth)
    return (rows.filter(below(above)) if above else rows).order_by("path")
