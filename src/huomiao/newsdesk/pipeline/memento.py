"""Memento (RFC 7089): which version of a page answers "as it was then", and the headers and lists that say so.

Pure functions; whoever serves pages asks them. A memento is one version with an address of its own; the timegate of a page
sends on to the version for a moment; the timemap lists them all.

    gate:     302, ``gate_headers(page, choose(mementos, wanted(header)))``       400 on BadDatetime, 404 without mementos
    memento:  200, ``memento_headers(page, memento)``
    timemap:  200, ``timemap_link(page)`` as LINK_FORMAT or ``timemap_json(page)``
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

LINK_FORMAT = "application/link-format"

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    rf"(?:{'|'.join(_DAYS)}), (\d\d?) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC)", re.ASCII
)
# What may stand between < and > of a link: nothing that could end it, and nothing that is not ASCII.
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '<>"\\^`{|}')


class BadDatetime(ValueError):
    """An Accept-Datetime that is no date of HTTP; the answer is 400."""


@dataclass(frozen=True, slots=True)
class Memento:
    """A version: its own address, and when it was captured (aware)."""

    address: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the web and what is kept of it: the addresses of page, timegate and timemaps, and the versions by time."""

    original: str
    timegate: str
    timemap: str
    mementos: Sequence[Memento]
    timemap_json: str = ""


def wanted(accept_datetime: str | None) -> datetime | None:
    """The moment that a reader asks for, to the second, in UTC; None: the latest version.

    Raises:
        BadDatetime: the header is there and cannot be read.
    """
    if accept_datetime is None:
        return None
    found = _DATE.fullmatch(accept_datetime.strip())
    if found is None:
        raise BadDatetime(accept_datetime[:60])
    day, month, year, *clock = found.groups()
    try:
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), *map(int, clock), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError as impossible:
        raise BadDatetime(accept_datetime[:60]) from impossible


def choose(mementos: Sequence[Memento], at: datetime | None) -> Memento:
    """The version that shows the page as it was at ``at``: the last one until then; the first where all came later.

    ``mementos`` are in order of time, and there is at least one. Dates of HTTP have whole seconds, so a version counts
    from the beginning of its second: asking with a version's own date gives that version.
    """
    if at is None:
        return mementos[-1]
    before = [one for one in mementos if one.at.replace(microsecond=0) <= at]
    return before[-1] if before else mementos[0]


def http_date(at: datetime) -> str:
    """``at`` as HTTP writes it, whatever the locale: ``Tue, 05 Dec 2023 12:45:07 GMT``."""
    at = at.astimezone(UTC)
    return f"{_DAYS[at.weekday()]}, {at:%d} {_MONTHS[at.month - 1]} {at.year:04d} {at:%H:%M:%S} GMT"


def gate_headers(page: Page, chosen: Memento) -> dict[str, str]:
    """The headers with which the timegate sends on to ``chosen`` (302)."""
    return {"Location": _uri(chosen.address), "Vary": "accept-datetime", "Link": ", ".join(_links(page, chosen))}


def memento_headers(page: Page, shown: Memento) -> dict[str, str]:
    """The headers of the answer that shows a version."""
    return {"Memento-Datetime": http_date(shown.at), "Link": ", ".join(_links(page, shown))}


def page_headers(page: Page) -> dict[str, str]:
    """The headers of a page that is no version itself but can say where versions are."""
    return {"Link": ", ".join(_about(page))}


def timemap_link(page: Page) -> str:
    """All versions as ``application/link-format``."""
    span = ""
    if page.mementos:
        span = f'; from="{http_date(page.mementos[0].at)}"; until="{http_date(page.mementos[-1].at)}"'
    last = len(page.mementos) - 1
    lines = [
        _link(page.original, "original"),
        _link(page.timemap, "self") + f'; type="{LINK_FORMAT}"{span}',
        _link(page.timegate, "timegate"),
        *(_version(one, *_ends(at, last)) for at, one in enumerate(page.mementos)),
    ]
    return ",\n".join(lines) + "\n"


def timemap_json(page: Page) -> dict[str, object]:
    """All versions in the JSON that Memento aggregators have made common."""
    listed = [{"datetime": _iso(one.at), "uri": one.address} for one in page.mementos]
    return {
        "original_uri": page.original,
        "timegate_uri": page.timegate,
        "timemap_uri": {
            "link_format": page.timemap,
            **({"json_format": page.timemap_json} if page.timemap_json else {}),
        },
        "mementos": {"list": listed, **({"first": listed[0], "last": listed[-1]} if listed else {})},
    }


def _links(page: Page, chosen: Memento) -> Iterator[str]:
    """What surrounds a version: the page, its timegate and timemap, the first, previous, next and last versions."""
    yield from _about(page)
    here, last = page.mementos.index(chosen), len(page.mementos) - 1
    for at in sorted({0, here - 1, here, here + 1, last} & set(range(last + 1))):
        beside = {here - 1: ("prev",), here + 1: ("next",)}.get(at, ())
        yield _version(page.mementos[at], *_ends(at, last), *beside)


def _about(page: Page) -> Iterator[str]:
    yield _link(page.original, "original")
    yield _link(page.timegate, "timegate")
    yield _link(page.timemap, "timemap") + f'; type="{LINK_FORMAT}"'


def _ends(at: int, last: int) -> list[str]:
    return [name for name, place in (("first", 0), ("last", last)) if at == place]


def _version(one: Memento, *relations: str) -> str:
    return _link(one.address, " ".join((*relations, "memento"))) + f'; datetime="{http_date(one.at)}"'


def _link(address: str, relation: str) -> str:
    return f'<{_uri(address)}>; rel="{relation}"'


def _uri(address: str) -> str:
    return quote(address, safe=_SAFE)


def _iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
