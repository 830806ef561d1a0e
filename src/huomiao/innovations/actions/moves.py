"""The one way in which a declaration changes its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import WrongState
from huomiao.innovations.models import Declaration
from huomiao.innovations.states import MOVES, State

if TYPE_CHECKING:
    from huomiao.accounts.models import User


@transaction.atomic
def move(
    declaration: Declaration, to: State, *, by: User | None, action: str = "", note: str = "", **values: Any
) -> Declaration:
    """Move ``declaration`` to state ``to``, setting ``values`` with it, and record both.

    The row is locked and its state read afresh, so of two who move it at once the second is refused.

    Raises:
        WrongState: the move is not in ``MOVES`` (any more).
    """
    locked = Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    before = State(locked.state)
    if to not in MOVES[before]:
        raise WrongState(
            _("“%(title)s”目前是“%(state)s”，不能这样处理。请刷新页面查看最新状态。")
            % {"title": locked, "state": before.label}
        )
    changes: dict[str, Any] = {"state": [before, to]}
    for name, value in values.items():
        changes[name] = [str(getattr(locked, name) or ""), str(value or "")]
        setattr(locked, name, value)
        setattr(declaration, name, value)
    locked.state = declaration.state = to
    locked.save(update_fields=["state", "saved_at", *values])
    history.record(locked, action or f"declaration.{to}", by=by, note=note, changes=changes)
    return locked
