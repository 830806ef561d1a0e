"""Reads over the pool of experts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from huomiao.innovations.models import Expert, PriorityField
from huomiao.innovations.states import RoundState, SheetState


def pool() -> QuerySet[Any]:
    """Everybody in the pool, with ``load`` (sheets of running rounds), ``signed`` of those, and ``relation_count``."""
    running = Q(sheets__entry__round__state__in=[RoundState.PREPARING, RoundState.SCORING]) & ~Q(
        sheets__state=SheetState.RECUSED
    )
    return (
        Expert.objects.select_related("user", "unit")
        .prefetch_related("fields")
        .annotate(
            load=Count("sheets", filter=running, distinct=True),
            signed=Count("sheets", filter=running & Q(sheets__state=SheetState.SIGNED), distinct=True),
            relation_count=Count("relations", distinct=True),
        )
        .order_by("-is_active", "user__name", "pk")
    )


def search(text: str) -> Q:
    """The condition that an expert's name, unit, title or strengths hold ``text``."""
    return (
        Q(user__name__icontains=text)
        | Q(user__username__iexact=text)
        | Q(unit_name__icontains=text)
        | Q(unit__name__icontains=text)
        | Q(title__icontains=text)
        | Q(keywords__icontains=text)
    )


def fields() -> QuerySet[PriorityField]:
    """The priority fields that somebody in the pool can know."""
    return PriorityField.objects.select_related("list").order_by("list__name", "position")
