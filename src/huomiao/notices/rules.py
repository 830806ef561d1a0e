"""Who may handle objections: officers of the issuer who had no hand in the thing before."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.notices import subjects
from huomiao.notices.models import Notice, Objection
from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_manage(user: User | AnonymousUser, notice: Notice) -> bool:
    """Whether ``user`` runs the calls of the union that issued the notice."""
    return has_power(user, Power.RUN_CALLS, notice.issuer)


def can_keep_calendar(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may say which days are working days: whoever runs calls somewhere."""
    return bool(reach(user, Power.RUN_CALLS))


def is_barred(user: User | AnonymousUser, objection: Objection, *, barred: AbstractSet[int] = frozenset()) -> bool:
    """Whether ``user`` handled the thing before: recommended, checked, scored or declared it."""
    return user.pk in barred or user.pk in subjects.of(objection.notice).barred(objection.item)


def can_handle(user: User | AnonymousUser, objection: Objection, *, barred: AbstractSet[int] = frozenset()) -> bool:
    """Whether ``user`` may take the objection up, keep it as a clue, or rule on it."""
    return can_manage(user, objection.notice) and not is_barred(user, objection, barred=barred)
