"""Everything that an officer does to an exam before it begins: make it, copy it, set its rules, build its papers, announce it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power
from huomiao.orgs.roles import Power
from huomiao.practice.models import BlueprintLine, Exam, Topic
from huomiao.practice.rules import exams as rules
from huomiao.practice.states import EXAM_MOVES, ExamState
from huomiao.practice.tasks.exams import build_papers

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# What may be changed until the exam begins, and what only until its papers are built.
ARRANGEMENT = (
    "title", "text", "opens_at", "closes_at", "minutes", "late_minutes", "early_minutes", "attempts", "pass_percent",
    "shows_answers", "needs_ticket", "networks", "spread_seconds", "award",
)  # fmt: skip
PAPER_RULES = ("plan", "paper_count", "shuffles_questions", "shuffles_options", "gives_partial")
# Papers that a worker of the task queue has left half built for so long are asked for again.
STALE_BUILD = timedelta(minutes=15)


@dataclass(frozen=True)
class LineValues:
    """One line of a blueprint as the editor gives it."""

    title: str
    kind: str
    count: int
    points: Decimal
    topic: Topic | None = None
    level: str = ""
    difficulty: int | None = None


@transaction.atomic
def create(organiser: Organization, *, by: User, values: dict[str, Any]) -> Exam:
    """A draft of an exam of ``organiser`` with ``values`` (fields of the model, and ``banks`` and ``units``).

    Raises:
        NotAllowed: ``by`` runs no exams there.
    """
    _may_hold(organiser, by=by)
    banks, units = values.pop("banks", ()), values.pop("units", ())
    exam = Exam.objects.create(organiser=organiser, slug=new_slug(), **values)
    exam.banks.set(banks)
    exam.units.set(units)
    history.record(exam, "exam.created", by=by)
    return exam


@transaction.atomic
def copy(exam: Exam, *, by: User, opens_at: datetime) -> Exam:
    """A draft with every rule of ``exam`` that opens at ``opens_at``; nothing of its candidates and its course.

    Raises:
        NotAllowed: ``by`` runs no exams there.
    """
    _may_hold(exam.organiser, by=by)
    same = {name: getattr(exam, name) for name in (*ARRANGEMENT, *PAPER_RULES, "eligibility")}
    same["opens_at"], same["closes_at"] = opens_at, opens_at + (exam.closes_at - exam.opens_at)
    new = Exam.objects.create(organiser=exam.organiser, slug=new_slug(), **same)
    new.banks.set(exam.banks.all())
    new.units.set(exam.units.all())
    BlueprintLine.objects.bulk_create(
        BlueprintLine(
            exam=new,
            position=line.position,
            title=line.title,
            kind=line.kind,
            topic_id=line.topic_id,
            level=line.level,
            difficulty=line.difficulty,
            count=line.count,
            points=line.points,
        )
        for line in exam.blueprint.order_by("position")
    )
    history.record(new, "exam.copied", by=by, note=exam.title)
    return new


def new_slug() -> str:
    """An address that says nothing and cannot be guessed."""
    return secrets.token_hex(5)


@transaction.atomic
def edit(exam: Exam, *, by: User, values: dict[str, Any], at: datetime | None = None) -> Exam:
    """Set ``values``; those that are frozen may be given unchanged.

    Raises:
        NotAllowed: ``by`` does not run it.
        WrongState: it has begun, or papers were built and one of their rules would change.
    """
    moment = at or timezone.now()
    locked = lock(exam, by=by)
    if not rules.can_arrange(locked, moment):
        raise WrongState(_("考试已经开始，不能再修改。"))
    changes: dict[str, Any] = {}
    for name, value in values.items():
        if name in {"banks", "units"}:
            before = sorted(getattr(locked, name).values_list("pk", flat=True))
            after = sorted(row.pk for row in value)
        else:
            before, after = getattr(locked, name), value
        if before != after:
            changes[name] = [before, after]
    frozen = {*PAPER_RULES, "banks"} & changes.keys()
    if frozen and not rules.can_change_rules(locked, moment):
        raise WrongState(_("试卷已经组好，组卷规则和题库不能再改。需要修改时请先撤销组卷。"))
    for name in changes:
        if name in {"banks", "units"}:
            getattr(locked, name).set(values[name])
        else:
            setattr(locked, name, values[name])
    if changes:
        locked.save()
        history.record(locked, "exam.edited", by=by, changes=changes, at=moment)
    return locked


@transaction.atomic
def set_blueprint(exam: Exam, lines: Sequence[LineValues], *, by: User, at: datetime | None = None) -> Exam:
    """Replace the blueprint.

    Raises:
        NotAllowed: ``by`` does not run it.
        WrongState: papers were built.
        Invalid: there is no line.
    """
    moment = at or timezone.now()
    locked = lock(exam, by=by)
    if not rules.can_change_rules(locked, moment):
        raise WrongState(_("试卷已经组好，试卷结构不能再改。需要修改时请先撤销组卷。"))
    if not lines:
        raise Invalid(_("试卷结构至少要有一行。"))
    before = sum(line.points * line.count for line in locked.blueprint.all())
    locked.blueprint.all().delete()
    BlueprintLine.objects.bulk_create(
        BlueprintLine(
            exam=locked,
            position=position,
            title=line.title,
            kind=line.kind,
            topic=line.topic,
            level=line.level,
            difficulty=line.difficulty,
            count=line.count,
            points=line.points,
        )
        for position, line in enumerate(lines)
    )
    after = sum(line.points * line.count for line in lines)
    history.record(locked, "exam.blueprint_changed", by=by, changes={"points": [before, after]}, at=moment)
    return locked


# --- Papers ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def build(exam: Exam, *, by: User, at: datetime | None = None) -> Exam:
    """Have the papers built in the background; from here on their rules are frozen.

    Raises:
        NotAllowed: ``by`` does not run it.
        WrongState: it has begun, or they are being built.
        Invalid: there is no blueprint.
    """
    moment = at or timezone.now()
    locked = lock(exam, by=by)
    if rules.has_begun(locked, moment):
        raise WrongState(_("考试已经开始，不能再组卷。"))
    if locked.building_at is not None and moment - locked.building_at < STALE_BUILD:
        raise WrongState(_("正在组卷，请稍等。"))
    if not locked.blueprint.exists():
        raise Invalid(_("还没有试卷结构。请先填写每种题型的题数和分值。"))
    locked.building_at, locked.build_problem = moment, ""
    locked.build_done = locked.build_total = 0
    locked.save(update_fields=["building_at", "build_problem", "build_done", "build_total"])
    history.record(locked, "exam.build_started", by=by, at=moment)
    transaction.on_commit(partial(build_papers.enqueue, locked.pk))
    return locked


@transaction.atomic
def discard_papers(exam: Exam, *, by: User, at: datetime | None = None) -> Exam:
    """Throw the built papers away, so that their rules can be changed.

    Raises:
        NotAllowed: ``by`` does not run it.
        WrongState: it has begun, or there are none.
    """
    moment = at or timezone.now()
    locked = lock(exam, by=by)
    if not rules.can_rebuild(locked, moment) or locked.sittings.exists():
        raise WrongState(_("考试已经开始或还没有组卷，不能撤销组卷。"))
    locked.candidates.update(paper=None)
    locked.papers.all().delete()
    locked.built_at = locked.building_at = None
    locked.save(update_fields=["built_at", "building_at"])
    history.record(locked, "exam.papers_discarded", by=by, at=moment)
    return locked


# --- Moving on ------------------------------------------------------------------------------------------------------


@transaction.atomic
def announce(exam: Exam, *, by: User, at: datetime | None = None) -> Exam:
    """Show the exam to its candidates.

    Raises:
        NotAllowed: ``by`` does not run it.
        WrongState: it is no draft any more.
        Invalid: papers or candidates are missing, a ticket is asked for and not issued, or its time is past.
    """
    moment = at or timezone.now()
    locked = lock(exam, by=by)
    _check_move(locked, ExamState.ANNOUNCED)
    missing = unready(locked, at=moment)
    if missing:
        raise Invalid(_("还不能发布：%(missing)s。") % {"missing": "；".join(missing)})
    locked.state = ExamState.ANNOUNCED
    locked.save(update_fields=["state"])
    history.record(locked, "exam.announced", by=by, at=moment)
    return locked


def unready(exam: Exam, *, at: datetime) -> list[str]:
    """What has to be done before the exam can be announced."""
    missing = []
    if exam.built_at is None:
        missing.append(_("还没有组卷"))
    if not exam.candidates.exists():
        missing.append(_("还没有考生"))
    elif exam.built_at is not None and exam.candidates.filter(paper=None).exists():
        missing.append(_("有考生还没有试卷，请重新组卷"))
    if exam.needs_ticket and exam.candidates.filter(ticket_key="").exists():
        missing.append(_("有考生还没有准考码"))
    if exam.closes_at <= at:
        missing.append(_("结束时间已经过去"))
    return missing


@transaction.atomic
def cancel(exam: Exam, *, by: User, note: str, at: datetime | None = None) -> Exam:
    """Cancel an exam that has not ended; candidates see the reason.

    Raises:
        NotAllowed: ``by`` does not run it.
        WrongState: it is being marked already, or cancelled.
        Invalid: there is no reason.
    """
    locked = lock(exam, by=by)
    _check_move(locked, ExamState.CANCELLED)
    if not note.strip():
        raise Invalid(_("请写明取消的原因，考生会看到。"))
    locked.state = ExamState.CANCELLED
    locked.save(update_fields=["state"])
    history.record(locked, "exam.cancelled", by=by, note=note.strip(), at=at)
    return locked


def lock(exam: Exam, *, by: User) -> Exam:
    """The exam's row, held for this transaction.

    Raises:
        NotAllowed: ``by`` does not run it.
    """
    locked = Exam.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=exam.pk)
    if not rules.can_run(by, locked):
        raise NotAllowed(_("只有主办工会可以管理这场考试。"))
    return locked


def _check_move(exam: Exam, to: ExamState) -> None:
    before = ExamState(exam.state)
    if to not in EXAM_MOVES[before]:
        raise WrongState(_("考试目前是“%(state)s”，不能这样做。请刷新页面查看最新状态。") % {"state": before.label})


def _may_hold(organiser: Organization, *, by: User) -> None:
    if not has_power(by, Power.RUN_PRACTICE, organiser):
        raise NotAllowed(_("您不能为这个工会组织考试。"))
