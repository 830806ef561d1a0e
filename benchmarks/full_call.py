"""A call with thousands of declarations, made quickly: rows as the real ones are, written without their history."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.files.models import Kind as FileKind
from huomiao.files.models import StoredFile
from huomiao.innovations.models import (
    Attachment,
    Author,
    Call,
    Declaration,
    Entry,
    Opinion,
    Quota,
    Result,
    Round,
    Sheet,
    Unsealing,
)
from huomiao.innovations.queries import calls
from huomiao.innovations.states import (
    AttachmentRole,
    CallState,
    Consent,
    Decision,
    RoundState,
    SheetState,
    Source,
    State,
)
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.innovations import ExpertFactory, call_with_rules
from tests.factories.orgs import MembershipFactory, UnitFactory
from tests.factories.summary_tables import units_below

UNIONS, EXPERTS, SHEETS_EACH = 27, 60, 3
BATCH = 500
# As long as the limits of a call let them be, so that what a list needlessly reads shows.
LONG = "改进夹具的定位与锁紧，缩短换型时间，减轻劳动强度。" * 24


@dataclass
class World:
    """A call, everything declared to it at one union, and who looks at it."""

    call: Call
    union: Organization
    officer: User
    organiser: User


def build(count: int) -> World:
    """``count`` declarations with three authors, two papers and an opinion each, on the desk of one union."""
    call = call_with_rules(cities=UNIONS, categories=5)
    union = calls.unions(call)[0]
    officer = MembershipFactory(organization=union, role=Role.OFFICER).user
    organiser = MembershipFactory(organization=call.organiser, role=Role.ORGANISER).user
    units = units_below(union, 200)
    categories = list(call.categories.all())
    fields: list[int | None] = [*call.priority_list.fields.values_list("pk", flat=True), None]
    now = timezone.now()
    made = Declaration.objects.bulk_create(
        [
            Declaration(
                call=call,
                number=f"2026-测试-{number:05d}",
                state=State.SUBMITTED,
                declared_by=officer,
                unit=units[number % len(units)],
                union=union,
                desk=union,
                title=f"第{number}号夹具快换装置的研制与应用",
                category=categories[number % len(categories)],
                field_id=fields[number % len(fields)],
                section="C",
                division=("34", "35", "36", "39")[number % 4],
                source=Source.TEAM,
                contact_name="王联系",
                problem=LONG[:300],
                solution=LONG,
                application=LONG[:300],
                social_benefit=LONG[:200],
                outlook=LONG[:200],
                abstract=LONG[:150],
                consent=Consent.FULL,
                signature=bytes(1024),
                submitted_at=now - timedelta(minutes=number),
            )
            for number in range(count)
        ],
        batch_size=BATCH,
    )
    _papers(made, officer)
    return World(call, union, officer, organiser)


def _papers(made: list[Declaration], officer: User) -> None:
    picture, pledge = (
        StoredFile.objects.create(name=name, kind=kind, media_type="x/y", size=1, sha256="0" * 64, location=name)
        for name, kind in (("picture.png", FileKind.IMAGE), ("pledge.pdf", FileKind.PDF))
    )
    Author.objects.bulk_create(
        [
            Author(declaration=one, place=place, name=f"完成人{place}", phone="13900001234", contribution="总体设计")
            for one in made
            for place in (1, 2, 3)
        ],
        batch_size=BATCH,
    )
    Attachment.objects.bulk_create(
        [
            Attachment(declaration=one, file=file, role=role)
            for one in made
            for file, role in ((picture, AttachmentRole.PICTURE), (pledge, AttachmentRole.PLEDGE))
        ],
        batch_size=BATCH,
    )
    Opinion.objects.bulk_create(
        [
            Opinion(
                declaration=one,
                organization=one.unit,
                decision=Decision.FORWARD,
                text="情况属实，同意推荐。",
                by=officer,
                made_at=timezone.now(),
            )
            for one in made
        ],
        batch_size=BATCH,
    )


def rank_some(world: World, count: int) -> None:
    """The union has a quota of ``count`` and has ranked as many."""
    Quota.objects.filter(call=world.call).delete()
    Quota.objects.create(call=world.call, union=world.union, category=None, maximum=count)
    chosen = list(Declaration.objects.order_by("pk")[:count])
    for rank, one in enumerate(chosen, 1):
        one.rank = rank
    Declaration.objects.bulk_update(chosen, ["rank"], batch_size=BATCH)


def recommend_all(world: World) -> None:
    """Everything came up to the organiser and waits for its form check."""
    Declaration.objects.update(state=State.RECOMMENDED, desk=None)
    _advance(world, CallState.CHECKING)


def review_all(world: World) -> Round:
    """Everything was scored by three experts and has a result; the round is locked and no grade given."""
    Declaration.objects.update(state=State.ACCEPTED)
    _advance(world, CallState.REVIEWING)
    rubric = world.call.rubrics.get()
    criteria = list(rubric.criteria.order_by("position"))
    review = Round.objects.create(
        call=world.call,
        name="网络评审",
        state=RoundState.LOCKED,
        seed=7,
        rules={
            "basis": "raw",
            "aggregation": "mean",
            "grades_by": "all",
            "tie_breaks": [criteria[0].name],
            "experts_per_entry": SHEETS_EACH,
            "load_cap": 1000,
            "blind": True,
            "rubrics": {
                str(rubric.pk): {
                    "criteria": [{"key": str(one.pk), "name": one.name, "points": one.points} for one in criteria]
                }
            },
        },
    )
    declarations = list(Declaration.objects.select_related("category").order_by("pk"))
    entries = Entry.objects.bulk_create(
        [
            Entry(
                round=review,
                number=f"R{number:05d}",
                category_name=str(one.category),
                rubric=rubric,
                title=one.title,
                sections=[{"heading": "主要内容", "text": LONG}],
            )
            for number, one in enumerate(declarations)
        ],
        batch_size=BATCH,
    )
    Unsealing.objects.bulk_create(
        [Unsealing(entry=entry, declaration=one) for entry, one in zip(entries, declarations, strict=True)],
        batch_size=BATCH,
    )
    pool = [
        ExpertFactory(user=UserFactory(name=f"评委{number}"), unit=UnitFactory(name=f"第{number}研究院"))
        for number in range(EXPERTS)
    ]
    turn = itertools.cycle(pool)
    Sheet.objects.bulk_create(
        [
            Sheet(
                entry=entry, expert=next(turn), state=SheetState.SIGNED, total=_score(number), signed_at=timezone.now()
            )
            for number, entry in enumerate(entries)
            for _sheet in range(SHEETS_EACH)
        ],
        batch_size=BATCH,
    )
    Result.objects.bulk_create(
        [
            Result(
                round=review,
                entry=entry,
                sheets=SHEETS_EACH,
                raw=_score(number),
                calibrated=_score(number),
                low=_score(number) - 3,
                high=_score(number) + 3,
                place=number // 5 + 1,
                best_place=max(number // 5 - 20, 1),
                worst_place=number // 5 + 20,
                detail={"criteria": {}, "noise": 3.1, "expert_spread": 2.4, "groups": 1, "leniency": {}, "dropped": []},
            )
            for number, entry in enumerate(entries)
        ],
        batch_size=BATCH,
    )
    return review


def publish_all(world: World) -> None:
    """Everything is published with a grade."""
    Declaration.objects.update(state=State.PUBLISHED, grade="二等")
    _advance(world, CallState.PUBLISHED)


def _score(number: int) -> Decimal:
    return Decimal(95) - Decimal(number % 4000) / 100


def _advance(world: World, state: CallState) -> None:
    world.call.state = state
    world.call.save(update_fields=["state"])
