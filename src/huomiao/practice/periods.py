"""Days, weeks and months as people live them here: in Shanghai's time, weeks from Monday."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from huomiao.practice.states import Period

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Where the period that never ends begins.
EVER = date(2000, 1, 1)
ONE_DAY = timedelta(days=1)


def day_of(at: datetime) -> date:
    """The day in Shanghai on which ``at`` falls."""
    return at.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """The moment at which ``day`` begins."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def start_of(period: Period | str, day: date) -> date:
    """The first day of the period that ``day`` lies in."""
    if period == Period.DAY:
        return day
    if period == Period.WEEK:
        return day - timedelta(days=day.weekday())
    if period == Period.MONTH:
        return day.replace(day=1)
    return EVER


def end_of(period: Period | str, day: date) -> date | None:
    """The last day of the period that ``day`` lies in; None when it has none."""
    if period == Period.DAY:
        return day
    if period == Period.WEEK:
        return start_of(period, day) + timedelta(days=6)
    if period == Period.MONTH:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE_DAY
    return None


def previous(period: Period | str, start: date) -> date | None:
    """The first day of the period before the one that begins with ``start``; None when there is none."""
    return None if period == Period.EVER else start_of(period, start - ONE_DAY)


@lru_cache(maxsize=1024)
def starts(day: date) -> tuple[tuple[str, date], ...]:
    """Each kind of period with the first day of the one that ``day`` lies in."""
    return tuple((period.value, start_of(period, day)) for period in Period)
