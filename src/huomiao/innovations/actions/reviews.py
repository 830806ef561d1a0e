"""What those who run a round do: prepare it blind, assign experts, watch, reopen, lock."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.numbers import plain
from huomiao.innovations.actions import assignments, blind_material, calls, results
from huomiao.innovations.actions.round_access import locked_round
from huomiao.innovations.models import (
    Call,
    Declaration,
    Expert,
    Round,
    Rubric,
    Sheet,
)
from huomiao.innovations.queries import reviews as queries
from huomiao.innovations.rules import calls as call_rules
from huomiao.innovations.rules import reviews as rules
from huomiao.innovations.states import (
    CallState,
    GradesBy,
    RoundState,
    SheetState,
)

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# What of a declaration an expert reads, in this order.
# Which criterion decides between equals, unless the organiser says otherwise.
TIE_BREAKS = ("创新性", "经济效益", "实用性", "先进性")
# How many places above the lowest possible the busiest expert may have, for the sake of a better fit.
DEFAULT_SLACK = 2


# --- Preparing ----------------------------------------------------------------------------------------------------


@transaction.atomic
def prepare(
    call: Call,
    *,
    by: User,
    name: str = "",
    grades_by: GradesBy = GradesBy.ALL,
    slack: int = DEFAULT_SLACK,
    seed: int | None = None,
) -> Round:
    """Begin a round: freeze the rules, give every accepted declaration a number, and strike names out of what it shows.

    Raises:
        NotAllowed: ``by`` does not run the call.
        WrongState: the call is not being checked, or a round is under way.
        Invalid: something is missing that a round needs; the message says what.
    """
    locked = Call.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=call.pk)
    if not call_rules.can_edit(by, locked):
        raise NotAllowed(_("只有主办单位可以组织评审。"))
    if locked.state != CallState.CHECKING:
        raise WrongState(_("征集处于“形式审查”阶段时才能建立评审轮次。"))
    if queries.open_round(locked.pk):
        raise WrongState(_("已有一轮评审正在进行，请先完成它。"))
    if waiting := queries.waiting_for_check(locked.pk):
        raise Invalid(_("还有 %(number)d 项成果没有完成形式审查。") % {"number": waiting})
    declarations = list(queries.with_people(queries.ready_for_review(locked.pk)).order_by("pk"))
    if not declarations:
        raise Invalid(_("没有通过形式审查的成果，无法建立评审轮次。"))
    without = sorted({str(d.category) for d in declarations if not d.category or not d.category.rubric_id})
    if without:
        raise Invalid(_("这些类别还没有评分标准：%(names)s。") % {"names": "、".join(without)})
    review = Round.objects.create(
        call=locked,
        name=name or _("专家评审"),
        seed=secrets.randbelow(2**31) if seed is None else seed,
        rules=_frozen_rules(locked, declarations, grades_by=grades_by, slack=slack),
    )
    blind_material.make_entries(review, declarations)
    history.record(review, "round.prepared", by=by, note=_("%(number)d 项成果") % {"number": len(declarations)})
    assignments.find_conflicts(review, by=by)
    return review


def _frozen_rules(
    call: Call, declarations: Sequence[Declaration], *, grades_by: GradesBy, slack: int
) -> dict[str, Any]:
    used = {d.category.rubric_id for d in declarations if d.category}
    rubrics = Rubric.objects.filter(pk__in=used).prefetch_related("criteria__bands")
    frozen: dict[str, dict[str, Any]] = {
        str(rubric.pk): {
            "name": rubric.name,
            "criteria": [
                {
                    "id": str(criterion.pk),
                    "name": criterion.name,
                    "description": criterion.description,
                    "points": criterion.points,
                    "bands": [
                        {
                            "label": band.label,
                            "low": plain(band.low),
                            "high": plain(band.high),
                            "description": band.description,
                        }
                        for band in criterion.bands.all()
                    ],
                }
                for criterion in rubric.criteria.all()
            ],
        }
        for rubric in rubrics
    }
    names = {criterion["name"] for rubric in frozen.values() for criterion in rubric["criteria"]}
    return {
        "experts_per_entry": call.experts_per_entry,
        "load_cap": call.load_cap,
        "aggregation": call.aggregation,
        "basis": call.basis,
        "blind": call.is_blind,
        "avoids_same_union": call.avoids_same_union,
        "slack": slack,
        "grades_by": str(grades_by),
        "tie_breaks": [name for name in TIE_BREAKS if name in names],
        "rubrics": frozen,
    }


# --- Scoring ------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(review: Round, *, by: User, at: datetime | None = None) -> Round:
    """Open the round to its experts, and move the call to its review.

    Raises:
        Invalid: an entry lacks experts, or an expert came into conflict with one since the assignment.
    """
    locked = locked_round(review, by=by, states=[RoundState.PREPARING])
    lacking = queries.unassigned(locked)
    if lacking:
        raise Invalid(_("还有 %(number)d 项成果的评审专家不足，请先完成分配。") % {"number": len(lacking)})
    assignments.find_conflicts(locked, by=by)
    if clashing := queries.clashing(locked):
        names = "、".join(f"{sheet.entry.number} {sheet.expert}" for sheet in clashing[:10])
        raise Invalid(_("分配之后出现了须回避的情形，请改派或重新分配：%(names)s。") % {"names": names})
    locked.state = review.state = RoundState.SCORING
    locked.started_at = review.started_at = at or timezone.now()
    locked.save(update_fields=["state", "started_at"])
    calls.move(locked.call, CallState.REVIEWING, by=by, at=at)
    history.record(locked, "round.started", by=by, changes={"state": [RoundState.PREPARING, RoundState.SCORING]})
    return locked


@transaction.atomic
def remind(review: Round, *, experts: Sequence[Expert], by: User, at: datetime | None = None) -> int:
    """Remind experts of their unsigned sheets: it stands on their list the next time they look; returns how many."""
    locked = locked_round(review, by=by, states=[RoundState.SCORING])
    waiting = set(
        Sheet.objects.filter(entry__round=locked, state__in=rules.UNSIGNED, expert__in=experts).values_list(
            "expert", flat=True
        )
    )
    moment = (at or timezone.now()).isoformat()
    reminders = {**locked.assignment_report.get("reminders", {}), **{str(pk): moment for pk in waiting}}
    locked.assignment_report = {**locked.assignment_report, "reminders": reminders}
    locked.save(update_fields=["assignment_report"])
    history.record_many([one for one in experts if one.pk in waiting], "expert.reminded", by=by, note=locked.name)
    return len(waiting)


@transaction.atomic
def reopen(sheet: Sheet, *, by: User, note: str) -> Sheet:
    """Let an expert change a signed sheet again; the history keeps what it was.

    Raises:
        WrongState: the sheet is not signed.
        Invalid: no reason is given.
    """
    locked_round(sheet.entry.round, by=by, states=[RoundState.SCORING])
    locked = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if locked.state != SheetState.SIGNED:
        raise WrongState(_("这份评分表没有签署，不需要退回。"))
    if not note.strip():
        raise Invalid(_("请写明退回重评的原因。"))
    locked.state = sheet.state = SheetState.DRAFT
    locked.signed_at = sheet.signed_at = None
    locked.version += 1
    locked.save(update_fields=["state", "signed_at", "version"])
    history.record(
        locked,
        "sheet.reopened",
        by=by,
        note=note,
        changes={"state": [SheetState.SIGNED, SheetState.DRAFT]},
    )
    return locked


@transaction.atomic
def lock(review: Round, *, by: User, note: str = "", at: datetime | None = None) -> Round:
    """End the scoring, compute the results, and move the call on to deciding.

    Raises:
        Invalid: sheets are missing and no reason is given, or an entry has no signed sheet at all, or an expert came
            into conflict with what they score.
    """
    locked = locked_round(review, by=by, states=[RoundState.SCORING])
    assignments.find_conflicts(locked, by=by, at=at)
    if clashing := queries.clashing(locked):
        names = "、".join(f"{sheet.entry.number} {sheet.expert}" for sheet in clashing[:10])
        raise Invalid(
            _("评分期间出现了须回避的情形：%(names)s。请先“重新核对回避”，再为这些成果补派专家。") % {"names": names}
        )
    without = [entry.number for entry in queries.entries(locked) if not entry.signed_count]
    if without:
        raise Invalid(_("这些成果还没有一份签署的评分：%(numbers)s。") % {"numbers": "、".join(without[:10])})
    wanted = locked.entries.count() * int(locked.rules["experts_per_entry"])
    signed = Sheet.objects.filter(entry__round=locked, state=SheetState.SIGNED).count()
    if signed < wanted and not note.strip():
        raise Invalid(_("还差 %(number)d 份评分表。如需就此结束评分，请写明原因。") % {"number": wanted - signed})
    locked.state = review.state = RoundState.LOCKED
    locked.locked_at = review.locked_at = at or timezone.now()
    locked.save(update_fields=["state", "locked_at"])
    history.record(
        locked,
        "round.locked",
        by=by,
        note=note,
        changes={"state": [RoundState.SCORING, RoundState.LOCKED], "signed": [wanted, signed]},
    )
    results.compute(locked, by=by)
    calls.move(locked.call, CallState.DECIDING, by=by, at=at)
    return locked


@transaction.atomic
def unlock(review: Round, *, by: User, note: str, at: datetime | None = None) -> Round:
    """Open a locked round again, before anything was released; its results are withdrawn.

    Raises:
        Invalid: no reason is given.
    """
    locked = locked_round(review, by=by, states=[RoundState.LOCKED])
    if not note.strip():
        raise Invalid(_("请写明重新开放评分的原因。"))
    results.withdraw(locked, by=by, note=note)
    locked.state = review.state = RoundState.SCORING
    locked.locked_at = review.locked_at = None
    locked.save(update_fields=["state", "locked_at"])
    history.record(
        locked, "round.unlocked", by=by, note=note, changes={"state": [RoundState.LOCKED, RoundState.SCORING]}
    )
    calls.move(locked.call, CallState.REVIEWING, by=by, note=note, at=at)
    return locked
