"""Sign-in by account name or by phone number."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from huomiao.accounts import queries
from huomiao.accounts.models import User


class NameOrPhoneBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Is allauth's backend, so that allauth signs people in under it; looks people up in its own way."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The person with that account name or phone number and that password; None where there is none."""
        if not username or password is None:
            return None
        user = queries.find(username)
        if user is None:
            # Hash all the same, so that the time taken does not tell whether the account exists.
            User().set_password(password)
            return None
        if not user.check_password(password):
            return None
        if self.user_can_authenticate(user):
            return user
        # The right password of a closed account: allauth then says so, which nobody else can make it do.
        self._stash_user(user)
        return None
