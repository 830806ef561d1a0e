"""A paper as one candidate sees it: the order of questions and options that is theirs, without anything of the keys.

A paper's own order is what is stored, marked and printed; positions count in it. The order that a candidate sees follows from
the sitting's ``seed`` and the site's secret, so no page or token tells it.
"""

from __future__ import annotations

import hmac
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huomiao.practice import drawing, kinds, sealing
from huomiao.practice.hotpath.fragments import Shown, encode
from huomiao.practice.kinds.base import BadAnswer
from huomiao.practice.models import Exam, ExamPaper, QuestionVersion
from huomiao.practice.sittings import Held


@dataclass(frozen=True)
class Asked:
    """A version of a question as exams ask it: its kind and what a taker may see. Its key was never read."""

    version: int
    kind: kinds.Kind
    body: dict[str, Any]
    places: int
    shown: Shown


@dataclass(frozen=True)
class Paper:
    """A paper without its keys and points."""

    id: int
    exam: int
    title: str
    # Titles of the sections, in the order of the blueprint.
    sections: tuple[str, ...]
    asked: tuple[Asked, ...]
    # In which section each question stands.
    section_of: tuple[int, ...]
    shuffles_questions: bool
    shuffles_options: bool


@dataclass(frozen=True)
class Layout:
    """The order in which one candidate sees a paper."""

    paper: Paper
    seed: str
    secret: str

    def positions(self) -> list[int]:
        """The paper's positions as they are shown: section by section, shuffled within each where the exam says so."""
        found = list(range(len(self.paper.asked)))
        if self.paper.shuffles_questions:
            number = hmac.digest(_key(self.secret), f"{self.seed}:questions".encode(), "sha256")
            random.Random(number).shuffle(found)  # noqa: S311 seeded with a secret
        section_of = self.paper.section_of
        return sorted(found, key=lambda position: section_of[position])

    def order(self, position: int) -> Sequence[int]:
        """``order[shown place] = own place`` of the options of a question."""
        asked = self.paper.asked[position]
        # What is to be put in order or matched would otherwise be shown as it is right.
        if asked.places and (self.paper.shuffles_options or asked.kind.name in _ALWAYS_SHUFFLED):
            return drawing.orders(_key(self.secret), f"{self.seed}:{position}", [asked.places])[0]
        return range(asked.places)

    def questions(self) -> bytes:
        """What the candidate is shown, as a JSON list."""
        shown = []
        for position in self.positions():
            asked, section = self.paper.asked[position], self.paper.section_of[position]
            body = asked.shown.in_order(self.order(position))
            shown.append(b'{"position":%d,"section":%d,%b' % (position, section, body[1:]))
        return b"[" + b",".join(shown) + b"]"

    def head(self) -> bytes:
        """The title and the sections, as members of a JSON object."""
        return b'"title":' + encode(self.paper.title) + b',"sections":' + encode(list(self.paper.sections))

    def read(self, position: Any, sent: Any) -> Any:
        """What was sent for ``position``, in the version's own order.

        Raises:
            BadAnswer: there is no such question, or it is no answer to it.
        """
        if type(position) is not int or not 0 <= position < len(self.paper.asked):
            raise BadAnswer(_("试卷里没有这道题，请刷新页面。"))
        asked = self.paper.asked[position]
        return asked.kind.read(asked.body, sent, self.order(position))

    def sent(self, held: Mapping[int, Held]) -> dict[str, Any]:
        """Held answers in shown places by position, to fill a page again."""
        filled = {}
        for position, one in held.items():
            if position < len(self.paper.asked):
                asked = self.paper.asked[position]
                filled[str(position)] = asked.kind.sent(one.answer, self.order(position))
        return filled


def _key(secret: str) -> bytes:
    return sealing.derived_key("exam-layout", secret)


_ALWAYS_SHUFFLED = frozenset({"ordering", "matching"})
_CHUNK = 400


class Shelf:
    """The papers in this worker's memory; questions that papers share are held once."""

    def __init__(self, *, most_papers: int = 20_000, most_versions: int = 20_000) -> None:
        self._papers: dict[int, Paper] = {}
        self._asked: dict[int, Asked] = {}
        self._most_papers, self._most_versions = most_papers, most_versions

    def clear(self) -> None:
        self._papers.clear()
        self._asked.clear()

    def held(self, number: int) -> Paper | None:
        """The paper, when it is in memory already. A built paper never changes."""
        return self._papers.get(number)

    def load(self, number: int) -> Paper | None:
        """The paper from memory or the database; None when there is none."""
        if found := self._papers.get(number):
            return found
        row = ExamPaper.objects.filter(pk=number).select_related("exam").first()
        if row is None:
            return None
        self._load_versions({version for version, _points, _line in row.items})
        paper = _paper(row, row.exam, self._asked)
        if len(self._papers) >= self._most_papers:
            self._papers.clear()
        self._papers[number] = paper
        return paper

    def _load_versions(self, versions: set[int]) -> None:
        missing = sorted(versions - self._asked.keys())
        if len(self._asked) + len(missing) > self._most_versions:
            self._asked.clear()
            missing = sorted(versions)
        for start in range(0, len(missing), _CHUNK):
            rows = QuestionVersion.objects.filter(pk__in=missing[start : start + _CHUNK])
            for pk, name, body in rows.values_list("pk", "kind", "body"):
                kind = kinds.KINDS[name]
                self._asked[pk] = Asked(pk, kind, body, kind.places(body), Shown(kind, body, {"kind": name}))


SHELF = Shelf()


def _paper(row: ExamPaper, exam: Exam, asked: Mapping[int, Asked]) -> Paper:
    lines = dict(exam.blueprint.order_by("position").values_list("position", "title"))
    places = {position: place for place, position in enumerate(lines)}
    return Paper(
        id=row.pk,
        exam=exam.pk,
        title=exam.title,
        sections=tuple(lines.values()),
        asked=tuple(asked[version] for version, _points, _line in row.items),
        section_of=tuple(places.get(line, 0) for _version, _points, line in row.items),
        shuffles_questions=exam.shuffles_questions,
        shuffles_options=exam.shuffles_options,
    )


@dataclass(frozen=True)
class PreviewItem:
    """A question as those who run the exam read it, key and all."""

    number: int
    points: float
    stem: str
    options: list[tuple[str, str]]
    key: str
    explanation: str


def preview(row: ExamPaper) -> list[tuple[str, list[PreviewItem]]]:
    """A paper in its own order, section by section, with keys. For officers' pages only."""
    versions = QuestionVersion.objects.in_bulk([version for version, _points, _line in row.items])
    lines = dict(row.exam.blueprint.order_by("position").values_list("position", "title"))
    sections: dict[int, list[PreviewItem]] = {position: [] for position in lines}
    for number, (version, points, line) in enumerate(row.items, 1):
        found = versions[version]
        kind = kinds.KINDS[found.kind]
        parts = found.body.get("options") or found.body.get("items") or []
        item = PreviewItem(
            number=number,
            points=points,
            stem=found.body["stem"],
            options=[(chr(ord("A") + place), part.get("text", "")) for place, part in enumerate(parts)],
            key=kind.key_in_words(found.body, found.key),
            explanation=found.explanation,
        )
        sections.setdefault(line, []).append(item)
    return [(lines.get(position, ""), items) for position, items in sections.items() if items]
