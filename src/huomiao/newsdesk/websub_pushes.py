"""What hubs push: read like a feed that was fetched. It is a hint where to look, and never itself an article."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import F, Q

from huomiao.newsdesk import known_addresses, web_addresses
from huomiao.newsdesk.models import Address, HubSubscription, Source
from huomiao.newsdesk.pipeline import codings, websub
from huomiao.newsdesk.pipeline.discover import reading
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.fetch.exchange import charset_of
from huomiao.newsdesk.pipeline.fetch.kinds import Kind
from huomiao.newsdesk.states import AddressKind, PushState, SourceState

logger = logging.getLogger(__name__)

# As much as is read of a feed that is fetched.
MOST_BYTES = 4 * 1024 * 1024
MOST_UNPACKED = 8 * 1024 * 1024
# A push of a few entries names what changed; one of many is the whole feed.
FEW_ENTRIES = 5
JUST_SEEN = timedelta(minutes=1)


def receiver(token: str, *, at: datetime) -> HubSubscription | None:
    """The subscription to which ``token`` belongs and something may be pushed now."""
    found = HubSubscription.objects.select_related("source").filter(
        token=token, state=PushState.ACTIVE, ends_at__gt=at, source__state=SourceState.ACTIVE
    )
    return found.first()


def take(
    row: HubSubscription, body: bytes, *, signature: str, content_type: str, content_encoding: str, at: datetime
) -> bool:
    """Put the addresses that ``body`` names into the frontier, due now. False: it was not signed, and nothing is done."""
    mine = HubSubscription.objects.filter(pk=row.pk)
    if not websub.is_signed(body, signature, secret=row.secret):
        mine.update(ignored=F("ignored") + 1)
        logger.warning("A push for source %s is not signed as it should be", row.source_id)
        return False
    mine.update(pushes=F("pushes") + 1, pushed_at=at)
    found = _read(row, body, content_type, content_encoding)
    known_addresses.add(found, at=at)
    if not found or len(found) <= FEW_ENTRIES:
        _look_again(row.source, found, at=at)
    return True


def _read(row: HubSubscription, body: bytes, content_type: str, content_encoding: str) -> list[Found]:
    """What a push names; nothing where it says only that there is something."""
    source = row.source
    try:
        content = codings.unpacked(body, content_encoding, most_bytes=MOST_UNPACKED)
        links = source.rules.get("links") or None
        kind = Kind(source.kind)
        read = reading.of(kind, content, address=row.topic, charset=charset_of(content_type), expressions=links)
    except (codings.TooLarge, codings.BadCoding):
        return []
    return [replace(one, source=str(source.pk)) for one in read.found]


def _look_again(source: Source, found: Sequence[Found], *, at: datetime) -> None:
    """Ask again for what was named and is known; where nothing was named, for the source itself."""
    keys = [web_addresses.key(one.address) for one in found] or [source.address_hash]
    free = Address.objects.filter(Q(visited_at__lt=at - JUST_SEEN), source=source, leased_until=None)
    free.filter(url_hash__in=keys).exclude(kind=AddressKind.PICTURE).update(due_at=at)
