"""Taking a course: begin, open a section, finish one, and what finishing the last one brings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.honours import actions as honours
from huomiao.honours.models import Honour
from huomiao.practice.models import Course, Enrolment, Section, SectionDone
from huomiao.practice.queries import courses, home
from huomiao.practice.queries import learning as queries
from huomiao.practice.rules import courses as rules
from huomiao.practice.states import SectionKind

if TYPE_CHECKING:
    from huomiao.accounts.models import User

SERIES = "职工课程"
NUMBER_PATTERN = "课程结业证字〔{year}〕{count:06d}号"


class NotDone(WrongState):
    """Something else comes first."""

    code = "not_done"


@transaction.atomic
def begin(course: Course, *, by: User, at: datetime) -> Enrolment:
    """Take ``course`` up; who has begun already goes on.

    Raises:
        NotAllowed: it is not open to ``by``.
        NotDone: another course comes first.
    """
    if known := queries.enrolment_of(course, by):
        return known
    if not rules.can_begin(by, course):
        raise NotAllowed(_("这门课没有向您所在的单位开放，或已经下架。"))
    if first := courses.unmet(course, by):
        titles = "、".join(f"“{one}”" for one in first)
        raise NotDone(_("学这门课之前请先学完：%(titles)s。") % {"titles": titles})
    unit = home.home_unit(by)
    # Two presses at once: the second finds the first one's row.
    enrolment, created = Enrolment.objects.get_or_create(
        course=course, user=by, defaults={"unit": unit, "started_at": at, "visited_at": at}
    )
    if created:
        history.record(enrolment, "course.begun", by=by, at=at)
    return enrolment


def visit(enrolment: Enrolment, section: Section, *, at: datetime) -> None:
    """Remember that this is where they are, so that the course goes on from here."""
    Enrolment.objects.filter(pk=enrolment.pk).update(current=section, visited_at=at)


@transaction.atomic
def finish(section: Section, *, by: User, at: datetime) -> Enrolment:
    """Record that ``by`` has read or watched ``section``. A drill is finished by passing it, never by saying so.

    Raises:
        NotDone: the course was not begun, an earlier section comes first, or it is a drill that was not passed.
    """
    enrolment = _locked(section.course, by)
    step = queries.progress(section.course, by).step(section.pk)
    if step is None or not step.is_open:
        raise NotDone(_("请先学完前面的各节。"))
    if section.kind == SectionKind.DRILL:
        _count(enrolment, by=by)
        if not enrolment.done.filter(section=section).exists():
            raise NotDone(_("随堂练习要达到 %(percent)d%% 才算完成，请先练习。") % {"percent": section.pass_percent})
    else:
        SectionDone.objects.get_or_create(enrolment=enrolment, section=section, defaults={"at": at})
    _complete(enrolment, by=by, at=at)
    return enrolment


@transaction.atomic
def count_drills(course: Course, *, by: User, at: datetime) -> int:
    """Record the drills of ``course`` that ``by`` has passed since; returns how many. Nothing happens twice."""
    enrolment = _locked(course, by)
    counted = _count(enrolment, by=by)
    if counted:
        _complete(enrolment, by=by, at=at)
    return counted


def _locked(course: Course, user: User) -> Enrolment:
    found = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("course__owner", "unit")
        .filter(course=course, user=user)
        .first()
    )
    if found is None:
        raise NotDone(_("请先点“开始学习”。"))
    if not rules.can_go_on(found):
        raise NotDone(_("课程正在修改，暂时不能学习。"))
    return found


def _count(enrolment: Enrolment, *, by: User) -> int:
    waiting = {
        section.tag: section
        for section in enrolment.course.sections.filter(kind=SectionKind.DRILL).exclude(
            pk__in=enrolment.done.values("section")
        )
    }
    made: dict[int, SectionDone] = {}
    for attempt in queries.attempts(by, waiting.values()):
        section = waiting[attempt.tag]
        if section.pk not in made and queries.passed(section, attempt):
            made[section.pk] = SectionDone(
                enrolment=enrolment, section=section, at=attempt.finished_at, right=attempt.right, total=attempt.total
            )
    SectionDone.objects.bulk_create(made.values(), ignore_conflicts=True)
    return len(made)


def _complete(enrolment: Enrolment, *, by: User, at: datetime) -> None:
    """When nothing is left: record it once, and give the certificate that the course promises."""
    course = enrolment.course
    if enrolment.completed_at is not None:
        return
    left = course.sections.exclude(pk__in=enrolment.done.values("section"))
    if left.exists():
        return
    enrolment.completed_at = at
    if course.award:
        enrolment.honour = _certificate(enrolment, by, at)
    enrolment.save(update_fields=["completed_at", "honour"])
    history.record(enrolment, "course.completed", by=by, at=at)


def _certificate(enrolment: Enrolment, user: User, at: datetime) -> Honour:
    course, unit = enrolment.course, enrolment.unit
    day = timezone.localtime(at).date()
    # A register is a Chinese document whatever language the learner has chosen.
    with override("zh-hans"):
        return honours.grant(
            enrolment,
            series=SERIES,
            year=day.year,
            programme=course.title,
            award=course.award,
            holders=[(user.name or user.username, user)],
            unit_name=unit.name if unit else "",
            unit=unit,
            awarded_by=course.owner.name,
            awarded_on=day,
            by=None,
            number_pattern=NUMBER_PATTERN,
            is_demo=course.is_demo,
        )
