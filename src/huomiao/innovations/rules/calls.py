"""Who may change a call, which part of it is still open to change, and whether a stage may be worked on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.innovations.models import Call
from huomiao.innovations.queries import calls
from huomiao.innovations.states import CALL_MOVES, CallState, Section, Stage
from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# The states of the call in which each stage is worked on.
STAGE_STATES: dict[Stage, frozenset[CallState]] = {
    Stage.DECLARE: frozenset({CallState.OPEN}),
    Stage.RECOMMEND: frozenset({CallState.OPEN}),
    Stage.CHECK: frozenset({CallState.CHECKING}),
    Stage.REVIEW: frozenset({CallState.REVIEWING}),
    Stage.NOTICE: frozenset({CallState.NOTICE}),
}

_BEFORE_DECLARING = frozenset({CallState.DRAFT})
_BEFORE_CHECKING = frozenset({CallState.DRAFT, CallState.OPEN})
_BEFORE_REVIEW = frozenset({CallState.DRAFT, CallState.OPEN, CallState.CHECKING})
_BEFORE_NOTICE = frozenset(
    {CallState.DRAFT, CallState.OPEN, CallState.CHECKING, CallState.REVIEWING, CallState.DECIDING}
)
_WHILE_IT_RUNS = _BEFORE_NOTICE | {CallState.NOTICE}

# The states in which each section may still be changed: frozen once the stage that uses it has begun.
OPEN_SECTIONS: dict[Section, frozenset[CallState]] = {
    Section.BASICS: _WHILE_IT_RUNS,
    Section.CATEGORIES: _BEFORE_DECLARING,
    Section.PRIORITIES: _BEFORE_DECLARING,
    Section.QUOTAS: _BEFORE_CHECKING,
    Section.LIMITS: _BEFORE_DECLARING,
    Section.EXCLUSIONS: _BEFORE_DECLARING,
    Section.RUBRICS: _BEFORE_REVIEW,
    Section.WINDOWS: _WHILE_IT_RUNS,
    Section.REVIEW: _BEFORE_REVIEW,
    Section.GRADES: _BEFORE_NOTICE,
    Section.ATTACHMENTS: _WHILE_IT_RUNS,
}


def can_create(user: User | AnonymousUser) -> bool:
    """Whether ``user`` runs calls anywhere."""
    return bool(reach(user, Power.RUN_CALLS))


def can_edit(user: User | AnonymousUser, call: Call) -> bool:
    """Whether ``user`` runs the calls of its organiser (each section may be frozen all the same)."""
    return has_power(user, Power.RUN_CALLS, call.organiser)


def can_advance(user: User | AnonymousUser, call: Call) -> bool:
    """Whether ``user`` may move the call on, and it can still move."""
    return bool(CALL_MOVES[CallState(call.state)]) and can_edit(user, call)


def is_section_open(call: Call, section: Section) -> bool:
    """Whether a section may still be changed in the call's state."""
    return CallState(call.state) in OPEN_SECTIONS[section]


def is_window_open(call: Call, stage: Stage) -> bool:
    """Whether the times of ``stage`` may still be changed: not once the call has passed it."""
    order = list(CallState)
    return any(order.index(CallState(call.state)) <= order.index(state) for state in STAGE_STATES[stage])


def is_open(call: Call, stage: Stage, at: datetime) -> bool:
    """Whether ``stage`` may be worked on at ``at``: the call has come to it and its window, if it has one, is open."""
    if CallState(call.state) not in STAGE_STATES[stage]:
        return False
    found = calls.window(call, stage)
    return found is None or found.opens_at <= at < found.closes_at
