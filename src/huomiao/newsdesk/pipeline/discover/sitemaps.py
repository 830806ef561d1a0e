"""Sitemaps: lists of addresses, news sitemaps, indexes of them, plain text; gzipped or not.

They are cut at their tags rather than parsed: the format is flat, half of those in the wild are not well-formed, and
what is never expanded cannot explode.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from huomiao.newsdesk.pipeline import charset as charsets
from huomiao.newsdesk.pipeline import codings
from huomiao.newsdesk.pipeline.discover.found import Found, address_or_none
from huomiao.newsdesk.pipeline.discover.moments import moment
from huomiao.newsdesk.pipeline.fetch.kinds import Kind

# The protocol's own limits.
MOST_BYTES = 50 * 1024 * 1024
MOST_ENTRIES = 50_000
_HEAD = 4096
_ROOT = re.compile(r"<(?:[\w.-]{1,32}:)?(urlset|sitemapindex)(?=[\s>])", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:[\w.-]{1,32}:)?(?:url|sitemap)\s{0,20}>", re.IGNORECASE)
_LONGEST_ENTRY = 16 * 1024
_LONGEST_VALUE = 4096


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap, read: pages, or for an index further sitemaps. ``is_news``: a news sitemap, of the last two days."""

    entries: tuple[Found, ...]
    is_index: bool = False
    is_news: bool = False


def parse(content: bytes, *, base: str, charset: str | None = None) -> Sitemap | None:
    """The sitemap in ``content``, which came from the address ``base``; None where it is none.

    Raises:
        codings.TooLarge: it is gzipped and unpacks to more than the protocol allows.
        codings.BadCoding: it is gzipped and broken.
    """
    if content.startswith(b"\x1f\x8b"):
        content = codings.ungzipped(content, most_bytes=MOST_BYTES)
    text = charsets.decoded(content[:MOST_BYTES], charset=charset).text
    root = _ROOT.search(text, 0, _HEAD)
    if root is None:
        return _plain_text(text, base)
    is_index = root[1].lower() == "sitemapindex"
    pieces = _ENTRY.split(text, MOST_ENTRIES)[1:]
    entries: dict[str, Found] = {}
    is_news = False
    for piece in pieces:
        entry = piece[:_LONGEST_ENTRY]
        address = address_or_none(_value(entry, "loc"), base=base)
        if address is None or address in entries:
            continue
        published = _value(entry, "publication_date")
        is_news = is_news or bool(published)
        entries[address] = Found(
            address,
            Kind.SITEMAP if is_index else Kind.PAGE,
            title=_value(entry, "title")[:300] if published else "",
            published_at=moment(published or _value(entry, "lastmod")),
        )
    return Sitemap(tuple(entries.values()), is_index, is_news)


def _plain_text(text: str, base: str) -> Sitemap | None:
    """One address a line: nothing else, or it is something else."""
    lines = text.lstrip("\ufeff").split("\n", MOST_ENTRIES)[:MOST_ENTRIES]
    addresses: dict[str, None] = {}
    for line in lines:
        given = line.strip()
        if not given:
            continue
        if not given.startswith(("http://", "https://")) or " " in given:
            return None
        address = address_or_none(given, base=base)
        if address is not None:
            addresses[address] = None
    return Sitemap(tuple(Found(address) for address in addresses)) if addresses else None


def _value(entry: str, name: str) -> str:
    """The text of the first element called ``name``, with any prefix but an image's or a video's."""
    start = 0
    while True:
        at = entry.find(name, start)
        if at < 0:
            return ""
        start = at + len(name)
        before = entry[max(0, at - 40) : at]
        opened = before.rfind("<")
        prefix = before[opened + 1 :] if opened >= 0 else None
        if prefix is None or "/" in prefix or (prefix and not prefix.endswith(":")) or prefix in {"image:", "video:"}:
            continue
        close = entry.find(">", start)
        if close < 0 or entry[start:close].strip():
            continue
        end = entry.find("<", close + 1)
        if entry.startswith("<![CDATA[", close + 1):
            end = entry.find("]]>", close)
            return entry[close + 10 : end].strip()[:_LONGEST_VALUE] if end >= 0 else ""
        return html.unescape(entry[close + 1 : end if end >= 0 else None].strip()[:_LONGEST_VALUE])
