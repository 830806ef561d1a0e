"""What is new for those who follow a query, and the digests made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from huomiao.newsdesk import searching
from huomiao.newsdesk.models import Article, Digest, Subscription, Version, Watch
from huomiao.newsdesk.pipeline import differences
from huomiao.newsdesk.pipeline.differences import Difference
from huomiao.newsdesk.pipeline.wording import Kind, Piece
from huomiao.newsdesk.states import Frequency
from huomiao.newsdesk.tasks import digests
from huomiao.newsdesk.versions import read_of

# More than this is "many": nobody reads a list of new things further than that.
MOST_NEW = 100
MOST_IN_A_DIGEST = 30
# What is shown of a changed page on the list; its own page shows the whole difference.
MOST_COMPARED = 10
MOST_PIECES = 3
MOST_LETTERS = 60
EVERY = {Frequency.DAILY: timedelta(days=1), Frequency.WEEKLY: timedelta(days=7)}


def new_in(subscription: Subscription, *, since: datetime | None = None) -> list[Article]:
    """What ``subscription`` finds that was first seen after ``since`` (what its reader saw last), latest first."""
    return searching.newest(subscription.query, seen_after=since or subscription.seen_at, most=MOST_NEW)


def changes(watches: Sequence[Watch]) -> dict[int, list[Piece]]:
    """By watch that has news (with ``latest``, see ``queries.readers``): the first words that were added or struck.

    Of a page that asks for no copy to be shown, none.
    """
    changed = [one for one in watches if getattr(one, "latest", 0) > one.seen_number]
    wanted = [one for one in changed if not one.article.asks_noarchive][:MOST_COMPARED]
    numbers = Q(pk=None)
    for one in wanted:
        numbers |= Q(article=one.article_id, number__in=[one.seen_number, getattr(one, "latest", 0)])
    kept = {(one.article_id, one.number): one for one in Version.objects.filter(numbers).select_related("article")}
    found = {}
    for one in wanted:
        old, new = (kept.get((one.article_id, number)) for number in (one.seen_number, getattr(one, "latest", 0)))
        if old is not None and new is not None:
            found[one.pk] = _first_changes(differences.compare(read_of(old), read_of(new)))
    return found


def _first_changes(difference: Difference) -> list[Piece]:
    rows = [*(one.pieces for one in difference.fields), *(one.pieces for one in difference.changes)]
    changed = [piece for pieces in rows for piece in pieces if piece.kind in {Kind.ADDED, Kind.STRUCK}]
    return [Piece(one.kind, one.text[:MOST_LETTERS]) for one in changed if one.text.strip()][:MOST_PIECES]


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
