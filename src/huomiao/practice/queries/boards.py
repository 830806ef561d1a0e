"""Boards: what units, unions, trades and people came to in a period. They read rollups only, never an attempt.

A figure of a union is the sum over the branch below it. The measure of participation is the people on the rosters of
the branch; where a unit has none, the number of employees it gives, and the line says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    F,
    FilteredRelation,
    FloatField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Substr

from huomiao.orgs import queries as orgs
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import below, held, reach, within
from huomiao.orgs.roles import Power, Role
from huomiao.orgs.states import UNIT_KINDS
from huomiao.practice.models import Campaign, Topic, TradePeriod, UnitPeriod
from huomiao.practice.periods import start_of
from huomiao.practice.queries.board_sizes import Basis, Size, between, by_length, measured, sized, sizes
from huomiao.practice.states import Period

if TYPE_CHECKING:
    from huomiao.accounts.models import User

FIGURES = ("people", "days", "sessions", "answered", "right", "points")
CAMPAIGN_FIGURES = (
    "people",
    "days",
    "sessions",
    "counted",
    "scores",
    "answered",
    "right",
    "points",
    "passed",
    "excellent",
    "flagged",
)


@dataclass
class Line:
    """One organization, trade or branch on a board."""

    organization: Organization | None
    size: Size
    figures: dict[str, int]
    trade: Topic | None = None
    # Only what was practised at the organization itself, without its branch.
    is_itself: bool = False
    place: int = 0
    bar: int = 0
    is_own: bool = False

    @property
    def people(self) -> int:
        return self.figures["people"]

    @property
    def rate(self) -> float | None:
        """Participants in per cent of those who could take part; None when nobody says how many these are."""
        return 100 * self.people / self.size.people if self.size.people else None

    @property
    def accuracy(self) -> float | None:
        """Right answers in per cent of those given."""
        return 100 * self.figures["right"] / self.figures["answered"] if self.figures["answered"] else None

    @property
    def sessions_each(self) -> float:
        return self.figures["sessions"] / self.people if self.people else 0.0

    @property
    def points_each(self) -> float:
        return self.figures["points"] / self.people if self.people else 0.0

    @property
    def score(self) -> float | None:
        """The mean of a campaign's counted tries, in per cent."""
        return self.figures["scores"] / self.figures["counted"] if self.figures.get("counted") else None


# --- organizations ---------------------------------------------------------------------------------------------------


def period_rows(period: Period, on: date) -> QuerySet[UnitPeriod]:
    """What organizations came to in the period that ``on`` lies in."""
    return UnitPeriod.objects.filter(period=period, start=start_of(period, on))


def branch_lines(rows: QuerySet[Any], figures: Sequence[str], nodes: Sequence[Organization]) -> list[Line]:
    """``rows`` (of one organization each) summed up over the branch of each of ``nodes``."""
    sums: dict[str, dict[str, int]] = {}
    for length, paths in by_length(nodes).items():
        found = (
            rows.filter(between(paths, "organization__path"))
            .annotate(top=Substr("organization__path", 1, length))
            .order_by()
            .values("top")
            .annotate(**{f"sum_{name}": Sum(name) for name in figures})
        )
        for row in found:
            sums[row["top"]] = {name: row[f"sum_{name}"] for name in figures}
    people = sizes(nodes)
    nothing = dict.fromkeys(figures, 0)
    return [Line(node, people.get(node.path, Size()), sums.get(node.path, dict(nothing))) for node in nodes]


def own_line(rows: QuerySet[Any], figures: Sequence[str], organization: Organization) -> Line | None:
    """What people practised at ``organization`` itself; None when nobody did."""
    row = rows.filter(organization=organization).values(*figures).first()
    if row is None or not row["people"]:
        return None
    head = vars(sized(Organization.objects.filter(pk=organization.pk)).get())
    return Line(organization, measured(head["present"], head["heads"]), row, is_itself=True)


def total_line(lines: Iterable[Line], figures: Sequence[str]) -> Line:
    """All of ``lines`` together."""
    lines = list(lines)
    bases = {line.size.basis for line in lines} - {Basis.NONE}
    basis = bases.pop() if len(bases) == 1 else Basis.MIXED if bases else Basis.NONE
    people = sum(line.size.people for line in lines)
    return Line(None, Size(people, basis), {name: sum(line.figures[name] for line in lines) for name in figures})


def ranked(lines: list[Line]) -> list[Line]:
    """``lines`` in the order of boards with their places: participation, then points a head, then sessions a head.

    Whoever cannot be measured stands behind those who can; equal lines share a place.
    """

    def standing(line: Line) -> tuple[float, ...]:
        rate = line.rate
        return (-1.0 if rate is None else rate, line.points_each, line.sessions_each)

    lines = sorted(lines, key=lambda line: line.organization.path if line.organization else "")
    lines.sort(key=standing, reverse=True)
    for number, line in enumerate(lines, 1):
        same = number > 1 and standing(lines[number - 2]) == standing(line)
        line.place = lines[number - 2].place if same else number
    return with_bars(lines)


def with_bars(lines: list[Line]) -> list[Line]:
    """``lines`` with the length of each one's bar: the rate itself, as everybody may compare it."""
    for line in lines:
        line.bar = min(100, round(line.rate)) if line.rate is not None else 0
    return lines


