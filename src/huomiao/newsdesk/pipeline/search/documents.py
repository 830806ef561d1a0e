"""What goes into an index, and how a moment becomes a number there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

# Days and months of a query are China's, and so are those of the facets. It has had no summer time since 1991.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
# A moment is seconds since 1970 in the high bits and the end of the article's number in the low ones, so that articles
# of the same minute have one order in every index and on every page of a list.
ID_BITS = 24


@dataclass(frozen=True, slots=True)
class Document:
    """An article as the index sees it. ``site`` is a host name; times are aware; ``text`` is plain."""

    id: int
    title: str
    text: str
    first_seen_at: datetime
    published_at: datetime | None = None
    subtitle: str = ""
    source: str = ""
    site: str = ""
    category: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""

    @property
    def told_at(self) -> datetime:
        """When it was published, as far as anybody knows: what it is sorted and filtered by."""
        return self.published_at or self.first_seen_at

    @property
    def moment(self) -> int:
        return first_moment(self.told_at) | (self.id & ((1 << ID_BITS) - 1))

    @property
    def month(self) -> int:
        """The month in China as a number: 202312."""
        local = self.told_at.astimezone(CHINA)
        return local.year * 100 + local.month

    @property
    def whole(self) -> str:
        """Everything that a reader could have seen, title first."""
        return "\n".join(part for part in (self.title, self.subtitle, self.text) if part)


@dataclass(frozen=True, slots=True)
class Change:
    """What an article is now: a document, or None when it is not to be found any more. ``version`` is the caller's."""

    id: int
    document: Document | None
    version: int = 0


def first_moment(at: datetime) -> int:
    """The least number that an article told at ``at`` can have."""
    return int(at.timestamp()) << ID_BITS


def seconds(moment: int) -> int:
    """When, in seconds since 1970, from a number."""
    return moment >> ID_BITS


def time_of(moment: int) -> datetime:
    """When, from a number, to the second."""
    return datetime.fromtimestamp(seconds(moment), CHINA)
