"""Working days in China: the published holidays and make-up days, with what an officer entered on top.

The State Council announces a year's days late in the year before. Until the library knows a year, its weekdays count
as working days and ``is_certain`` says so; the notice's page shows a warning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import chinese_calendar

from huomiao.notices.models import WorkdayException

_ONE = timedelta(days=1)
_SATURDAY = 5


def _entered() -> dict[date, bool]:
    return dict(WorkdayException.objects.values_list("day", "is_workday"))


@cache
def _published(year: int) -> dict[date, bool]:
    """Whether people work on each day of ``year``; empty where nobody has announced it."""
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    try:
        return {day: bool(chinese_calendar.is_workday(day)) for day in days if day.year == year}
    except NotImplementedError:
        return {}


@dataclass
class Calendar:
    """The calendar as it stands now; the days that officers entered are read once."""

    entered: dict[date, bool] = field(default_factory=_entered)

    def is_working_day(self, day: date) -> bool:
        if day in self.entered:
            return self.entered[day]
        return _published(day.year).get(day, day.weekday() < _SATURDAY)

    def is_certain(self, day: date) -> bool:
        """Whether the day is known from the published list or was entered, rather than guessed from the week."""
        return day in self.entered or bool(_published(day.year))

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, which does not count itself."""
        while count > 0:
            day += _ONE
            if self.is_working_day(day):
                count -= 1
        return day

    def working_days_left(self, today: date, last: date) -> int:
        """How many working days come after ``today``, up to and with ``last``."""
        days = max((last - today).days, 0)
        return sum(self.is_working_day(today + timedelta(days=number)) for number in range(1, days + 1))

    def guessed(self, first: date, last: date) -> list[int]:
        """The years between two days that the calendar only guesses."""
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return sorted({day.year for day in days if not self.is_certain(day)})


def is_working_day(day: date) -> bool:
    """Whether people work on ``day``."""
    return Calendar().is_working_day(day)


def add_working_days(day: date, n: int) -> date:
    """The ``n``-th working day after ``day``; the day itself does not count, as the Civil Code counts days."""
    return Calendar().add_working_days(day, n)
