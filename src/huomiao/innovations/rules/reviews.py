"""Who runs a round, who scores a sheet, and who may look into what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.innovations.models import Round, Sheet
from huomiao.innovations.queries import reviews as queries
from huomiao.innovations.rules import calls
from huomiao.innovations.states import RoundState, SheetState, Stage
from huomiao.orgs.queries import held
from huomiao.orgs.roles import Power, roles_with

if TYPE_CHECKING:
    from huomiao.accounts.models import User

UNSIGNED = frozenset({SheetState.ASSIGNED, SheetState.DRAFT})
SCORED = frozenset({RoundState.LOCKED, RoundState.RELEASED})


def can_run(user: User | AnonymousUser, review: Round) -> bool:
    """Whether ``user`` prepares, assigns and locks the round: who runs its call."""
    return calls.can_edit(user, review.call)


def can_prepare(user: User | AnonymousUser, review: Round) -> bool:
    """Whether what experts will see may still be changed, by ``user``."""
    return review.state in {RoundState.PREPARING, RoundState.SCORING} and can_run(user, review)


def can_see_scores(user: User | AnonymousUser, review: Round) -> bool:
    """Scores are seen by nobody before the round is locked, and then by who runs it."""
    return review.state in SCORED and can_run(user, review)


def is_own(user: User | AnonymousUser, sheet: Sheet) -> bool:
    return sheet.expert.user_id == user.pk


def can_score(user: User | AnonymousUser, sheet: Sheet, at: datetime) -> bool:
    """Whether ``user`` may write on ``sheet`` now."""
    return (
        is_own(user, sheet)
        and sheet.state in UNSIGNED
        and sheet.entry.round.state == RoundState.SCORING
        and calls.is_open(sheet.entry.round.call, Stage.REVIEW, at)
    )


def has_new_office(user: User | AnonymousUser, sheet: Sheet) -> bool:
    """Whether ``user`` took an office since conflicts were last looked for in the round of ``sheet``.

    It looks at nothing that tells whose the entry is: an expert's request may not.
    """
    roles = {*roles_with(Power.RECOMMEND), *roles_with(Power.RUN_CALLS)}
    looked = queries.conflicts_found_at(sheet.entry.round)
    return any(one.role in roles and one.since > looked for one in held(user))
