"""Extractors that workers import, and what they read."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from huomiao.newsdesk.pipeline.article import Article, Block, Evidence
from tests.newsdesk.archive.making import packed, response, warc_record


def plain(html: bytes, url: str, *, charset: str | None = None) -> Article:
    """The page's text as the title; the charset as its source."""
    text = html.decode(charset or "utf-8", "replace")
    if "<raises>" in text:
        raise ValueError("cannot read this")
    return Article(
        url,
        title=text[:40],
        source=charset or "",
        body=(Block("list", "a\nb", items=("a", "b")), Block("table", "a", rows=(("a",),))),
        evidence={"title": Evidence(0.5, "h1", "a")},
    )


def deadly(html: bytes, url: str, *, charset: str | None = None) -> Article:
    """Like ``plain``, but some pages kill the process and some hold it for ever."""
    if b"<kills>" in html:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"<hangs>" in html:
        threading.Event().wait()
    return plain(html, url, charset=charset)


def pages(path: Path, numbers: range, *, marks: dict[int, str] | None = None) -> list[str]:
    """An archive file of pages with requests between them; the addresses of the pages."""
    urls = [f"https://news.example/{number}" for number in numbers]
    records = []
    for number, url in zip(numbers, urls, strict=True):
        page = f"<html>{number}{(marks or {}).get(number, '')}" + "职工创新" * (number % 7)
        records += [warc_record("request", url, b"GET / HTTP/1.1\r\n\r\n"), response(url, page.encode())]
    packed(path, records)
    return urls
