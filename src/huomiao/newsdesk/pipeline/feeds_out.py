"""Feeds for readers' programmes: a list of articles as RSS 2.0 or Atom, and whether a reader has it already.

Whatever the articles hold, the result is well-formed: text is escaped, and characters that XML has no way to write are
left out. ``Entry.content`` is HTML that is clean already; it travels escaped, as both formats want it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from xml.sax.saxutils import escape, quoteattr  # only writes

RSS_TYPE = "application/rss+xml; charset=utf-8"
ATOM_TYPE = "application/atom+xml; charset=utf-8"

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_ETAG = re.compile(r'(?:W/)?("[^"]*")')


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a feed. ``id`` never changes, whatever its address does; times are aware; ``summary`` is plain text."""

    id: str
    title: str
    address: str
    published_at: datetime
    updated_at: datetime
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A list of articles, newest first as a rule. ``address`` is the page that shows it, ``own_address`` the feed's.

    ``updated_at`` is when the list or an article in it last changed, ``hub`` the WebSub hub that tells about it, if any.
    """

    id: str
    title: str
    address: str
    own_address: str
    updated_at: datetime
    description: str = ""
    publisher: str = ""
    language: str = "zh-CN"
    hub: str = ""
    entries: Sequence[Entry] = field(default=())


def rss(feed: Feed) -> bytes:
    """``feed`` as RSS 2.0."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        (
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        ),
        "<channel>",
        _element("title", feed.title),
        _element("link", _checked(feed.address)),
        # The format wants one that says something.
        _element("description", feed.description or feed.title),
        _element("language", feed.language),
        _element("lastBuildDate", _mail_time(feed.updated_at)),
        _link("atom:link", "self", feed.own_address, "application/rss+xml"),
    ]
    if feed.hub:
        lines.append(_link("atom:link", "hub", feed.hub))
    for entry in feed.entries:
        lines += [
            "<item>",
            _element("title", entry.title),
            _element("link", _checked(entry.address)),
            f'<guid isPermaLink="false">{_text(entry.id)}</guid>',
            _element("pubDate", _mail_time(entry.published_at)),
            *(_element("dc:creator", author) for author in entry.authors),
            *(_element("category", category) for category in entry.categories),
        ]
        if entry.source:
            lines.append(_element("dc:source", entry.source))
        # Readers take a description for HTML.
        lines.append(_element("description", escape(_plain(entry.summary))))
        if entry.content:
            lines.append(_element("content:encoded", entry.content))
        lines.append("</item>")
    return _joined([*lines, "</channel>", "</rss>"])


def atom(feed: Feed) -> bytes:
    """``feed`` as Atom (RFC 4287)."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        (
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            f" xml:lang={_attribute(feed.language)}>"
        ),
        _element("id", feed.id),
        _element("title", feed.title),
        _element("updated", _time(feed.updated_at)),
        # An entry without an author has the feed's, and there has to be one.
        f"<author>{_element('name', feed.publisher or feed.title)}</author>",
        _link("link", "self", feed.own_address, "application/atom+xml"),
        _link("link", "alternate", feed.address, "text/html"),
    ]
    if feed.description:
        lines.append(_element("subtitle", feed.description))
    if feed.hub:
        lines.append(_link("link", "hub", feed.hub))
    for entry in feed.entries:
        lines += [
            "<entry>",
            _element("id", entry.id),
            _element("title", entry.title),
            _link("link", "alternate", entry.address, "text/html"),
            _element("published", _time(entry.published_at)),
            _element("updated", _time(entry.updated_at)),
            *(f"<author>{_element('name', author)}</author>" for author in entry.authors),
            *(f"<category term={_attribute(category)}/>" for category in entry.categories),
        ]
        if entry.source:
            lines.append(_element("dc:source", entry.source))
        if entry.summary or not entry.content:
            lines.append(_element("summary", entry.summary))
        if entry.content:
            lines.append(f'<content type="html">{_text(entry.content)}</content>')
        lines.append("</entry>")
    return _joined([*lines, "</feed>"])


def headers(feed: Feed, body: bytes) -> dict[str, str]:
    """What goes with a feed, so that a reader who comes again can ask whether it changed."""
    links = [f'<{_checked(feed.own_address)}>; rel="self"']
    if feed.hub:
        links.append(f'<{_checked(feed.hub)}>; rel="hub"')
    return {
        "ETag": f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"',
        "Last-Modified": format_datetime(feed.updated_at.astimezone(UTC), usegmt=True),
        "Link": ", ".join(links),
    }


def is_known(sent: dict[str, str], *, if_none_match: str = "", if_modified_since: str = "") -> bool:
    """Whether a reader who asks with these headers has what ``headers`` describes, and 304 is the answer (RFC 9110)."""
    if if_none_match:
        # Where there is one, it alone decides; weak and strong are the same here.
        return if_none_match.strip() == "*" or sent["ETag"] in _ETAG.findall(if_none_match)
    try:
        since = parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return parsedate_to_datetime(sent["Last-Modified"]) <= since


def _element(name: str, text: str) -> str:
    return f"<{name}>{_text(text)}</{name}>"


def _link(name: str, relation: str, address: str, kind: str = "") -> str:
    typed = f' type="{kind}"' if kind else ""
    return f'<{name} rel="{relation}" href={_attribute(_checked(address))}{typed}/>'


def _text(text: str) -> str:
    return escape(_plain(text))


def _attribute(text: str) -> str:
    return quoteattr(_plain(text))


def _plain(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def _checked(address: str) -> str:
    """``address``, which must be a web address: a feed is read by programmes that follow it."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"not an absolute web address: {address!r}")
    return address


def _time(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()


def _mail_time(at: datetime) -> str:
    return format_datetime(at.replace(microsecond=0))


def _joined(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()
