"""Letting somebody in without a password: after activation, and by a phone that is signed in."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.http import HttpRequest

from huomiao.accounts.models import User


def enter(request: HttpRequest, user: User) -> None:
    """Sign ``user`` in. The session gets a new key, and is listed among the person's sessions."""
    login(request, user, backend="huomiao.accounts.backends.NameOrPhoneBackend")
    UserSession.objects.create_from_request(request)
