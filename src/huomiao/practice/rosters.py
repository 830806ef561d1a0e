"""How many people participation is measured against, counted by the clock.

A province's rosters are a million rows; boards ask for hundreds of units at once. So each organization's present people are
counted every few minutes into a row of their own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Max

from huomiao.orgs.models import RosterEntry
from huomiao.practice.models import RosterSize

EVERY = timedelta(minutes=10)
_CHUNK = 500


def turn(at: datetime) -> int:
    """A turn of the clock: count again when it was last done ten minutes ago; returns how many rosters changed size."""
    last = RosterSize.objects.aggregate(last=Max("counted_at"))["last"]
    return 0 if last is not None and last > at - EVERY else count(at)


def count(at: datetime) -> int:
    """Count the people present on every roster; returns how many rosters changed size."""
    rows = RosterEntry.objects.filter(left_on=None).order_by().values_list("organization").annotate(people=Count("pk"))
    present = dict(rows)
    known = dict(RosterSize.objects.values_list("organization", "people"))
    changed = [
        RosterSize(organization_id=pk, people=present.get(pk, 0), counted_at=at)
        for pk in sorted(present.keys() | known.keys())
        if known.get(pk) != present.get(pk, 0)
    ]
    RosterSize.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["organization"],
        update_fields=["people", "counted_at"],
        batch_size=_CHUNK,
    )
    if not changed:
        # One row remembers when it was looked at last.
        RosterSize.objects.filter(pk=min(known, default=0)).update(counted_at=at)
    return len(changed)
