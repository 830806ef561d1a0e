"""Reads over requests for removal: the editors' queue, and the asker's own by its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from huomiao.newsdesk.models import Article, Removal
from huomiao.newsdesk.states import RemovalReason, RemovalState
from huomiao.notices.calendar import Calendar
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power

# Working days within which a request is answered.
DAYS_TO_ANSWER = 3

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[Removal]:
    """The requests about articles of sources that ``user``'s union keeps."""
    kept = within(reach(user, Power.EDIT_NEWS), "article__source__keeper__path")
    return Removal.objects.filter(kept).select_related("article__source__keeper", "decided_by")


def waiting_for(user: User | AnonymousUser) -> QuerySet[Removal]:
    """Those that nobody has answered, the most urgent first."""
    return visible_to(user).filter(state=RemovalState.RECEIVED).order_by("due_on", "pk")


def keeps_down(article: Article) -> bool:
    """Whether a granted request keeps ``article`` down."""
    return article.removals.filter(state=RemovalState.TAKEN_DOWN).exists()


def ground_of(article: Article) -> RemovalReason | None:
    """For which reason ``article`` was taken down on request; None where the desk did it by itself."""
    granted = article.removals.filter(state=RemovalState.TAKEN_DOWN).order_by("-decided_at").first()
    return RemovalReason(granted.reason) if granted else None


def same_request(article: Article, *, text: str, since: datetime) -> Removal | None:
    """A request in the same words made a moment ago: a form that was sent twice."""
    return article.removals.filter(text=text, made_at__gte=since).order_by("pk").first()


def by_receipt(receipt: str, phone_tail: str) -> Removal | None:
    """The request of that receipt, for whoever also knows the end of the phone number left with it."""
    found = Removal.objects.filter(receipt=receipt.strip().upper()).select_related("article").first()
    if found is None or found.phone[-4:] != phone_tail.strip():
        return None
    return found


@dataclass(frozen=True)
class Deadline:
    """By when a request is answered, and how many working days are left."""

    due_on: date
    days_left: int
    is_late: bool

    @property
    def days(self) -> list[bool]:
        """Each working day that there was to answer in, and whether it is still left."""
        return [number < self.days_left and not self.is_late for number in range(DAYS_TO_ANSWER)]

    @property
    def tone(self) -> str:
        return "bad" if self.is_late else "warn" if self.days_left <= 1 else "good"


def deadline(removal: Removal, *, calendar: Calendar, today: date) -> Deadline | None:
    """The deadline of a request that waits; None for one that was answered."""
    if removal.state != RemovalState.RECEIVED:
        return None
    left = calendar.working_days_left(today, removal.due_on)
    return Deadline(removal.due_on, left, today > removal.due_on)
