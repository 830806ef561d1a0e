"""The crawl of everything that is due: fetch, keep, read, relate, index."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.db import close_old_connections, connection
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
from huomiao.newsdesk.pipeline.fetch.kinds import RHYTHMS, Kind, Rhythm
from huomiao.newsdesk.pipeline.fetch.politeness import Pace, Politeness
from huomiao.newsdesk.sinks import DeskSink


class AlreadyCrawling(Exception):
    """Another process of this machine crawls; two would ask the same hosts twice as often as is polite."""


def owner() -> str:
    """Whose claims this machine's crawler goes on with after a crash."""
    return socket.gethostname()[:80]


def take_in() -> int:
    """Read, relate and index whatever waits for it; returns how many articles were indexed."""
    close_old_connections()
    return turns.take_in(timezone.now())


def crawl(*, forever: bool, delay_seconds: float = 1.0, progress: Callable[[Totals], None] | None = None) -> Totals:
    """Crawl what is due (or ``forever``), politely, and take in what comes; the totals at the end.

    Raises:
        AlreadyCrawling: another process of this machine does.
    """
    with archiving.held("crawl") as is_alone:
        if not is_alone:
            raise AlreadyCrawling
        return _crawled(forever=forever, delay_seconds=delay_seconds, progress=progress)


def _crawled(*, forever: bool, delay_seconds: float, progress: Callable[[Totals], None] | None) -> Totals:
    with Archive(archiving.folder()) as archive:
        # What a crawl that was killed has kept is read before anything new comes.
        take_in()
        crawled = _crawl(archive, forever=forever, delay_seconds=delay_seconds, progress=progress)
        try:
            return asyncio.run(crawled)
        finally:
            take_in()


async def _crawl(
    archive: Archive, *, forever: bool, delay_seconds: float, progress: Callable[[Totals], None] | None
) -> Totals:
    stop = asyncio.Event()
    if forever:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    frontier = DeskFrontier()
    async with looking.client() as client:
        crawl = Crawl(
            frontier,
            DeskSink(archive, then=take_in),
            Fetcher(client, Politeness(Pace(delay_seconds=delay_seconds))),
            owner=owner(),
            reader=_read,
            rhythms=_rhythms(),
            progress=progress,
        )
        try:
            return await crawl.run(forever=forever, stop=stop)
        finally:
            await asyncio.to_thread(frontier.close)


def _rhythms() -> dict[Kind, Rhythm]:
    """How often addresses are asked again, with a new page first after as long as the settings say."""
    page = RHYTHMS[Kind.PAGE]
    first = float(settings.NEWS_LOOK_AGAIN)
    return {**RHYTHMS, Kind.PAGE: replace(page, first=first, shortest=min(page.shortest, first))}


def _read(kind: Kind, source: str, fetched: Fetched) -> Reading:
    """What an answer leads to; a list is read by the patterns that its source was added with."""
    # Pages are read in the crawl's own loop, where no database may be asked; lists beside it, where one may.
    patterns = _patterns(source) if kind is Kind.LIST else None
    return discovering.read(kind, source, fetched, expressions=patterns)


def _patterns(source: str) -> list[str] | None:
    try:
        rules = Source.objects.filter(pk=source).values_list("rules", flat=True).first() or {}
    finally:
        # The crawl's reading thread asks seldom and ends without notice.
        connection.close()
    return list(rules.get("links", ())) or None
