"""Keeping banks: make, change, archive, bring back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.orgs.models import Organization
from huomiao.practice.models import Bank, Campaign, Exam
from huomiao.practice.rules import banks as rules
from huomiao.practice.states import CampaignState, ExamState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

FIELDS = ("name", "description", "trade", "level", "is_shared", "needs_review")


def create(owner: Organization, *, code: str, by: User | None, **values: Any) -> Bank:
    """A new, empty bank of ``owner``; ``values`` are of ``FIELDS``.

    Raises:
        NotAllowed: ``by`` keeps no banks there.
        Invalid: the code is taken.
    """
    if by is not None and not rules.can_create(by, owner):
        raise NotAllowed(_("您不能为“%(owner)s”建题库。") % {"owner": owner})
    try:
        with transaction.atomic():
            bank = Bank.objects.create(owner=owner, code=code, **values)
            history.record(bank, "bank.created", by=by)
    except IntegrityError as problem:
        raise Invalid(_("代码“%(code)s”已经有题库在用，请换一个。") % {"code": code}) from problem
    return bank


@transaction.atomic
def change(bank: Bank, *, by: User | None, **values: Any) -> Bank:
    """Set facts of ``bank``; its code stays, for addresses and files name it.

    Raises:
        NotAllowed: ``by`` does not keep it.
        WrongState: it is archived.
    """
    locked = _lock(bank, by=by)
    if locked.archived_at is not None:
        raise WrongState(_("题库已归档，请先恢复使用再修改。"))
    moved = {
        name: [_plain(getattr(locked, name)), _plain(value)]
        for name, value in values.items()
        if getattr(locked, name) != value
    }
    if not moved:
        return locked
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(values))
    history.record(locked, "bank.changed", by=by, changes=moved)
    return locked


@transaction.atomic
def archive(bank: Bank, *, by: User | None, at: datetime) -> Bank:
    """Take ``bank`` out of use: nobody practises from it and nothing in it changes until it is brought back.

    Raises:
        NotAllowed: ``by`` does not keep it.
        WrongState: it is archived already, or a campaign or exam that is not over uses it.
    """
    locked = _lock(bank, by=by)
    if locked.archived_at is not None:
        raise WrongState(_("题库已经归档了。"))
    campaign = Campaign.objects.filter(banks=locked, state=CampaignState.PUBLISHED, closes_at__gt=at).first()
    over = (ExamState.RELEASED, ExamState.CANCELLED)
    user = campaign or Exam.objects.filter(banks=locked).exclude(state__in=over).first()
    if user is not None:
        raise WrongState(_("“%(user)s”正在使用这个题库，结束后才能归档。") % {"user": user})
    locked.archived_at = at
    locked.save(update_fields=["archived_at"])
    history.record(locked, "bank.archived", by=by, at=at)
    return locked


@transaction.atomic
def restore(bank: Bank, *, by: User | None, at: datetime) -> Bank:
    """Bring an archived ``bank`` back into use.

    Raises:
        NotAllowed: ``by`` does not keep it.
        WrongState: it is not archived.
    """
    locked = _lock(bank, by=by)
    if locked.archived_at is None:
        raise WrongState(_("题库没有归档，不用恢复。"))
    locked.archived_at = None
    locked.save(update_fields=["archived_at"])
    history.record(locked, "bank.restored", by=by, at=at)
    return locked


def _lock(bank: Bank, *, by: User | None) -> Bank:
    locked = Bank.objects.select_for_update(of=("self",)).select_related("owner", "trade").get(pk=bank.pk)
    if by is not None and not rules.can_keep(by, locked):
        raise NotAllowed(_("只有管理这个题库的工会可以这样做。"))
    return locked


def _plain(value: Any) -> Any:
    return str(value) if value is not None and not isinstance(value, bool) else value
