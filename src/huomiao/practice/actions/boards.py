"""What people decide about boards: whether they want to be named there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from huomiao.core import history
from huomiao.practice.models import BoardChoice

if TYPE_CHECKING:
    from huomiao.accounts.models import User


@transaction.atomic
def choose_naming(user: User, *, is_named: bool) -> None:
    """Have ``user`` named on the boards of their unit, or not any more. Saying the same twice changes nothing."""
    choice, is_new = BoardChoice.objects.select_for_update().get_or_create(user=user, defaults={"is_named": is_named})
    if not is_new and choice.is_named == is_named:
        return
    choice.is_named = is_named
    choice.save(update_fields=["is_named"])
    history.record(user, "board.named" if is_named else "board.unnamed", by=user)
