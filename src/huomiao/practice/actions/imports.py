"""Bringing a file of questions into a bank: read in the background, looked at, then all of it or the good rows.

A file passes through ``BankImport.state``. Reading and writing run as background tasks (``tasks.imports``) that say how
far they are and are safe to run again: reading starts afresh, writing goes on with the rows that are not done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.orgs.models import Organization
from huomiao.practice.formats import sheets
from huomiao.practice.formats.archives import MOST_BYTES
from huomiao.practice.import_batches import forget, need_good
from huomiao.practice.importing import DEFAULT_USE
from huomiao.practice.models import Bank, BankImport, ImportMapping
from huomiao.practice.queries import imports as queries
from huomiao.practice.rules import banks as rules
from huomiao.practice.states import ImportState, Use
from huomiao.practice.tasks import imports as tasks

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# After so long without a sign of life the work in the background is taken for dead and may be taken up again.
SILENCE = timedelta(minutes=2)
# A file that nobody decided about is forgotten after this.
KEPT_FOR = timedelta(days=7)


def bring(bank: Bank, content: bytes, file_name: str, *, by: User, at: datetime, now: bool = False) -> BankImport:
    """Keep a file and have it read in the background, or ``now``. Earlier files of theirs that wait are given up.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        WrongState: the bank is archived.
        Invalid: the file is empty or too large.
    """
    if not rules.can_keep(by, bank):
        raise NotAllowed(_("只有管理这个题库的工会可以导入试题。"))
    if bank.archived_at is not None:
        raise WrongState(_("题库已归档，请先恢复使用再导入。"))
    if not content.strip(b"\x00 \r\n\t"):
        raise Invalid(_("文件是空的。请确认选对了文件，再重新上传。"))
    if len(content) > MOST_BYTES:
        raise Invalid(_("文件超过 %(limit)s MB。请分成几个文件上传。") % {"limit": MOST_BYTES // 1024 // 1024})
    with transaction.atomic():
        for old in queries.waiting(bank, by).select_for_update(of=("self",)):
            forget(old, ImportState.DROPPED, at=at)
        batch = BankImport.objects.create(
            bank=bank,
            by=by,
            file_name=file_name[:200],
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            beat_at=at,
        )
        if not now:
            _start(tasks.read_file, batch)
    if now:
        tasks.read_file.call(batch.pk)
    return batch


def assign(batch: BankImport, plans: Sequence[sheets.SheetPlan], *, by: User, at: datetime, now: bool = False) -> None:
    """Read the tables again, with what ``by`` says each sheet and column is; remembered for the union's next such table.

    Raises:
        NotAllowed: it is somebody else's file, or ``by`` does not keep the bank any more.
        WrongState: it is being read or written, or over.
        Invalid: no sheet has a stem column.
    """
    if not any(plan.is_used and plan.is_readable for plan in plans):
        raise Invalid(_("请至少在一张工作表里指定哪一列是题干。"))
    with transaction.atomic():
        locked = _lock(batch, by=by, states={ImportState.MAPPING, ImportState.PREVIEW})
        locked.sheets = [plan.as_json() for plan in plans]
        _remember(locked.bank.owner, plans, by=by, at=at)
        _begin(locked, ImportState.READING, at=at)
        if not now:
            _start(tasks.read_file, locked)
    if now:
        tasks.read_file.call(batch.pk)


def _remember(organization: Organization, plans: Sequence[sheets.SheetPlan], *, by: User, at: datetime) -> None:
    for plan in plans:
        if not (plan.is_used and plan.is_readable):
            continue
        mapping, _made = ImportMapping.objects.get_or_create(
            organization=organization, signature=plan.signature, defaults={"columns": {}, "at": at}
        )
        mapping.columns, mapping.by, mapping.at = plan.columns, by, at
        mapping.labels = {**mapping.labels, plan.name: plan.label}
        mapping.save()


def confirm(
    batch: BankImport,
    *,
    by: User,
    at: datetime,
    only_good: bool,
    shuffle: bool | None = None,
    use: str = DEFAULT_USE,
    then_submit: bool = False,
    now: bool = False,
) -> None:
    """Have the file written into the bank in the background: all of it, or with ``only_good`` what has no problem.

    Raises:
        NotAllowed, WrongState: as ``assign``; or another file is being written into this bank.
        HasErrors: all was asked for and there are problems, or there is nothing to import.
    """
    with transaction.atomic():
        locked = _lock(batch, by=by, states={ImportState.PREVIEW})
        Bank.objects.select_for_update(of=("self",)).get(pk=locked.bank_id)
        if BankImport.objects.filter(bank_id=locked.bank_id, state=ImportState.WRITING).exists():
            raise WrongState(_("另一个文件正在导入这个题库，请等它完成后再导入。"))
        need_good(locked.counts, locked.findings, only_good=only_good)
        locked.options = {
            **locked.options,
            "shuffle": locked.options.get("has_pattern", False) if shuffle is None else shuffle,
            "use": use if use in Use.values else DEFAULT_USE.value,
            "then_submit": then_submit,
            "only_good": only_good,
        }
        _begin(locked, ImportState.WRITING, at=at)
        if not now:
            _start(tasks.write_rows, locked)
    if now:
        tasks.write_rows.call(batch.pk)


def drop(batch: BankImport, *, by: User, at: datetime) -> None:
    """Give a file up; nothing of it is imported and it is gone.

    Raises:
        NotAllowed, WrongState: as ``assign``.
    """
    with transaction.atomic():
        states = {ImportState.READING, ImportState.MAPPING, ImportState.PREVIEW, ImportState.FAILED}
        locked = _lock(batch, by=by, states=states)
        forget(locked, ImportState.DROPPED, at=at)
        history.record(locked, "bank.import_dropped", by=by, at=at)


def resume(batch: BankImport, *, by: User, at: datetime) -> None:
    """Take up work in the background that has said nothing for a while.

    Raises:
        NotAllowed: as ``assign``.
        WrongState: it is not stuck.
    """
    with transaction.atomic():
        locked = _lock(batch, by=by, states={ImportState.READING, ImportState.WRITING})
        if not is_stuck(locked, at=at):
            raise WrongState(_("后台还在处理，请稍候。"))
        locked.beat_at = at
        locked.save(update_fields=["beat_at"])
        work = tasks.read_file if locked.state == ImportState.READING else tasks.write_rows
        _start(work, locked)


def is_stuck(batch: BankImport, *, at: datetime) -> bool:
    """Whether the work in the background has died, as far as one can tell."""
    return batch.is_working and batch.beat_at is not None and batch.beat_at < at - SILENCE


def forget_old(at: datetime) -> int:
    """The clock's turn: files that nobody decided about for a week are gone; returns how many."""
    old = BankImport.objects.filter(
        created_at__lt=at - KEPT_FOR,
        state__in=[ImportState.READING, ImportState.MAPPING, ImportState.PREVIEW, ImportState.FAILED],
    )
    count = 0
    for pk in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            batch = old.select_for_update(of=("self",)).filter(pk=pk).first()
            if batch is not None:
                forget(batch, ImportState.DROPPED, at=at)
                count += 1
    return count


def _start(work: Any, batch: BankImport) -> None:
    """Have ``work`` done in the background once this is committed."""
    transaction.on_commit(partial(work.enqueue, batch.pk))


def _lock(batch: BankImport, *, by: User, states: Iterable[ImportState]) -> BankImport:
    locked = (
        BankImport.objects.select_for_update(of=("self",)).select_related("bank__owner", "bank__trade").get(pk=batch.pk)
    )
    if locked.by_id != by.pk:
        raise NotAllowed(_("只有上传的人可以处理这个文件。"))
    if not rules.can_keep(by, locked.bank):
        raise NotAllowed(_("只有管理这个题库的工会可以导入试题。"))
    if locked.state not in set(states):
        raise WrongState(
            _("这个文件现在是“%(state)s”，不能这样处理。请刷新页面查看。") % {"state": ImportState(locked.state).label}
        )
    return locked


def _begin(batch: BankImport, state: ImportState, *, at: datetime) -> None:
    batch.state = state
    batch.done = batch.total = 0
    batch.beat_at = at
    batch.save(update_fields=["state", "done", "total", "beat_at", "sheets", "options"])
