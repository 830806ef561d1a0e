"""The organiser's form check: what waits for it, what was decided, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from huomiao.innovations.models import Call, Declaration
from huomiao.innovations.states import AT_ORGANISER, State

# Where a declaration may stand that the form check still has to decide on: it came up, or it came back corrected.
TABS = ("waiting", "correcting", "accepted", "refused")


def in_tab(call: Call, tab: str) -> QuerySet[Declaration]:
    """The declarations of one tab of the check page, in the order in which the unions ranked them."""
    return (
        Declaration.objects.filter(_condition(call, tab), call=call)
        .select_related("unit", "union", "category", "field", "call", "desk")
        .order_by("union__path", "rank", "pk")
    )


def _condition(call: Call, tab: str) -> Q:
    came_back = Q(state=State.SUBMITTED, desk=call.organiser_id)
    if tab == "correcting":
        return Q(state=State.RETURNED, rank__isnull=False)
    if tab == "accepted":
        return Q(state__in=AT_ORGANISER - {State.RECOMMENDED, State.REFUSED})
    if tab == "refused":
        return Q(state=State.REFUSED)
    return Q(state=State.RECOMMENDED) | came_back


@dataclass(frozen=True)
class Counts:
    """How many declarations stand where in the form check."""

    waiting: int
    correcting: int
    accepted: int
    refused: int

    @property
    def total(self) -> int:
        return self.waiting + self.correcting + self.accepted + self.refused

    @property
    def done(self) -> int:
        return self.accepted + self.refused

    def of(self, tab: str) -> int:
        return int(getattr(self, tab))


def counts(call: Call) -> Counts:
    """How far the form check of ``call`` is."""
    found = Declaration.objects.filter(call=call).aggregate(
        **{tab: Count("pk", filter=_condition(call, tab)) for tab in TABS}
    )
    return Counts(**found)
