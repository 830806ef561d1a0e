"""Freezing a bank for use."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.practice.models import Bank, Release
from huomiao.practice.queries import releases as queries
from huomiao.practice.rules import banks as rules

if TYPE_CHECKING:
    from huomiao.accounts.models import User


@transaction.atomic
def publish(bank: Bank, *, by: User | None, at: datetime) -> Release:
    """The published questions of ``bank`` as they are now, for drills and papers to draw from.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: it is archived, holds no published question, or is just as it was released last.
    """
    locked = Bank.objects.select_for_update(of=("self",)).select_related("owner", "current").get(pk=bank.pk)
    if by is not None and not rules.can_keep(by, locked):
        raise NotAllowed(_("只有管理这个题库的工会可以发布它。"))
    if locked.archived_at is not None:
        raise WrongState(_("题库已归档，请先恢复使用再发布。"))
    version_ids = [version for version in queries.in_use(locked).values_list("published_id", flat=True) if version]
    if not version_ids:
        raise WrongState(_("题库里还没有审核通过的试题，请先审核再发布。"))
    digest = queries.digest(locked)
    last = locked.current
    if last is not None and last.digest == digest:
        raise WrongState(_("题库与上次发布时完全一样，不用再发布。"))
    release = Release.objects.create(
        bank=locked,
        number=last.number + 1 if last else 1,
        version_ids=version_ids,
        question_count=len(version_ids),
        digest=digest,
        by=by,
        at=at,
    )
    Bank.objects.filter(pk=locked.pk).update(current=release)
    bank.current = release
    history.record(
        locked,
        "bank.released",
        by=by,
        at=at,
        changes={
            "release": [last.number if last else None, release.number],
            "questions": [last.question_count if last else 0, release.question_count],
        },
    )
    return release
