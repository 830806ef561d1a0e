"""What somebody says they practise."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from huomiao.practice.models import Choice, Topic

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def choose(user: User, *, trade: Topic | None, level: str, at: datetime) -> Choice:
    """Keep the trade and level that ``user`` practises. Their own affair: it goes into no history."""
    choice, _is_new = Choice.objects.update_or_create(user=user, defaults={"trade": trade, "level": level, "at": at})
    return choice
