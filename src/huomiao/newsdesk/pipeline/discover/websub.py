"""WebSub: a hub that tells of news at once, where a site offers one: in its HTTP headers, the head of a page, or its feed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huomiao.newsdesk.pipeline.discover.found import address_or_none

_LONGEST_HEADER = 8192
_LINK = re.compile(r"<([^<>]{1,2048})>([^<>]{0,500})")
_REL = re.compile(r"""rel\s{0,3}=\s{0,3}(?:"([^"]{0,100})"|([^\s;,"]{1,100}))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hub:
    """Where to subscribe (``address``), and to what (``topic``). Both are normal addresses."""

    address: str
    topic: str


def from_headers(headers: Iterable[tuple[str, str]], *, base: str) -> Hub | None:
    """The hub that Link headers offer for what came from ``base``."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name.lower() != "link":
            continue
        for link in _LINK.finditer(value[:_LONGEST_HEADER]):
            rel = _REL.search(link[2])
            address = address_or_none(link[1], base=base) if rel is not None else None
            if rel is None or address is None:
                continue
            for word in (rel[1] or rel[2] or "").lower().split():
                found.setdefault(word, address)
    return _hub(found, base)


def from_links(links: Iterable[tuple[str, str]], *, base: str) -> Hub | None:
    """The hub that the links (relation, normal address) in the head of the page ``base`` offer."""
    found: dict[str, str] = {}
    for rel, address in links:
        found.setdefault(rel, address)
    return _hub(found, base)


def _hub(found: Mapping[str, str], base: str) -> Hub | None:
    return Hub(found["hub"], found.get("self", base)) if "hub" in found else None
