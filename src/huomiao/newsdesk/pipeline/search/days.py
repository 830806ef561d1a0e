"""Days and ranges of days as people write them in a query."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date
from typing import NamedTuple

from huomiao.newsdesk.pipeline.search.queries import Dates

_PLAIN = r"\d{4}(?:-\d{1,2}(?:-\d{1,2})?)?"
_RANGE = re.compile(rf"({_PLAIN})?(?:\.\.|~)({_PLAIN})?")
_MONTH_OR_DAY = re.compile(r"\d{4}-\d{1,2}(?:-\d{1,2})?")
_SPOKEN = re.compile(r"\d{4}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?")
# Behind 日期: people write as they like: 2023/12/5, 2023.12, 2023年12月5日.
_LOOSE = re.compile(r"(?<=\d)(?:[/年月]|\.(?!\.))(?=\d)")


class NoSuchDay(ValueError):
    """It looks like a day, but the calendar has none such."""


class Read(NamedTuple):
    """Days as read; ``turned`` says that the later end was typed first."""

    dates: Dates
    turned: bool = False


def bare(word: str) -> Read | None:
    """The days that a word of a query means by itself: 2023-12, 2023-12-05, 2023-12..2024-03; None for any other word.

    A year alone is a number like others.
    """
    plain = unicodedata.normalize("NFKC", word)
    if _MONTH_OR_DAY.fullmatch(plain):
        return _range(plain, plain)
    return _typed_range(plain)


def spoken(word: str) -> Read | None:
    """The days of 2023年, 2023年12月 and 2023年12月5日; None for any other word. A text may have these words too."""
    plain = unicodedata.normalize("NFKC", word)
    return named(plain) if _SPOKEN.fullmatch(plain) else None


def named(text: str) -> Read | None:
    """The days that stand behind 日期: – as ``bare``, and a year, and other ways of writing a day."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[年月日号](?=$|\.\.|~)", "", plain)
    plain = _LOOSE.sub("-", plain)
    return _range(plain, plain) if re.fullmatch(_PLAIN, plain) else _typed_range(plain)


def _typed_range(plain: str) -> Read | None:
    found = _RANGE.fullmatch(plain)
    if not found or not (found[1] or found[2]):
        return None
    return _range(found[1], found[2])


def _range(first: str | None, last: str | None) -> Read:
    begins = _days(first) if first else None
    ends = _days(last) if last else None
    if begins and ends and begins[0] > ends[1]:
        return Read(Dates(ends[0], begins[1]), turned=True)
    return Read(Dates(begins and begins[0], ends and ends[1]))


def _days(text: str) -> tuple[date, date]:
    """The first and the last day of a year, a month or a day."""
    year, month, day = ([int(part) for part in text.split("-")] + [0, 0])[:3]
    try:
        if text.count("-") == 2:
            return date(year, month, day), date(year, month, day)
        first, last = (month, month) if text.count("-") else (1, 12)
        return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])
    except ValueError as wrong:  # calendar.IllegalMonthError is one
        raise NoSuchDay(text) from wrong
