"""A sitting question by question, as those who run the exam and as the candidate may see it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings

from huomiao.practice.exam_papers import SHELF, Layout
from huomiao.practice.kinds import KINDS
from huomiao.practice.models import Exam, KeyCorrection, QuestionVersion, Sitting
from huomiao.practice.states import CorrectionKind, CorrectionState, SubmitReason


@dataclass(frozen=True)
class Line:
    """One question with what was answered and what it is worth, in the order in which the candidate saw it."""

    number: int
    position: int
    version_id: int
    section: str
    kind: str
    is_text: bool
    body: dict[str, Any]
    answer: str
    # "" where it may not be told.
    key: str
    explanation: str
    points: Decimal | None
    max_points: Decimal
    is_right: bool | None
    correction: KeyCorrection | None

    @property
    def is_dropped(self) -> bool:
        return self.correction is not None and self.correction.kind == CorrectionKind.DROP

    @property
    def is_given(self) -> bool:
        return self.correction is not None and self.correction.kind == CorrectionKind.ALL_RIGHT


def for_officer(sitting: Sitting, *, with_texts: bool) -> list[Line]:
    """Every question with its key; texts only where no marker is at work on them any more."""
    return _lines(sitting, with_keys=True, with_texts=with_texts)


def for_candidate(sitting: Sitting, *, with_keys: bool) -> list[Line]:
    """Every question with one's own answer and mark; the key and explanation only where the exam shows them."""
    return _lines(sitting, with_keys=with_keys, with_texts=True)


def numbers(sitting: Sitting) -> list[tuple[int, int]]:
    """(number as the candidate saw it, position) of every question."""
    return [(number, position) for number, position in enumerate(order_of(sitting).positions(), 1)]


def order_of(sitting: Sitting) -> Layout:
    """The order in which the candidate saw the paper, on the screen or printed."""
    paper = SHELF.load(sitting.paper_id)
    if paper is None:
        raise LookupError(sitting.paper_id)
    secret = sitting.exam.seed if sitting.reason == SubmitReason.KEYED else settings.SECRET_KEY
    return Layout(paper, seed=sitting.seed, secret=secret)


def corrections_of(exam: Exam, *, with_keys: bool) -> dict[int, KeyCorrection]:
    """The correction that holds for each version of which the key was wrong; without ``with_keys`` no key is fetched."""
    applied = exam.corrections.filter(state=CorrectionState.APPLIED).order_by("applied_at", "pk")
    if not with_keys:
        applied = applied.defer("key")
    return {one.version_id: one for one in applied}


def _lines(sitting: Sitting, *, with_keys: bool, with_texts: bool) -> list[Line]:
    order = order_of(sitting)
    marks = {mark.position: mark for mark in sitting.marks.all()}
    corrections = corrections_of(sitting.exam, with_keys=with_keys)
    keys: dict[int, tuple[Any, str]] = {}
    if with_keys:
        rows = QuestionVersion.objects.filter(pk__in={item[0] for item in sitting.paper.items})
        keys = {pk: (key, explanation) for pk, key, explanation in rows.values_list("pk", "key", "explanation")}
    found = []
    for number, position in enumerate(order.positions(), 1):
        asked = order.paper.asked[position]
        places = order.order(position)
        mark = marks.get(position)
        correction = corrections.get(asked.version)
        is_text = not KINDS[asked.kind.name].is_graded
        answer = mark.answer if mark else None
        hidden = is_text and not with_texts
        points = mark.points if mark else None
        worth = Decimal(str(sitting.paper.items[position][1]))
        found.append(
            Line(
                number=number,
                position=position,
                version_id=asked.version,
                section=order.paper.sections[order.paper.section_of[position]],
                kind=str(asked.kind.label),
                is_text=is_text,
                body=asked.kind.shown(asked.body, places),
                answer=""
                if hidden or answer is None
                else asked.kind.in_words(asked.body, asked.kind.sent(answer, places)),
                key=_key_in_words(asked.kind, asked.body, places, keys.get(asked.version, (None, ""))[0], correction),
                explanation=keys.get(asked.version, (None, ""))[1],
                points=points,
                max_points=worth,
                is_right=None if points is None else points >= worth,
                correction=correction,
            )
        )
    return found


def _key_in_words(kind: Any, body: Any, places: Any, key: Any, correction: KeyCorrection | None) -> str:
    if key is None:
        return ""
    if correction is not None and correction.key is not None:
        key = correction.key
    if kind.name in {"fill", "short"}:
        return str(kind.key_in_words(body, key))
    return str(kind.in_words(body, kind.solution(body, key, places)))
