"""The way up the tree: which desks a declaration crosses, what waits on them, and how a union's list stands."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from huomiao.innovations.models import (
    Author,
    Call,
    Category,
    Declaration,
    MixRule,
    Opinion,
    Quota,
    Reminder,
    SummaryTable,
)
from huomiao.innovations.queries import calls
from huomiao.innovations.states import AT_ORGANISER, CallState, MixMeasure, Stage, State
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import ancestors, posts, within
from huomiao.orgs.roles import Power
from huomiao.orgs.states import BRANCH_KINDS, UNIT_KINDS, Nature

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# A declaration with a rank in one of these takes a place of its union's quota.
HOLDS_PLACE = AT_ORGANISER | {State.SUBMITTED, State.RETURNED}
PUBLIC_SERVICE = frozenset({Nature.AGENCY, Nature.INSTITUTION})


def current(organization: Organization) -> Organization:
    """The organization itself, or the one that it was merged into in the end."""
    seen = {organization.pk}
    while organization.merged_into is not None and organization.merged_into_id not in seen:
        organization = organization.merged_into
        seen.add(organization.pk)
    return organization


def route(unit: Organization) -> list[Organization]:
    """The desks a declaration of ``unit`` crosses: its own, each union's above it, last the recommending union's.

    A union that was merged or closed is skipped; a recommending union that was merged is the one it was merged into.
    Empty when nothing above the unit recommends.
    """
    desks: list[Organization] = []
    home = current(unit)
    for node in [home, *reversed(ancestors(home))]:
        if node.kind in BRANCH_KINDS:
            desks.append(current(node))
            return desks
        if node.is_active:
            desks.append(node)
    return []


def desk_after(declaration: Declaration) -> Organization | None:
    """The next desk of a submitted declaration; None when it lies with its recommending union."""
    desks = route(declaration.unit)
    pks = [desk.pk for desk in desks]
    if declaration.desk_id in pks:
        place = pks.index(declaration.desk_id)
        return desks[place + 1] if place + 1 < len(desks) else None
    # The union it lay with was merged or closed since: on to the first one above that place.
    depth = len(declaration.desk.path) if declaration.desk else 0
    return next((desk for desk in desks if len(desk.path) < depth), desks[-1] if desks else None)


def my_desks(call: Call, user: User | AnonymousUser) -> list[Organization]:
    """The unions at which ``user`` decides on what goes up to ``call``. The organiser has no desk: it checks what came up."""
    top = call.organiser.path
    return [post for post in posts(user, Power.RECOMMEND) if post.path.startswith(top) and post.path != top]


def waiting(call: Call, user: User | AnonymousUser) -> QuerySet[Declaration]:
    """What lies on the desks of ``user`` and is not in the ranked list yet, oldest first."""
    return (
        Declaration.objects.filter(call=call, state=State.SUBMITTED, desk__in=my_desks(call, user), rank=None)
        .select_related("unit", "union", "desk", "category", "field", "call", "declared_by")
        .order_by("submitted_at", "pk")
    )


def below_my_desks(call: Call, user: User | AnonymousUser) -> QuerySet[Declaration]:
    """What still lies with the unions below those of ``user``."""
    desks = my_desks(call, user)
    return (
        Declaration.objects.filter(within((desk.path for desk in desks), "desk__path"))
        .filter(call=call, state=State.SUBMITTED)
        .exclude(desk__in=desks)
        .select_related("unit", "union", "desk", "category", "field", "call", "declared_by")
        .order_by("submitted_at", "pk")
    )


def decided(call: Call, user: User | AnonymousUser) -> QuerySet[Opinion]:
    """The opinions given at the desks of ``user``, newest first."""
    return (
        Opinion.objects.filter(declaration__call=call, organization__in=my_desks(call, user))
        .select_related("declaration__unit", "declaration__category", "declaration__desk", "organization", "by")
        .order_by("-made_at", "-pk")
    )


def with_papers(declarations: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """The declarations with everything that ``checking.hints`` looks at, in as many queries as there are kinds."""
    return declarations.prefetch_related(
        "authors", "attachments", "earlier_awards", "likenesses__other__call", "likenesses__honour", "opinions"
    )


# What costs much to read (encrypted fields, long JSON) and no row of a list shows.
HEAVY = ("contact_phone", "signature", "handed_in", "pledges")


def for_rows(declarations: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """``with_papers`` without what no row of a list shows: the encrypted fields, which cost more to read than the rest."""
    return declarations.prefetch_related(*_row_papers()).defer(*HEAVY)


def for_ranking(declarations: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """The declarations with what a row of the ranked list shows; their papers come with ``fetch_papers``."""
    return declarations.select_related(None).select_related("unit", "category", "field").defer(*HEAVY)


def fetch_papers(declarations: Sequence[Declaration]) -> None:
    """What ``for_rows`` fetches with a list, for several lists of one page at once."""
    prefetch_related_objects(declarations, *_row_papers())


def _row_papers() -> list[Any]:
    people = Author.objects.defer("id_number", "phone", "contribution")
    return [
        Prefetch("authors", people),
        "attachments",
        "earlier_awards",
        "likenesses__other__call",
        "likenesses__honour",
    ]


def ranked(call: Call, union: Organization) -> QuerySet[Declaration]:
    """The list that ``union`` is ranking: what it put in order, first to last."""
    return _of_union(call, union).exclude(rank=None).order_by("rank", "pk")


def unranked(call: Call, union: Organization) -> QuerySet[Declaration]:
    """What lies with ``union`` and is not in its list, oldest first."""
    return _of_union(call, union).filter(rank=None).order_by("submitted_at", "pk")


def _of_union(call: Call, union: Organization) -> QuerySet[Declaration]:
    return Declaration.objects.filter(call=call, desk=union, state=State.SUBMITTED).select_related(
        "unit", "category", "field", "call"
    )


def fingerprint(ordered: Iterable[Declaration]) -> str:
    """What names a list in one order: two who rank from the same list hold the same, and the second notices the first."""
    text = ",".join(str(declaration.pk) for declaration in ordered)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def table_in_force(call: Call, union: Organization) -> SummaryTable | None:
    """The table that ``union`` signed off, unless it was sent back."""
    return SummaryTable.objects.filter(call=call, union=union, reopened_at=None).select_related("signed_by").first()


@dataclass(frozen=True)
class Use:
    """How much of one quota is used; ``maximum`` None where none is set. ``category`` None is the quota over all."""

    category: Category | None
    used: int
    maximum: int | None

    @property
    def left(self) -> int | None:
        return None if self.maximum is None else max(self.maximum - self.used, 0)

    @property
    def over(self) -> int:
        return 0 if self.maximum is None else max(self.used - self.maximum, 0)


def quota_use(call: Call, union: Organization, chosen: Iterable[Declaration]) -> list[Use]:
    """How ``chosen`` uses the quotas of ``union``: each category in its order, then all together."""
    maxima: dict[int | None, int] = dict(
        Quota.objects.filter(call=call, union=union).values_list("category", "maximum")
    )
    counts = Counter(declaration.category_id for declaration in chosen)
    uses = [Use(category, counts[category.pk], maxima.get(category.pk)) for category in call.categories.all()]
    return [*uses, Use(None, sum(counts.values()), maxima.get(None))]


@dataclass(frozen=True)
class Share:
    """What share of a list a soft rule looks at is there, and whether it is enough."""

    rule: MixRule
    count: int
    total: int

    @property
    def percent(self) -> int:
        return round(self.count * 100 / self.total) if self.total else 0

    @property
    def is_met(self) -> bool:
        return self.count * 100 >= self.rule.minimum_percent * self.total


def mix_shares(call: Call, chosen: Sequence[Declaration]) -> list[Share]:
    """How ``chosen`` stands to the soft rules of the call."""
    rules = list(call.mix_rules.order_by("pk"))
    counts = Counter(measure for traits in measures(chosen).values() for measure in traits)
    return [Share(rule, counts[MixMeasure(rule.measure)], len(chosen)) for rule in rules]


def measures(declarations: Sequence[Declaration]) -> dict[int, frozenset[MixMeasure]]:
    """Which soft measures each declaration counts for, by its key."""
    frontline = set(
        Author.objects.filter(declaration__in=declarations, place=1, is_frontline=True).values_list(
            "declaration", flat=True
        )
    )
    found: dict[int, frozenset[MixMeasure]] = {}
    for declaration in declarations:
        nature = declaration.unit.nature
        traits = {
            MixMeasure.PRIORITY: declaration.field_id is not None,
            MixMeasure.NON_PUBLIC: nature == Nature.NON_PUBLIC,
            MixMeasure.PUBLIC_SERVICE: nature in PUBLIC_SERVICE,
            MixMeasure.FRONTLINE: declaration.pk in frontline,
        }
        found[declaration.pk] = frozenset(measure for measure, counts in traits.items() if counts)
    return found


@dataclass(frozen=True)
class Part:
    """One stretch of a union's bar: what it counts, where it begins and how long it is."""

    name: str
    start: int
    count: int


