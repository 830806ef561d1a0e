"""Published results for everybody, within what their declarers agreed to show; and where a call's notice stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from huomiao.core import history
from huomiao.honours.models import Honour, Status
from huomiao.innovations.models import Attachment, Call, Declaration, Grade, Opinion, Round, Sheet, Unsealing
from huomiao.innovations.queries import results
from huomiao.innovations.states import AttachmentRole, CallState, Consent, GradesBy, RoundState, State
from huomiao.notices import queries as notice_queries
from huomiao.notices.models import Notice
from huomiao.notices.states import NoticeState

# The declarers who let the abstract be shown, and those who let everything be.
SHOWS_ABSTRACT = frozenset({Consent.FULL, Consent.ABSTRACT})


def published() -> QuerySet[Declaration]:
    """The results that the public may see: published, of calls that are published, and not revoked since."""
    return Declaration.objects.filter(state=State.PUBLISHED, call__state=CallState.PUBLISHED)


def by_key(key: str) -> Declaration | None:
    """The published result of that number or primary key."""
    found = published().select_related("call__organiser", "category", "field", "unit", "union")
    one = found.filter(number=key).first()
    if one is None and key.isdecimal() and len(key) < 19:
        one = found.filter(pk=int(key)).first()
    return one


# What the list can be narrowed by: name in the address, and the columns that give its value.
FACETS: dict[str, str] = {
    "call": "call__slug",
    "category": "category__name",
    "field": "field__name",
    "division": "division",
    "union": "union__code",
    "grade": "grade",
}
SORTS: dict[str, tuple[str, ...]] = {
    "number": ("number", "pk"),
    "title": ("title", "pk"),
}


def found(chosen: Mapping[str, str], words: Iterable[str]) -> QuerySet[Declaration]:
    """The published results that match the chosen facets and all ``words``."""
    rows = _searched(words)
    for name, column in FACETS.items():
        if chosen.get(name):
            rows = rows.filter(**{column: chosen[name]})
    return rows


def _searched(words: Iterable[str]) -> QuerySet[Declaration]:
    rows = published()
    for word in words:
        # What is not shown is not searched either: a search that finds it would tell what it says.
        shown = Q(consent__in=SHOWS_ABSTRACT) & (Q(abstract__icontains=word) | Q(keywords__icontains=word))
        rows = rows.filter(Q(title__icontains=word) | shown)
    return rows


def sorted_by(rows: QuerySet[Declaration], sort: str) -> QuerySet[Declaration]:
    """``rows`` in the order that a page asks for; the newest year first, best grade first, when it asks for nothing."""
    if sort in SORTS:
        return rows.order_by(*SORTS[sort])
    # Read once and written into the query: a subquery would be asked for every row of the sort.
    grades = Grade.objects.filter(call__state=CallState.PUBLISHED).values_list("name", "position").distinct()
    places = [When(grade=name, then=Value(position)) for name, position in grades.order_by("-position")]
    return rows.annotate(grade_place=Case(*places, default=Value(len(places)), output_field=IntegerField())).order_by(
        "-call__year", "grade_place", "number", "pk"
    )


@dataclass(frozen=True)
class Tally:
    """The published results that match some words, counted by everything that the list can be narrowed by.

    Searching texts is what costs, so it is done once for all facets and the number of results together.
    """

    # The values of FACETS in their order, and how many results have just these.
    groups: list[tuple[tuple[str, ...], int]]
    chosen: Mapping[str, str]

    @property
    def total(self) -> int:
        """How many results the list holds as it is narrowed."""
        return sum(count for values, count in self.groups if self._matches(values))

    def counts(self, name: str) -> list[tuple[str, int]]:
        """How many results each value of facet ``name`` would leave, with the other facets as chosen; most first."""
        place = list(FACETS).index(name)
        counted: Counter[str] = Counter()
        for values, count in self.groups:
            if values[place] and self._matches(values, without=name):
                counted[values[place]] += count
        return sorted(counted.items(), key=lambda one: (-one[1], one[0]))

    def _matches(self, values: tuple[str, ...], *, without: str = "") -> bool:
        facets = zip(FACETS, values, strict=True)
        return all(value == self.chosen[name] for name, value in facets if name != without and self.chosen.get(name))


def tally(chosen: Mapping[str, str], words: Iterable[str]) -> Tally:
    """What the page of results counts, in one query."""
    grouped = _searched(words).order_by().values_list(*FACETS.values()).annotate(count=Count("pk"))
    return Tally([(tuple(str(value or "") for value in row[:-1]), row[-1]) for row in grouped], chosen)


def pictures(declarations: Iterable[Declaration]) -> dict[int, list[Attachment]]:
    """The pictures of results whose declarers let everything be shown, by declaration."""
    shown = [one.pk for one in declarations if one.consent == Consent.FULL]
    rows = Attachment.objects.filter(declaration__in=shown, role=AttachmentRole.PICTURE).select_related("file")
    kept: dict[int, list[Attachment]] = {}
    for row in rows.order_by("position", "pk"):
        kept.setdefault(row.declaration_id, []).append(row)
    return kept


def related(declaration: Declaration, *, most: int = 4) -> QuerySet[Declaration]:
    """Other published results of the same priority field, then of the same category and industry."""
    same = Q(category__name=declaration.category.name if declaration.category else "")
    if declaration.field_id:
        same |= Q(field=declaration.field_id)
    near = Q(field=declaration.field_id) if declaration.field_id else Q(division=declaration.division)
    return (
        published()
        .filter(same)
        .exclude(pk=declaration.pk)
        .annotate(is_near=Case(When(near, then=Value(1)), default=Value(0)))
        .select_related("unit", "category", "call")
        .order_by("-is_near", "-call__year", "number")[:most]
    )


def honour(declaration: Declaration) -> Honour | None:
    """The honour that the result was granted, while it stands."""
    return Honour.objects.filter(
        source_type=history.subject_type(declaration), source_id=str(declaration.pk), status=Status.VALID
    ).first()


# --- Behind the notice ------------------------------------------------------------------------------------------------


def notice(call: Call) -> Notice | None:
    """The notice of the call's results that is in force: open or closed, not taken back."""
    return notice_queries.of_subject(call).exclude(state=NoticeState.CANCELLED).first()


