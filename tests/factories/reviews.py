"""A small review: a call whose form check is done, declarations of several cities, and experts from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from huomiao.accounts.models import User
from huomiao.innovations.actions import assignments, reviews, sheets
from huomiao.innovations.models import Call, Declaration, Expert, Round, Sheet
from huomiao.innovations.queries import calls
from huomiao.innovations.states import CallState, SheetState, State
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.innovations import AuthorFactory, DeclarationFactory, ExpertFactory, call_with_rules
from tests.factories.orgs import MembershipFactory, UnitFactory


@dataclass
class Review:
    """What a test of reviews needs at hand."""

    call: Call
    organiser: User
    declarations: list[Declaration]
    experts: list[Expert]
    outsiders: list[Expert] = field(default_factory=list)


def review_ready(*, entries: int = 4, experts: int = 5, per_entry: int = 3, **call_values) -> Review:
    """A call being checked with ``entries`` accepted declarations; the experts belong to units of no declarer."""
    call = call_with_rules(state=CallState.CHECKING, experts_per_entry=per_entry, load_cap=60, **call_values)
    organiser = MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user
    unions = list(calls.unions(call))
    categories = list(call.categories.all())
    fields = list(call.priority_list.fields.all())
    declarations = []
    for number in range(entries):
        union = unions[number % len(unions)]
        declaration = DeclarationFactory(
            call=call,
            category=categories[number % len(categories)],
            field=fields[number % len(fields)],
            union=union,
            unit=UnitFactory(parent=union, name=f"星河{number}精密铸造有限公司"),
            state=State.ACCEPTED,
        )
        AuthorFactory(declaration=declaration, name=f"欧阳{'甲乙丙丁戊己庚辛'[number % 8]}{number}")
        declarations.append(declaration)
    pool = []
    for number in range(experts):
        expert = ExpertFactory(user=UserFactory(name=f"评委{number}"), unit=UnitFactory(name=f"第{number}研究院"))
        expert.fields.add(fields[number % len(fields)])
        pool.append(expert)
    return Review(call, organiser, declarations, pool)


def round_started(review: Review, *, seed: int = 7) -> Round:
    """The review's round, assigned and opened to its experts."""
    made = reviews.prepare(review.call, by=review.organiser, seed=seed)
    assignments.assign(made, by=review.organiser)
    return reviews.start(made, by=review.organiser)


def scored(sheet: Sheet, *marks: str) -> Sheet:
    """The sheet with a draft of ``marks``, in the order of the criteria."""
    known = sheets.criteria(Sheet.objects.select_related("entry__round").get(pk=sheet.pk))
    values = {criterion.key: mark for criterion, mark in zip(known, marks, strict=True)}
    version = Sheet.objects.get(pk=sheet.pk).version
    return sheets.save(sheet, marks=values, comment="", version=version, by=sheet.expert.user)


def all_signed(made: Round) -> None:
    """Every open sheet of the round scored (the more, the later its expert and entry) and signed."""
    open_sheets = Sheet.objects.filter(entry__round=made).exclude(state__in=[SheetState.SIGNED, SheetState.RECUSED])
    for index, sheet in enumerate(open_sheets.select_related("expert__user").order_by("pk")):
        saved = scored(sheet, str(40 + index % 15), str(20 + sheet.entry_id % 10))
        sheets.sign([saved], by=sheet.expert.user)
