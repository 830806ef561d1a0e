"""Who may decide on a declaration's way up, rank a union's list, and send it back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.innovations.models import Call, Declaration
from huomiao.innovations.queries import calls as call_queries
from huomiao.innovations.queries import recommendations
from huomiao.innovations.rules import calls
from huomiao.innovations.states import CallState, Stage
from huomiao.orgs.models import Organization

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# A table that was signed off may be sent back to its union until the form check is over.
REOPENABLE = frozenset({CallState.OPEN, CallState.CHECKING})


def has_desk(user: User | AnonymousUser, call: Call) -> bool:
    """Whether ``user`` sits at any union that decides on what goes up to ``call``."""
    return bool(recommendations.my_desks(call, user))


def can_decide(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether ``user`` sits at the desk it lies on, or at a union above that desk that is below the organiser."""
    desk = declaration.desk
    if desk is None:
        return False
    return any(desk.path.startswith(mine.path) for mine in recommendations.my_desks(declaration.call, user))


def can_rank(user: User | AnonymousUser, call: Call, union: Organization) -> bool:
    """Whether ``user`` sits at the recommending union itself."""
    return union.pk in {desk.pk for desk in recommendations.my_desks(call, user)}


def can_see_list(user: User | AnonymousUser, call: Call, union: Organization) -> bool:
    """Whether ``user`` may look at a union's list: its own officers and the organiser."""
    return can_rank(user, call, union) or can_oversee(user, call)


def can_oversee(user: User | AnonymousUser, call: Call) -> bool:
    """Whether ``user`` runs the call: sees every union's progress, reminds, sends tables back."""
    return calls.can_edit(user, call)


def is_desk_open(call: Call, desk: Organization, at: datetime) -> bool:
    """Whether ``desk`` may still decide: until the time for recommending is over, or while its table was sent back."""
    window = call_queries.window(call, Stage.RECOMMEND)
    if call.state == CallState.OPEN and (window is None or at < window.closes_at):
        return True
    return _was_sent_back(call, desk)


def can_sign_off_now(call: Call, union: Organization, at: datetime) -> bool:
    """Whether the time for recommending has come and is not over, or the union's table was sent back."""
    return calls.is_open(call, Stage.RECOMMEND, at) or _was_sent_back(call, union)


def _was_sent_back(call: Call, union: Organization) -> bool:
    """Whether the organiser waits for a new table of ``union``."""
    if call.state not in REOPENABLE:
        return False
    tables = list(call.summary_tables.filter(union=union).values_list("reopened_at", flat=True))
    return bool(tables) and None not in tables
