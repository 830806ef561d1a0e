"""Tables that came in, and the rows of those that go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from huomiao.innovations.models import Call, Declaration, ImportBatch, SummaryTable
from huomiao.innovations.queries import recommendations
from huomiao.innovations.states import BenefitKind
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User

_MONEY = {
    BenefitKind.PROFIT: "profit",
    BenefitKind.SAVING: "saving",
    BenefitKind.TAX: "tax",
    BenefitKind.INVESTMENT: "investment",
}


def visible_to(user: User | AnonymousUser) -> QuerySet[ImportBatch]:
    """The tables that ``user`` brought themself; nobody else sees them."""
    if not user.is_authenticated:
        return ImportBatch.objects.none()
    return ImportBatch.objects.filter(by=user).select_related("call__organiser", "organization")


def places(call: Call, user: User | AnonymousUser) -> list[Organization]:
    """The organizations for which ``user`` may bring a table to ``call``."""
    desks = recommendations.my_desks(call, user)
    return [call.organiser, *desks] if has_power(user, Power.RUN_CALLS, call.organiser) else desks


def of_table(table: SummaryTable) -> QuerySet[Declaration]:
    """The declarations of a signed table, in its order."""
    pks = [row["declaration"] for row in table.rows]
    return Declaration.objects.filter(pk__in=pks).order_by("rank", "pk")


def out_rows(declarations: QuerySet[Declaration]) -> Iterator[dict[str, Any]]:
    """The declarations as rows of a summary table, in the shape in which one can be imported again."""
    found = declarations.select_related("category", "field", "unit", "union").prefetch_related("authors", "benefits")
    for position, declaration in enumerate(found, start=1):
        yield {"position": declaration.rank or position, **_row(declaration)}


def _row(declaration: Declaration) -> dict[str, Any]:
    authors = list(declaration.authors.all())
    first = authors[0] if authors else None
    benefits = list(declaration.benefits.all())
    money = {
        name: _sum(benefit.amount for benefit in benefits if benefit.kind == kind) for kind, name in _MONEY.items()
    }
    return {
        "number": declaration.number or "",
        "title": declaration.title,
        "category": str(declaration.category_id or ""),
        "authors": "、".join(author.name for author in authors),
        "post": first.post if first else "",
        "author_title": first.title if first else "",
        "is_frontline": first.is_frontline if first else None,
        "unit": declaration.unit.name,
        "unit_code": declaration.unit.code,
        "division": declaration.division,
        "field": str(declaration.field or ""),
        "contact": declaration.contact_name,
        "phone": declaration.contact_phone,
        "union": str(declaration.union or ""),
        "source": declaration.source,
        "finished_on": declaration.finished_on,
        "in_use_since": declaration.in_use_since,
        "problem": declaration.problem,
        "solution": declaration.solution,
        "application": declaration.application,
        "social_benefit": declaration.social_benefit,
        "outlook": declaration.outlook,
        "abstract": declaration.abstract,
        **money,
        "basis": next((benefit.basis for benefit in benefits if benefit.basis), ""),
        "keywords": declaration.keywords,
        "consent": declaration.consent,
    }


def _sum(amounts: Iterable[Any]) -> Any:
    listed = list(amounts)
    return sum(listed) if listed else None
