"""Times as feeds, sitemaps and lists write them. Where no zone is named, the time is China's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
_LONGEST = 64
_MOMENT = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    r"(?:[T\s]{0,3}(?P<hour>\d{1,2})[:时：](?P<minute>\d{2})(?:[:分：](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"\s?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)


def moment(text: str) -> datetime | None:
    """The first time that ``text`` names, aware; midnight where it names a day alone; None where it names none."""
    text = text[:_LONGEST]
    found = _MOMENT.search(text)
    try:
        if found is None:
            given = parsedate_to_datetime(text)
            return given if given.tzinfo else given.replace(tzinfo=CHINA)
        numbers = {name: int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")}
        zone = found["zone"]
        return datetime(**numbers, tzinfo=_zone(zone) if zone else CHINA)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
