"""Appeals (复核申请): asked by the candidate, ruled on by somebody who did not mark them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.numbers import plain
from huomiao.practice import remarking
from huomiao.practice.actions.exam_moves import locked_exam
from huomiao.practice.models import Adjustment, Appeal, Sitting
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import AppealState, ExamState
from huomiao.practice.tasks import marking as tasks

if TYPE_CHECKING:
    from huomiao.accounts.models import User

SHORTEST = 4
LONGEST = 500
# One may ask again after a ruling, but not for ever.
MOST = 3


@transaction.atomic
def ask(sitting: Sitting, *, text: str, position: int | None, by: User, at: datetime) -> Appeal:
    """Ask that a result be looked at again.

    Raises:
        NotAllowed: it is somebody else's result.
        WrongState: results are not out, the time for appeals is over, or one is open already.
        Invalid: there is no reason, or no such question.
    """
    locked = (
        Sitting.objects.select_for_update(of=("self",)).select_related("exam", "candidate", "paper").get(pk=sitting.pk)
    )
    if not rules.is_own(by, locked):
        raise NotAllowed(_("只能对自己的成绩申请复核。"))
    if not rules.can_appeal(by, locked, at):
        raise WrongState(_("现在不在复核申请期限内。"))
    if len(text.strip()) < SHORTEST:
        raise Invalid(_("请写明哪里有疑问，方便复核的人查对。"))
    if position is not None and not 0 <= position < len(locked.paper.items):
        raise Invalid(_("没有这道题，请重新选择。"))
    if locked.appeals.count() >= MOST:
        raise WrongState(_("这份答卷已经申请过 %(most)d 次复核。如仍有疑问，请直接联系举办单位。") % {"most": MOST})
    if locked.appeals.filter(state=AppealState.OPEN).exists():
        raise WrongState(_("您的复核申请正在处理，答复后可以再次申请。"))
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(sitting=locked, position=position, text=text.strip()[:LONGEST], at=at)
    except IntegrityError as error:
        raise WrongState(_("您的复核申请正在处理，答复后可以再次申请。")) from error
    history.record(appeal, "appeal.asked", by=by, at=at)
    return appeal


@transaction.atomic
def rule(appeal: Appeal, *, reply: str, points: Mapping[int, Decimal], by: User, at: datetime) -> Appeal:
    """Answer an appeal; ``points`` by position are what answers are worth after it. Without any the result stands.

    Raises:
        NotAllowed: ``by`` is the candidate, marked their answers, or does not run the exam.
        WrongState: it was ruled on already.
        Invalid: there is no reply, or points that the question cannot give.
    """
    exam = locked_exam(appeal.sitting.exam, by=by)
    found = (
        Appeal.objects.select_for_update(of=("self",))
        .select_related("sitting__exam__organiser", "sitting__candidate", "sitting__paper")
        .get(pk=appeal.pk)
    )
    if found.state != AppealState.OPEN:
        raise WrongState(_("这件复核申请已经答复过。"))
    if not rules.can_rule(by, found):
        raise NotAllowed(_("复核须由没有评过这份答卷的人处理，考生本人也不能处理。"))
    if not reply.strip():
        raise Invalid(_("请写明复核意见，考生会看到。"))
    items = found.sitting.paper.items
    for position, given in points.items():
        if not 0 <= position < len(items):
            raise Invalid(_("没有这道题，请重新选择。"))
        most = Decimal(str(items[position][1]))
        if not 0 <= given <= most:
            raise Invalid(_("第 %(number)d 题须是 0 到 %(most)s 分。") % {"number": position + 1, "most": plain(most)})
    found.state = AppealState.UPHELD if points else AppealState.KEPT
    found.reply = reply.strip()[:LONGEST]
    found.ruled_by, found.ruled_at = by, at
    found.save(update_fields=["state", "reply", "ruled_by", "ruled_at"])
    Adjustment.objects.bulk_create(
        Adjustment(sitting=found.sitting, position=position, points=given, appeal=found, by=by, at=at)
        for position, given in sorted(points.items())
    )
    changed = remarking.mark_some(exam, [found.sitting_id])
    remarking.note_changes(changed, appeal=found.pk, at=at)
    history.record(
        found,
        f"appeal.{found.state}",
        by=by,
        note=found.reply,
        changes={str(position + 1): ["", str(given)] for position, given in points.items()},
        at=at,
    )
    if changed and exam.state == ExamState.RELEASED:
        transaction.on_commit(partial(tasks.certify.enqueue, exam.pk))
    return found
