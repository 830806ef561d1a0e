"""The lock after too many wrong passwords: under which key failures are counted, and from which address."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt
from django.http import HttpRequest

from huomiao.accounts import clients, queries
from huomiao.accounts.models import User
from huomiao.core.encryption import blind_index


def key_of(user: User) -> str:
    """The key of a known account."""
    return f"account:{user.pk}"


def account_key(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The key under which failures count: the same for an account's name and its phone number.

    What was typed is never kept: for an unknown account it may be a phone number, or the password in the wrong box.
    """
    typed = str((credentials or {}).get("username") or "").strip()
    user = queries.find(typed)
    return key_of(user) if user else f"unknown:{blind_index(typed.casefold(), purpose='sign-in')}"


def client_address(request: HttpRequest) -> str:
    """The address that axes counts by."""
    return clients.address(request)


def release(user: User) -> int:
    """Forget the failures of ``user`` at every address; returns how many records there were."""
    count, _by_model = AccessAttempt.objects.filter(username=key_of(user)).delete()
    return int(count)
