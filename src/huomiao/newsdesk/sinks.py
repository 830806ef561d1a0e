"""Where the crawl's answers go: into the archive, then a row that says where, then they are read (``pipeline.crawl``)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence

from huomiao.newsdesk import archiving, web_addresses
from huomiao.newsdesk.models import LONGEST_ADDRESS, Address, Capture
from huomiao.newsdesk.pipeline.archive.exchange import Exchange as Archived
from huomiao.newsdesk.pipeline.archive.places import Capture as Place
from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.newsdesk.pipeline.crawl import Claim, Visit
from huomiao.newsdesk.pipeline.fetch.exchange import Exchange, Fetched

logger = logging.getLogger(__name__)


class DeskSink:
    """Keeps every exchange in ``archive``; ``then`` is called when a batch is kept, to read it."""

    def __init__(self, archive: Archive, *, then: Callable[[], object]) -> None:
        self._archive = archive
        self._then = then

    def keep(self, visits: Sequence[Visit]) -> None:
        """See ``Sink.keep``. The archive is flushed to the disk before a row names a place in it."""
        known = {row.lease: row for row in Address.objects.filter(lease__in=[visit.claim.lease for visit in visits])}
        hops = [
            (visit.claim.lease, hop, exchange)
            for visit in visits
            if visit.fetched is not None
            for hop, exchange in enumerate(visit.fetched.exchanges)
        ]
        places = self._archive.write_all([_archived(exchange) for _lease, _hop, exchange in hops])
        rows = [
            _row(place, exchange, address=known.get(lease), lease=lease, hop=hop)
            for (lease, hop, exchange), place in zip(hops, places, strict=True)
        ]
        Capture.objects.bulk_create(rows, ignore_conflicts=True)
        try:
            self._then()
        except Exception:
            # What was kept is read at the next turn; the crawl goes on.
            logger.exception("What was kept could not be read")

    def kept(self, claims: Sequence[Claim]) -> dict[str, Fetched]:
        """See ``Sink.kept``."""
        rows: dict[str, list[Capture]] = defaultdict(list)
        for row in Capture.objects.filter(lease__in=[claim.lease for claim in claims]).order_by("hop"):
            rows[row.lease].append(row)
        found = {}
        for lease, captures in rows.items():
            try:
                exchanges = [_fetched(archiving.exchange(one), *archiving.content(one)) for one in captures]
            except archiving.Unreadable:
                continue
            # Killed between two hops: what the last redirect led to was not kept.
            if not exchanges[-1].header("location") or exchanges[-1].status // 100 != 3:
                found[lease] = Fetched(tuple(exchanges[:-1]), exchanges[-1])
        return found


def _row(place: Place, exchange: Exchange, *, address: Address | None, lease: str, hop: int) -> Capture:
    url = exchange.address[:LONGEST_ADDRESS]
    return Capture(
        address=address,
        url=url,
        url_hash=web_addresses.key(url),
        taken_at=exchange.ended_at,
        warc_file=place.file,
        warc_offset=place.offset,
        digest=place.digest[:80],
        status=exchange.status,
        content_type=exchange.media_type[:100],
        size=len(exchange.content),
        lease=lease,
        hop=hop,
    )


def _archived(exchange: Exchange) -> Archived:
    return Archived(
        url=exchange.address,
        at=exchange.ended_at,
        status=exchange.status,
        reason=exchange.reason,
        headers=exchange.headers,
        body=exchange.body,
        method=exchange.method,
        request_headers=exchange.request_headers,
        ip=exchange.ip,
        protocol="h2" if exchange.http_version.upper().endswith("2") else "http/1.1",
    )


def _fetched(archived: Archived, content: bytes, _same: Archived) -> Exchange:
    return Exchange(
        address=archived.url,
        ip=archived.ip,
        started_at=archived.at,
        ended_at=archived.at,
        http_version=archived.protocol,
        method=archived.method,
        target="",
        request_headers=archived.request_headers,
        status=archived.status,
        reason=archived.reason,
        headers=archived.headers,
        body=archived.body,
        content=content,
    )
