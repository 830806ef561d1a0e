"""What an answer leads to, by the kind of address that it came from: the crawl's reader."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huomiao.newsdesk.pipeline.discover import anchors, feeds, lists, sitemaps
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.fetch.exchange import Fetched
from huomiao.newsdesk.pipeline.fetch.kinds import Kind


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found. ``digest`` stands for it, so that a list with another advertisement is unchanged; "" lets the
    content speak for itself."""

    found: tuple[Found, ...] = ()
    digest: str = ""
    calm_seconds: float = 0.0


def read(
    kind: Kind,
    source: str,
    fetched: Fetched,
    *,
    expressions: Sequence[str] | None = None,
    since: datetime | None = None,
) -> Reading:
    """What ``fetched`` leads to.

    ``expressions`` are the patterns that an editor has confirmed for a list; None: what it teaches itself. ``since``
    leaves out what says that it is older: a sitemap may list twenty years. ``source`` is not used here; a reader that
    looks up a source's patterns takes the same arguments.
    """
    last = fetched.last
    found: Sequence[Found] = ()
    calm = 0.0
    if kind is Kind.FEED:
        feed = feeds.parse(last.content, base=last.address, charset=last.charset)
        if feed is not None:
            found, calm = feed.items, feed.calm_seconds
    elif kind is Kind.SITEMAP:
        sitemap = sitemaps.parse(last.content, base=last.address, charset=last.charset)
        if sitemap is not None:
            found = sitemap.entries
    elif kind is Kind.LIST:
        page = anchors.read(last.content, base=last.address, charset=last.charset)
        found = lists.links(page, expressions)
    if since is not None:
        found = [one for one in found if one.published_at is None or one.published_at >= since]
    digest = hashlib.sha256("\n".join(sorted(one.address for one in found)).encode()).hexdigest() if found else ""
    return Reading(tuple(found), digest, calm)
