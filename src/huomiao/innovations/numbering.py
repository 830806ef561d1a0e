"""The numbers that declarations are given when they are handed in: 2023-赣-南昌-0001."""

from __future__ import annotations

from django.db import transaction

from huomiao.innovations.models import Call, NumberSeries
from huomiao.orgs.models import Organization


def stem(call: Call, union: Organization) -> str:
    """What all numbers of a union begin with in a call's year."""
    return f"{call.year}-{call.number_prefix}-{union.label}"[:60]


@transaction.atomic
def take(call: Call, union: Organization, count: int = 1) -> list[str]:
    """The next ``count`` numbers of ``union``, given out to nobody else.

    The series' row is locked until the surrounding transaction ends, so numbers of a refused submission come back.
    """
    beginning = stem(call, union)
    NumberSeries.objects.get_or_create(stem=beginning)
    series = NumberSeries.objects.select_for_update().get(stem=beginning)
    first = series.last + 1
    series.last += count
    series.save(update_fields=["last"])
    return [f"{beginning}-{number:04d}" for number in range(first, first + count)]
