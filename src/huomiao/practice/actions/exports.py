"""Taking a bank away, keys included: asked for by name, and kept in the history."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.practice import exporting
from huomiao.practice.formats.registry import WRITERS, Written
from huomiao.practice.models import Bank, Question
from huomiao.practice.rules import banks as rules
from huomiao.practice.states import QuestionState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def export(
    bank: Bank, format_name: str, *, by: User | None, at: datetime, state: str = "", kind: str = "", label: str = ""
) -> Written:
    """The questions of ``bank`` as a file, and what that format could not hold. ``by`` None is the command line.

    Raises:
        NotAllowed: ``by`` does not keep the bank.
        Invalid: there is no such format, or nothing to export.
    """
    if by is not None and not rules.can_keep(by, bank):
        raise NotAllowed(_("只有管理这个题库的工会可以导出它。"))
    writer = WRITERS.get(format_name)
    if writer is None:
        raise Invalid(_("没有“%(format)s”这种格式。") % {"format": format_name})
    questions = Question.objects.filter(bank=bank, latest__isnull=False).exclude(state=QuestionState.RETIRED)
    if state == "published":
        questions = questions.filter(state=QuestionState.PUBLISHED)
    if kind:
        questions = questions.filter(kind=kind)
    if label:
        questions = questions.filter(label_rows__name=label)
    drafts, media, findings = exporting.drafts_of(questions)
    if not drafts:
        raise Invalid(_("没有符合条件的试题可以导出。"))
    written = writer.write(drafts, media, bank.name)
    written.findings[:0] = findings
    history.record(
        bank, "bank.exported", by=by, at=at, note=str(writer.label), changes={"questions": ["", len(drafts)]}
    )
    return written
