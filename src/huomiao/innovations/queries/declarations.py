"""Which declarations somebody may know of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from huomiao.innovations.models import Author, Declaration
from huomiao.innovations.states import Path
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def visible_to(user: User | AnonymousUser) -> QuerySet[Declaration]:
    """The declarations that ``user`` may open: their own, and those handed in within their reach.

    A draft is seen by who writes it, by its authors, and, where the unit files it, by the unit's secretaries. Being an
    expert opens nothing here: experts read ``Entry``.
    """
    if not user.is_authenticated:
        return Declaration.objects.none()
    mine = Q(declared_by=user) | Q(pk__in=Author.objects.filter(user=user).values("declaration"))
    handed_in = Q(submitted_at__isnull=False)
    of_my_units = within(reach(user, Power.DECLARE_FOR_OTHERS), "unit__path") & Q(path=Path.UNIT)
    in_my_branch = within(reach(user, Power.RECOMMEND), "unit__path") & handed_in
    recommended_by_us = within(reach(user, Power.RECOMMEND), "union__path") & handed_in
    of_my_calls = within(reach(user, Power.RUN_CALLS), "call__organiser__path") & handed_in
    return Declaration.objects.filter(mine | of_my_units | in_my_branch | recommended_by_us | of_my_calls)
