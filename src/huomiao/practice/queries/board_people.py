"""The boards of people within their unit: who earned what in a period or in a campaign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from django.db.models import F, Q, QuerySet

from huomiao.orgs.models import Organization
from huomiao.practice import points
from huomiao.practice.models import BoardChoice, Campaign, CampaignPerson, Person
from huomiao.practice.periods import start_of
from huomiao.practice.states import Period

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Whose rows stand on a board of people: each carries ``earned``, ``run``, ``run_until`` and ``known``.
Ranked = TypeVar("Ranked", Person, CampaignPerson)

_POINTS = {
    Period.DAY: "day_points",
    Period.WEEK: "week_points",
    Period.MONTH: "month_points",
    Period.EVER: "points",
}


@dataclass
class PersonLine:
    """One person on the board of their unit."""

    name: str
    place: int
    points: int
    streak: int
    mastered: int
    bar: int = 0
    is_own: bool = False


def people_in(period: Period, today: date, unit: Organization) -> QuerySet[Person]:
    """The people of ``unit`` who practised in the current period, by points."""
    return (
        Person.objects.filter(unit=unit, last_on__gte=start_of(period, today))
        .select_related("user")
        .annotate(earned=F(_POINTS[period]), run=F("streak"), run_until=F("last_on"), known=F("mastered"))
        .order_by("-earned", "user_id")
    )


def campaign_people_in(campaign: Campaign, unit: Organization) -> QuerySet[CampaignPerson]:
    """The people of ``unit`` who take part in ``campaign``, by what they earned there."""
    return (
        CampaignPerson.objects.filter(campaign=campaign, unit=unit)
        .select_related("user")
        .annotate(
            earned=F("points"),
            run=F("user__practice__streak"),
            run_until=F("user__practice__last_on"),
            known=F("user__practice__mastered"),
        )
        .order_by("-earned", "user_id")
    )


def person_page(
    people: QuerySet[Ranked], shown: Iterable[Ranked], *, user: User, shows_names: bool, first: int, today: date
) -> tuple[list[PersonLine], PersonLine | None]:
    """The lines of ``people`` that a page shows, and ``user``'s own when it stands on another page."""
    rows = list(shown)
    first = first or 1
    own = None if any(row.user_id == user.pk for row in rows) else people.filter(user=user).first()
    hidden = _unnamed(row.user_id for row in rows)
    most = max((_earned(row) for row in rows), default=0) if first == 1 else _earned(people[0])
    lines: list[PersonLine] = []
    for number, row in enumerate(rows, first):
        is_level = bool(lines) and lines[-1].points == _earned(row)
        place = lines[-1].place if is_level else number if lines or first == 1 else _person_place(people, row)
        is_named = row.user_id == user.pk or (shows_names and row.user_id not in hidden)
        lines.append(_person_line(row, place, user=user, is_named=is_named, most=most, today=today))
    if own is None:
        return lines, None
    place = _person_place(people, own)
    return lines, _person_line(own, place, user=user, is_named=True, most=most, today=today)


def _person_line(
    row: Person | CampaignPerson, place: int, *, user: User, is_named: bool, most: int, today: date
) -> PersonLine:
    carried = vars(row)
    return PersonLine(
        name=row.user.name if is_named else masked(row.user.name),
        place=place,
        points=_earned(row),
        streak=points.streak_today(streak=carried["run"], last_on=carried["run_until"], today=today),
        mastered=carried["known"],
        bar=round(100 * _earned(row) / most) if most else 0,
        is_own=row.user_id == user.pk,
    )


def _earned(row: Person | CampaignPerson) -> int:
    earned: int = vars(row)["earned"]
    return earned


def _person_place(people: QuerySet[Ranked], row: Ranked) -> int:
    ahead = Q(earned__gt=_earned(row))
    return people.filter(ahead).count() + 1


def _unnamed(user_ids: Iterable[int]) -> set[int]:
    """Those of the people who do not want to be named on boards."""
    return set(BoardChoice.objects.filter(user__in=list(user_ids), is_named=False).values_list("user_id", flat=True))


def masked(name: str) -> str:
    """A name of which only the first character is shown."""
    return name[:1] + "＊" * max(1, len(name) - 1)
