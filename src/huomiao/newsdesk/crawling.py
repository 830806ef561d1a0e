"""One crawl of everything that is due: fetch, keep, read, relate, index."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from django.db import close_old_connections
from django.utils import timezone

from huomiao.newsdesk import archiving, looking, turns
from huomiao.newsdesk.frontiers import DeskFrontier
from huomiao.newsdesk.models import Source
from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.newsdesk.pipeline.crawl import Crawl, Totals
from huomiao.newsdesk.pipeline.discover import reading as discovering
from huomiao.newsdesk.pipeline.discover.reading import Reading
from huomiao.newsdesk.pipeline.fetch.exchange import Fetched
from huomiao.newsdesk.pipeline.fetch.fetcher import Fetcher
from huomiao.newsdesk.pipeline.fetch.kinds import Kind
from huomiao.newsdesk.pipeline.fetch.politeness import Pace, Politeness
from huomiao.newsdesk.sinks import DeskSink


def owner() -> str:
    """Whose claims this machine's crawler goes on with after a crash. One crawler a machine."""
    return socket.gethostname()[:80]


def take_in() -> int:
    """Read, relate and index whatever waits for it; returns how many articles were indexed."""
    close_old_connections()
    return turns.take_in(timezone.now())


def crawl(*, forever: bool, delay_seconds: float = 1.0, progress: Callable[[Totals], None] | None = None) -> Totals:
    """Crawl what is due (or ``forever``), politely, and take in what comes; the totals at the end."""
    archive = Archive(archiving.folder())
    try:
        reader = _Reader(_patterns())
        return asyncio.run(_crawl(archive, reader, forever=forever, delay_seconds=delay_seconds, progress=progress))
    finally:
        archive.close()
        take_in()


async def _crawl(
    archive: Archive, reader: _Reader, *, forever: bool, delay_seconds: float, progress: Callable[[Totals], None] | None
) -> Totals:
    async with looking.client() as client:
        crawl = Crawl(
            DeskFrontier(),
            DeskSink(archive, then=take_in),
            Fetcher(client, Politeness(Pace(delay_seconds=delay_seconds))),
            owner=owner(),
            reader=reader,
            progress=progress,
        )
        return await crawl.run(forever=forever)


class _Reader:
    """Reads lists by the patterns that their source was added with."""

    def __init__(self, patterns: dict[str, list[str]]) -> None:
        self._patterns = patterns

    def __call__(self, kind: Kind, source: str, fetched: Fetched) -> Reading:
        return discovering.read(kind, source, fetched, expressions=self._patterns.get(source) or None)


def _patterns() -> dict[str, list[str]]:
    """The patterns of articles' addresses, by the number of their source."""
    rows = Source.objects.exclude(rules={}).values_list("pk", "rules")
    return {str(pk): list(rules.get("links", ())) for pk, rules in rows}
