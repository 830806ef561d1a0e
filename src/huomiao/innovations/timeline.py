"""The stages of a call as a drawing: bars over months, with today's marker. Plain numbers; the template draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from huomiao.innovations.models import Call

WIDTH = 1000
ROW = 34
TOP = 26


@dataclass(frozen=True)
class Bar:
    label: str
    opens_at: datetime
    closes_at: datetime
    x: float
    y: int
    width: float
    phase: str  # past, now or ahead

    @property
    def right(self) -> float:
        return round(self.x + self.width, 1)


@dataclass(frozen=True)
class Tick:
    label: datetime
    x: float


@dataclass(frozen=True)
class Timeline:
    bars: list[Bar]
    ticks: list[Tick]
    height: int
    today: float | None


def timeline(call: Call, *, at: datetime) -> Timeline | None:
    """The windows of ``call`` drawn to scale; None when it has none."""
    windows = list(call.windows.all())
    if not windows:
        return None
    first = _month(timezone.localtime(min(window.opens_at for window in windows)))
    last = _next_month(timezone.localtime(max(window.closes_at for window in windows)))
    span = (last - first).total_seconds()

    def place(moment: datetime) -> float:
        return round((moment - first).total_seconds() / span * WIDTH, 1)

    bars = [
        Bar(
            label=window.get_stage_display(),
            opens_at=window.opens_at,
            closes_at=window.closes_at,
            x=place(window.opens_at),
            y=TOP + number * ROW,
            width=max(place(window.closes_at) - place(window.opens_at), 4.0),
            phase="past" if window.closes_at <= at else "now" if window.opens_at <= at else "ahead",
        )
        for number, window in enumerate(windows)
    ]
    ticks = []
    month = first
    while month < last:
        ticks.append(Tick(month, place(month)))
        month = _next_month(month)
    # Labels need room: a long span shows every second, third … month.
    step = len(ticks) // 13 + 1
    return Timeline(bars, ticks[::step], TOP + len(bars) * ROW, place(at) if first <= at < last else None)


def _month(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(moment: datetime) -> datetime:
    start = _month(moment)
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
