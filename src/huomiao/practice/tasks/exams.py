"""Building papers in the background: ids in, safe to run twice."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from huomiao.core import history
from huomiao.core.errors import DomainError
from huomiao.practice import building
from huomiao.practice.models import Exam


@task()
def build_papers(exam_id: int) -> int:
    """Build the papers of an exam that was asked to; returns how many. What stops it is written where its officers see it."""
    exam = Exam.objects.filter(pk=exam_id, building_at__isnull=False).first()
    if exam is None:
        return 0

    def told(done: int, total: int) -> None:
        Exam.objects.filter(pk=exam_id).update(build_done=done, build_total=total)

    try:
        made = building.build(exam, at=timezone.now(), told=told)
    except DomainError as refusal:
        Exam.objects.filter(pk=exam_id).update(building_at=None, build_problem=refusal.message[:200])
        history.record(exam, "exam.build_failed", by=None, note=refusal.message)
        return 0
    except Exception:
        Exam.objects.filter(pk=exam_id).update(building_at=None)
        raise
    history.record(exam, "exam.built", by=None, changes={"papers": [None, made]})
    return made
