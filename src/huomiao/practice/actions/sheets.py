"""What a marker does: mark, keep drafts, lock. It touches nothing that names anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.numbers import plain
from huomiao.practice.models import MarkSheet
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import ExamState, SheetState
from huomiao.practice.tasks import marking as tasks

if TYPE_CHECKING:
    from huomiao.accounts.models import User

STEP = Decimal("0.5")
LONGEST_COMMENT = 300


class Stale(WrongState):
    """The sheet was saved elsewhere since it was opened here."""

    code = "stale"


def points_of(text: str, *, most: Decimal) -> Decimal | None:
    """The points that ``text`` stands for; None where it is empty.

    Raises:
        Invalid: it is no mark that can be given.
    """
    if not text.strip():
        return None
    message = _("得分须是 0 到 %(most)s 分，以 0.5 分为一档。") % {"most": plain(most)}
    try:
        points = Decimal(text.strip())
    except InvalidOperation as error:
        raise Invalid(message) from error
    # The full mark counts even where it is between the steps.
    if not points.is_finite() or not 0 <= points <= most or (points % STEP and points != most):
        raise Invalid(message)
    return points


@transaction.atomic
def save(
    sheet: MarkSheet,
    *,
    points: str,
    ticks: Sequence[int],
    comment: str,
    version: int,
    by: User,
    at: datetime,
) -> MarkSheet:
    """Keep a draft; without points it is begun and not done. A draft writes no history; locking does.

    Raises:
        NotAllowed, WrongState: the sheet is not this marker's, or not open any more.
        Stale: another window saved it since.
        Invalid: the points are none that can be given.
    """
    locked = _open(sheet, by=by)
    if version != locked.version:
        raise Stale(_("这份评分已在另一个窗口保存过。请刷新页面后继续。"))
    locked.points = points_of(points, most=locked.script.max_points)
    count = len(locked.script.version.key.get("points", []))
    locked.ticks = sorted({place for place in ticks if 0 <= place < count})
    locked.comment = comment.strip()[:LONGEST_COMMENT]
    locked.state = SheetState.ASSIGNED if locked.points is None else SheetState.DRAFT
    locked.version += 1
    locked.saved_at = at
    locked.save(update_fields=["points", "ticks", "comment", "state", "version", "saved_at"])
    return locked


@transaction.atomic
def lock(sheets: Iterable[MarkSheet], *, by: User, at: datetime) -> int:
    """Lock marked sheets: from now on they are fixed. Locked ones among them are passed over; returns how many were locked.

    Raises:
        Invalid: a sheet has no points yet.
    """
    # In one order, so that two who lock at once do not wait for each other.
    keys = sorted({sheet.pk for sheet in sheets})
    found = list(
        MarkSheet.objects.select_for_update(of=("self",))
        .select_related("script__exam", "marker")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    done = []
    for sheet in found:
        if sheet.state == SheetState.LOCKED and sheet.marker.user_id == by.pk:
            continue
        _check_open(sheet, by=by)
        if sheet.points is None:
            raise Invalid(_("%(number)s 号还没有评分，不能锁定。") % {"number": sheet.script})
        sheet.state = SheetState.LOCKED
        sheet.locked_at = at
        sheet.version += 1
        done.append(sheet)
    MarkSheet.objects.bulk_update(done, ["state", "locked_at", "version"])
    history.record_many(
        done,
        "mark_sheet.locked",
        by=by,
        changes=[{"points": ["", str(sheet.points)]} for sheet in done],
        at=at,
    )
    # Whose answers these are is known only to what runs afterwards.
    for exam in sorted({sheet.script.exam_id for sheet in done}):
        transaction.on_commit(partial(tasks.settle.enqueue, exam))
    return len(done)


def _open(sheet: MarkSheet, *, by: User) -> MarkSheet:
    locked = (
        MarkSheet.objects.select_for_update(of=("self",))
        .select_related("script__exam", "script__version", "marker")
        .get(pk=sheet.pk)
    )
    _check_open(locked, by=by)
    return locked


def _check_open(sheet: MarkSheet, *, by: User) -> None:
    if sheet.marker.user_id != by.pk:
        raise NotAllowed(_("这不是分给您的试卷。"))
    if sheet.script.exam.state != ExamState.MARKING:
        raise WrongState(_("阅卷已经结束。"))
    if sheet.state == SheetState.LOCKED:
        raise WrongState(_("%(number)s 号已锁定，不能再改。确有差错请联系阅卷组长退回。") % {"number": sheet.script})
    if not rules.can_mark(by, sheet):
        raise WrongState(_("您已不在本场阅卷名单里。"))
