"""What a page asks of those who keep it: ``noindex``, ``noarchive`` and ``none``, in its head or in X-Robots-Tag headers.

Words for everybody count, and words for our crawler's name; of two that differ the stricter holds, as search engines have it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Heads end before it; what stands further down is somebody's text.
LOOKED_AT = 256 * 1024
_META = re.compile(r"<meta\b([^<>]{0,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""([a-z][a-z-]{0,30})\s{0,20}=\s{0,20}(?:"([^"]{0,600})"|'([^']{0,600})'|([^\s"'>]{1,600}))""", re.IGNORECASE
)
# What stands before a colon and is no name of a crawler.
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_NO_INDEX = frozenset({"noindex", "none"})
_NO_ARCHIVE = frozenset({"noarchive", "none", "nocache"})


@dataclass(frozen=True, slots=True)
class Wishes:
    """``noindex``: not to be found; ``noarchive``: no copy to be shown."""

    noindex: bool = False
    noarchive: bool = False


def wishes(headers: Iterable[tuple[str, str]], content: bytes, *, agent: str) -> Wishes:
    """What the page ``content`` and the headers that came with it ask of a crawler called ``agent``. Never raises."""
    names = {"robots", agent.lower()}
    said = set(_said_in_headers(headers, agent.lower()))
    for name, value in _metas(content):
        if name in names:
            said.update(_words(value))
    return Wishes(noindex=not said.isdisjoint(_NO_INDEX), noarchive=not said.isdisjoint(_NO_ARCHIVE))


def _words(value: str) -> Iterator[str]:
    return (word.strip().lower() for word in value.split(","))


def _said_in_headers(headers: Iterable[tuple[str, str]], agent: str) -> Iterator[str]:
    for name, value in headers:
        if name.lower() != "x-robots-tag":
            continue
        # A name stands before the words for it, until the next name.
        spoken_to = ""
        for word in _words(value[:LOOKED_AT]):
            before, colon, after = word.partition(":")
            if colon and before.strip() not in _WITH_VALUE:
                spoken_to, word = before.strip(), after.strip()  # noqa: PLW2901  # the rest of it is the word
            if spoken_to in ("", agent, "*"):
                yield word


def _metas(content: bytes) -> Iterator[tuple[str, str]]:
    """Names (in lower case) and contents of the meta elements, those in comments left out."""
    # The words are ASCII in every charset that pages have, with zeros between them in UTF-16.
    text = _without_comments(content[:LOOKED_AT].replace(b"\0", b"").decode("latin-1"))
    for found in _META.finditer(text):
        values = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(found[1])}
        yield values.get("name", "").strip().lower(), html.unescape(values.get("content", ""))


def _without_comments(text: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start + 2)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join([*kept, text[at:]])
