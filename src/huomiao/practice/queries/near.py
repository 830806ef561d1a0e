"""Questions whose stems read nearly the same, among those that somebody may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from huomiao.core.likeness import likeness as shared_text
from huomiao.core.likeness import normalise
from huomiao.practice import alike
from huomiao.practice.kinds import Body
from huomiao.practice.models import Bank, Question
from huomiao.practice.queries import questions
from huomiao.practice.states import QuestionState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# So many candidates of one stem are measured exactly; they come with the most promising first.
MEASURED = 200
SHOWN = 5
MOST_PAIRS = 1000


@dataclass(frozen=True)
class Near:
    """A question like the one at hand: how alike the stems are, and whether what can be chosen is the same too."""

    question: Question
    percent: int
    same_parts: bool


@dataclass(frozen=True)
class Pair:
    """Two questions that may be one."""

    one: Question
    other: Question
    percent: int
    same_parts: bool


def like(user: User | AnonymousUser, *, stem: str, body: Body, besides: int | None = None) -> list[Near]:
    """The questions that ``user`` may see whose stems are nearly ``stem``, the likest first."""
    others = _in_use(user) if besides is None else _in_use(user).exclude(pk=besides)
    rows = list(others.values_list("pk", "sketch"))
    found = alike.candidates(alike.sketch(stem), [bytes(sketch) for _pk, sketch in rows])[:MEASURED]
    stems = dict(others.filter(pk__in=[rows[at][0] for at in found]).values_list("pk", "stem"))
    scored = sorted(((alike.likeness(stem, text), pk) for pk, text in stems.items()), reverse=True)
    best = [(score, pk) for score, pk in scored if score >= alike.LEAST][:SHOWN]
    full = questions.visible_to(user).in_bulk([pk for _score, pk in best])
    return [Near(full[pk], round(score * 100), _same_parts(body, _body(full[pk]))) for score, pk in best if pk in full]


def pairs(user: User | AnonymousUser, bank: Bank, *, across: bool) -> list[Pair]:
    """Pairs of questions of ``bank`` that may be one; with ``across`` also of ``bank`` and the others one may see."""
    rows = _in_use(user) if across else _in_use(user).filter(bank=bank)
    known = list(rows.order_by("pk").values_list("pk", "bank_id", "sketch", "stem"))
    found: list[tuple[float, int, int]] = []
    for one, other in alike.pairs([bytes(row[2]) for row in known]):
        if bank.pk not in {known[one][1], known[other][1]}:
            continue
        score = alike.likeness(known[one][3], known[other][3])
        if score >= alike.LEAST:
            found.append((score, known[one][0], known[other][0]))
    likest = sorted(found, key=lambda pair: (-pair[0], pair[1], pair[2]))[:MOST_PAIRS]
    return sorted(_full(user, likest), key=lambda pair: (not pair.same_parts, -pair.percent))


def _full(user: User | AnonymousUser, found: list[tuple[float, int, int]]) -> Iterator[Pair]:
    keys = {key for _score, one, other in found for key in (one, other)}
    full = questions.visible_to(user).in_bulk(sorted(keys))
    for score, one, other in found:
        if one in full and other in full:
            first, second = full[one], full[other]
            same = _same_parts(_body(first), _body(second))
            yield Pair(first, second, round(score * 100), same)


def _in_use(user: User | AnonymousUser) -> QuerySet[Question]:
    return questions.visible_to(user).select_related(None).exclude(state=QuestionState.RETIRED)


def _body(question: Question) -> Body:
    return question.latest.body if question.latest else {}


def _same_parts(a: Body, b: Body) -> bool:
    """Whether two bodies offer the same things, whatever their order. Questions without parts have the same ones."""
    return (
        sorted(_texts(a)) == sorted(_texts(b))
        or shared_text("".join(sorted(_texts(a))), "".join(sorted(_texts(b)))) > 0.9
    )


def _texts(body: Body) -> list[str]:
    lists: list[list[dict[str, Any]]] = [body.get(name) or [] for name in ("options", "items", "left", "right")]
    return [normalise(part["text"]) for parts in lists for part in parts]
