"""Changes to an account. Whether an officer may make them for somebody is for the caller to ask (``orgs``)."""

from __future__ import annotations

import secrets

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huomiao.accounts import locking, phones
from huomiao.accounts.models import User, phone_index
from huomiao.core import history
from huomiao.core.errors import Invalid

# Read aloud over the telephone: no letter that looks or sounds like a digit.
READABLE = "abcdefghjkmnpqrstuvwxyz"


class PhoneTaken(Invalid):
    """The number belongs to another account."""

    code = "phone_taken"


@transaction.atomic
def set_password(user: User, password: str, *, by: User) -> None:
    """Give ``user`` the password they chose."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    history.record(user, "account.password_changed", by=by)


@transaction.atomic
def give_password(user: User, *, by: User) -> str:
    """A new password to hand over in person; it must be changed at the first sign-in, and other sessions end."""
    letters = "".join(secrets.choice(READABLE) for _place in range(4))
    password = f"{letters}-{secrets.randbelow(10**6):06d}"
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    locking.release(user)
    history.record(user, "account.password_given", by=by)
    return password


@transaction.atomic
def unlock(user: User, *, by: User) -> None:
    """End the lock that wrong passwords put on the account."""
    if locking.release(user):
        history.record(user, "account.unlocked", by=by)


@transaction.atomic
def change_phone(user: User, phone: str, *, by: User) -> None:
    """Give ``user`` another phone number to sign in with; "" takes it away."""
    number = phones.normalized(phone)
    if phone and not number:
        raise Invalid(_("请填写 11 位手机号。"))
    if number and User.objects.filter(phone_key=phone_index(number)).exclude(pk=user.pk).exists():
        raise PhoneTaken(_("该手机号已用于另一个账号。"))
    user.set_phone(number)
    try:
        with transaction.atomic():
            user.save(update_fields=["phone", "phone_key"])
    except IntegrityError as taken_meanwhile:
        raise PhoneTaken(_("该手机号已用于另一个账号。")) from taken_meanwhile
    history.record(user, "account.phone_changed", by=by)


@transaction.atomic
def choose_language(user: User, language: str) -> None:
    """Remember in which language ``user`` wants pages."""
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("没有这种语言。"))
    user.language = language
    user.save(update_fields=["language"])
    history.record(user, "account.language_chosen", by=user, note=language)


@transaction.atomic
def end_sessions(user: User, *, by: User, only: int | None = None, but: str | None = None) -> int:
    """Sign ``user`` out: of the session with key ``only``, or of all but the one with session key ``but``."""
    ending = UserSession.objects.filter(user=user)
    if only is not None:
        ending = ending.filter(pk=only)
    if but is not None:
        ending = ending.exclude(session_key=but)
    count = 0
    for session in ending:
        session.end()
        count += 1
    if count:
        history.record(user, "account.sessions_ended", by=by)
    return count
