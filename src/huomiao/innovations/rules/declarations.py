"""Who may do what with a declaration."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.innovations.models import Author, Call, Declaration
from huomiao.innovations.queries import declarations
from huomiao.innovations.rules import calls
from huomiao.innovations.states import EDITABLE, CallState, Path, Stage, State
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Its writer may take it back in these; later it stands in a union's signed list, and the union must let go of it.
WITHDRAWABLE = frozenset({State.SUBMITTED, State.RETURNED})
# A correction that was asked for may come in after the window for declaring has closed.
CORRECTABLE = frozenset({CallState.OPEN, CallState.CHECKING})
# Authors may confirm, and sign on paper, until the result is released.
CONFIRMABLE = frozenset({State.DRAFT, State.RETURNED, State.SUBMITTED, State.RECOMMENDED, State.ACCEPTED})


def is_writer(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether ``user`` writes it: who began it, or for a unit's declaration any of the unit's secretaries."""
    if declaration.declared_by_id == user.pk:
        return True
    return declaration.path == Path.UNIT and has_power(user, Power.DECLARE_FOR_OTHERS, declaration.unit)


def can_begin(user: User | AnonymousUser, call: Call, unit: Organization, path: Path) -> bool:
    """Whether ``user`` may declare to ``call`` from ``unit`` in that way (whether it is open is another question)."""
    if not unit.path.startswith(call.organiser.path):
        return False
    if path == Path.UNIT:
        return has_power(user, Power.DECLARE_FOR_OTHERS, unit)
    return call.allows_worker_path and unit.pk in {own.pk for own in declarations.own_units(user)}


def can_edit(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether ``user`` may change its text now."""
    return declaration.state in EDITABLE and is_writer(user, declaration)


def can_submit(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether ``user`` may hand it in (if it is complete and in time)."""
    return can_edit(user, declaration)


def is_time_to_submit(declaration: Declaration, at: datetime) -> bool:
    """Whether it may still come in: a draft within the window, a correction until the form check is over."""
    if declaration.state == State.RETURNED:
        is_in_term = declaration.correct_by is None or at <= declaration.correct_by
        return is_in_term and declaration.call.state in CORRECTABLE
    return calls.is_open(declaration.call, Stage.DECLARE, at)


def can_withdraw(user: User | AnonymousUser, declaration: Declaration) -> bool:
    return declaration.state in WITHDRAWABLE and is_writer(user, declaration)


def can_reopen(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether a withdrawn one may become a draft again."""
    return declaration.state == State.WITHDRAWN and is_writer(user, declaration)


def can_discard(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether it may be deleted for good: only a draft that nobody was ever handed."""
    return declaration.state == State.DRAFT and declaration.number is None and is_writer(user, declaration)


def can_copy(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether ``user`` may begin a new draft from it."""
    return is_writer(user, declaration)


def can_confirm_author(user: User | AnonymousUser, author: Author) -> bool:
    """Whether ``user`` is that author and has yet to confirm."""
    return author.confirmed_at is None and author.user_id == user.pk and author.declaration.state in CONFIRMABLE


def can_confirm_on_paper(user: User | AnonymousUser, author: Author) -> bool:
    """Whether ``user`` may say that they hold the author's signature: the unit's secretary, for who has no account."""
    return (
        author.confirmed_at is None
        and author.user_id is None
        and author.declaration.state in CONFIRMABLE
        and has_power(user, Power.DECLARE_FOR_OTHERS, author.declaration.unit)
    )


def can_see_identity(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether ``user`` may read phone numbers in full: who writes it, and who handles it above."""
    return is_writer(user, declaration) or can_clear_likeness(user, declaration)


def can_clear_likeness(user: User | AnonymousUser, declaration: Declaration) -> bool:
    """Whether ``user`` may say that a likeness is no copy: the unions above its unit, and the organiser."""
    if has_power(user, Power.RUN_CALLS, declaration.call.organiser):
        return True
    unit, union = declaration.unit, declaration.union
    above = [path for path in reach(user, Power.RECOMMEND) if path != unit.path]
    return any(unit.path.startswith(path) or (union and union.path.startswith(path)) for path in above)


def can_list(user: User | AnonymousUser) -> bool:
    """Whether ``user`` has the officers' list of declarations."""
    return bool(reach(user, Power.RECOMMEND) or reach(user, Power.RUN_CALLS))