def round_that_decides(call: Call) -> Round | None:
    """The last round whose scoring has ended."""
    return call.rounds.filter(state__in=[RoundState.LOCKED, RoundState.RELEASED]).order_by("-pk").first()


@dataclass(frozen=True)
class Ranked:
    """A declaration in the order of its round."""

    declaration: int
    grade: str
    pool: str


def ranking(review: Round) -> list[Ranked]:
    """The declarations of a round best first, with the grades proposed and the pool in which grades are given."""
    rows = list(results.of_round(review))
    grade_of = {row.entry_id: row.grade for row in rows}
    unsealed = dict(Unsealing.objects.filter(entry__in=list(grade_of)).values_list("entry_id", "declaration_id"))
    by_category = review.rules.get("grades_by") == GradesBy.CATEGORY
    scored = sorted(results.scored(review, rows), key=lambda one: ([-value for value in one.strength], one.entry))
    return [
        Ranked(unsealed[one.entry], grade_of[one.entry], one.category if by_category else "")
        for one in scored
        if one.entry in unsealed
    ]


def handled_by(declaration: Declaration) -> set[int]:
    """The ids of all who declared, made, checked, recommended or scored it: none of them may rule on an objection."""
    opinions = Opinion.objects.filter(declaration=declaration).values_list("by_id", flat=True)
    authors = declaration.authors.filter(user__isnull=False).values_list("user_id", flat=True)
    experts = Sheet.objects.filter(
        entry__in=Unsealing.objects.filter(declaration=declaration).values("entry")
    ).values_list("expert__user_id", flat=True)
    return {declaration.declared_by_id, *opinions, *(pk for pk in authors if pk), *experts}


def listed_counts(call: Call) -> dict[tuple[int | None, int | None], int]:
    """How many each union has on the list, by category and (None) in all."""
    rows = (
        call.declarations.filter(state__in=[State.LISTED, State.PUBLISHED])
        .values_list("union_id", "category_id")
        .annotate(count=Count("pk"))
    )
    counted: dict[tuple[int | None, int | None], int] = {}
    for union, category, count in rows:
        counted[union, category] = counted.get((union, category), 0) + count
        counted[union, None] = counted.get((union, None), 0) + count
    return counted


def graded(call: Call) -> list[dict[str, Any]]:
    """How many declarations of the call hold each grade."""
    order = {grade.name: grade.position for grade in call.grades.all()}
    rows = (
        call.declarations.filter(state__in=[State.LISTED, State.PUBLISHED])
        .values("grade")
        .annotate(count=Count("pk"))
        .order_by(F("grade"))
    )
    return sorted(rows, key=lambda row: order.get(row["grade"], 99))
