"""Subscriptions at hubs from the offer to the end: asked for, confirmed, renewed, denied, given up (W3C WebSub).

A hub only tells sooner. Sources are asked by the clock all the same, so nothing is lost where a hub is silent, lies or ends.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from huomiao.newsdesk import looking, web_addresses
from huomiao.newsdesk.models import HubSubscription, Source
from huomiao.newsdesk.pipeline import websub as protocol
from huomiao.newsdesk.pipeline.discover.websub import Hub
from huomiao.newsdesk.pipeline.fetch import addresses, networks
from huomiao.newsdesk.pipeline.fetch.client import Client, Limits
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason
from huomiao.newsdesk.states import PushState

logger = logging.getLogger(__name__)

WANTED_LEASE = timedelta(days=10)
LONGEST_LEASE = timedelta(days=90)
# Renewed when so much of the lease has passed: a hub that is away for a day is asked again in time.
RENEWED_AFTER = 2 / 3
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(days=1)
WAIT_GROWTH = 3
AFTER_A_DENIAL = timedelta(days=7)
TRIES_TO_END = 3
# A hub that confirms later than this answers a question that nobody remembers.
PATIENCE = timedelta(days=2)
ASKED_AT_ONCE = 20
LONGEST_CHALLENGE = 2048
MOST_REDIRECTS = 3
ANSWER_LIMITS = Limits(wire_bytes=64 * 1024, content_bytes=256 * 1024, seconds=15.0, cut=True)
_SAME_REQUEST_ELSEWHERE = frozenset({307, 308})
_AT_HOME = ("localhost", "local", "internal", "lan", "test")


def has_public_address() -> bool:
    """Whether a hub can reach this site: HUOMIAO_PUBLIC_URL is set and is no address of an internal network."""
    url = web_addresses.cleaned(settings.PUBLIC_URL) if settings.PUBLIC_URL else ""
    if not url:
        return False
    host = addresses.parts(url).host.strip("[]")
    ip = networks.read(host)
    if ip is None:
        return host.rpartition(".")[2] not in _AT_HOME
    return networks.is_public(ip) or networks.lies_in(ip, networks.networks(settings.NEWS_NETWORKS))


def offered(source: Source, hub: Hub, *, at: datetime) -> None:
    """``source`` names this hub. One that it did not name before is asked at the next turn, under a new address of ours."""
    kept = HubSubscription.objects.filter(source=source).first()
    if kept is not None and (kept.hub, kept.topic) == (hub.address, hub.topic):
        return
    HubSubscription.objects.update_or_create(
        source=source,
        defaults={
            "hub": hub.address,
            "topic": hub.topic,
            "token": secrets.token_urlsafe(24),
            "secret": secrets.token_urlsafe(32),
            "state": PushState.WANTED,
            "due_at": at,
            "asked_at": None,
            "tries": 0,
            "trouble": "",
            "refusal": "",
            "ends_at": None,
        },
    )


def leave(source: Source, *, at: datetime) -> None:
    """``source`` is collected no more: the hub is told at the next turn. What it pushes meanwhile is refused."""
    kept = HubSubscription.objects.filter(source=source)
    told = kept.filter(state__in=(PushState.ASKED, PushState.ACTIVE))
    told.update(state=PushState.ENDING, due_at=at, asked_at=None, tries=0)
    kept.exclude(state=PushState.ENDING).update(state=PushState.ENDED, due_at=None, asked_at=None)


def come_back(source: Source, *, at: datetime) -> None:
    """``source`` is collected again, and its hub asked anew."""
    HubSubscription.objects.filter(source=source).update(
        state=PushState.WANTED, due_at=at, asked_at=None, tries=0, ends_at=None
    )


@dataclass(frozen=True)
class _Request:
    """What a hub is asked, and by which row."""

    pk: int
    hub: str
    form: bytes


def ask_due(at: datetime) -> int:
    """Ask the hubs whose time has come: new ones, leases that run out, ends; returns how many. Safe to run twice."""
    if not settings.NEWS_ASKS_THE_WEB or not has_public_address():
        return 0
    due = HubSubscription.objects.filter(due_at__lte=at).order_by("due_at", "pk").values_list("pk", flat=True)
    requests = [one for pk in due[:ASKED_AT_ONCE] if (one := _begin(pk, at=at)) is not None]
    if not requests:
        return 0
    for request, trouble in zip(requests, asyncio.run(_sent(requests)), strict=True):
        # A hub may have come to confirm before it answered: then there is nothing to note.
        asked = HubSubscription.objects.filter(pk=request.pk, asked_at=at)
        asked.update(trouble=trouble, **({"asked_at": None} if trouble else {}))
    return len(requests)


@transaction.atomic
def _begin(pk: int, *, at: datetime) -> _Request | None:
    """Note that the hub is asked now, before it is: it may confirm at once. None where somebody else was quicker."""
    row = HubSubscription.objects.select_for_update().filter(pk=pk, due_at__lte=at).first()
    if row is None:
        return None
    if row.state == PushState.ENDING and row.tries >= TRIES_TO_END:
        # It will hear it from us when it pushes, and its lease runs out.
        row.state, row.due_at = PushState.ENDED, None
        row.save(update_fields=["state", "due_at"])
        return None
    mode = "unsubscribe" if row.state == PushState.ENDING else "subscribe"
    if row.state in {PushState.WANTED, PushState.DENIED}:
        row.state = PushState.ASKED
    row.tries += 1
    row.asked_at = at
    row.due_at = at + min(FIRST_WAIT * WAIT_GROWTH ** min(row.tries - 1, 8), LONGEST_WAIT)
    row.save(update_fields=["state", "tries", "asked_at", "due_at"])
    callback = f"{settings.PUBLIC_URL}{reverse('newsdesk:websub', args=[row.token])}"
    lease = int(WANTED_LEASE.total_seconds())
    form = protocol.request(mode, topic=row.topic, callback=callback, secret=row.secret, lease_seconds=lease)
    return _Request(row.pk, row.hub, form)


async def _sent(requests: list[_Request]) -> list[str]:
    """Why each came to nothing; "" where the hub took it."""
    async with looking.client() as client:
        return await asyncio.gather(*(_send(client, one) for one in requests))


async def _send(client: Client, request: _Request) -> str:
    address = request.hub
    try:
        for _hop in range(MOST_REDIRECTS + 1):
            answer = await client.post(address, request.form, content_type=protocol.FORM, limits=ANSWER_LIMITS)
            location = answer.header("location")
            if answer.status not in _SAME_REQUEST_ELSEWHERE or not location:
                break
            address = addresses.normal(location, base=address)
        else:
            return Reason.REDIRECTS.value
    except FetchFailed as failure:
        logger.info("The hub %s could not be asked: %s", request.hub, failure)
        return failure.reason.value
    if 200 <= answer.status < 300:
        return ""
    return (Reason.SERVER_ERROR if answer.status >= 500 else Reason.REFUSED).value


def confirmed(token: str, query: Mapping[str, str], *, at: datetime) -> str | None:
    """What to say to a hub that asks whether we meant it, as ``query`` says; None: we did not."""
    with transaction.atomic():
        row = HubSubscription.objects.select_for_update().filter(token=token).first()
        if row is None or query.get("hub.topic", "") != row.topic:
            return None
        mode, challenge = query.get("hub.mode", ""), query.get("hub.challenge", "")
        if mode == "denied":
            return _deny(row, query.get("hub.reason", ""), at=at)
        is_awaited = row.asked_at is not None and row.asked_at > at - PATIENCE
        if not is_awaited or not 0 < len(challenge) <= LONGEST_CHALLENGE:
            return None
        if mode == "unsubscribe" and row.state == PushState.ENDING:
            row.state, row.due_at, row.ends_at = PushState.ENDED, None, None
        elif mode == "subscribe" and row.state in {PushState.ASKED, PushState.ACTIVE}:
            lease = _lease(query.get("hub.lease_seconds", ""))
            if lease is None:
                return None
            row.state, row.ends_at, row.due_at = PushState.ACTIVE, at + lease, at + lease * RENEWED_AFTER
        else:
            return None
        row.asked_at, row.tries, row.trouble, row.refusal = None, 0, "", ""
        row.save()
        return challenge


def _deny(row: HubSubscription, reason: str, *, at: datetime) -> str | None:
    """A hub may say no to a request, and at any time later."""
    if row.state not in {PushState.ASKED, PushState.ACTIVE}:
        return None
    row.state, row.due_at, row.asked_at, row.ends_at = PushState.DENIED, at + AFTER_A_DENIAL, None, None
    row.refusal = " ".join(reason.split())[:200]
    row.save()
    return ""


def _lease(given: str) -> timedelta | None:
    if not (given.isascii() and given.isdigit() and 0 < len(given) < 12 and int(given)):
        return None
    return min(timedelta(seconds=int(given)), LONGEST_LEASE)
