"""Feeds: RSS and Atom of every age, and JSON Feed.

Nothing before the root element reaches an XML parser, so a feed can neither declare an entity nor name a file to read.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import feedparser
import orjson

from huomiao.newsdesk.pipeline import charset as charsets
from huomiao.newsdesk.pipeline.discover.found import Found, address_or_none
from huomiao.newsdesk.pipeline.discover.moments import moment

MOST_BYTES = 8 * 1024 * 1024
# More than any feed shows at a time. What follows is not even parsed.
MOST_ITEMS = 500
# A feed may ask to be left alone; one that asks for days means its readers, not its archive.
LONGEST_CALM_SECONDS = 2 * 3600.0
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}
_PROLOG = 64 * 1024
_ROOT = re.compile(r"<(?:[\w.-]{1,32}:)?(?:rss|feed|rdf|channel)(?=[\s>])", re.IGNORECASE)
_ITEM = re.compile(r"<(?:[\w.-]{1,32}:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,2000}>")
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, read. ``address`` is what it calls itself ("" if nothing); ``hub`` its WebSub hub; ``calm_seconds`` how
    long it asks to be left alone."""

    title: str
    items: tuple[Found, ...]
    address: str = ""
    hub: str = ""
    calm_seconds: float = 0.0


def parse(content: bytes, *, base: str, charset: str | None = None) -> Feed | None:
    """The feed in ``content``, which came from the address ``base``; None where it is no feed."""
    content = content[:MOST_BYTES]
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json_feed(content, base)
    text = charsets.decoded(content, charset=charset).text
    root = _ROOT.search(text, 0, _PROLOG)
    if root is None:
        return None
    beyond = next(islice(_ITEM.finditer(text, root.start()), MOST_ITEMS, None), None)
    text = text[root.start() : beyond.start() if beyond is not None else None]
    parsed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": base},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.version and not parsed.entries:
        return None
    items: dict[str, Found] = {}
    for entry in parsed.entries[:MOST_ITEMS]:
        found = _entry(entry, base)
        if found is not None:
            items.setdefault(found.address, found)
    links = parsed.feed.get("links", ())
    return Feed(
        _plain(parsed.feed.get("title", "")),
        tuple(items.values()),
        _link(links, "self", base),
        _link(links, "hub", base),
        _calm(parsed.feed),
    )


def _entry(entry: Mapping[str, Any], base: str) -> Found | None:
    given = entry.get("link") or _link(entry.get("links", ()), "alternate", base)
    address = address_or_none(given, base=base)
    if address is None:
        return None
    tags = entry.get("tags") or ()
    return Found(
        address,
        title=_plain(entry.get("title", "")),
        published_at=moment(entry.get("published") or entry.get("updated") or ""),
        category=_plain(tags[0].get("term") or "") if tags else "",
    )


def _link(links: Sequence[Mapping[str, Any]], rel: str, base: str) -> str:
    hrefs = (link.get("href") for link in links if link.get("rel") == rel)
    return next((address for href in hrefs if (address := address_or_none(href or "", base=base))), "")


def _calm(feed: Mapping[str, Any]) -> float:
    try:
        if feed.get("ttl"):
            seconds = float(feed["ttl"]) * 60
        else:
            period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower(), 0.0)
            seconds = period / max(float(feed.get("sy_updatefrequency") or 1), 1.0)
    except ValueError:
        return 0.0
    return min(max(seconds, 0.0), LONGEST_CALM_SECONDS) if seconds == seconds else 0.0  # noqa: PLR0124  # not a number


def _json_feed(content: bytes, base: str) -> Feed | None:
    try:
        given = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
    if not isinstance(given, dict) or "jsonfeed.org/version/" not in str(given.get("version", ""))[:100]:
        return None
    listed = given.get("items")
    items: dict[str, Found] = {}
    for item in listed[:MOST_ITEMS] if isinstance(listed, list) else ():
        if not isinstance(item, dict):
            continue
        address = address_or_none(_text(item.get("url")) or _text(item.get("external_url")), base=base)
        if address is None:
            continue
        tags = item.get("tags")
        found = Found(
            address,
            title=_plain(_text(item.get("title"))),
            published_at=moment(_text(item.get("date_published")) or _text(item.get("date_modified"))),
            category=_plain(_text(tags[0])) if isinstance(tags, list) and tags else "",
        )
        items.setdefault(found.address, found)
    hubs = given.get("hubs")
    hub = next(
        (_text(one.get("url")) for one in hubs if isinstance(one, dict)) if isinstance(hubs, list) else iter(()), ""
    )
    return Feed(
        _plain(_text(given.get("title"))),
        tuple(items.values()),
        address_or_none(_text(given.get("feed_url")), base=base) or "",
        address_or_none(hub, base=base) or "",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """A title without markup, on one line."""
    return " ".join(_TAG.sub("", text[: 10 * _LONGEST_TITLE]).split())[:_LONGEST_TITLE]
