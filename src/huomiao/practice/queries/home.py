"""What the worker's own pages begin with: where they belong, what they practise, how they stand today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import held
from huomiao.orgs.roles import Role
from huomiao.practice import points
from huomiao.practice.models import Bank, Choice, Memory, Person, PersonDay, Topic
from huomiao.practice.queries import asking, banks
from huomiao.practice.states import TopicKind

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Banks beyond these are found on the page of drills.
BANKS_SHOWN = 6


@dataclass(frozen=True)
class Standing:
    """How somebody stands today."""

    streak: int
    points_today: int
    points: int
    answered: int
    days: int
    # Questions to ask again today, and those in the wrong-answer book.
    due: int
    wrong: int

    @property
    def has_begun(self) -> bool:
        return self.days > 0


def home_unit(user: User) -> Organization | None:
    """The unit in which ``user`` works: where they are a member, else where they hold an office; the nearest to the ground."""
    memberships = held(user)
    ordered = sorted(memberships, key=lambda one: (one.role != Role.MEMBER, -len(one.organization.path)))
    return ordered[0].organization if ordered else None


def choice_of(user: User) -> Choice | None:
    """What ``user`` said they practise; None before they were asked."""
    return Choice.objects.select_related("trade").filter(user=user).first()


def trades(user: User) -> QuerySet[Topic]:
    """The trades for which ``user`` finds a bank."""
    used = banks.usable_by(user).exclude(trade=None).values("trade")
    return Topic.objects.filter(pk__in=used, kind=TopicKind.TRADE).order_by("path")


def banks_for(user: User, choice: Choice | None) -> list[Bank]:
    """The banks ``user`` may practise from, those of their own trade and level first."""
    found = list(banks.usable_by(user).order_by("name", "pk"))
    if choice is None:
        return found
    return sorted(
        found,
        key=lambda bank: (
            bank.trade_id != choice.trade_id or choice.trade_id is None,
            bool(choice.level) and bank.level != choice.level,
            bank.trade_id is not None,
        ),
    )


def standing(user: User, *, today: date) -> Standing:
    """The figures of ``user`` today, from what the follower has counted."""
    person = Person.objects.filter(user=user).first()
    day = PersonDay.objects.filter(user=user, day=today).values_list("points", flat=True).first()
    return Standing(
        streak=points.streak_today(streak=person.streak, last_on=person.last_on, today=today) if person else 0,
        points_today=day or 0,
        points=person.points if person else 0,
        answered=person.answered if person else 0,
        days=person.days if person else 0,
        due=asking.remembered(user, Memory.objects.filter(due_on__lte=today)).count(),
        wrong=asking.remembered(user, Memory.objects.filter(in_wrong_book=True)).count(),
    )
