"""What those who run a round read: names to strike out, conflicts, fit, progress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from huomiao.innovations import blinding
from huomiao.innovations.conflicts import DeclarationFacts, ExpertFacts
from huomiao.innovations.models import (
    Author,
    Conflict,
    Declaration,
    Entry,
    Expert,
    PriorityField,
    Relation,
    Round,
    Sheet,
    Unsealing,
)
from huomiao.innovations.states import RoundState, SheetState, State
from huomiao.orgs.models import FormerName, Membership, Organization
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power, roles_with
from huomiao.orgs.states import UNIT_KINDS, Kind
from huomiao.studios.models import Studio, StudioMember

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# The stem of an industry union (建设 of 建设工会) may be any word; only longer ones name it.
_SHORTEST_INDUSTRY = 4
# How much a match in each respect is worth.
FIELD_FIT, GROUP_FIT, DIVISION_FIT, KEYWORD_FIT = 0.55, 0.1, 0.25, 0.2
# An entry outside every priority field is matched by industry and words alone.
DIVISION_FIT_ALONE, KEYWORD_FIT_ALONE = 0.6, 0.4


def visible_to(user: User | AnonymousUser) -> QuerySet[Round]:
    """The rounds of the calls that ``user`` runs."""
    return Round.objects.filter(within(reach(user, Power.RUN_CALLS), "call__organiser__path")).select_related(
        "call__organiser"
    )


def entries(review: Round) -> QuerySet[Any]:
    """The entries of a round, each with ``sheet_count`` and ``signed_count`` (and no score)."""
    counted = Q(sheets__isnull=False) & ~Q(sheets__state=SheetState.RECUSED)
    return review.entries.select_related("rubric").annotate(
        sheet_count=Count("sheets", filter=counted),
        signed_count=Count("sheets", filter=Q(sheets__state=SheetState.SIGNED)),
    )


@dataclass(frozen=True)
class Progress:
    """How far one expert is."""

    expert: Expert
    given: int
    signed: int
    begun: int
    recused: int
    last_act: datetime | None
    is_late: bool

    @property
    def left(self) -> int:
        return self.given - self.signed


def board(review: Round, *, closes_at: datetime | None, at: datetime) -> list[Progress]:
    """The experts of a round with their progress, those with most left first. It holds no score."""
    experts = (
        Expert.objects.filter(sheets__entry__round=review)
        .select_related("user", "unit")
        .annotate(
            given=Count("sheets", filter=Q(sheets__entry__round=review) & ~Q(sheets__state=SheetState.RECUSED)),
            signed=Count("sheets", filter=Q(sheets__entry__round=review, sheets__state=SheetState.SIGNED)),
            begun=Count("sheets", filter=Q(sheets__entry__round=review, sheets__state=SheetState.DRAFT)),
            recused=Count("sheets", filter=Q(sheets__entry__round=review, sheets__state=SheetState.RECUSED)),
            last_act=Max("sheets__signed_at", filter=Q(sheets__entry__round=review)),
        )
        .order_by("pk")
    )
    rows = [
        Progress(
            expert,
            expert.given,
            expert.signed,
            expert.begun,
            expert.recused,
            expert.last_act,
            bool(closes_at and at >= closes_at and expert.signed < expert.given),
        )
        for expert in experts
    ]
    return sorted(rows, key=lambda row: (-row.left, row.expert.user.name, row.expert.pk))


def unassigned(review: Round) -> list[tuple[Entry, int]]:
    """Entries that have fewer experts than the round's rules want, with how many are missing."""
    wanted = int(review.rules["experts_per_entry"])
    return [(entry, wanted - entry.sheet_count) for entry in entries(review) if entry.sheet_count < wanted]


def ready_for_review(call_pk: int) -> QuerySet[Declaration]:
    """The declarations of a call that passed the form check."""
    return Declaration.objects.filter(call=call_pk, state=State.ACCEPTED)


def waiting_for_check(call_pk: int) -> int:
    """How many recommended declarations of a call nobody has checked yet."""
    return Declaration.objects.filter(call=call_pk, state=State.RECOMMENDED).count()


# --- Names --------------------------------------------------------------------------------------------------------


