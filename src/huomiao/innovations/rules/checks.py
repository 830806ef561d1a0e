"""Who may check the form of what was recommended, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.innovations.models import Call
from huomiao.innovations.rules import calls
from huomiao.innovations.states import Stage

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_check(user: User | AnonymousUser, call: Call) -> bool:
    """Whether ``user`` runs the call."""
    return calls.can_edit(user, call)


def is_open(call: Call, at: datetime) -> bool:
    """Whether the form check is going on."""
    return calls.is_open(call, Stage.CHECK, at)
