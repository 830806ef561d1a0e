"""What practice knows about a person, for their own export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huomiao.practice.models import Attempt, Enrolment, KeyReport
from huomiao.practice.queries import results
from huomiao.practice.states import ExamState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def key_reports(user: User) -> list[dict[str, Any]]:
    """What ``user`` found wrong with questions, and what was answered."""
    rows = KeyReport.objects.filter(by=user).select_related("version__question__bank").order_by("pk")
    return [
        {
            "bank": str(report.version.question.bank),
            "question": report.version.question.code,
            "text": report.text,
            "state": report.state,
            "reply": report.reply,
            "at": report.at,
            "replied_at": report.replied_at,
        }
        for report in rows
    ]


def sessions(user: User) -> list[dict[str, Any]]:
    """Every session that ``user`` handed in."""
    fields = ("mode", "started_at", "finished_at", "total", "right")
    return list(Attempt.objects.filter(user=user).order_by("pk").values(*fields))


def exams(user: User) -> list[dict[str, Any]]:
    """The sittings of ``user`` that are over; marks only of exams whose results are out."""
    return [
        {
            "exam": sitting.exam.title,
            "number": sitting.candidate.number,
            "started_at": sitting.started_at,
            "submitted_at": sitting.submitted_at,
            "state": sitting.state,
            **(
                {"points": sitting.points, "is_passed": sitting.is_passed}
                if sitting.exam.state == ExamState.RELEASED
                else {}
            ),
        }
        for sitting in results.mine(user)
    ]


def courses(user: User) -> list[dict[str, Any]]:
    """The courses that ``user`` took, and how far."""
    rows = Enrolment.objects.filter(user=user).select_related("course").prefetch_related("done__section").order_by("pk")
    return [
        {
            "course": enrolment.course.title,
            "started_at": enrolment.started_at,
            "completed_at": enrolment.completed_at,
            "done": [{"section": done.section.title, "at": done.at} for done in enrolment.done.all()],
        }
        for enrolment in rows
    ]
