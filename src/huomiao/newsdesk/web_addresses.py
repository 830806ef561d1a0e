"""Addresses of the web as the desk keeps them: one spelling, and a key to find it by."""

from __future__ import annotations

import hashlib

from huomiao.newsdesk.models import LONGEST_ADDRESS
from huomiao.newsdesk.pipeline.fetch import addresses
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed


def cleaned(url: str) -> str:
    """``url`` in its one spelling; "" for what is no address of the web.

    Only http and https are: whatever else a page calls its address (javascript:, data:) never becomes a link.
    """
    try:
        found = addresses.normal(url)
    except FetchFailed:
        return ""
    return found if len(found) <= LONGEST_ADDRESS else ""


def key(url: str) -> str:
    """The key under which ``url`` (cleaned) is found."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def site(url: str) -> str:
    """The host of ``url`` (cleaned), with its port where that is not the usual one."""
    return addresses.lane(url)
