"""Who may join a duel, and who may go on without the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huomiao.practice.models import Duel
from huomiao.practice.queries import banks

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_join(user: User, duel: Duel) -> bool:
    """Anybody who may practise from its bank and did not open it."""
    return duel.host_id != user.pk and banks.usable_by(user).filter(pk=duel.release.bank_id).exists()


def can_play_recorded(user: User, duel: Duel) -> bool:
    """Only who opened it: whoever joined has somebody to play against."""
    return duel.host_id == user.pk
