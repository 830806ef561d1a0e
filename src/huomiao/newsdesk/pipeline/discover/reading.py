"""What an answer leads to, by the kind of address that it came from: the crawl's reader."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from huomiao.newsdesk.pipeline.discover import anchors, feeds, lists, sitemaps, websub
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.discover.websub import Hub
from huomiao.newsdesk.pipeline.fetch.exchange import Fetched
from huomiao.newsdesk.pipeline.fetch.kinds import Kind


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found. ``digest`` stands for it, so that a list with another advertisement is unchanged; "" lets the
    content speak for itself. ``hub`` tells of news at once, where one is offered."""

    found: tuple[Found, ...] = ()
    digest: str = ""
    calm_seconds: float = 0.0
    hub: Hub | None = None


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
    reading = of(kind, last.content, address=last.address, charset=last.charset, expressions=expressions, since=since)
    hub = websub.from_headers(last.headers, base=last.address)
    return replace(reading, hub=hub) if hub is not None else reading


def of(
    kind: Kind,
    content: bytes,
    *,
    address: str,
    charset: str | None = None,
    expressions: Sequence[str] | None = None,
    since: datetime | None = None,
) -> Reading:
    """What ``content`` leads to, fetched from ``address`` or sent to us for it. As ``read``."""
    found: Sequence[Found] = ()
    calm = 0.0
    hub = None
    if kind is Kind.FEED:
        feed = feeds.parse(content, base=address, charset=charset)
        if feed is not None:
            found, calm = feed.items, feed.calm_seconds
            hub = Hub(feed.hub, feed.address or address) if feed.hub else None
    elif kind is Kind.SITEMAP:
        sitemap = sitemaps.parse(content, base=address, charset=charset)
        if sitemap is not None:
            found = sitemap.entries
    elif kind is Kind.LIST:
        page = anchors.read(content, base=address, charset=charset)
        found = lists.links(page, expressions)
        hub = websub.from_links(((rel, target) for rel, _type, target in page.head), base=address)
    if since is not None:
        found = [one for one in found if one.published_at is None or one.published_at >= since]
    digest = hashlib.sha256("\n".join(sorted(one.address for one in found)).encode()).hexdigest() if found else ""
    return Reading(tuple(found), digest, calm, hub)
