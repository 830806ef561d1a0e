"""Reads: notices for everybody, objections for those who handle them, and how long something still takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from huomiao.notices.calendar import Calendar
from huomiao.notices.models import Notice, NoticeItem, Objection
from huomiao.notices.states import ItemState, NoticeState, ObjectionState
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Working days within which an officer takes an objection up, and answers it.
DAYS_TO_ACCEPT = 2
DAYS_TO_RULE = 15

# Not answered yet: nothing is published while one of these is there.
UNANSWERED = frozenset({ObjectionState.RECEIVED, ObjectionState.ACCEPTED})


def visible_to(user: User | AnonymousUser, *, at: datetime | None = None) -> QuerySet[Notice]:
    """Every notice that has begun: they are public, also when they are over or were taken back.

    One with a later first day is seen by those who run the calls of its issuer and by nobody else until then.
    """
    begun = Q(opens_on__lte=timezone.localdate(at))
    ours = within(reach(user, Power.RUN_CALLS), "issuer__path")
    return Notice.objects.filter(begun | ours).select_related("issuer").order_by("-opens_on", "-pk")


def of_subject(subject: models.Model) -> QuerySet[Notice]:
    """The notices about one thing, newest first."""
    return Notice.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by(
        "-opens_on", "-pk"
    )


def objections_visible_to(user: User | AnonymousUser) -> QuerySet[Objection]:
    """The objections that ``user`` may read: those to notices of unions whose calls they run."""
    ours = within(reach(user, Power.RUN_CALLS), "notice__issuer__path")
    return Objection.objects.filter(ours).select_related("notice__issuer", "item", "handler")


def unanswered(notice: Notice) -> int:
    """How many objections still wait; clues do not count."""
    return notice.objections.filter(state__in=UNANSWERED).count()


def last_day(item: NoticeItem) -> date:
    """The last day on which ``item`` may be objected to."""
    return item.closes_on or item.notice.closes_on


def takes_objections(item: NoticeItem, at: datetime) -> bool:
    """Whether somebody may object to ``item`` at ``at``."""
    if item.notice.state != NoticeState.OPEN or item.state == ItemState.STRUCK:
        return False
    today = timezone.localdate(at)
    return item.notice.opens_on <= today <= last_day(item)


@dataclass(frozen=True)
class Deadline:
    """By when the next step is due, and how many working days are left."""

    due_on: date
    days_left: int
    is_late: bool


def deadline(objection: Objection, *, calendar: Calendar, today: date) -> Deadline | None:
    """When an objection's next step is due; None when nothing is."""
    if objection.state == ObjectionState.RECEIVED:
        due_on = calendar.add_working_days(timezone.localdate(objection.made_at), DAYS_TO_ACCEPT)
    elif objection.state == ObjectionState.ACCEPTED and objection.accepted_at:
        due_on = calendar.add_working_days(timezone.localdate(objection.accepted_at), DAYS_TO_RULE)
    else:
        return None
    return Deadline(due_on, calendar.working_days_left(today, due_on), today > due_on)


def by_receipt(receipt: str, phone_tail: str) -> Objection | None:
    """The objection of that receipt, for whoever also knows the end of the phone number that was left with it."""
    found = (
        Objection.objects.filter(receipt=receipt.strip().upper())
        .select_related("notice__issuer", "item", "ruling")
        .first()
    )
    if found is None or (found.phone and found.phone[-4:] != phone_tail.strip()):
        return None
    return found


def same_objection(item: NoticeItem, *, text: str, kind: str, since: datetime) -> Objection | None:
    """An objection in the same words made a moment ago: a form that was sent twice."""
    return item.objections.filter(Q(text=text, kind=kind), made_at__gte=since).order_by("pk").first()
