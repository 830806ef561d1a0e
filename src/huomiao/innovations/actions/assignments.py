"""Who scores what: conflicts, the assignment, and the changes that an organiser makes to it by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, WrongState
from huomiao.innovations import assignment, conflicts
from huomiao.innovations.actions.round_access import OPEN, locked_round
from huomiao.innovations.models import (
    Conflict,
    Declaration,
    Entry,
    Expert,
    Round,
    Sheet,
)
from huomiao.innovations.queries import reviews as queries
from huomiao.innovations.rules import reviews as rules
from huomiao.innovations.states import (
    RoundState,
    SheetState,
)

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# What of a declaration an expert reads, in this order.


@transaction.atomic
def find_conflicts(review: Round, *, by: User, at: datetime | None = None) -> int:
    """Look for conflicts between everybody in the pool and every declaration of the round; returns how many there are."""
    locked = locked_round(review, by=by, states=OPEN)
    experts = list(Expert.objects.filter(is_active=True).select_related("user", "unit").order_by("pk"))
    declarations = list(queries.with_people(Declaration.objects.filter(unsealings__entry__round=locked)).order_by("pk"))
    facts = queries.declaration_facts(declarations)
    found = [
        Conflict(round=locked, expert_id=expert.key, declaration_id=declaration.key, kind=one.kind, note=one.note[:200])
        for expert in queries.expert_facts(experts)
        for declaration in facts
        for one in conflicts.find(expert, declaration, avoids_same_union=locked.rules["avoids_same_union"])
    ]
    locked.conflicts.all().delete()
    Conflict.objects.bulk_create(found, batch_size=1000)
    # Whoever takes an office after this moment signs nothing before it was looked again.
    report = {**locked.assignment_report, "conflicts_at": (at or timezone.now()).isoformat()}
    locked.assignment_report = review.assignment_report = report
    locked.save(update_fields=["assignment_report"])
    history.record(locked, "round.conflicts_found", by=by, note=str(len(found)))
    return len(found)


@transaction.atomic
def recheck(review: Round, *, by: User, at: datetime | None = None) -> list[Sheet]:
    """Look for conflicts again while scoring is under way, and take the sheets from those who came into one.

    Returns the sheets that were taken, signed ones among them: their scores do not count, and others are given the entries.
    """
    locked = locked_round(review, by=by, states=[RoundState.SCORING])
    find_conflicts(locked, by=by, at=at)
    taken = queries.clashing(locked)
    reasons = queries.reasons(locked, taken)
    for sheet in taken:
        sheet.state = SheetState.RECUSED
        sheet.recusal_note = reasons[sheet.pk]
        sheet.marks, sheet.total, sheet.comment, sheet.signed_at = {}, None, "", None
        sheet.version += 1
    Sheet.objects.bulk_update(taken, ["state", "recusal_note", "marks", "total", "comment", "signed_at", "version"])
    for sheet in taken:
        history.record(sheet, "sheet.barred", by=by, note=sheet.recusal_note)
    return taken


@transaction.atomic
def assign(review: Round, *, by: User, seed: int | None = None) -> assignment.Outcome:
    """Find conflicts afresh and give every entry its experts; where that cannot be done, say why and change nothing."""
    locked = locked_round(review, by=by, states=[RoundState.PREPARING])
    find_conflicts(locked, by=by)
    locked.refresh_from_db(fields=["assignment_report"])
    if seed is not None:
        locked.seed = seed
    experts = list(
        Expert.objects.filter(is_active=True).select_related("user").prefetch_related("fields").order_by("pk")
    )
    entries = list(locked.entries.order_by("pk"))
    fit = queries.fits(entries, experts)
    outcome = assignment.solve(_problem(locked, entries, experts, fit))
    kept = {"conflicts_at": locked.assignment_report["conflicts_at"]}
    report = _report(locked, outcome, entries, experts) | kept
    locked.assignment_report = report
    locked.save(update_fields=["assignment_report", "seed"])
    review.assignment_report, review.seed = report, locked.seed
    if outcome.is_complete:
        Sheet.objects.filter(entry__round=locked).delete()
        Sheet.objects.bulk_create(
            (
                Sheet(entry_id=entry, expert_id=expert, fit=round(fit[entry, expert], 2))
                for entry, chosen in outcome.assigned.items()
                for expert in chosen
            ),
            batch_size=1000,
        )
    history.record(
        locked,
        "round.assigned" if outcome.is_complete else "round.assignment_failed",
        by=by,
        changes={"seed": ["", locked.seed], "busiest": ["", outcome.busiest], "fit": ["", outcome.fit_sum]},
    )
    return outcome


def _problem(
    review: Round, entries: Sequence[Entry], experts: Sequence[Expert], fit: dict[tuple[int, int], float]
) -> assignment.Problem:
    entry_of = queries.entry_of_declaration(review)
    active = {expert.pk for expert in experts}
    barred = {
        (entry_of[declaration], expert): kind
        for expert, declaration, kind in review.conflicts.values_list("expert", "declaration", "kind")
        if expert in active
    }
    wishes = wishes_of(review)
    barred |= {(entry, expert): "forbidden" for entry, expert in wishes["forbidden"] if expert in active}
    pinned = frozenset(pair for pair in wishes["pinned"] if pair[1] in active and pair not in barred)
    return assignment.Problem(
        entries=[entry.pk for entry in entries],
        caps={expert.pk: int(review.rules["load_cap"]) for expert in experts},
        per_entry=int(review.rules["experts_per_entry"]),
        fit=fit,
        barred=barred,
        pinned=pinned,
        seed=review.seed,
        slack=int(review.rules["slack"]),
    )


def wishes_of(review: Round) -> dict[str, list[tuple[int, int]]]:
    """The pairs (entry, expert) that the organiser wants, and those they do not want."""
    kept = review.rules.get("wishes", {})
    return {kind: [(pair[0], pair[1]) for pair in kept.get(kind, [])] for kind in ("pinned", "forbidden")}


@transaction.atomic
def wish(review: Round, *, entry: Entry, expert: Expert, kind: str, by: User, note: str = "") -> None:
    """Pin or forbid a pair for the next assignment, or (kind "") take either back.

    Raises:
        Invalid: a pinned pair is in conflict.
    """
    locked = locked_round(review, by=by, states=[RoundState.PREPARING])
    if entry.round_id != locked.pk:
        raise Invalid(_("这项成果不在本轮评审中。"))
    if kind == "pinned":
        _refuse_conflict(locked, entry, expert)
    pair = (entry.pk, expert.pk)
    wishes = {name: [one for one in pairs if one != pair] for name, pairs in wishes_of(locked).items()}
    if kind:
        wishes[kind].append(pair)
    locked.rules["wishes"] = {name: [list(one) for one in pairs] for name, pairs in wishes.items()}
    locked.save(update_fields=["rules"])
    review.rules = locked.rules
    history.record(locked, f"round.pair_{kind or 'freed'}", by=by, note=f"{entry.number} {expert} {note}".strip())


def _report(
    review: Round, outcome: assignment.Outcome, entries: Sequence[Entry], experts: Sequence[Expert]
) -> dict[str, Any]:
    numbers = {entry.pk: entry for entry in entries}
    names = {expert.pk: str(expert) for expert in experts}
    per_entry = int(review.rules["experts_per_entry"])
    return {
        "complete": outcome.is_complete,
        "seed": review.seed,
        "entries": len(entries),
        "experts": len(experts),
        "wanted": len(entries) * per_entry,
        "room": len(experts) * int(review.rules["load_cap"]),
        "fit_sum": outcome.fit_sum,
        "fit_mean": round(outcome.fit_sum / max(1, sum(outcome.loads.values())), 2),
        "busiest": outcome.busiest,
        "idlest": outcome.idlest,
        "extra_places": outcome.extra_places,
        "raise_caps": len(outcome.raise_caps),
        "cap_that_works": outcome.cap_that_works,
        "impossible_pins": [[numbers[entry].number, names[expert]] for entry, expert in outcome.impossible_pins],
        "shortages": [
            {
                "number": numbers[one.entry].number,
                "title": numbers[one.entry].title,
                "field": numbers[one.entry].field_name,
                "lacking": one.lacking,
                "eligible": one.eligible,
                "barred": one.barred,
                "too_few": one.eligible < per_entry,
            }
            for one in outcome.shortages
        ],
    }


def _refuse_conflict(review: Round, entry: Entry, expert: Expert) -> None:
    found = Conflict.objects.filter(round=review, expert=expert, declaration__unsealings__entry=entry).first()
    if found:
        raise Invalid(
            _("%(expert)s 须回避 %(number)s 号：%(reason)s。")
            % {"expert": expert, "number": entry.number, "reason": found.get_kind_display()}
        )


@transaction.atomic
def give(entry: Entry, *, to: Expert, by: User, note: str = "") -> Sheet:
    """Give an entry one more expert by hand: in the place of one who withdrew, or while preparing.

    Raises:
        Invalid: the expert is in conflict, not in the pool, had this entry before, or the entry has all its experts.
    """
    review = locked_round(entry.round, by=by, states=OPEN)
    if not to.is_active:
        raise Invalid(_("%(expert)s 已不在专家库中。") % {"expert": to})
    _refuse_conflict(review, entry, to)
    _refuse_fresh_conflict(review, entry, to)
    if Sheet.objects.filter(entry=entry, expert=to).exists():
        raise Invalid(_("%(expert)s 已经分到过这项成果。") % {"expert": to})
    holding = entry.sheets.exclude(state=SheetState.RECUSED).count()
    if holding >= int(review.rules["experts_per_entry"]):
        raise Invalid(_("%(number)s 号的评审专家已经满额。") % {"number": entry.number})
    expert = Expert.objects.prefetch_related("fields").get(pk=to.pk)
    sheet = Sheet.objects.create(entry=entry, expert=to, fit=round(queries.fits([entry], [expert])[entry.pk, to.pk], 2))
    history.record(sheet, "sheet.given", by=by, note=f"{to} {note}".strip())
    return sheet


def _refuse_fresh_conflict(review: Round, entry: Entry, expert: Expert) -> None:
    """Relations declared since the last look count at once."""
    known = Expert.objects.select_related("user", "unit").get(pk=expert.pk)
    declarations = list(queries.with_people(Declaration.objects.filter(unsealings__entry=entry)))
    for facts in queries.declaration_facts(declarations):
        found = conflicts.find(
            queries.expert_facts([known])[0], facts, avoids_same_union=review.rules["avoids_same_union"]
        )
        if found:
            raise Invalid(
                _("%(expert)s 须回避 %(number)s 号：%(reason)s。")
                % {"expert": expert, "number": entry.number, "reason": found[0].kind.label}
            )


@transaction.atomic
def swap(sheet: Sheet, *, to: Expert, by: User, note: str = "") -> Sheet:
    """Take an unsigned sheet from its expert and give the entry to another.

    Raises:
        WrongState: the sheet is signed.
        Invalid: as ``give``; or scoring has begun and no reason is given.
    """
    review = locked_round(sheet.entry.round, by=by, states=OPEN)
    locked = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if locked.state not in rules.UNSIGNED:
        raise WrongState(_("评分表已经签署或回避，不能改派。"))
    if review.state == RoundState.PREPARING:
        history.record(locked, "sheet.taken_back", by=by, note=str(locked.expert))
        locked.delete()
    else:
        if not note.strip():
            raise Invalid(_("评分已经开始，请写明改派的原因。"))
        locked.state = SheetState.RECUSED
        locked.recusal_note = _("主办方改派：%(note)s") % {"note": note.strip()[:150]}
        locked.save(update_fields=["state", "recusal_note"])
        history.record(locked, "sheet.taken_back", by=by, note=note)
    return give(sheet.entry, to=to, by=by, note=note)