@dataclass
class Tree:
    """The organizations on the way from the root to some units, by path."""

    by_path: dict[str, Organization] = field(default_factory=dict)
    former: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def upwards(self, path: str) -> list[Organization]:
        """The organization at ``path`` and what stands above it, the root first."""
        step = Organization.steplen
        ends = range(step, len(path) + 1, step)
        return [self.by_path[path[:end]] for end in ends if path[:end] in self.by_path]

    def enterprise(self, path: str) -> str:
        """The path of the whole enterprise that the unit at ``path`` is part of; its own where it is none."""
        return next((one.path for one in self.upwards(path) if one.kind in UNIT_KINDS), path)


def tree(paths: Iterable[str]) -> Tree:
    """Everything on the way to ``paths``, in two queries."""
    step = Organization.steplen
    wanted = {path[:end] for path in paths for end in range(step, len(path) + 1, step)}
    found = Tree({one.path: one for one in Organization.objects.filter(path__in=wanted)})
    keys = [one.pk for one in found.by_path.values()]
    for key, name in FormerName.objects.filter(organization__in=keys).values_list("organization", "name"):
        found.former[key].append(name)
    return found


def with_people(declarations: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """``declarations`` with all that names somebody."""
    return declarations.select_related("unit", "union", "studio", "category__rubric", "field").prefetch_related(
        "authors", "benefits", "properties", Prefetch("attachments")
    )


def identifying_words(declarations: Sequence[Declaration]) -> dict[int, tuple[str, ...]]:
    """For each declaration the words that would tell whose it is, longest first (``with_people`` fetched them)."""
    paths = [d.unit.path for d in declarations] + [d.union.path for d in declarations if d.union]
    organizations = tree(paths)
    forms: dict[str, set[str]] = {path: _forms_of_branch(organizations, path) for path in set(paths)}
    found: dict[int, tuple[str, ...]] = {}
    for declaration in declarations:
        words = set(forms[declaration.unit.path])
        if declaration.union:
            words |= forms[declaration.union.path]
        words |= {author.name for author in declaration.authors.all()} | {declaration.contact_name}
        for right in declaration.properties.all():
            words |= {right.number, *blinding.variants(right.holder)}
        if declaration.studio:
            words |= {declaration.studio.leader_name, *blinding.variants(declaration.studio.name)}
        found[declaration.pk] = tuple(
            sorted((word for word in words if len(word.strip()) >= blinding.SHORTEST), key=lambda w: (-len(w), w))
        )
    return found


def _forms_of_branch(organizations: Tree, path: str) -> set[str]:
    line = organizations.upwards(path)
    places = {form for one in line if one.kind not in UNIT_KINDS for form in _place_names(one)}
    words: set[str] = set()
    # The root stands above every entry alike: its name tells nothing and would blank half the texts.
    for one in line:
        if one.depth == 1 and one.kind == Kind.PROVINCE:
            continue
        names = [one.name, one.short_name, *organizations.former[one.pk]]
        for name in filter(None, names):
            if one.kind in UNIT_KINDS:
                words |= blinding.variants(name, places=places)
            elif one.kind == Kind.INDUSTRY:
                words |= {
                    form for form in blinding.place_forms(name) if form == name or len(form) >= _SHORTEST_INDUSTRY
                }
            else:
                words |= blinding.place_forms(name)
    return words


def _place_names(organization: Organization) -> set[str]:
    names = filter(None, (organization.name, organization.short_name))
    return {form for name in names for form in blinding.place_forms(name)}


# --- Conflicts ----------------------------------------------------------------------------------------------------


def expert_facts(experts: Sequence[Expert]) -> list[ExpertFacts]:
    """What decides conflicts, of each expert (with ``user`` and ``unit``); a constant number of queries."""
    users = [expert.user_id for expert in experts]
    organizations = tree(expert.unit.path for expert in experts if expert.unit)
    offices: dict[int, list[str]] = defaultdict(list)
    roles = {*roles_with(Power.RECOMMEND), *roles_with(Power.RUN_CALLS)}
    now = timezone.now()
    posts = Membership.objects.filter(Q(until=None) | Q(until__gt=now), user__in=users, role__in=roles)
    for user, path in posts.values_list("user", "organization__path"):
        offices[user].append(path)
    studios: dict[int, set[int]] = defaultdict(set)
    for user, studio in StudioMember.objects.filter(user__in=users).values_list("user", "studio"):
        if user is not None:
            studios[user].add(studio)
    by_leader: dict[str, set[int]] = defaultdict(set)
    names = [expert.user.name for expert in experts]
    for studio, leader in Studio.objects.filter(leader_name__in=names).values_list("pk", "leader_name"):
        by_leader[leader].add(studio)
    companions = _companions(users)
    relations: dict[int, list[Relation]] = defaultdict(list)
    for relation in Relation.objects.filter(expert__in=experts).select_related("organization").order_by("pk"):
        relations[relation.expert_id].append(relation)
    return [
        ExpertFacts(
            key=expert.pk,
            name=expert.user.name,
            user=expert.user_id,
            unit_path=expert.unit.path if expert.unit else "",
            enterprise_path=organizations.enterprise(expert.unit.path) if expert.unit else "",
            unit_name=expert.unit.name if expert.unit else expert.unit_name,
            office_paths=tuple(sorted(offices[expert.user_id])),
            studios=frozenset(studios[expert.user_id] | by_leader[expert.user.name]),
            companions=frozenset(companions[expert.user_id]),
            related_paths=tuple((r.organization.path, r.note) for r in relations[expert.pk] if r.organization),
            related_names=tuple((r.person_name, r.note) for r in relations[expert.pk] if r.person_name),
        )
        for expert in experts
    ]


def _companions(users: Sequence[int]) -> dict[int, set[int]]:
    """With whom each user ever declared a result, in any call."""
    mine: dict[int, set[int]] = defaultdict(set)
    for declaration, user in Author.objects.filter(user__in=users).values_list("declaration", "user"):
        if user is not None:
            mine[declaration].add(user)
    found: dict[int, set[int]] = defaultdict(set)
    together = Author.objects.filter(declaration__in=list(mine), user__isnull=False)
    for declaration, other in together.values_list("declaration", "user"):
        for user in mine[declaration]:
            if other is not None and other != user:
                found[user].add(other)
    return found


def declaration_facts(declarations: Sequence[Declaration]) -> list[DeclarationFacts]:
    """What decides conflicts, of each declaration (``with_people`` fetched it); a constant number of queries."""
    organizations = tree(declaration.unit.path for declaration in declarations)
    people = {author.user_id for d in declarations for author in d.authors.all() if author.user_id}
    studios: dict[int, set[int]] = defaultdict(set)
    for user, studio in StudioMember.objects.filter(user__in=people).values_list("user", "studio"):
        if user is not None:
            studios[user].add(studio)
    found = []
    for d in declarations:
        authors = list(d.authors.all())
        names = {author.name for author in authors} | {d.contact_name}
        own = {d.studio_id} if d.studio_id else set()
        if d.studio:
            names.add(d.studio.leader_name)
        found.append(
            DeclarationFacts(
                key=d.pk,
                unit_path=d.unit.path,
                enterprise_path=organizations.enterprise(d.unit.path),
                unit_name=d.unit.name,
                union_path=d.union.path if d.union else "",
                authors=frozenset(author.user_id for author in authors if author.user_id),
                names=frozenset(filter(None, names)),
                declared_by=d.declared_by_id,
                studios=frozenset(own.union(*(studios[a.user_id] for a in authors if a.user_id))),
            )
        )
    return found


def conflicts(review: Round) -> QuerySet[Conflict]:
    """The conflicts of a round with whom and what they concern."""
    return review.conflicts.select_related("expert__user", "declaration__unit").order_by(
        "expert", "declaration", "kind"
    )


def entry_of_declaration(review: Round) -> dict[int, int]:
    """Entry keys of a round by declaration."""
    return dict(Unsealing.objects.filter(entry__round=review).values_list("declaration", "entry"))


def clashing(review: Round) -> list[Sheet]:
    """The sheets whose expert is in conflict with the entry, as the conflicts were last found."""
    barred = Conflict.objects.filter(
        round=review, expert=OuterRef("expert"), declaration__unsealings__entry=OuterRef("entry")
    )
    held = Sheet.objects.filter(Exists(barred), entry__round=review).exclude(state=SheetState.RECUSED)
    return list(held.select_related("entry", "expert__user").order_by("entry__number", "expert"))


def reasons(review: Round, sheets: Iterable[Sheet]) -> dict[int, str]:
    """By sheet, why its expert may not score it."""
    keys = {(sheet.entry_id, sheet.expert_id): sheet.pk for sheet in sheets}
    found: dict[int, str] = {}
    rows = Conflict.objects.filter(round=review, expert__in={expert for _entry, expert in keys})
    for conflict in rows.annotate(entry=F("declaration__unsealings__entry")).order_by("pk"):
        if pk := keys.get((conflict.entry, conflict.expert_id)):
            found.setdefault(pk, conflict.get_kind_display())
    return found


def new_officers(review: Round) -> list[Expert]:
    """The experts of a round who took an office since conflicts were last looked for."""
    roles = {*roles_with(Power.RECOMMEND), *roles_with(Power.RUN_CALLS)}
    now = timezone.now()
    posts = Membership.objects.filter(
        Q(until=None) | Q(until__gt=now), user=OuterRef("user"), role__in=roles, since__gt=conflicts_found_at(review)
    )
    scoring = Sheet.objects.filter(entry__round=review).exclude(state=SheetState.RECUSED).values("expert")
    return list(Expert.objects.filter(Exists(posts), pk__in=scoring).select_related("user").order_by("pk"))


def conflicts_found_at(review: Round) -> datetime:
    """When conflicts were last looked for in a round that has begun."""
    text = review.assignment_report.get("conflicts_at")
    return datetime.fromisoformat(text) if text else review.started_at or timezone.now()


# --- Fit ----------------------------------------------------------------------------------------------------------


def fits(found_entries: Sequence[Entry], experts: Sequence[Expert]) -> dict[tuple[int, int], float]:
    """How well each expert's knowledge fits each entry, from 0 to 1 (experts with ``fields``)."""
    groups = dict(PriorityField.objects.values_list("name", "group"))
    known = {
        expert.pk: (
            {one.name for one in expert.fields.all()},
            {one.group for one in expert.fields.all()},
            {str(division) for division in expert.divisions},
            [word for word in expert.keywords.replace("，", " ").replace("、", " ").replace(",", " ").split() if word],
        )
        for expert in experts
    }
    found: dict[tuple[int, int], float] = {}
    for entry in found_entries:
        text = entry.title + "".join(section["text"] for section in entry.sections)
        for key, (names, its_groups, divisions, words) in known.items():
            hits = sum(word in text for word in words)
            by_words = min(1.0, hits / 2)
            by_division = 1.0 if entry.division and entry.division in divisions else 0.0
            if entry.field_name:
                by_field = FIELD_FIT if entry.field_name in names else 0.0
                if not by_field and groups.get(entry.field_name) in its_groups:
                    by_field = GROUP_FIT
                value = by_field + DIVISION_FIT * by_division + KEYWORD_FIT * by_words
            else:
                value = DIVISION_FIT_ALONE * by_division + KEYWORD_FIT_ALONE * by_words
            found[entry.pk, key] = round(min(1.0, value), 2)
    return found


def candidates(review: Round, entry: Entry) -> list[dict[str, Any]]:
    """Who could take a place on ``entry``: in the pool, not in conflict, never given it; best fit and least load first."""
    seen = Sheet.objects.filter(entry=entry).values("expert")
    declaration = Unsealing.objects.filter(entry=entry).values("declaration")
    barred = Conflict.objects.filter(round=review, declaration__in=declaration).values("expert")
    experts = list(
        Expert.objects.filter(is_active=True)
        .exclude(pk__in=seen)
        .exclude(pk__in=barred)
        .select_related("user", "unit")
        .prefetch_related("fields")
        .annotate(load=Count("sheets", filter=Q(sheets__entry__round=review) & ~Q(sheets__state=SheetState.RECUSED)))
    )
    fit = fits([entry], experts)
    rows = [{"expert": expert, "load": expert.load, "fit": fit[entry.pk, expert.pk]} for expert in experts]
    return sorted(rows, key=lambda row: (-row["fit"], row["load"], row["expert"].pk))


def open_round(call_pk: int) -> Round | None:
    """The round of a call that is not over."""
    return Round.objects.filter(call=call_pk).exclude(state=RoundState.RELEASED).first()
