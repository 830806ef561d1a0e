"""From signed sheets to proposed grades: computed by rule, changed by hand only with a reason, sealed until released."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations import calibration, ranking, scoring
from huomiao.innovations.models import Entry, Result, Round, Sheet
from huomiao.innovations.queries import results as queries
from huomiao.innovations.rules import reviews as rules
from huomiao.innovations.states import Aggregation, Basis, CallState, GradesBy, RoundState, SheetState

if TYPE_CHECKING:
    from huomiao.accounts.models import User

HUNDRED = Decimal(100)


def compute(review: Round, *, by: User | None) -> list[Result]:
    """The results of a locked round from its signed sheets; called by ``reviews.lock``, inside its transaction."""
    entries = {entry.pk: entry for entry in review.entries.all()}
    sheets: dict[int, list[Sheet]] = defaultdict(list)
    signed = Sheet.objects.filter(entry__round=review, state=SheetState.SIGNED).select_related("expert")
    for sheet in signed.order_by("entry", "expert"):
        sheets[sheet.entry_id].append(sheet)
    fitted = calibration.calibrate(
        [
            calibration.Mark(entry, sheet.expert_id, float(sheet.total))
            for entry, own in sheets.items()
            for sheet in own
            if sheet.total is not None
        ]
    )
    drafts = {pk: _draft(review, entry, sheets[pk], fitted) for pk, entry in entries.items()}
    grades_by = GradesBy(review.rules["grades_by"])
    # Among whom places are counted: where grades run over everything, so do they.
    pools = {pk: entry.category_name if grades_by == GradesBy.CATEGORY else "" for pk, entry in entries.items()}
    scored = [ranking.Scored(pk, pools[pk], _deciding(review, draft), draft.tie_breaks) for pk, draft in drafts.items()]
    places = ranking.places(scored)
    graded = ranking.as_graded(scored, by=grades_by)
    positions = {one.entry: position for position, one in enumerate(graded, 1)}
    tied = ranking.tie_breaker(scored)
    spans = calibration.place_intervals(fitted, pools, seed=review.seed)
    made = []
    for pk, draft in drafts.items():
        detail: dict[str, Any] = {
            **draft.detail,
            "noise": round(fitted.noise, 2),
            "expert_spread": round(fitted.expert_spread, 2),
            "groups": fitted.groups,
        }
        if pk in tied:
            detail["tie_broken_by"] = review.rules["tie_breaks"][tied[pk]]
        made.append(
            Result(
                round=review,
                entry=entries[pk],
                sheets=len(sheets[pk]),
                raw=draft.raw,
                calibrated=draft.calibrated,
                low=draft.low,
                high=draft.high,
                place=places[pk],
                position=positions[pk],
                # The interval holds the place itself, whichever score decides.
                best_place=min(spans[pk][0], places[pk]),
                worst_place=max(spans[pk][1], places[pk]),
                detail=detail,
            )
        )
    Result.objects.bulk_create(made, batch_size=500)
    history.record_many(made, "result.computed", by=by)
    return made


@dataclass(frozen=True)
class _Draft:
    raw: Decimal
    calibrated: Decimal
    low: Decimal
    high: Decimal
    tie_breaks: tuple[Decimal, ...]
    detail: dict[str, Any]


def _draft(review: Round, entry: Entry, sheets: list[Sheet], fitted: calibration.Calibration) -> _Draft:
    totals = [sheet.total or Decimal(0) for sheet in sheets]
    aggregate = scoring.aggregate(totals, Aggregation(review.rules["aggregation"]))
    criteria = scoring.criteria_of(review.rules["rubrics"][str(entry.rubric_id)])
    means = {
        criterion.name: scoring.rounded(scoring.mean([Decimal(sheet.marks[criterion.key]) for sheet in sheets]))
        for criterion in criteria
    }
    points = {criterion.name: criterion.points for criterion in criteria}
    own = fitted.scores[entry.pk]
    return _Draft(
        raw=aggregate.score,
        calibrated=_decimal(own.score),
        low=_decimal(max(own.low, 0.0)),
        high=_decimal(min(own.high, 100.0)),
        # As a share of its points, so that rubrics with different weights can be compared.
        tie_breaks=tuple(
            scoring.rounded(means[name] * HUNDRED / points[name]) if name in means else Decimal(0)
            for name in review.rules["tie_breaks"]
        ),
        detail={
            "kept": [sheets[index].pk for index in aggregate.kept],
            "dropped": [sheets[index].pk for index in aggregate.dropped],
            "too_few_to_trim": aggregate.too_few_to_trim,
            "mean": str(scoring.rounded(scoring.mean(totals))),
            "criteria": {name: str(value) for name, value in means.items()},
            "leniency": {str(sheet.pk): round(fitted.leniency[sheet.expert_id], 2) for sheet in sheets},
        },
    )


def _decimal(value: float) -> Decimal:
    return scoring.rounded(Decimal(repr(value)))


def _deciding(review: Round, draft: _Draft) -> Decimal:
    return draft.calibrated if review.rules["basis"] == Basis.CALIBRATED else draft.raw


def withdraw(review: Round, *, by: User, note: str) -> None:
    """Take the results of a round back, because its scoring is opened again; called inside that transaction."""
    gone = list(review.results.select_related("entry"))
    review.results.all().delete()
    # Written after the rows are gone: their last state in the history is then "not there".
    history.record_many(gone, "result.withdrawn", by=by, note=note)


@transaction.atomic
def propose(review: Round, *, by: User) -> tuple[int, ...]:
    """Give out grades by the call's numbers; returns the entries that a cut would have divided though they are equal.

    Raises:
        NotAllowed: ``by`` does not run the round.
        WrongState: the round is not locked.
        Invalid: the call has no grades.
    """
    locked = _locked(review, by=by)
    numbers = [ranking.GradeNumber(grade.name, grade.number) for grade in locked.call.grades.all()]
    if not numbers:
        raise Invalid(_("征集还没有设置等次和数量。"))
    rows = list(queries.of_round(locked).select_for_update(of=("self",)))
    given = ranking.grade(queries.scored(locked, rows), numbers, by=GradesBy(locked.rules["grades_by"]))
    changed = [row for row in rows if row.grade != given.grades[row.entry_id] or "tied_at_cut" in row.detail]
    changes = [{"grade": [row.grade, given.grades[row.entry_id]]} for row in changed]
    for row in rows:
        row.grade = given.grades[row.entry_id]
        row.detail.pop("tied_at_cut", None)
        if row.entry_id in given.tied_at_cut:
            row.detail["tied_at_cut"] = True
    Result.objects.bulk_update(rows, ["grade", "detail"], batch_size=500)
    history.record_many(changed, "result.graded", by=by, changes=changes)
    history.record(
        locked, "round.grades_proposed", by=by, note="、".join(f"{one.name} {one.number}" for one in numbers)
    )
    return given.tied_at_cut


@transaction.atomic
def set_grade(result: Result, *, grade: str, by: User, note: str) -> Result:
    """Change one proposed grade by hand.

    Raises:
        Invalid: no reason is given, or the call knows no such grade.
    """
    review = _locked(result.round, by=by)
    if grade and grade not in {known.name for known in review.call.grades.all()}:
        raise Invalid(_("征集没有这个等次。"))
    if not note.strip():
        raise Invalid(_("请写明手工调整等次的原因。"))
    locked = Result.objects.select_for_update(of=("self",)).select_related("entry").get(pk=result.pk)
    before, locked.grade = locked.grade, grade
    locked.detail.pop("tied_at_cut", None)
    locked.detail["by_hand"] = True
    locked.save(update_fields=["grade", "detail"])
    history.record(locked, "result.regraded", by=by, note=note, changes={"grade": [before, grade]})
    return locked


@transaction.atomic
def release(review: Round, *, by: User, at: datetime | None = None) -> Round:
    """End the sealing: from now on declarers and their unions may see their own score. There is no way back.

    Raises:
        Invalid: no grades were proposed, or the call has not reached its notice.
    """
    locked = _locked(review, by=by)
    if locked.call.state not in {CallState.NOTICE, CallState.PUBLISHED}:
        raise Invalid(_("公示开始之后才能公布评分结果。"))
    locked.state = review.state = RoundState.RELEASED
    locked.released_at = review.released_at = at or timezone.now()
    locked.save(update_fields=["state", "released_at"])
    history.record(locked, "round.released", by=by, changes={"state": [RoundState.LOCKED, RoundState.RELEASED]})
    return locked


def _locked(review: Round, *, by: User) -> Round:
    locked = Round.objects.select_for_update(of=("self",)).select_related("call__organiser").get(pk=review.pk)
    if not rules.can_run(by, locked):
        raise NotAllowed(_("只有主办单位可以处理评审结果。"))
    if locked.state != RoundState.LOCKED:
        raise WrongState(_("本轮评审目前是“%(state)s”，不能这样做。") % {"state": locked.get_state_display()})
    return locked
