"""Answers that people must mark: made anonymous, given to markers, and settled once they are marked.

Everything here runs for those who organise the marking; what a marker can read is in ``queries/sheets.py``.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from huomiao.orgs.models import Membership, Organization, RosterEntry
from huomiao.orgs.states import UNIT_KINDS
from huomiao.practice import balancing, kinds, marking
from huomiao.practice.models import (
    Candidate,
    Exam,
    Marker,
    MarkerUnit,
    MarkingPlan,
    MarkSheet,
    Script,
    ScriptOwner,
    Sitting,
)
from huomiao.practice.remarking import Book, answers_of
from huomiao.practice.states import CorrectionKind, SheetState, SittingState

BATCH = 500
# Two markers for every answer, a third where they disagree.
MARKERS_AN_ANSWER = 2
WITH_THIRD = 3
SHORTEST_NAME = 2
_SETTLED_BY_RULE = frozenset({CorrectionKind.ALL_RIGHT, CorrectionKind.DROP})


@transaction.atomic
def open_scripts(exam: Exam) -> int:
    """Make a script of every answer that people must mark and that has none yet; returns how many."""
    plan = MarkingPlan.objects.select_for_update().get(exam=exam)
    book = Book.of(exam)
    made = 0
    sittings = Sitting.objects.filter(exam=exam, state=SittingState.SUBMITTED).order_by("pk")
    last = 0
    while batch := list(sittings.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        made += _open_batch(plan, book, batch)
    return made


def _open_batch(plan: MarkingPlan, book: Book, sittings: list[Sitting]) -> int:
    book.read_papers({one.paper_id for one in sittings})
    keys = [one.pk for one in sittings]
    known = set(ScriptOwner.objects.filter(sitting_id__in=keys).values_list("sitting_id", "position"))
    people = {
        one.pk: one
        for one in Candidate.objects.filter(pk__in={one.candidate_id for one in sittings}).select_related(
            "user", "unit"
        )
    }
    answers = answers_of(keys)
    found: list[tuple[int, int, Script]] = []
    for sitting in sittings:
        for position, item in enumerate(book.papers[sitting.paper_id]):
            answer = answers.get(sitting.pk, {}).get(position)
            ruled = book.corrections.get(item.version_id)
            if (
                kinds.KINDS[item.kind].is_graded
                or (sitting.pk, position) in known
                or marking.is_blank(answer)
                or (ruled is not None and ruled.kind in _SETTLED_BY_RULE)
            ):
                continue
            script = Script(
                exam=book.exam,
                version_id=item.version_id,
                max_points=item.points,
                text=struck(str(answer), words_of(people[sitting.candidate_id])),
            )
            found.append((sitting.pk, position, script))
    # The numbers say nothing of the order in which people sat or were listed.
    base = Script.objects.filter(exam=book.exam).aggregate(last=Max("number"))["last"] or 0
    random.Random(f"{plan.seed}:{base}").shuffle(found)  # noqa: S311 - seeded with a secret, and repeatable
    scripts = [script for _sitting, _position, script in found]
    for number, script in enumerate(scripts, base + 1):
        script.number = number
    Script.objects.bulk_create(scripts, batch_size=BATCH)
    ScriptOwner.objects.bulk_create(
        (ScriptOwner(script=script, sitting_id=sitting, position=position) for sitting, position, script in found),
        batch_size=BATCH,
    )
    return len(found)


def words_of(candidate: Candidate) -> list[str]:
    """What in an answer would say whose it is."""
    words = [candidate.user.name, candidate.user.username, candidate.number]
    if candidate.unit:
        words += [candidate.unit.name, candidate.unit.short_name]
    return sorted({word for word in words if len(word) >= SHORTEST_NAME}, key=len, reverse=True)


def struck(text: str, words: Iterable[str]) -> str:
    """``text`` with ``words`` struck out."""
    for word in words:
        text = text.replace(word, _("〔已隐去〕"))
    return text


# --- Who marks what -----------------------------------------------------------------------------------------------


def units_of(user_pk: int) -> list[Organization]:
    """The units in which somebody works: the topmost unit above each place where they belong."""
    placed = set(Membership.objects.filter(user=user_pk, until=None).values_list("organization__path", flat=True))
    placed |= set(RosterEntry.objects.filter(user=user_pk, left_on=None).values_list("organization__path", flat=True))
    step = Organization.steplen
    above = {path[:end] for path in placed for end in range(step, len(path) + 1, step)}
    top: dict[str, Organization] = {}
    for unit in Organization.objects.filter(path__in=above, kind__in=UNIT_KINDS).order_by("path"):
        if not any(unit.path.startswith(path) for path in top):
            top[unit.path] = unit
    return list(top.values())


def barred(scripts: Iterable[int], markers: Iterable[Marker]) -> set[tuple[int, int]]:
    """The pairs (script, marker) that may not meet: the answer is the marker's own, or comes from their unit."""
    markers = list(markers)
    paths: dict[int, list[str]] = defaultdict(list)
    units = MarkerUnit.objects.filter(marker__in=markers)
    for marker, path in units.values_list("marker_id", "unit__path"):
        paths[marker].append(path)
    by_unit: dict[str, set[int]] = {}
    found: set[tuple[int, int]] = set()
    wanted = sorted(scripts)
    for start in range(0, len(wanted), BATCH):
        owners = ScriptOwner.objects.filter(script_id__in=wanted[start : start + BATCH])
        for script, user, path in owners.values_list(
            "script_id", "sitting__candidate__user_id", "sitting__candidate__unit__path"
        ):
            if path not in by_unit:
                by_unit[path] = {
                    one.pk for one in markers if path and any(path.startswith(own) for own in paths.get(one.pk, ()))
                }
            found |= {(script, marker) for marker in by_unit[path]}
            found |= {(script, one.pk) for one in markers if one.user_id == user}
    return found


