"""First sign-in of somebody on a unit's roster: the facts are checked, an account is made and tied to the entry."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huomiao.accounts import phones
from huomiao.accounts.actions import people
from huomiao.accounts.actions.people import PhoneTaken
from huomiao.accounts.models import User, phone_index
from huomiao.core import history
from huomiao.core.errors import DomainError, Invalid, NotAllowed, WrongState
from huomiao.orgs import rules
from huomiao.orgs.models import Membership, Organization, RosterEntry, phone_tail_index
from huomiao.orgs.roles import Role

# The dot inside names of many minorities is typed in many ways.
DOTS = re.compile(r"[·•‧∙⋅・･.．]")


class NoMatch(Invalid):
    """The facts do not name one person on one roster. One message for every way in which that can be."""

    code = "no_match"

    def __init__(self) -> None:
        super().__init__(_("没有找到相符的名册记录。请核对单位代码、姓名和工号（或手机号后四位），或联系本单位工会。"))


class Ambiguous(Invalid):
    """Two people of one name share a phone tail; only the staff number tells them apart."""

    code = "ambiguous"

    def __init__(self) -> None:
        super().__init__(_("本单位有同名且手机号后四位相同的职工，请改填工号。"))


class AlreadyActive(WrongState):
    """The entry has its account."""

    code = "already_active"

    def __init__(self) -> None:
        super().__init__(_("您的账号已经开通，请直接登录。忘记密码时，请联系本单位工会。"))


class AnotherPerson(DomainError):
    """Whoever is signed in has another name than the entry."""

    code = "another_person"


def plain(text: str) -> str:
    """``text`` as it is compared: full-width forms folded, blanks and the kind of dot and letter case ignored."""
    return DOTS.sub("·", re.sub(r"\s", "", unicodedata.normalize("NFKC", text))).casefold()


def match(*, unit: str, name: str, proof: str, on: date) -> RosterEntry:
    """The roster entry that the facts name, whether or not it has an account; ``proof`` is staff number or phone tail."""
    code, proof = plain(unit), plain(proof)
    organization = Organization.objects.filter(code__iexact=code, is_active=True).first()
    # The same reads whatever is wrong, so that neither the answer nor its time tells which fact it was.
    entries = RosterEntry.objects.filter(organization_id=organization.pk if organization else 0).select_related(
        "organization"
    )
    there = [entry for entry in entries.filter(_proven_by(proof)) if _is_there(entry, plain(name), on)]
    by_number = [entry for entry in there if entry.staff_number and plain(entry.staff_number) == proof]
    found = by_number or there
    if not found:
        raise NoMatch
    if len(found) > 1:
        raise Ambiguous
    return found[0]


def _proven_by(proof: str) -> Q:
    """The condition that an entry has ``proof`` as its staff number or as the end of its phone number."""
    condition = Q(staff_number__iexact=proof) & ~Q(staff_number="")
    if re.fullmatch(r"\d{4}", proof):
        condition |= Q(phone_tail_key=phone_tail_index(proof))
    return condition


def _is_there(entry: RosterEntry, name: str, on: date) -> bool:
    return plain(entry.name) == name and (entry.left_on is None or entry.left_on > on)


@transaction.atomic
def activate(entry: RosterEntry, *, password: str, phone: str = "", at: datetime) -> User:
    """Make the account of ``entry``: the roster's phone number, or ``phone`` where the roster has none."""
    locked = _lock(entry)
    number = phones.normalized(locked.phone) or phones.normalized(phone)
    if number and User.objects.filter(phone_key=phone_index(number)).exists():
        raise PhoneTaken(_taken(locked))
    try:
        with transaction.atomic():
            user = User.objects.create_user(_username(locked), name=locked.name, password=password, phone=number)
    except IntegrityError as taken_meanwhile:
        raise PhoneTaken(_taken(locked)) from taken_meanwhile
    history.record(user, "account.created", by=user, at=at)
    if number and not locked.phone:
        locked.set_phone(number)
    _tie(locked, user, at=at)
    return user


@transaction.atomic
def tie(entry: RosterEntry, *, by: User, at: datetime) -> None:
    """Give ``entry`` to an account that exists: the same person, now on another unit's roster."""
    locked = _lock(entry)
    if plain(locked.name) != plain(by.name):
        raise AnotherPerson(_("名册上的姓名与当前登录的账号不一致，请先退出登录。"))
    _tie(locked, by, at=at)


def give_password(entry: RosterEntry, *, by: User) -> str:
    """A new password for the person to be told in person; they change it at their next sign-in."""
    return people.give_password(_helped(entry, by=by), by=by)


def unlock(entry: RosterEntry, *, by: User) -> None:
    """End the lock that wrong passwords put on the person's account."""
    people.unlock(_helped(entry, by=by), by=by)


def _helped(entry: RosterEntry, *, by: User) -> User:
    if entry.user is None or not rules.can_help_sign_in(by, entry):
        raise NotAllowed(_("您不能为这位职工解锁或发放密码。担任工会职务的人员，请由其上级工会办理。"))
    return entry.user


def _lock(entry: RosterEntry) -> RosterEntry:
    locked = RosterEntry.objects.select_for_update(of=("self",)).select_related("organization").get(pk=entry.pk)
    if locked.user_id is not None:
        raise AlreadyActive
    return locked


def _tie(entry: RosterEntry, user: User, *, at: datetime) -> None:
    entry.user = user
    entry.activated_at = at
    entry.save(update_fields=["user", "activated_at", "phone", "phone_tail_key"])
    membership, is_new = Membership.objects.get_or_create(
        organization=entry.organization, user=user, role=Role.MEMBER, until=None, defaults={"since": at}
    )
    history.record(entry, "roster.activated", by=user, at=at)
    if is_new:
        history.record(membership, "membership.granted", by=user, at=at)


def _taken(entry: RosterEntry) -> str:
    if entry.phone:
        return _("名册上的手机号已用于一个账号。如果那是您的账号，请先登录，再回到本页关联；否则请联系本单位工会。")
    return _("该手机号已用于另一个账号。如果那是您的账号，请先登录，再回到本页关联。")


def _username(entry: RosterEntry) -> str:
    """Unit code and staff number where that is free and fits, which people can remember; else with random digits."""
    code = entry.organization.code.lower()
    wanted = f"{code}-{plain(entry.staff_number)}"
    if entry.staff_number and len(wanted) <= 64 and not User.objects.filter(username__iexact=wanted).exists():
        return wanted
    while User.objects.filter(username__iexact=(drawn := f"{code[:50]}-{secrets.randbelow(10**8):08d}")).exists():
        pass
    return drawn
