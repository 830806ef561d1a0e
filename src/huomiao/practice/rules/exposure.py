"""How much of a bank one account may be shown in a day: more than anybody practises, far less than a copy of it takes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from huomiao.practice import points
from huomiao.practice.models import PersonDay

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_be_shown_more(user: User, *, today: date) -> bool:
    """Whether ``user`` may be given another paper today, by what the follower has counted so far."""
    shown = PersonDay.objects.filter(user=user, day=today).values_list("shown", flat=True).first()
    return (shown or 0) < points.SHOWN_A_DAY