def units_in(period: Period, on: date, paths: Iterable[str]) -> QuerySet[Organization]:
    """The basic units of the branches in the order of boards, those in which nobody practised last."""
    matches = Q(practice_periods__period=period, practice_periods__start=start_of(period, on))
    return _units(FilteredRelation("practice_periods", condition=matches), paths)


def campaign_units_in(campaign: Campaign, paths: Iterable[str]) -> QuerySet[Organization]:
    """The basic units of the branches in the order of a campaign's board, those in which nobody takes part last."""
    matches = Q(campaign_figures__campaign=campaign)
    return _units(FilteredRelation("campaign_figures", condition=matches), paths)


def line_of(unit: Organization) -> Line:
    """The line of one of the units that ``units_in`` and ``campaign_units_in`` give."""
    row = vars(unit)
    figures = {name: row[f"sum_{name}"] for name in ("people", "sessions", "answered", "right", "points")}
    return Line(unit, measured(row["present"], row["heads"]), figures)


def unit_page(
    units: QuerySet[Organization], shown: Iterable[Organization], *, first: int, own: Organization | None
) -> list[Line]:
    """The lines of ``units`` that a page shows, which begins with number ``first``, with their places."""
    lines = with_bars([line_of(unit) for unit in shown])
    for number, line in enumerate(lines, first):
        line.is_own = own is not None and line.organization == own
        before = lines[number - first - 1] if number > first else None
        if before is not None and _is_level(before, line):
            line.place = before.place
        else:
            # Those who share a place may stand on the page before.
            line.place = number if before is not None or first == 1 else _place_of(units, line)
    return lines


def own_unit_line(units: QuerySet[Organization], own: Organization | None) -> Line | None:
    """The line of one's own unit among ``units``, wherever it stands; None when it is not among them."""
    found = units.filter(pk=own.pk).first() if own is not None else None
    if found is None:
        return None
    line = with_bars([line_of(found)])[0]
    line.is_own = True
    line.place = _place_of(units, line)
    return line


def _is_level(one: Line, other: Line) -> bool:
    return (one.rate, one.points_each) == (other.rate, other.points_each)


def _place_of(units: QuerySet[Organization], line: Line) -> int:
    rate = -1.0 if line.rate is None else line.rate
    ahead = Q(rate__gt=rate) | Q(rate=rate, points_each__gt=line.points_each)
    return units.filter(ahead).count() + 1


def _units(figures: FilteredRelation, paths: Iterable[str]) -> QuerySet[Organization]:
    units = sized(Organization.objects.filter(within(paths), is_active=True, kind__in=UNIT_KINDS))
    names = ("people", "sessions", "answered", "right", "points")
    found = units.annotate(
        figures=figures,
        **{f"sum_{name}": Coalesce(F(f"figures__{name}"), 0) for name in names},
        size=F("present") + F("heads"),
    )
    rate = Case(
        When(size__gt=0, then=100.0 * Cast("sum_people", FloatField()) / Cast("size", FloatField())),
        default=Value(-1.0),
        output_field=FloatField(),
    )
    each = Case(
        When(sum_people__gt=0, then=Cast("sum_points", FloatField()) / Cast("sum_people", FloatField())),
        default=Value(0.0),
        output_field=FloatField(),
    )
    return found.annotate(rate=rate, points_each=each).order_by("-rate", "-points_each", "path")


# --- trades ----------------------------------------------------------------------------------------------------------


def trade_lines(period: Period, on: date, organization: Organization) -> list[Line]:
    """What was practised in the banks of each trade in the branch of ``organization``, most people first."""
    figures = ("people", "sessions", "answered", "right")
    rows = (
        TradePeriod.objects.filter(
            below(organization.path, "organization__path"), period=period, start=start_of(period, on)
        )
        .order_by()
        .values("trade")
        .annotate(**{f"sum_{name}": Sum(name) for name in figures})
    )
    found = {row["trade"]: {name: row[f"sum_{name}"] for name in figures} for row in rows}
    trades = Topic.objects.in_bulk(found)
    lines = [
        Line(None, Size(), {**sums, "points": 0}, trade=trades[pk])
        for pk, sums in found.items()
        if pk in trades and sums["sessions"]
    ]
    lines.sort(key=lambda line: (-line.people, -line.figures["sessions"], line.trade.path if line.trade else ""))
    most = max((line.people for line in lines), default=0)
    for number, line in enumerate(lines, 1):
        same = number > 1 and lines[number - 2].people == line.people
        line.place = lines[number - 2].place if same else number
        line.bar = round(100 * line.people / most) if most else 0
    return lines


# --- where one begins ---------------------------------------------------------------------------------------------------


def home_of(user: User) -> Organization | None:
    """The unit whose board of people is ``user``'s own: where they work, else where they hold an office."""
    ordered = sorted(held(user), key=lambda one: (one.role != Role.MEMBER, -len(one.organization.path)))
    return ordered[0].organization if ordered else None


def top_of(user: User) -> Organization | None:
    """Where the boards begin for ``user``: the highest union of their reach, else the root above their unit."""
    paths = reach(user, Power.SEE_FIGURES)
    home = home_of(user)
    path = min(paths, key=len) if paths else home.path[: Organization.steplen] if home else None
    return Organization.objects.filter(path=path).first() if path else orgs.roots().first()
