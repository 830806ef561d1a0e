"""Reads about people and their sign-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings

from huomiao.accounts import clients
from huomiao.accounts.models import User, phone_index


def find(login: str) -> User | None:
    """The person with that account name, else with that phone number."""
    wanted = login.strip()
    if not wanted:
        return None
    return (
        User.objects.filter(username__iexact=wanted).first()
        or User.objects.filter(phone_key=phone_index(wanted)).first()
    )


def has_second_factor(user: User) -> bool:
    """Whether ``user`` signs in with something besides the password."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists())


def locked_until(key: str, address: str | None = None) -> datetime | None:
    """When the lock on the account with that key (see ``locking.account_key``) ends; None when it is not locked."""
    attempts = AccessAttempt.objects.filter(username=key)
    if address is not None:
        attempts = attempts.filter(ip_address=address)
    failures: dict[str | None, int] = {}
    latest: dict[str | None, datetime] = {}
    for attempt in attempts:
        failures[attempt.ip_address] = failures.get(attempt.ip_address, 0) + attempt.failures_since_start
        latest[attempt.ip_address] = max(attempt.attempt_time, latest.get(attempt.ip_address, attempt.attempt_time))
    rest = get_cool_off() or timedelta(0)
    ends = [latest[place] + rest for place, times in failures.items() if times >= settings.AXES_FAILURE_LIMIT]
    return max(ends, default=None)


def sessions(user: User, *, current_key: str | None) -> list[dict[str, object]]:
    """Where ``user`` is signed in, newest first: browser, address, since when, and whether it is this one."""
    listed = sorted(UserSession.objects.purge_and_list(user), key=lambda session: session.created_at, reverse=True)
    return [
        {
            "pk": session.pk,
            "browser": clients.browser(session.user_agent),
            "address": session.ip,
            "since": session.created_at,
            "is_current": session.session_key == current_key,
        }
        for session in listed
    ]
