"""What an address of the crawl is, and how often such an address is asked again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Kind(StrEnum):
    """What an address leads to: three ways to find pages, the pages, and what is shown on them."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LIST = "list"
    PAGE = "page"
    PICTURE = "picture"


# What is asked again for as long as the desk wants it, and read for what it leads to.
SOURCES = frozenset({Kind.FEED, Kind.SITEMAP, Kind.LIST})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How soon and how late an address is asked again, in seconds, and where it starts.

    ``tries`` is how often in a row it may fail before it is given up; None: never, only ever more rarely.
    ``ends_after`` is how long after the last change a page is asked for no more.
    """

    first: float
    shortest: float
    longest: float
    tries: int | None = None
    ends_after: float | None = None


RHYTHMS = {
    Kind.FEED: Rhythm(30 * MINUTE, 5 * MINUTE, DAY),
    Kind.SITEMAP: Rhythm(HOUR, 10 * MINUTE, 3 * DAY),
    Kind.LIST: Rhythm(30 * MINUTE, 10 * MINUTE, DAY),
    # Corrections come in the first hours, most of them in the first minutes; after a month a page of news stands.
    Kind.PAGE: Rhythm(HOUR, 10 * MINUTE, 14 * DAY, tries=8, ends_after=30 * DAY),
    # Fetched once: a picture that changes gets another address.
    Kind.PICTURE: Rhythm(DAY, DAY, DAY, tries=4, ends_after=0.0),
}
