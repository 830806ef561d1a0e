"""Which declarations somebody may know of, and the lists of them that pages show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.innovations.models import Attachment, Author, Call, Category, Declaration, Likeness
from huomiao.innovations.states import EDITABLE, CallState, Consent, Path, State
from huomiao.orgs.models import Organization, RosterEntry
from huomiao.orgs.queries import below, posts, reach, within
from huomiao.orgs.roles import Power
from huomiao.orgs.states import UNIT_KINDS

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# A page offers so many units to choose from; who reaches further finds theirs by name.
MOST_UNITS = 50
_GROUPS = {
    "authors": _("完成人"),
    "benefits": _("经济效益"),
    "properties": _("知识产权"),
    "attachments": _("附件"),
}
NEWEST_FIRST = "-submitted_at"
SORTS: dict[str, tuple[str, ...]] = {
    NEWEST_FIRST: ("-submitted_at", "-pk"),
    "submitted_at": ("submitted_at", "pk"),
    "number": ("number", "pk"),
    "title": ("title", "pk"),
    "unit": ("unit__path", "pk"),
}


def visible_to(user: User | AnonymousUser) -> QuerySet[Declaration]:
    """The declarations that ``user`` may open: their own, and those handed in within their reach.

    A draft is seen by who writes it, by its authors, and, where the unit files it, by the unit's secretaries. Being an
    expert opens nothing here: experts read ``Entry``.
    """
    if not user.is_authenticated:
        return Declaration.objects.none()
    mine = Q(declared_by=user) | Q(pk__in=Author.objects.filter(user=user).values("declaration"))
    of_my_units = within(reach(user, Power.DECLARE_FOR_OTHERS), "unit__path") & Q(path=Path.UNIT)
    return Declaration.objects.filter(mine | of_my_units | _handed_in_within(user))


def listed_to(user: User | AnonymousUser) -> QuerySet[Declaration]:
    """What an officer's list holds: everything handed in within their reach, whoever wrote it."""
    return Declaration.objects.filter(_handed_in_within(user))


def _handed_in_within(user: User | AnonymousUser) -> Q:
    handed_in = Q(submitted_at__isnull=False)
    in_my_branch = within(reach(user, Power.RECOMMEND), "unit__path") & handed_in
    recommended_by_us = within(reach(user, Power.RECOMMEND), "union__path") & handed_in
    of_my_calls = within(reach(user, Power.RUN_CALLS), "call__organiser__path") & handed_in
    return in_my_branch | recommended_by_us | of_my_calls


def openable(user: User | AnonymousUser, pks: Iterable[int]) -> set[int]:
    """Which of these somebody may read in full: those within their reach, and those that are published in full."""
    wanted = Declaration.objects.filter(pk__in=list(pks))
    published = wanted.filter(state=State.PUBLISHED, call__state=CallState.PUBLISHED, consent=Consent.FULL).values_list(
        "pk", flat=True
    )
    return set(published) | set(visible_to(user).filter(pk__in=wanted.values("pk")).values_list("pk", flat=True))


def is_open_likeness(user: User | AnonymousUser, row: Likeness) -> bool:
    """Whether ``user`` may read the whole of the text that ``row`` compares with; else only what both have in common."""
    if row.other_id:
        return bool(openable(user, [row.other_id]))
    honour = row.honour
    if honour is None or not honour.work_text:
        return True
    # An honour keeps the text of the declaration that earned it, whatever its declarer agreed to show.
    is_declared = honour.source_type == history.subject_type(Declaration)
    return is_declared and bool(openable(user, [int(honour.source_id)]))


def written_by(user: User) -> QuerySet[Declaration]:
    """What ``user`` writes, for themself or for a unit of theirs; newest first."""
    of_my_posts = Q(path=Path.UNIT, unit__in=posts(user, Power.DECLARE_FOR_OTHERS))
    return (
        Declaration.objects.filter(Q(declared_by=user) | of_my_posts)
        .select_related("call", "unit", "category", "desk")
        .prefetch_related("authors")
        .order_by("-saved_at", "-pk")
    )


def asked_of(user: User) -> QuerySet[Author]:
    """Where ``user`` is named as an author and has yet to confirm it."""
    waiting = frozenset({State.DRAFT, State.RETURNED, State.SUBMITTED, State.RECOMMENDED, State.ACCEPTED})
    return (
        Author.objects.filter(user=user, confirmed_at=None, declaration__state__in=waiting)
        .exclude(declaration__title="")
        .exclude(declaration__declared_by=user, declaration__state__in=EDITABLE)
        .select_related("declaration__call", "declaration__unit", "declaration__declared_by")
        .order_by("declaration__saved_at", "pk")
    )


def coauthored_by(user: User) -> QuerySet[Declaration]:
    """What others wrote and ``user`` is an author of; newest first."""
    theirs = Author.objects.filter(user=user, confirmed_at__isnull=False).values("declaration")
    return (
        Declaration.objects.filter(pk__in=theirs)
        .exclude(pk__in=written_by(user).order_by().values("pk"))
        .select_related("call", "unit", "category", "desk")
        .prefetch_related("authors")
        .order_by("-saved_at", "-pk")
    )


