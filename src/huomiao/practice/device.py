"""Under which key a person's papers lie on a device: says nothing about them, and stays the same as long as the secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.practice import sealing

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def person_key(user: User | AnonymousUser) -> str:
    """The key of ``user``; "" for nobody."""
    return sealing.fingerprint("device", str(user.pk)) if user.pk is not None else ""
