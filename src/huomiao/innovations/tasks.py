"""What happens after the answer: ids in, safe to run twice."""

from __future__ import annotations

from django_tasks import task

from huomiao.innovations import eligibility
from huomiao.innovations.models import Declaration


@task()
def scan_likeness(pks: list[int]) -> int:
    """Find what these declarations are like; returns how many likenesses they have."""
    return eligibility.scan(Declaration.objects.filter(pk__in=pks).select_related("call", "unit"))
