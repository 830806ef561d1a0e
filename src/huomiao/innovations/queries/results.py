"""Reads over results: in order, with the cut, and why each is what it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Max, QuerySet

from huomiao.innovations import ranking, scoring
from huomiao.innovations.models import Result, Round, Sheet, Unsealing
from huomiao.innovations.queries import declarations
from huomiao.innovations.states import Basis, GradesBy, RoundState, SheetState
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[Result]:
    """The results that ``user`` may see: of locked rounds they run; once released, those of declarations they may see.

    Whoever scored in the round sees none, released or not.
    """
    if not user.is_authenticated:
        return Result.objects.none()
    run = within(reach(user, Power.RUN_CALLS), "round__call__organiser__path")
    locked = Result.objects.filter(run, round__state__in=[RoundState.LOCKED, RoundState.RELEASED])
    theirs = Unsealing.objects.filter(declaration__in=declarations.visible_to(user)).values("entry")
    released = Result.objects.filter(entry__in=theirs, round__state=RoundState.RELEASED)
    judged = Sheet.objects.filter(expert__user=user).values("entry__round")
    return (locked | released).exclude(round__in=judged).select_related("entry", "round__call__organiser")


def of_round(review: Round) -> QuerySet[Result]:
    """The results of a round in the order by which grades are given out: best first by the score that decides."""
    return review.results.select_related("entry").order_by("position", "entry__number")


def cuts(review: Round) -> set[int]:
    """The positions below which a grade ends, in its category where each has its own numbers; by rule, not by hand."""
    given = review.results.exclude(grade="").exclude(detail__has_key="by_hand").order_by()
    groups = ("grade",) if review.rules["grades_by"] == GradesBy.ALL else ("entry__category_name", "grade")
    return set(given.values(*groups).annotate(last=Max("position")).values_list("last", flat=True))


def places_by_category(review: Round) -> bool:
    """Whether places are counted within each category: as the grades are given."""
    return bool(review.rules["grades_by"] == GradesBy.CATEGORY)


def placed_with(result: Result) -> int:
    """Among how many the place of ``result`` is counted."""
    rows = result.round.results.all()
    if places_by_category(result.round):
        rows = rows.filter(entry__category_name=result.entry.category_name)
    return rows.count()


def deciding_field(review: Round) -> str:
    return "calibrated" if review.rules["basis"] == Basis.CALIBRATED else "raw"


def scored(review: Round, rows: Iterable[Result]) -> list[ranking.Scored]:
    """Results as ranking takes them."""
    return [
        ranking.Scored(
            row.entry_id,
            row.entry.category_name,
            getattr(row, deciding_field(review)),
            tie_breaks(review, row),
        )
        for row in rows
    ]


def tie_breaks(review: Round, result: Result) -> tuple[Decimal, ...]:
    """What decides between equals, in order: means of criteria as shares of their points."""
    rubric = review.rules["rubrics"][str(result.entry.rubric_id)]
    points = {criterion.name: criterion.points for criterion in scoring.criteria_of(rubric)}
    means = result.detail["criteria"]
    return tuple(
        scoring.rounded(Decimal(means[name]) * 100 / points[name]) if name in means else Decimal(0)
        for name in review.rules["tie_breaks"]
    )


def declarations_of(results: Iterable[Result]) -> dict[int, Unsealing]:
    """By entry, the declaration that each result unseals, with what a list shows of it."""
    found = Unsealing.objects.filter(entry__in=[row.entry_id for row in results])
    return {one.entry_id: one for one in found.select_related("declaration__unit", "declaration__union")}


@dataclass(frozen=True)
class SheetLine:
    """One expert's sheet on the page that explains a result; the expert is a number."""

    label: int
    marks: list[tuple[str, str]]
    total: Decimal | None
    leniency: float
    is_dropped: bool
    comment: str


def sheet_lines(result: Result) -> list[SheetLine]:
    """The signed sheets of a result in an order that does not tell who is who."""
    review = result.round
    criteria = scoring.criteria_of(review.rules["rubrics"][str(result.entry.rubric_id)])
    sheets = Sheet.objects.filter(entry=result.entry_id, state=SheetState.SIGNED)
    ordered = sorted(sheets, key=lambda sheet: (sheet.total or Decimal(0), sheet.pk), reverse=True)
    return [
        SheetLine(
            label,
            [(criterion.name, str(sheet.marks.get(criterion.key, ""))) for criterion in criteria],
            sheet.total,
            float(result.detail["leniency"].get(str(sheet.pk), 0.0)),
            sheet.pk in result.detail["dropped"],
            sheet.comment,
        )
        for label, sheet in enumerate(ordered, 1)
    ]
