"""What is new for those who follow a query, and the digests made of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from huomiao.newsdesk import searching
from huomiao.newsdesk.models import Article, Digest, Subscription
from huomiao.newsdesk.states import Frequency
from huomiao.newsdesk.tasks import digests

# More than this is "many": nobody reads a list of new things further than that.
MOST_NEW = 100
MOST_IN_A_DIGEST = 30
EVERY = {Frequency.DAILY: timedelta(days=1), Frequency.WEEKLY: timedelta(days=7)}


def new_in(subscription: Subscription, *, since: datetime | None = None) -> list[Article]:
    """What ``subscription`` finds that was first seen after ``since`` (what its reader saw last), latest first."""
    return searching.newest(subscription.query, seen_after=since or subscription.seen_at, most=MOST_NEW)


def make_due(at: datetime) -> int:
    """Make the digests whose time has come, and have them sent; returns how many. Safe to run twice."""
    due = Q()
    for frequency, every in EVERY.items():
        due |= Q(frequency=frequency, digested_at__lte=at - every)
    found = Subscription.objects.filter(due, confirmed_at__isnull=False).order_by("pk")
    return sum(_make(pk, at=at) for pk in found.values_list("pk", flat=True))


@transaction.atomic
def _make(pk: int, *, at: datetime) -> int:
    """One digest; 0 where nothing is new, or somebody else was quicker."""
    subscription = Subscription.objects.select_for_update().get(pk=pk)
    every = EVERY.get(Frequency(subscription.frequency))
    if every is None or subscription.digested_at > at - every:
        return 0
    since = subscription.digested_at
    articles = new_in(subscription, since=since)
    subscription.digested_at = at
    subscription.save(update_fields=["digested_at"])
    if not articles:
        return 0
    made = Digest.objects.create(
        subscription=subscription,
        first_seen_after=since,
        first_seen_to=at,
        article_ids=[article.pk for article in articles[:MOST_IN_A_DIGEST]],
        article_count=len(articles),
        made_at=timezone.now(),
    )
    transaction.on_commit(partial(digests.send.enqueue, made.pk))
    return 1
