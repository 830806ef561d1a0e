"""What an address alone leads to: for an editor who adds a source and knows nothing of feeds.

``what_is`` judges one answer. ``look`` follows up: the feeds that a page links, the sitemaps that robots.txt names, and
the list that the page itself may be; the best way to watch the site comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from huomiao.newsdesk.pipeline import codings
from huomiao.newsdesk.pipeline.discover import anchors, feeds, lists, sitemaps, websub
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.discover.lists import Pattern
from huomiao.newsdesk.pipeline.discover.websub import Hub
from huomiao.newsdesk.pipeline.fetch import addresses
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, HostRests, Reason
from huomiao.newsdesk.pipeline.fetch.exchange import Fetched, Headers, charset_of, header
from huomiao.newsdesk.pipeline.fetch.fetcher import Fetcher
from huomiao.newsdesk.pipeline.fetch.kinds import Kind

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
MOST_EXAMPLES = 5
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_FEEDS = 8
_MOST_SITEMAPS = 3
_FEED_WORDS = re.compile(r"(?<![a-z])(rss|atom|feeds?)(?![a-z])", re.IGNORECASE)
_REASONS = {404: Reason.GONE, 410: Reason.GONE, 429: Reason.BUSY, 503: Reason.BUSY}
# From this much running text on, a page with no list of its own is an article.
_ARTICLE_LETTERS = 300
_FEW_LINKS = 30
# A sitemap without dates says nothing of what is new; a feed with two items says little.
_PREFERENCE = {Kind.FEED: 0.3, Kind.SITEMAP: 0.1, Kind.LIST: 0.0, Kind.PAGE: -1.0}


class Answer(StrEnum):
    """What an answer turned out to be."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LIST = "list"
    ARTICLE = "article"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to watch a site, with what an editor needs to judge it.

    ``count`` is how many articles it shows now, ``newest`` the latest of their times, ``examples`` some of them.
    ``patterns`` are a list's shapes of address, the good ones to begin with chosen. ``score`` orders ways among
    themselves (0 to 1).
    """

    address: str
    kind: Kind
    title: str = ""
    count: int = 0
    newest: datetime | None = None
    examples: tuple[Found, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    hub: Hub | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Findings:
    """What an answer is, and the ways to watch it and the site, best first.

    ``feeds`` are those that it names, ``sitemaps`` those that an index lists, newest first; neither was looked at.
    """

    answer: Answer
    title: str = ""
    ways: tuple[Way, ...] = ()
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def what_is(address: str, content: bytes, headers: Headers) -> Findings:
    """What came from the normal ``address``: ``content`` without content coding, and headers. Never raises."""
    charset = charset_of(header(headers, "content-type"))
    hub = websub.from_headers(headers, base=address)
    feed = feeds.parse(content, base=address, charset=charset)
    if feed is not None:
        if hub is None and feed.hub:
            hub = Hub(feed.hub, feed.address or address)
        return Findings(Answer.FEED, feed.title, (_way(address, Kind.FEED, feed.title, feed.items, hub=hub),))
    try:
        sitemap = sitemaps.parse(content, base=address, charset=charset)
    except (codings.TooLarge, codings.BadCoding):
        return Findings(Answer.OTHER)
    if sitemap is not None and sitemap.is_index:
        # Where they say no day, the newest stands last as often as first; a day that is said beats none.
        newest = sorted(sitemap.entries, key=lambda one: one.published_at or _LONG_AGO, reverse=True)
        return Findings(Answer.SITEMAP, sitemaps=tuple(one.address for one in newest))
    if sitemap is not None:
        way = _way(address, Kind.SITEMAP, "", sitemap.entries, hub=hub)
        return Findings(Answer.SITEMAP, "", (replace(way, score=way.score + 0.1) if sitemap.is_news else way,))
    if b"<" not in content[:4096]:
        return Findings(Answer.OTHER)
    return _page(address, content, charset, hub)


async def look(address: str, fetcher: Fetcher) -> Findings:
    """What ``address``, as a person typed it, leads to, and every way to watch that site, best first.

    Raises:
        FetchFailed: the address itself cannot be had; what is wrong behind it only makes the findings fewer.
        HostRests: its host is left alone for now.
    """
    typed = address.strip()
    first = addresses.normal(typed if "://" in typed else f"https://{typed}")
    fetched = await _first(first, fetcher, may_fall_back="://" not in typed)
    last = fetched.last
    if last.status != 200:
        usual = Reason.SERVER_ERROR if last.status >= 500 else Reason.REFUSED
        raise FetchFailed(_REASONS.get(last.status, usual), f"status {last.status}")
    findings = what_is(last.address, last.content, last.headers)
    if findings.answer in {Answer.FEED, Answer.SITEMAP}:
        return replace(findings, ways=await _with_index(findings, last.address, fetcher))
    ways, linked = list(findings.ways), findings.feeds
    home = f"{addresses.parts(last.address).origin}/"
    if findings.answer is Answer.ARTICLE and last.address != home:
        # Who pastes the address of an article means its site.
        front = await _looked_at(home, fetcher)
        ways.extend(front.ways)
        linked = tuple(dict.fromkeys((*linked, *front.feeds)))
    for candidate in linked[:_MOST_FEEDS]:
        ways.extend(await _ways(candidate, fetcher, Answer.FEED))
    for candidate in (await fetcher.rules(last.address)).sitemaps[:_MOST_SITEMAPS]:
        ways.extend(await _ways(candidate, fetcher, Answer.SITEMAP))
    unique = {way.address: way for way in ways if way.count}
    return replace(findings, ways=tuple(sorted(unique.values(), key=lambda way: -way.score)))


async def _first(address: str, fetcher: Fetcher, *, may_fall_back: bool) -> Fetched:
    try:
        return await fetcher.fetch(address)
    except FetchFailed:
        # Nobody types the scheme, and some sites still have only the old one.
        if not may_fall_back:
            raise
        return await fetcher.fetch(address.replace("https://", "http://", 1))


async def _looked_at(address: str, fetcher: Fetcher) -> Findings:
    """What ``address`` leads to; nothing where it cannot be had."""
    try:
        fetched = await fetcher.fetch(address)
    except (FetchFailed, HostRests):
        return Findings(Answer.OTHER)
    last = fetched.last
    return what_is(last.address, last.content, last.headers) if last.status == 200 else Findings(Answer.OTHER)


async def _ways(address: str, fetcher: Fetcher, wanted: Answer, *, levels: int = 1) -> tuple[Way, ...]:
    findings = await _looked_at(address, fetcher)
    return await _with_index(findings, address, fetcher, levels=levels) if findings.answer is wanted else ()


async def _with_index(findings: Findings, address: str, fetcher: Fetcher, *, levels: int = 1) -> tuple[Way, ...]:
    """The ways; for an index of sitemaps the index itself, with what its newest sitemap shows."""
    if not findings.sitemaps or not levels:
        return findings.ways
    shown = await _ways(findings.sitemaps[0], fetcher, Answer.SITEMAP, levels=levels - 1)
    return tuple(replace(way, address=address) for way in shown)


def _page(address: str, content: bytes, charset: str | None, hub: Hub | None) -> Findings:
    page = anchors.read(content, base=address, charset=charset)
    hub = hub or websub.from_links(((rel, target) for rel, _type, target in page.head), base=address)
    linked = [target for rel, media_type, target in page.head if rel == "alternate" and media_type in FEED_TYPES]
    linked += [anchor.address for anchor in page.anchors if _is_feed_link(anchor, page.base)]
    patterns = lists.learn(page)
    good = [pattern for pattern in patterns if pattern.is_good]
    found = lists.links(page, [pattern.expression for pattern in good])
    is_article = (
        page.is_article
        # A list hardly ever has an address like those of the articles that it lists.
        or any(re.fullmatch(pattern.expression, address) for pattern in good)
        or (page.paragraphs >= 2 and page.text_length >= _ARTICLE_LETTERS and len(found) < _FEW_LINKS)
    )
    way = _way(address, Kind.LIST, page.title, found, patterns=tuple(patterns[:12]), hub=hub)
    answer = Answer.ARTICLE if is_article else Answer.LIST if found else Answer.OTHER
    if is_article:
        # What an article links is worth less than what a list does: related news, not the newest.
        way = replace(way, score=way.score / 2)
    return Findings(answer, page.title, (way,) if found else (), tuple(dict.fromkeys(linked)))


def _is_feed_link(anchor: anchors.Anchor, base: str) -> bool:
    if not lists.same_site(anchor.address, base):
        return False
    path = addresses.parts(anchor.address).target
    return bool(_FEED_WORDS.search(path)) or anchor.text.strip().upper() in {"RSS", "ATOM", "RSS订阅"}


def _way(
    address: str,
    kind: Kind,
    title: str,
    found: Iterable[Found],
    *,
    patterns: tuple[Pattern, ...] = (),
    hub: Hub | None = None,
) -> Way:
    found = tuple(found)
    times = [one.published_at for one in found if one.published_at is not None]
    titled = sum(1 for one in found if one.title)
    score = 0.2 + _PREFERENCE[kind] + 0.2 * min(len(found) / 20, 1.0)
    if found:
        score += 0.2 * len(times) / len(found) + 0.1 * titled / len(found)
    return Way(
        address,
        kind,
        title,
        len(found),
        max(times, default=None),
        found[:MOST_EXAMPLES],
        patterns,
        hub,
        round(min(score if found else 0.0, 1.0), 3),
    )
