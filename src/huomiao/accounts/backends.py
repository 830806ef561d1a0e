"""Sign-in by account name or by phone number."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from huomiao.accounts.models import User, phone_index


class NameOrPhoneBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The person with that account name or phone number and that password; None where there is none."""
        if not username or password is None:
            return None
        wanted = username.strip()
        user = (
            User.objects.filter(username__iexact=wanted).first()
            or User.objects.filter(phone_key=phone_index(wanted)).first()
        )
        if user is None:
            # Hash all the same, so that the time taken does not tell whether the account exists.
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
