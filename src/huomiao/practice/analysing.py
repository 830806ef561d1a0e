"""The item analysis of an exam, worked out from its marks and kept until the marks change."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from typing import Any

from huomiao.practice import item_analysis
from huomiao.practice.marking import is_blank
from huomiao.practice.models import Exam, ExamAnalysis, ExamPaper, ItemMark, QuestionVersion
from huomiao.practice.queries import results

BATCH = 500


def refresh(exam: Exam, *, at: datetime) -> ExamAnalysis:
    """Work the analysis of ``exam`` out anew from the results that count."""
    data = worked_out(exam)
    found, _created = ExamAnalysis.objects.update_or_create(exam=exam, defaults={"data": data, "at": at})
    return found


def worked_out(exam: Exam) -> dict[str, Any]:
    """The analysis as JSON: each question's figures, and each paper's reliability."""
    sittings = dict(results.counted(exam).filter(points__isnull=False).order_by("pk").values_list("pk", "paper_id"))
    totals = {
        pk: float(points)
        for pk, points in results.counted(exam).filter(points__isnull=False).values_list("pk", "points")
        if points is not None
    }
    worth = _worth(exam)
    versions = _questions({version for version, _paper in worth})
    answers: dict[int, list[item_analysis.Answered]] = defaultdict(list)
    rows: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    keys = sorted(sittings)
    for start in range(0, len(keys), BATCH):
        marks = ItemMark.objects.filter(sitting_id__in=keys[start : start + BATCH]).order_by("sitting_id", "position")
        for sitting, version, answer, fraction, points in marks.values_list(
            "sitting_id", "version_id", "answer", "fraction", "points"
        ):
            if fraction is None:
                continue
            answers[version].append(
                item_analysis.Answered(
                    sitting,
                    float(fraction),
                    worth[version, sittings[sitting]],
                    item_analysis.options_of(versions[version][1], answer),
                    is_blank(answer),
                )
            )
            rows[sittings[sitting]][sitting].append(float(points or 0))
    figures = item_analysis.analyse([one for one, _kind in versions.values()], answers, totals)
    numbers = dict(ExamPaper.objects.filter(pk__in=rows).values_list("pk", "number"))
    papers = []
    for paper in sorted(rows, key=lambda pk: numbers[pk]):
        reliability = item_analysis.alpha(list(rows[paper].values()))
        papers.append(
            {
                "number": numbers[paper],
                "sittings": len(rows[paper]),
                "alpha": reliability,
                "error": item_analysis.measurement_error([totals[pk] for pk in rows[paper]], reliability),
            }
        )
    return {
        "sittings": len(totals),
        "items": [asdict(one) for one in figures],
        # Where everybody has their own paper there is nothing to compare papers by.
        "papers": [one for one in papers if one["alpha"] is not None][:50],
    }


def _worth(exam: Exam) -> dict[tuple[int, int], float]:
    """What each version is worth on each paper."""
    return {
        (version, paper): float(points)
        for paper, items in ExamPaper.objects.filter(exam=exam).values_list("pk", "items")
        for version, points, *_line in items
    }


def _questions(keys: set[int]) -> dict[int, tuple[item_analysis.Question, str]]:
    found: dict[int, tuple[item_analysis.Question, str]] = {}
    ordered = sorted(keys)
    for start in range(0, len(ordered), BATCH):
        rows = QuestionVersion.objects.filter(pk__in=ordered[start : start + BATCH])
        for pk, kind, body, key in rows.values_list("pk", "kind", "body", "key"):
            options = 0
            right: tuple[int, ...] = ()
            if kind in {"single", "multiple"}:
                options, right = len(body["options"]), tuple(key["right"])
            elif kind == "true_false":
                options, right = 2, (0 if key["right"] else 1,)
            found[pk] = (item_analysis.Question(pk, options, right), kind)
    return found
