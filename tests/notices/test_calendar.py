from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huomiao.notices.calendar import Calendar, add_working_days, is_working_day
from tests.factories.notices import WorkdayExceptionFactory

days = st.dates(date(2004, 1, 1), date(2040, 12, 31))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 10, 10), True),  # a Saturday that makes up for it
        (date(2026, 11, 21), False),  # a Saturday
        (date(2026, 11, 23), True),  # a Monday
        (date(2031, 3, 3), True),  # a Monday that nobody announced yet
        (date(2031, 3, 1), False),  # a Saturday likewise
    ],
)
def test_working_days_follow_the_published_calendar(day, expected):
    assert is_working_day(day) is expected


@pytest.mark.django_db
def test_an_entered_day_decides_over_the_calendar():
    WorkdayExceptionFactory(day=date(2026, 11, 23), is_workday=False)
    WorkdayExceptionFactory(day=date(2031, 3, 1), is_workday=True)

    assert not is_working_day(date(2026, 11, 23))
    assert is_working_day(date(2031, 3, 1))
    assert Calendar().guessed(date(2031, 3, 1), date(2031, 3, 1)) == []


@pytest.mark.django_db
def test_the_first_day_does_not_count_and_holidays_are_passed_over():
    # Wednesday before the National Day: Thursday 1 to Wednesday 7 are free, Saturday 10 is worked.
    assert add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)


def test_years_that_are_only_guessed_are_named():
    assert Calendar({}).guessed(date(2026, 12, 30), date(2027, 1, 4)) == [2027]
    assert Calendar({}).guessed(date(2026, 12, 1), date(2026, 12, 31)) == []


@given(day=days, count=st.integers(0, 40))
def test_adding_working_days_passes_exactly_that_many(day, count):
    calendar = Calendar({})

    last = calendar.add_working_days(day, count)

    assert calendar.working_days_left(day, last) == count
    assert count == 0 or calendar.is_working_day(last)


@given(day=days, span=st.integers(-10, 60))
def test_days_left_never_grow_as_time_passes(day, span):
    calendar, last = Calendar({}), day + timedelta(days=span)

    assert calendar.working_days_left(day, last) >= calendar.working_days_left(day + timedelta(days=1), last) >= 0