@transaction.atomic
def assign(exam: Exam) -> balancing.Spread:
    """Give every open answer the markers it still lacks; returns what was given and where too few could be found."""
    plan = MarkingPlan.objects.select_for_update().get(exam=exam)
    markers = list(Marker.objects.filter(exam=exam, is_active=True).order_by("pk"))
    held: dict[int, list[int]] = defaultdict(list)
    places: dict[int, list[int]] = defaultdict(list)
    for script, marker, place in MarkSheet.objects.filter(script__exam=exam, script__points=None).values_list(
        "script_id", "marker_id", "place"
    ):
        held[script].append(marker)
        places[script].append(place)
    wanted: dict[int, int] = {}
    for script, is_disputed in Script.objects.filter(exam=exam, points=None).values_list("pk", "is_disputed"):
        lacking = (WITH_THIRD if is_disputed else MARKERS_AN_ANSWER) - len(held[script])
        if lacking > 0:
            wanted[script] = lacking
    loads = dict(
        MarkSheet.objects.filter(marker__in=markers).order_by().values_list("marker_id").annotate(count=Count("pk"))
    )
    found = balancing.spread(
        wanted,
        [one.pk for one in markers],
        barred=barred(wanted, markers),
        held=held,
        loads=loads,
        seed=f"{plan.seed}:{len(loads)}:{sum(loads.values())}",
    )
    sheets = []
    for script, chosen in found.given.items():
        free = [place for place in range(1, WITH_THIRD + 1) if place not in places[script]]
        sheets += [MarkSheet(script_id=script, marker_id=marker, place=free[at]) for at, marker in enumerate(chosen)]
    MarkSheet.objects.bulk_create(sheets, batch_size=BATCH)
    return found


@transaction.atomic
def settle(exam: Exam) -> list[int]:
    """Give points to the answers whose markers are done, and call a third where two disagree; returns the sittings concerned."""
    plan = MarkingPlan.objects.select_for_update().get(exam=exam)
    locked: dict[int, dict[int, Decimal]] = defaultdict(dict)
    rows = MarkSheet.objects.filter(script__exam=exam, script__points=None, state=SheetState.LOCKED)
    for script, place, points in rows.values_list("script_id", "place", "points"):
        if points is not None:
            locked[script][place] = points
    ready = [script for script, marks in locked.items() if len(marks) >= MARKERS_AN_ANSWER]
    stale: list[Script] = []
    for start in range(0, len(ready), BATCH):
        scripts = Script.objects.select_for_update().filter(pk__in=ready[start : start + BATCH]).order_by("pk")
        stale += [script for script in scripts if _settle_one(script, locked[script.pk], plan)]
    Script.objects.bulk_update(stale, ["points", "is_disputed"], batch_size=BATCH)
    if any(script.points is None for script in stale):
        assign(exam)
    done = [script.pk for script in stale if script.points is not None]
    return list(
        ScriptOwner.objects.filter(script_id__in=done).order_by("sitting_id").values_list("sitting_id", flat=True)
    )


def _settle_one(script: Script, marks: dict[int, Decimal], plan: MarkingPlan) -> bool:
    if not {1, 2} <= marks.keys():
        return False
    first, second = marks[1], marks[2]
    disputed = marking.is_disputed(
        first, second, max_points=script.max_points, tolerance_percent=plan.tolerance_percent
    )
    if not disputed:
        script.points, script.is_disputed = marking.agreed(first, second), False
        return True
    if WITH_THIRD in marks:
        script.points = marking.decided(first, second, marks[WITH_THIRD], rule=plan.third_rule)
        return True
    if script.is_disputed:
        return False
    script.is_disputed = True
    return True


@transaction.atomic
def reopened(script_pk: int) -> list[int]:
    """Take back what an answer was settled at, because one of its sheets is open again; returns the sittings concerned."""
    script = Script.objects.select_for_update().get(pk=script_pk)
    script.points = None
    script.save(update_fields=["points"])
    return list(ScriptOwner.objects.filter(script=script).values_list("sitting_id", flat=True))
