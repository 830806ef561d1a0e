"""Dates and times as pages write them, Chinese and English, with how exact they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = "minute"
DAY = "day"

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_CLOCK = (
    r"(?:(?P<half>上午|早上|凌晨|清晨|中午|下午|午后|傍晚|晚上|晚间|晚)\s*)?(?P<hour>[01]?\d|2[0-4])\s*[:：时時點点]\s*(?P<minute>[0-5]\d)"
    r"(?!\d)(?:\s*[:：分]\s*(?P<second>[0-5]\d))?(?:\.\d+)?\s*分?\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?(?!\d)"
)
_CHINESE = re.compile(
    rf"(?<![\d/]){_YEAR}\s*(?P<mark>[-./／年－]|(?<=\d\s)(?=\d\d?\s*[-/]))\s*(?P<month>0?[1-9]|1[0-2])\s*[-./／月－]\s*(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)\s*[日号號]?"
    rf"(?:[T\s,，|｜()（）]*(?:(?:星期|周|週|禮拜)[一二三四五六日天]|[\u4e00-\u9fff]{{4,10}})?[\s)）|｜]*{_CLOCK})?"
)
_COMPACT = re.compile(
    rf"(?<!\d){_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?:(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?(?!\d)"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1)
    for name in names.split()
}  # fmt: skip
_MONTH = r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
_ENGLISH_ZONE = r"(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d|[ECMP][SD]?T\b|[AB]ST\b)?"
_CLOCK_FIRST = (
    rf"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\s*(?P<half>[ap]\.?m\.?)?\s*{_ENGLISH_ZONE}[\s,]+(?:on\s+)?"
)
_ENGLISH_CLOCK = (
    r"(?:[\s,|·•–-]*(?:at\s+)?(?P<hour>[01]?\d|2[0-3])(?::|\.(?=\d\d\s*(?:[ap]\.?m|[A-Z]{2,4}\b|$)))(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?\s*(?P<half>[ap]\.?m\.?)?\s*"
    rf"{_ENGLISH_ZONE})?"
)
_ENGLISH_DAYS = (
    rf"\b{_MONTH}\.?\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?,?\s+{_YEAR}\b",
    rf"(?<!\d)(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\s+{_MONTH}\.?,?\s+{_YEAR}\b",
)
_ENGLISH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (*(_CLOCK_FIRST + day for day in _ENGLISH_DAYS), *(day + _ENGLISH_CLOCK for day in _ENGLISH_DAYS))
)
# Without a year, which something else has to give.
_IN_YEAR = re.compile(
    rf"(?<![\d./年-])(?P<month>0?[1-9]|1[0-2])\s*[-./月]\s*(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)\s*日?\s*{_CLOCK}"
)
_EPOCH = re.compile(r"^(\d{10})(\d{3})?$")

_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "bst": 60, "est": -300, "edt": -240, "et": -300, "cst": -360, "cdt": -300, "ct": -360,
    "mst": -420, "mdt": -360, "mt": -420, "pst": -480, "pdt": -420, "pt": -480, "ast": -240,
}  # fmt: skip
_AFTERNOON = frozenset(("下午", "午后", "傍晚", "晚上", "晚间", "晚", "中午", "pm"))
# In an address: /2019-09/07/, /19/0907/13/, /20190907/, t20190907_, /2019/9/7/
_IN_ADDRESS = (
    re.compile(r"(?<!\d)(?P<year>20\d\d)[-/_]?(?P<month>0[1-9]|1[0-2])[-/_]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>20\d\d)[-/](?P<month>[1-9]|1[0-2])[-/](?P<day>[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"/(?P<year>[012]\d)/(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])/"),
    re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])\d{4,}(?!\d)"),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that a text names: aware, exact ``to`` the minute or the day, and where in the text it stands."""

    at: datetime
    to: str
    start: int
    end: int


def moments(text: str) -> Iterator[Moment]:
    """The moments in a line, in order, in Chinese or English. Lines without a year give none."""
    if "19" not in text and "20" not in text:
        return
    found = False
    for match in _CHINESE.finditer(text):
        if (moment := _made(match)) is not None:
            found = True
            yield moment
    if not found:
        for pattern in _ENGLISH:
            for match in pattern.finditer(text):
                if (moment := _made(match)) is not None:
                    found = True
                    yield moment
            if found:
                return


def refined(text: str, day: datetime) -> Moment | None:
    """The minute in a line that names the day without its year, as ``01-05 18:41`` does; None when it is another day's."""
    for match in _IN_YEAR.finditer(text):
        if (int(match["month"]), int(match["day"])) == (day.month, day.day):
            return _made(match, year=day.year)
    return None


def stated(value: str) -> Moment | None:
    """The moment that a machine-readable field states: ISO 8601, a compact date, seconds since 1970, or as people write."""
    value = value.strip()[:80]
    if (epoch := _EPOCH.match(value)) is not None:
        at = datetime.fromtimestamp(int(epoch[1]), UTC).astimezone(SHANGHAI)
        return Moment(at, MINUTE, 0, len(value)) if 1990 < at.year < 2100 else None
    first = next(moments(value), None)
    if first is not None:
        return first
    compact = _COMPACT.match(value)
    return _made(compact) if compact is not None else None


def in_address(address: str) -> Moment | None:
    """The day that an address carries, as those of many sites do."""
    path = address.partition("://")[2].partition("/")[2].partition("?")[0]
    for pattern in _IN_ADDRESS:
        if (match := pattern.search(f"/{path}")) is not None and (moment := _made(match)) is not None:
            return moment
    return None


def _made(match: re.Match[str], *, year: int | None = None) -> Moment | None:
    groups = match.groupdict()
    month = groups["month"]
    year = int(groups["year"]) if year is None else year
    hour = groups.get("hour")
    clock = (int(hour), int(groups["minute"]), int(groups.get("second") or 0)) if hour else (0, 0, 0)
    half = (groups.get("half") or "").lower().replace(".", "")
    if half in _AFTERNOON and 1 <= clock[0] < 12:
        clock = (clock[0] + 12, *clock[1:])
    elif half == "am" and clock[0] == 12:
        clock = (0, *clock[1:])
    try:
        at = datetime(
            year if year > 99 else 2000 + year,
            int(month) if month.isdigit() else _MONTHS[month.lower()],
            int(groups["day"]),
            tzinfo=_zone(groups.get("zone")),
        ) + timedelta(hours=clock[0], minutes=clock[1], seconds=clock[2])
    except (ValueError, OverflowError):
        return None
    to = MINUTE if hour else DAY
    # Midnight to the second is how a machine writes a day.
    if hour and clock == (0, 0, 0) and groups.get("second"):
        to = DAY
    return Moment(at, to, match.start(), match.end())


def _zone(written: str | None) -> timezone | ZoneInfo:
    if not written:
        return SHANGHAI
    zone = written.lower()
    if zone in _ZONES:
        return timezone(timedelta(minutes=_ZONES[zone]))
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 14 * 60:
        return SHANGHAI
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
