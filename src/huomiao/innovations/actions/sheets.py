"""What an expert does: fill a sheet, withdraw from one, sign. It touches nothing that names anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations import scoring
from huomiao.innovations.models import Sheet
from huomiao.innovations.rules import reviews as rules
from huomiao.innovations.states import RoundState, SheetState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

LONGEST_COMMENT = 1000
SHORTEST_REASON = 2


class Stale(WrongState):
    """The sheet was saved elsewhere since it was opened here."""

    code = "stale"


def criteria(sheet: Sheet) -> list[scoring.Criterion]:
    """The criteria by which the sheet is scored, as the round froze them."""
    return scoring.criteria_of(sheet.entry.round.rules["rubrics"][str(sheet.entry.rubric_id)])


@transaction.atomic
def save(
    sheet: Sheet, *, marks: Mapping[str, str], comment: str, version: int, by: User, at: datetime | None = None
) -> Sheet:
    """Keep a draft: any of the marks may still be missing. A draft writes no history; signing does.

    Raises:
        NotAllowed, WrongState: the sheet is not this expert's, or not open any more.
        Stale: another window saved it since.
        Invalid: a mark is none of its criterion; the message names it.
    """
    moment = at or timezone.now()
    locked = _open(sheet, by=by, at=moment)
    if version != locked.version:
        raise Stale(_("这份评分表已在另一个窗口保存过。请刷新页面后继续。"))
    known = criteria(locked)
    kept: dict[str, str] = {}
    for criterion in known:
        typed = str(marks.get(criterion.key, "")).strip()
        if not typed:
            continue
        try:
            kept[criterion.key] = str(scoring.mark(typed, criterion))
        except scoring.BadMark as error:
            raise Invalid(
                _("“%(name)s”须是 0 到 %(points)s 分，以 0.5 分为一档。")
                % {"name": criterion.name, "points": criterion.points}
            ) from error
    locked.marks = kept
    locked.comment = comment.strip()[:LONGEST_COMMENT]
    locked.total = scoring.total(kept, known)
    locked.state = SheetState.DRAFT
    locked.version += 1
    locked.opened_at = locked.opened_at or moment
    locked.save(update_fields=["marks", "comment", "total", "state", "version", "opened_at"])
    return locked


@transaction.atomic
def recuse(sheet: Sheet, *, note: str, by: User, at: datetime | None = None) -> Sheet:
    """Withdraw from an entry; the organiser finds somebody else.

    Raises:
        Invalid: no reason is given.
    """
    locked = _open(sheet, by=by, at=at or timezone.now())
    if len(note.strip()) < SHORTEST_REASON:
        raise Invalid(_("请写明回避的原因。"))
    locked.state = sheet.state = SheetState.RECUSED
    locked.recusal_note = note.strip()[:200]
    locked.marks, locked.total, locked.comment = {}, None, ""
    locked.version += 1
    locked.save(update_fields=["state", "recusal_note", "marks", "total", "comment", "version"])
    history.record(locked, "sheet.recused", by=by, note=locked.recusal_note)
    return locked


@transaction.atomic
def sign(sheets: Sequence[Sheet], *, by: User, at: datetime | None = None) -> int:
    """Sign complete sheets: from now on they are fixed. All or none; signed ones among them are passed over.

    Raises:
        Invalid: a sheet has marks missing; the message names it and them.
        WrongState: a sheet is not open, or its expert took an office since conflicts were looked for.
    """
    moment = at or timezone.now()
    # In one order, so that two who sign at once do not wait for each other.
    keys = sorted({sheet.pk for sheet in sheets})
    found = list(
        Sheet.objects.select_for_update(of=("self",))
        .select_related("entry__round__call__organiser", "expert")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    signed = []
    for sheet in found:
        if sheet.state == SheetState.SIGNED and rules.is_own(by, sheet):
            continue
        _check_open(sheet, by=by, at=moment)
        if rules.has_new_office(by, sheet):
            raise WrongState(
                _("您在评分期间担任了工会职务，须由主办方重新核对回避后才能签署。请联系主办方，已填的分数仍保留。")
            )
        known = criteria(sheet)
        if missing := scoring.missing(sheet.marks, known):
            raise Invalid(
                _("%(number)s 号还没有评完：%(names)s。") % {"number": sheet.entry.number, "names": "、".join(missing)}
            )
        sheet.total = scoring.total(sheet.marks, known)
        sheet.state = SheetState.SIGNED
        sheet.signed_at = moment
        sheet.version += 1
        signed.append(sheet)
    Sheet.objects.bulk_update(signed, ["total", "state", "signed_at", "version"])
    history.record_many(
        signed,
        "sheet.signed",
        by=by,
        changes=[{"marks": ["", sheet.marks], "total": ["", str(sheet.total)]} for sheet in signed],
        at=moment,
    )
    return len(signed)


def _open(sheet: Sheet, *, by: User, at: datetime) -> Sheet:
    locked = (
        Sheet.objects.select_for_update(of=("self",))
        .select_related("entry__round__call__organiser", "expert")
        .get(pk=sheet.pk)
    )
    _check_open(locked, by=by, at=at)
    return locked


def _check_open(sheet: Sheet, *, by: User, at: datetime) -> None:
    if not rules.is_own(by, sheet):
        raise NotAllowed(_("这不是您的评分表。"))
    if sheet.entry.round.state != RoundState.SCORING:
        raise WrongState(_("本轮评分已经结束。"))
    if sheet.state not in rules.UNSIGNED:
        raise WrongState(
            _("%(number)s 号%(state)s，不能再修改。")
            % {"number": sheet.entry.number, "state": sheet.get_state_display()}
        )
    if not rules.can_score(by, sheet, at):
        raise WrongState(_("现在不在评审时间内。如需延长，请联系主办方。"))
