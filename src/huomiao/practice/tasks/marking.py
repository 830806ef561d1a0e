"""Marking, settling and certificates after the answer: ids in, safe to run twice."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from huomiao.practice import analysing, certifying, remarking, scripts
from huomiao.practice.models import Exam, MarkingPlan, Script
from huomiao.practice.states import ExamState


@task()
def carry_on(run_pk: int) -> int:
    """Mark all sittings that the run has not come to, then what follows from new marks; returns how many results changed."""
    run = remarking.carry_on(run_pk)
    exam = Exam.objects.get(pk=run.exam_id)
    analysing.refresh(exam, at=timezone.now())
    if exam.state == ExamState.RELEASED:
        certifying.settle(exam, at=timezone.now())
    return run.changed


@task()
def settle(exam_pk: int) -> int:
    """Settle the answers whose markers are done and bring the sittings up to date; returns how many sittings that were."""
    exam = Exam.objects.get(pk=exam_pk)
    sittings = scripts.settle(exam)
    remarking.mark_some(exam, sittings)
    return len(set(sittings))


@task()
def certify(exam_pk: int) -> int:
    """Give and revoke certificates until they agree with the results; returns how many changed."""
    return certifying.settle(Exam.objects.get(pk=exam_pk), at=timezone.now())


@task()
def take_back(script_pk: int) -> int:
    """Take back what an answer was settled at, because a sheet of it is open again; returns how many sittings that concerns."""
    script = Script.objects.select_related("exam").get(pk=script_pk)
    sittings = scripts.reopened(script_pk)
    remarking.mark_some(script.exam, sittings)
    return len(sittings)


@task()
def take_in(sitting_pk: int) -> None:
    """Mark a sitting that came in while its exam is being marked, and have its texts marked."""
    exam = Exam.objects.get(sittings=sitting_pk)
    if MarkingPlan.objects.filter(exam=exam).exists():
        scripts.open_scripts(exam)
        scripts.assign(exam)
    remarking.mark_some(exam, [sitting_pk])
