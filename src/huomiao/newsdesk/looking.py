"""What an address leads to: asked of the web while an editor waits, politely and only of public machines."""

from __future__ import annotations

import asyncio
import re
from importlib.metadata import version

from django.conf import settings
from django.urls import reverse

from huomiao.core.addresses import absolute
from huomiao.newsdesk.pipeline.discover import recognising
from huomiao.newsdesk.pipeline.discover.recognising import Findings
from huomiao.newsdesk.pipeline.fetch.client import Client, Identity
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, HostRests, Reason
from huomiao.newsdesk.pipeline.fetch.fetcher import Fetcher
from huomiao.newsdesk.pipeline.fetch.guard import Guard
from huomiao.newsdesk.pipeline.fetch.politeness import Pace, Politeness

# Longer nobody looks at a page that does not come.
PATIENCE_SECONDS = 25.0
# A person waits, and the look is a handful of requests: a little quicker than a crawl.
LOOKING_PACE = Pace(delay_seconds=0.3)


def identity() -> Identity:
    """Who our crawler says it is."""
    name = re.sub(r"[^A-Za-z_-]", "", settings.NEWS_AGENT) or "HuomiaoBot"
    return Identity(contact=absolute(None, reverse("newsdesk:crawler")), name=name, version=version("huomiao"))


def client() -> Client:
    """A client that may ask public machines, and those that the settings name."""
    return Client(Guard(allowed=settings.NEWS_NETWORKS), identity())


def look(address: str) -> Findings:
    """What ``address`` leads to, and every way to watch that site, best first.

    Raises:
        FetchFailed: it cannot be had; the reason says why.
    """
    if not settings.NEWS_ASKS_THE_WEB:
        raise FetchFailed(Reason.UNREACHABLE, "this site does not ask the web")
    try:
        return asyncio.run(_look(address))
    except TimeoutError:
        raise FetchFailed(Reason.TOO_SLOW, f"more than {PATIENCE_SECONDS:.0f} s") from None
    except HostRests:
        raise FetchFailed(Reason.BUSY, "it rests") from None


async def _look(address: str) -> Findings:
    async with asyncio.timeout(PATIENCE_SECONDS), client() as asking:
        return await recognising.look(address, Fetcher(asking, Politeness(LOOKING_PACE)))
