"""Taking a round for a change: locked, in the right hands, in a state that allows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huomiao.core.errors import NotAllowed, WrongState
from huomiao.innovations.models import (
    Round,
)
from huomiao.innovations.rules import reviews as rules
from huomiao.innovations.states import (
    RoundState,
)

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# What of a declaration an expert reads, in this order.
OPEN = (RoundState.PREPARING, RoundState.SCORING)


def locked_round(review: Round, *, by: User, states: Iterable[RoundState]) -> Round:
    """The round under lock, if ``by`` runs it and it is in one of ``states``."""
    locked = Round.objects.select_for_update(of=("self",)).select_related("call__organiser").get(pk=review.pk)
    if not rules.can_run(by, locked):
        raise NotAllowed(_("只有主办单位可以组织评审。"))
    if locked.state not in set(states):
        raise WrongState(_("本轮评审目前是“%(state)s”，不能这样做。") % {"state": locked.get_state_display()})
    return locked