@dataclass(frozen=True)
class Progress:
    """How far one recommending union is."""

    union: Organization
    at_units: int = 0
    between: int = 0
    at_union: int = 0
    returned: int = 0
    declined: int = 0
    recommended: int = 0
    quota: int | None = None
    table: SummaryTable | None = None
    reminded_at: datetime | None = None
    is_overdue: bool = False

    @property
    def declared(self) -> int:
        """Everything that was handed in below the union and not withdrawn."""
        return sum(part.count for part in self.parts)

    @property
    def parts(self) -> list[Part]:
        """The bar, from what has come furthest to what has not."""
        counts = {
            "recommended": self.recommended,
            "union": self.at_union,
            "between": self.between,
            "unit": self.at_units,
            "returned": self.returned,
            "declined": self.declined,
        }
        starts = accumulate(counts.values(), initial=0)
        return [Part(name, start, count) for (name, count), start in zip(counts.items(), starts, strict=False)]


@dataclass(frozen=True)
class Board:
    """All recommending unions of a call, and the largest number of declarations any of them has (for the bars)."""

    rows: list[Progress]
    most: int = field(default=0)

    def total(self, name: str) -> int:
        return sum(getattr(row, name) for row in self.rows)


def progress(call: Call, *, at: datetime) -> Board:
    """How far each recommending union is, in the order of the tree."""
    handed_in = Q(submitted_at__isnull=False)
    waits = Q(state=State.SUBMITTED)
    counts = {
        row["union"]: row
        for row in Declaration.objects.filter(call=call, union__isnull=False)
        .values("union")
        .annotate(
            at_union=Count("pk", filter=waits & Q(desk=F("union"))),
            at_units=Count("pk", filter=waits & ~Q(desk=F("union")) & Q(desk__kind__in=UNIT_KINDS)),
            between=Count("pk", filter=waits & ~Q(desk=F("union")) & ~Q(desk__kind__in=UNIT_KINDS)),
            returned=Count("pk", filter=Q(state=State.RETURNED) & handed_in),
            declined=Count("pk", filter=Q(state=State.DECLINED)),
            recommended=Count("pk", filter=Q(state__in=AT_ORGANISER)),
        )
    }
    quotas = _quota_totals(call)
    tables = {table.union_id: table for table in SummaryTable.objects.filter(call=call, reopened_at=None)}
    reminded = dict(Reminder.objects.filter(call=call).values_list("union").annotate(Max("made_at")).order_by())
    window = calls.window(call, Stage.RECOMMEND)
    is_late = window is not None and at >= window.closes_at
    rows = []
    for union in calls.unions(call):
        found = {name: number for name, number in counts.get(union.pk, {}).items() if name != "union"}
        rows.append(
            Progress(
                union,
                **found,
                quota=quotas.get(union.pk),
                table=tables.get(union.pk),
                reminded_at=reminded.get(union.pk),
                is_overdue=is_late and union.pk not in tables,
            )
        )
    return Board(rows, max((row.declared for row in rows), default=0))


def _quota_totals(call: Call) -> dict[int, int]:
    """What each union may send up in all: its quota over all, or the sum of its categories' quotas."""
    overall: dict[int, int] = {}
    summed: Counter[int] = Counter()
    for union, category, maximum in Quota.objects.filter(call=call).values_list("union", "category", "maximum"):
        if category is None:
            overall[union] = maximum
        else:
            summed[union] += maximum
    return {**summed, **overall}


def reminders(user: User | AnonymousUser) -> QuerySet[Reminder]:
    """The reminders to the unions of ``user`` that have not signed off yet, newest first: for their task page."""
    signed = SummaryTable.objects.filter(call=OuterRef("call"), union=OuterRef("union"), reopened_at=None)
    return (
        Reminder.objects.filter(~Exists(signed), union__in=posts(user, Power.RECOMMEND), call__state=CallState.OPEN)
        .select_related("call", "union", "by")
        .order_by("-made_at")
    )
