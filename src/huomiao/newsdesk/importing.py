"""Brings archives of others in: their exchanges are copied into the archive of this desk and read like fetched ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from huomiao.newsdesk import archiving, known_addresses, turns, web_addresses
from huomiao.newsdesk.models import Capture, Source
from huomiao.newsdesk.pipeline.archive.exchange import Exchange
from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.newsdesk.pipeline.archive.walking import exchanges
from huomiao.newsdesk.pipeline.codings import TooLarge
from huomiao.newsdesk.states import AddressKind

# So many exchanges are kept before they are read and the count is told.
BATCH = 200


def bring(path: Path, source: Source, *, at: datetime, progress: Callable[[int], None] | None = None) -> int:
    """Bring every page and picture of the WARC or ARC file at ``path`` in as ``source``'s; returns how many were new.

    An exchange of the same address and moment that is here already is left out, so a file that was brought half is
    brought again whole.
    """
    done = 0
    with Archive(archiving.folder()) as archive:
        for exchange in exchanges(path):
            done += _keep(exchange, archive, source, at=at)
            if done and done % BATCH == 0:
                turns.take_in(at)
                if progress:
                    progress(done)
    turns.take_in(at)
    return done


def _keep(exchange: Exchange, archive: Archive, source: Source, *, at: datetime) -> int:
    url = web_addresses.cleaned(exchange.url)
    if not url or exchange.method != "GET":
        return 0
    key = web_addresses.key(url)
    if Capture.objects.filter(url_hash=key, taken_at=exchange.at).exists():
        return 0
    try:
        place = archive.write(exchange)
    except TooLarge:
        return 0
    kind = AddressKind.PICTURE if exchange.mime.startswith("image/") else AddressKind.PAGE
    Capture.objects.create(
        address=known_addresses.known(url, source=source, kind=kind, due_at=None, at=at),
        url=url,
        url_hash=key,
        taken_at=exchange.at,
        warc_file=place.file,
        warc_offset=place.offset,
        digest=place.digest[:80],
        status=exchange.status,
        content_type=exchange.mime[:100],
        size=len(exchange.body),
    )
    return 1
