"""Who may print forms and bring sealed ones back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.innovations.models import Call, Declaration, ScanPile
from huomiao.innovations.queries import paper
from huomiao.innovations.rules import declarations
from huomiao.innovations.states import CallState, State
from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Papers come in until the result is decided.
OPEN_FOR_PAPER = frozenset({CallState.OPEN, CallState.CHECKING, CallState.REVIEWING})


def can_bring_pile(user: User | AnonymousUser, call: Call) -> bool:
    """Whether ``user`` recommends for some branch of the call's organiser, or runs the call, and papers are still due."""
    if call.state not in OPEN_FOR_PAPER:
        return False
    paths = reach(user, Power.RECOMMEND)
    is_below = any(path.startswith(call.organiser.path) or call.organiser.path.startswith(path) for path in paths)
    return is_below or has_power(user, Power.RUN_CALLS, call.organiser)


def can_work_on(user: User | AnonymousUser, pile: ScanPile) -> bool:
    return pile.by_id == user.pk and can_bring_pile(user, pile.call)


def can_attach_form(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether ``user`` may put the sealed form with one declaration: its writer, or who recommends it."""
    if declaration.call.state not in OPEN_FOR_PAPER or declaration.state in {State.WITHDRAWN, State.REVOKED}:
        return False
    if declarations.is_writer(user, declaration):
        return True
    return paper.sealable(user, declaration.call).filter(pk=declaration.pk).exists()


def can_read_phone(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether the contact's number is printed in full on the form that ``user`` downloads."""
    return declarations.can_see_identity(user, declaration)
