"""Saying that a question or its key is wrong, and answering."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.practice.kinds import parts
from huomiao.practice.models import KeyReport, QuestionVersion
from huomiao.practice.queries import reports as queries
from huomiao.practice.rules import banks as bank_rules
from huomiao.practice.rules import reports as rules
from huomiao.practice.states import ReportState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# More than anybody finds in a day of honest practice.
A_DAY = 10
TEXT_LIMIT = 500
REPLY_LIMIT = 500


@transaction.atomic
def make(version: QuestionVersion, *, by: User, text: str, at: datetime) -> KeyReport:
    """Tell the bank's keepers what is wrong with ``version``.

    Raises:
        NotAllowed: ``by`` was never graded on it.
        Invalid: nothing is said, or too much.
        WrongState: ``by`` has reported it already and waits for an answer, or reported too many today.
    """
    if not rules.can_report(by, version):
        raise NotAllowed(_("做过并交卷的题才能报告问题。"))
    said = parts.plain(text)
    if not said:
        raise Invalid(_("请写明哪里有问题，例如“答案应为 C，见规程第 5 条”。"))
    if len(said) > TEXT_LIMIT:
        raise Invalid(_("最多写 %(limit)d 字。") % {"limit": TEXT_LIMIT})
    if queries.made_since(by, at) >= A_DAY:
        raise WrongState(_("一天最多报告 %(most)d 道题，请明天再来。") % {"most": A_DAY})
    try:
        with transaction.atomic():
            report = KeyReport.objects.create(version=version, by=by, text=said, at=at)
    except IntegrityError as problem:
        raise WrongState(_("这道题您已经报告过，管理员答复前不用再报。")) from problem
    # What was said stands in the report; it may name people.
    history.record(version.question, "key_report.made", by=by, at=at)
    return report


def uphold(report: KeyReport, *, by: User, reply: str, at: datetime) -> KeyReport:
    """The report is right: the question was or will be mended. ``reply`` goes to who reported.

    Raises:
        NotAllowed: ``by`` does not keep the bank, or reported it themself.
        WrongState: it is answered already.
        Invalid: the reply is empty or too long.
    """
    return _answer(report, ReportState.UPHELD, "key_report.upheld", by=by, reply=reply, at=at)


def dismiss(report: KeyReport, *, by: User, reply: str, at: datetime) -> KeyReport:
    """The question stands as it is; ``reply`` says why.

    Raises:
        NotAllowed, WrongState, Invalid: as ``uphold``.
    """
    return _answer(report, ReportState.DISMISSED, "key_report.dismissed", by=by, reply=reply, at=at)


@transaction.atomic
def _answer(report: KeyReport, to: ReportState, action: str, *, by: User, reply: str, at: datetime) -> KeyReport:
    locked = (
        KeyReport.objects.select_for_update(of=("self",))
        .select_related("version__question__bank__owner")
        .get(pk=report.pk)
    )
    if not bank_rules.can_keep(by, locked.version.question.bank):
        raise NotAllowed(_("只有管理这个题库的工会可以答复。"))
    if locked.state != ReportState.OPEN:
        raise WrongState(_("这条报告已经答复过了，请刷新页面查看。"))
    if not rules.can_answer(by, locked):
        raise NotAllowed(_("自己提出的报告要由另一位管理人员答复。"))
    said = parts.plain(reply)
    if not said:
        raise Invalid(_("请写明答复，报告的职工会看到。"))
    if len(said) > REPLY_LIMIT:
        raise Invalid(_("最多写 %(limit)d 字。") % {"limit": REPLY_LIMIT})
    locked.state, locked.reply, locked.replied_by, locked.replied_at = to, said, by, at
    locked.save(update_fields=["state", "reply", "replied_by", "replied_at"])
    history.record(locked.version.question, action, by=by, at=at)
    return locked
