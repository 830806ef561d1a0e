"""What discovery finds: addresses, with what was said about them where they stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huomiao.newsdesk.pipeline.fetch import addresses
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed
from huomiao.newsdesk.pipeline.fetch.kinds import Kind


@dataclass(frozen=True, slots=True)
class Found:
    """An address worth asking for, in its normal spelling. ``published_at`` is aware; the words are as given there.

    ``source`` says for whom it was found: whatever the one who added the source wrote there.
    """

    address: str
    kind: Kind = Kind.PAGE
    title: str = ""
    published_at: datetime | None = None
    category: str = ""
    source: str = ""


def address_or_none(given: str, *, base: str = "") -> str | None:
    """The normal address that ``given`` is, seen from ``base``; None where it is none that can be asked for."""
    if not given.strip():  # which would be the page itself
        return None
    try:
        return addresses.normal(given, base=base)
    except FetchFailed:
        return None
