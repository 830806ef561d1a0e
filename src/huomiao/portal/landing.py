"""What the public landing page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse

from huomiao.innovations.models import Call, Declaration, Window
from huomiao.innovations.states import CallState, Stage, State
from huomiao.notices.models import Notice
from huomiao.notices.states import NoticeState

RESULTS_SHOWN = 6


@dataclass(frozen=True)
class OpenCall:
    """A call that is under way, with the time in which one may declare."""

    call: Call
    window: Window | None
    at: datetime

    @property
    def is_open(self) -> bool:
        return self.window is not None and self.window.opens_at <= self.at < self.window.closes_at

    @property
    def is_ahead(self) -> bool:
        return self.window is not None and self.at < self.window.opens_at

    @property
    def days_left(self) -> int:
        """Whole days until one can no longer declare; 0 on the last day."""
        return (self.window.closes_at - self.at).days if self.window is not None else 0


@dataclass(frozen=True)
class Published:
    """A published result as a card: nothing of it but what its publication page shows to everybody."""

    declaration: Declaration

    @property
    def url(self) -> str:
        return reverse("innovations:published-detail", args=[self.declaration.number or self.declaration.pk])


@dataclass(frozen=True)
class Figures:
    """How large the programme is so far."""

    published: int
    units: int
    calls: int


def open_calls(*, at: datetime) -> list[OpenCall]:
    """The calls under way, those that take declarations first."""
    declare = Prefetch("windows", Window.objects.filter(stage=Stage.DECLARE), to_attr="declare_windows")
    over = (CallState.DRAFT, CallState.PUBLISHED, CallState.CANCELLED)
    calls = Call.objects.filter(announced_at__isnull=False).exclude(state__in=over)
    found = [
        OpenCall(call, next(iter(call.declare_windows), None), at)
        for call in calls.select_related("organiser").prefetch_related(declare).order_by("-year", "pk")
    ]
    return sorted(found, key=lambda one: not one.is_open)


def published() -> list[Published]:
    """The results published last."""
    found = (
        Declaration.objects.filter(state=State.PUBLISHED)
        .select_related("unit", "category", "field", "call")
        .only(
            "number",
            "title",
            "abstract",
            "consent",
            "unit__name",
            "unit__short_name",
            "category__name",
            "field__name",
            "call__year",
            "call__title",
        )
        .order_by("-call__year", "rank", "pk")
    )
    return [Published(declaration) for declaration in found[:RESULTS_SHOWN]]


def figures() -> Figures:
    """How many results are published, from how many units, of how many calls."""
    counted = Declaration.objects.filter(state=State.PUBLISHED).aggregate(
        published=Count("pk"), units=Count("unit", distinct=True), calls=Count("call", distinct=True)
    )
    return Figures(**counted)


def notices(*, today: date) -> QuerySet[Notice]:
    """The notices that are open to objections today."""
    found = Notice.objects.filter(opens_on__lte=today, closes_on__gte=today, state=NoticeState.OPEN)
    return found.select_related("issuer").order_by("closes_on", "pk")
