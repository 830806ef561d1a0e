"""Building an exam's papers before it begins, and giving each candidate theirs."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid
from huomiao.practice import blueprint
from huomiao.practice.models import BlueprintLine, Candidate, Exam, ExamPaper, Release
from huomiao.practice.models.banks import QuestionVersion
from huomiao.practice.states import PaperPlan, Use

BATCH = 500

T = TypeVar("T")

Told = Callable[[int, int], None]


def pool(exam: Exam) -> list[blueprint.Item]:
    """The questions that may be asked: those for exams in the current releases of the exam's banks."""
    versions: list[int] = []
    for ids in Release.objects.filter(pk__in=exam.banks.exclude(current=None).values("current")).values_list(
        "version_ids", flat=True
    ):
        versions.extend(ids)
    asked = _asked_before(exam)
    items: list[blueprint.Item] = []
    for start in range(0, len(versions), BATCH):
        rows = QuestionVersion.objects.filter(
            pk__in=versions[start : start + BATCH], question__use__in=[Use.EXAM, Use.BOTH]
        ).values_list("pk", "digest", "kind", "question__topic__path", "question__level", "question__difficulty")
        items.extend(
            blueprint.Item(pk, digest, kind, topic or "", level, difficulty, asked.get(pk, 0))
            for pk, digest, kind, topic, level, difficulty in rows
        )
    return items


def _asked_before(exam: Exam) -> dict[int, int]:
    """In how many earlier exams of the organiser each question version was asked (at most the last ten)."""
    asked: dict[int, int] = {}
    earlier = Exam.objects.filter(organiser=exam.organiser_id, built_at__isnull=False).exclude(pk=exam.pk)
    for other in earlier.order_by("-pk").values_list("pk", flat=True)[:10]:
        seen = {
            version
            for items in ExamPaper.objects.filter(exam=other).values_list("items", flat=True)[:BATCH]
            for version, _points, _line in items
        }
        for version in seen:
            asked[version] = asked.get(version, 0) + 1
    return asked


def lines_of(rows: Sequence[BlueprintLine]) -> list[blueprint.Line]:
    """The blueprint as ``blueprint`` reads it."""
    return [
        blueprint.Line(row.kind, row.count, row.topic.path if row.topic else "", row.level, row.difficulty)
        for row in rows
    ]


def rows_of(exam: Exam) -> list[BlueprintLine]:
    return list(exam.blueprint.select_related("topic").order_by("position"))


def build(exam: Exam, *, at: datetime, told: Told = lambda _done, _total: None) -> int:
    """Draw all papers of ``exam`` anew and give each candidate one; ``told(done, total)`` hears how far it is.

    Papers that nobody began replace each other in one transaction: an exam never stands half built.

    Raises:
        blueprint.BlueprintShort: the banks cannot fill the blueprint.
        Invalid: there is no blueprint, or somebody has begun.
    """
    rows = rows_of(exam)
    if not rows:
        raise Invalid(_("还没有试卷结构。请先填写每种题型的题数和分值。"))
    if exam.sittings.exists():
        raise Invalid(_("已经有人开始考试，试卷不能再重组。"))
    seed = secrets.token_hex(16)
    candidates = exam.candidates.count()
    wanted = {
        PaperPlan.FIXED: 1,
        PaperPlan.EQUAL: exam.paper_count,
        PaperPlan.DRAWN: max(1, candidates),
    }[PaperPlan(exam.plan)]
    drawn = blueprint.draw(lines_of(rows), pool(exam), papers=wanted, seed=seed)
    papers: list[ExamPaper] = []
    for number, paper in enumerate(_paper_rows(exam, rows, drawn, first=1), 1):
        papers.append(paper)
        if number % BATCH == 0:
            told(number, wanted)
    with transaction.atomic():
        exam.candidates.update(paper=None)
        exam.papers.all().delete()
        for chunk in _chunks(papers):
            ExamPaper.objects.bulk_create(chunk)
        exam.seed = seed
        exam.built_at = at
        exam.building_at = None
        exam.build_problem = ""
        exam.build_done = exam.build_total = wanted
        exam.save(update_fields=["seed", "built_at", "building_at", "build_problem", "build_done", "build_total"])
        hand_out(exam)
    return wanted


def hand_out(exam: Exam) -> int:
    """Give a paper to each candidate who has none; returns how many got one. Draws more where everybody has their own."""
    waiting = list(exam.candidates.filter(paper=None).order_by("number"))
    if not waiting:
        return 0
    papers = list(exam.papers.order_by("number").values_list("pk", flat=True))
    if exam.plan == PaperPlan.DRAWN:
        held = set(exam.candidates.exclude(paper=None).values_list("paper", flat=True))
        papers = [paper for paper in papers if paper not in held]
        lack = len(waiting) - len(papers)
        if lack > 0:
            papers.extend(_draw_more(exam, lack))
    for at, candidate in enumerate(waiting):
        candidate.paper_id = papers[at % len(papers)]
    for chunk in _chunks(waiting):
        Candidate.objects.bulk_update(chunk, ["paper"])
    return len(waiting)


def _draw_more(exam: Exam, number: int) -> list[int]:
    rows = rows_of(exam)
    last = exam.papers.order_by("-number").values_list("number", flat=True).first() or 0
    drawn = blueprint.draw(lines_of(rows), pool(exam), papers=number, seed=f"{exam.seed}:{last}")
    made = list(_paper_rows(exam, rows, drawn, first=last + 1))
    for chunk in _chunks(made):
        ExamPaper.objects.bulk_create(chunk)
    return [paper.pk for paper in made]


def _paper_rows(
    exam: Exam, rows: Sequence[BlueprintLine], drawn: Iterator[list[list[int]]], *, first: int
) -> Iterator[ExamPaper]:
    total = sum((row.points * row.count for row in rows), Decimal(0))
    for number, paper in enumerate(drawn, first):
        items = [
            [version, float(row.points), row.position]
            for row, versions in zip(rows, paper, strict=True)
            for version in versions
        ]
        digest = hashlib.sha256(json.dumps(items).encode()).hexdigest()
        yield ExamPaper(exam=exam, number=number, items=items, total_points=total, digest=digest)


def _chunks(rows: Sequence[T]) -> Iterator[list[T]]:
    found = iter(rows)
    while chunk := list(islice(found, BATCH)):
        yield chunk