def own_units(user: User | AnonymousUser) -> list[Organization]:
    """Where ``user`` works: by the rosters they stand on and their memberships at units; each once."""
    if not user.is_authenticated:
        return []
    entries = RosterEntry.objects.filter(user=user, left_on=None, organization__is_active=True)
    units = [entry.organization for entry in entries.select_related("organization").order_by("pk")]
    units += [post for post in posts(user, Power.DECLARE) if post.kind in UNIT_KINDS]
    return list({unit.pk: unit for unit in units}.values())


def units_to_declare_for(user: User | AnonymousUser, call: Call, *, name: str = "") -> QuerySet[Organization]:
    """The units whose workers ``user`` may declare for; ``name`` narrows them."""
    reached = within(reach(user, Power.DECLARE_FOR_OTHERS))
    units = Organization.objects.filter(reached, below(call.organiser.path), kind__in=UNIT_KINDS, is_active=True)
    return units.filter(Q(name__icontains=name) | Q(short_name__icontains=name)).order_by("path")


def open_calls() -> QuerySet[Call]:
    """The calls to which a draft may be begun, newest first."""
    return Call.objects.filter(state=CallState.OPEN).prefetch_related("windows").order_by("-year", "-pk")


def on_the_roster(name: str, unit: Organization) -> RosterEntry | None:
    """The one person of that name on a unit's roster; None when there is none, or more than one."""
    entries = list(RosterEntry.objects.filter(organization=unit, name=name, left_on=None).select_related("user")[:2])
    return entries[0] if len(entries) == 1 else None


def label(name: str) -> str:
    """What a page calls a field or group of rows of a declaration."""
    if name in _GROUPS:
        return str(_GROUPS[name])
    return str(getattr(Declaration._meta.get_field(name), "verbose_name", "") or name)


def unconfirmed(declaration: Declaration) -> list[Author]:
    """The authors who have yet to confirm; the declarer does so by handing in."""
    is_draft = declaration.state in EDITABLE
    return [
        author
        for author in declaration.authors.all()
        if author.confirmed_at is None and not (is_draft and author.user_id == declaration.declared_by_id)
    ]


def with_everything(declarations: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """The declarations with all that their own page shows."""
    likenesses = Likeness.objects.select_related("other__call", "other__unit", "honour", "cleared_by")
    return declarations.select_related(
        "call__organiser", "unit", "union", "desk", "category", "field__list", "studio", "declared_by"
    ).prefetch_related(
        "authors__confirmed_by",
        "benefits",
        "properties",
        "earlier_awards",
        Prefetch("attachments", Attachment.objects.select_related("file")),
        "opinions__organization",
        "opinions__by",
        Prefetch("likenesses", likenesses),
    )


@dataclass(frozen=True)
class Filter:
    """What an officer's list is narrowed to."""

    call: Call | None = None
    state: str = ""
    category: str = ""
    union: Organization | None = None
    unit: Organization | None = None
    field: str = ""
    division: str = ""
    search: str = ""
    sort: str = NEWEST_FIRST


def filtered(declarations: QuerySet[Declaration], by: Filter) -> QuerySet[Declaration]:
    """``declarations`` narrowed and sorted as asked."""
    if by.call is not None:
        declarations = declarations.filter(call=by.call)
    if by.state:
        declarations = declarations.filter(state=by.state)
    if by.category:
        declarations = declarations.filter(category__code=by.category)
    if by.union is not None:
        declarations = declarations.filter(union=by.union)
    if by.unit is not None:
        declarations = declarations.filter(below(by.unit.path, "unit__path"))
    if by.field == "none":
        declarations = declarations.filter(field=None)
    elif by.field == "any":
        declarations = declarations.filter(field__isnull=False)
    elif by.field:
        declarations = declarations.filter(field__code=by.field)
    if by.division:
        declarations = declarations.filter(division=by.division)
    for word in by.search.split():
        named = Author.objects.filter(name__icontains=word).values("declaration")
        in_unit = Organization.objects.filter(name__icontains=word).values("pk")
        declarations = declarations.filter(
            Q(title__icontains=word) | Q(number__icontains=word) | Q(unit__in=in_unit) | Q(pk__in=named)
        )
    return declarations.order_by(*SORTS.get(by.sort, SORTS[NEWEST_FIRST]))


def for_list(declarations: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """With what a row shows, and without the long texts."""
    texts = ("problem", "solution", "application", "social_benefit", "outlook", "abstract", "signature", "handed_in")
    # Encrypted, and so the costliest to read of all.
    private = ("id_number", "phone")
    return (
        declarations.select_related("call", "unit", "union", "desk", "category", "field")
        .prefetch_related(Prefetch("authors", Author.objects.defer(*private, "contribution")))
        .defer(*texts, "contact_phone")
    )


def counts_by_state(declarations: QuerySet[Declaration]) -> dict[str, int]:
    """How many there are in each state."""
    return dict(declarations.order_by().values_list("state").annotate(Count("pk")))


def categories_of(calls: QuerySet[Call]) -> QuerySet[Category]:
    """The categories of some calls, those of equal code once."""
    newest = Category.objects.filter(call__in=calls).order_by("code", "-call__year")
    seen: dict[str, int] = {}
    for code, pk in newest.values_list("code", "pk"):
        seen.setdefault(code, pk)
    return Category.objects.filter(pk__in=seen.values())
