"""The further pages of an article that is spread over several."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from huomiao.newsdesk.pipeline.extract.page import Page
from huomiao.newsdesk.pipeline.extract.pictures import absolute

_TO_PAGE = re.compile(
    r"[\[(（【第\s]*(?:(\d{1,2})[\])）】页頁\s]*|(?:下一页|下一頁|后一页|下页|余下全文|全文|显示全文|阅读全文|在本页阅读全文|单页阅读|"
    r"next(?: page)?|continue|view all|single page)[\s>›»→\])）】]*)$",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"(?:[_-]\d{1,2}|/(?:p|page/?|index_?)?\d{1,2})?(?:\.s?html?|\.aspx?|\.php|\.jsp|/)?$", re.IGNORECASE
)
_ENDING = re.compile(r"(\d{1,2})(?:\.[a-z]{2,5}|/)?$", re.IGNORECASE)
# What such words begin with, which most links do not.
_FIRST = frozenset("0123456789[(（【第下后余全阅显在单nNcCvVsS")
# The words of a link to another page, with the white space around them.
_LONGEST = 60
_LONGEST_WORDS = 14
_MOST = 50


def further_pages(page: Page, url: str, *, below: int = 0) -> tuple[str, ...]:
    """The addresses of the other pages of the article, in their order; empty when it has one page only.

    They are looked for from line ``below`` on, with which the body begins.
    """
    found: dict[str, int] = {}
    for line in page.lines[below:]:
        # Page numbers are links that are all but alone on their line.
        if not line.linked or len(line.text) > 200:
            continue
        for written, _label, href, _is_bold in line.parts:
            if not href or len(written) > _LONGEST or len(text := written.strip()) > _LONGEST_WORDS:
                continue
            if (
                text[:1] not in _FIRST
                or (told := _TO_PAGE.match(text)) is None
                or href.startswith(("#", "javascript:"))
            ):
                continue
            number = int(told[1]) if told[1] else None
            address = absolute(href, url).partition("#")[0]
            if not address or address == url or not _are_of_one(address, url):
                continue
            # Page 2 ends in 2, or in 1 where they count from 0; other numbers at the end are those of other articles.
            is_first = number == 1 and _continues(url, address)
            if number is None or is_first or _last_number(address) in {number, number - 1, None}:
                found.setdefault(address, _MOST if number is None else number)
    if (
        (following := absolute(page.meta.next_page, url) if page.meta.next_page else "")
        and following != url
        and _are_of_one(following, url)
    ):
        found.setdefault(following, _MOST)
    return _ordered(found)


def _last_number(address: str) -> int | None:
    match = _ENDING.search(address)
    return int(match[1]) if match else None


def _are_of_one(address: str, url: str) -> bool:
    return _stem(address) == _stem(url) or _continues(address, url) or _continues(url, address)


def _continues(address: str, url: str) -> bool:
    """Whether an address is another with a number put to it: ``c1-40.html`` and ``c1-40-2.html``."""
    root, dot, ending = url.rpartition(".")
    return bool(dot) and re.fullmatch(re.escape(root) + r"[_-]\d{1,2}\." + re.escape(ending), address) is not None


def _ordered(found: dict[str, int]) -> tuple[str, ...]:
    numbered: Iterable[str] = sorted(found, key=lambda address: found[address])
    return tuple(numbered)[:_MOST]


def _stem(address: str) -> str:
    """What the addresses of one article's pages have in common: ``…/1220000.shtml`` and ``…/1220000_2.shtml``."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    path = _TRAILER.sub("", parts.path)
    query = re.sub(r"(?:^|&)(?:p|page|pn|pagenum)=\d+", "", parts.query)
    return f"{parts.netloc}{path}?{query}"
