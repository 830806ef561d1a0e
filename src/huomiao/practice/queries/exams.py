"""Which exams somebody may know of, as the one who runs them or as a candidate; nothing here reads a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from huomiao.orgs.models import Organization, RosterEntry
from huomiao.orgs.queries import below, reach, within
from huomiao.orgs.roles import Power
from huomiao.practice import blueprint, building, sittings
from huomiao.practice.models import Bank, Candidate, Exam, Question, SavedAnswer, Signal, Sitting, Topic
from huomiao.practice.states import ExamState, SittingState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def kept_by(user: User | AnonymousUser) -> QuerySet[Exam]:
    """The exams that ``user`` runs, in any state."""
    return Exam.objects.filter(within(reach(user, Power.RUN_PRACTICE), "organiser__path")).select_related("organiser")


def visible_to(user: User | AnonymousUser) -> QuerySet[Exam]:
    """The exams that ``user`` runs, and the announced ones for which they are listed."""
    if not user.is_authenticated:
        return Exam.objects.none()
    ours = within(reach(user, Power.RUN_PRACTICE), "organiser__path")
    listed = Q(Exists(Candidate.objects.filter(exam=OuterRef("pk"), user=user))) & ~Q(state=ExamState.DRAFT)
    return Exam.objects.filter(ours | listed).select_related("organiser")


def candidacies(user: User | AnonymousUser) -> QuerySet[Candidate]:
    """What ``user`` is a candidate for, announced exams only, the next first."""
    if not user.is_authenticated:
        return Candidate.objects.none()
    return (
        Candidate.objects.filter(user=user)
        .exclude(exam__state=ExamState.DRAFT)
        .select_related("exam__organiser", "unit")
        .order_by("-exam__opens_at", "-pk")
    )


def candidacy(user: User | AnonymousUser, exam: Exam) -> Candidate | None:
    return candidacies(user).filter(exam=exam).first()


def due_for(user: User | AnonymousUser, at: datetime, *, ahead: timedelta = timedelta(days=7)) -> list[Candidate]:
    """What ``user`` has to sit in the next days and has not handed in: for their list of things to do."""
    found = candidacies(user).filter(
        exam__state=ExamState.ANNOUNCED, exam__closes_at__gt=at, exam__opens_at__lt=at + ahead
    )
    done = Sitting.objects.filter(candidate=OuterRef("pk")).exclude(state=SittingState.RUNNING)
    return list(found.exclude(Exists(done)).order_by("exam__opens_at"))


def organisers(user: User | AnonymousUser) -> QuerySet[Organization]:
    """The unions for which ``user`` may hold an exam."""
    return Organization.objects.filter(within(reach(user, Power.RUN_PRACTICE)), is_active=True).order_by("path")


def banks_for(exam: Exam) -> QuerySet[Bank]:
    """The banks an exam may draw from: released ones of its organiser, of what stands above it and of what is below."""
    path = exam.organiser.path
    above = [path[:end] for end in range(Organization.steplen, len(path) + 1, Organization.steplen)]
    return (
        Bank.objects.filter(Q(owner__path__in=above) | below(path, "owner__path"), archived_at=None)
        .exclude(current=None)
        .select_related("owner")
        .order_by("name", "pk")
    )


def units_for(exam: Exam) -> QuerySet[Organization]:
    """The units that are offered to choose from: the organiser, what hangs directly below, and what is chosen already.

    A union stands for its whole branch, so these few reach everybody; any other is named by its code.
    """
    organiser = exam.organiser
    near = below(organiser.path) & Q(depth__lte=organiser.depth + 1)
    chosen = Q(pk__in=exam.units.order_by().values("pk")) if exam.pk else Q(pk__in=[])
    return Organization.objects.filter(near | chosen, is_active=True).order_by("path")


def topics_for(exam: Exam) -> list[Topic]:
    """The part of the knowledge tree that the exam's banks cover, with what stands above, in the order of the tree."""
    paths = (
        Question.objects.filter(bank__in=exam.banks.order_by().values("pk"), topic__isnull=False)
        .order_by()
        .values_list("topic__path", flat=True)
        .distinct()
    )
    wanted = {path[:end] for path in paths for end in range(Topic.steplen, len(path) + 1, Topic.steplen)}
    kept = exam.blueprint.filter(topic__isnull=False).values_list("topic__path", flat=True)
    return list(Topic.objects.filter(path__in=wanted | set(kept)).order_by("path"))


# --- The blueprint --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coverage:
    """What a blueprint comes to: questions and points in all, and what each line finds and lacks."""

    questions: int
    points: Decimal
    lines: list[blueprint.Supply]

    @property
    def is_full(self) -> bool:
        return bool(self.lines) and not any(line.missing for line in self.lines)


def coverage(exam: Exam, lines: Sequence[tuple[blueprint.Line, Decimal]]) -> Coverage:
    """How far the exam's banks fill ``lines`` (each with its points per question)."""
    found = blueprint.supply([line for line, _points in lines], building.pool(exam)) if lines else []
    return Coverage(
        questions=sum(line.count for line, _points in lines),
        points=sum((line.count * points for line, points in lines), Decimal(0)),
        lines=found,
    )


def coverage_of(exam: Exam) -> Coverage:
    rows = building.rows_of(exam)
    return coverage(exam, list(zip(building.lines_of(rows), [row.points for row in rows], strict=True)))


# --- Candidates and sittings ----------------------------------------------------------------------------------------


def candidates(exam: Exam) -> QuerySet[Candidate]:
    return exam.candidates.select_related("user", "unit", "paper").order_by("number")


def rooms(exam: Exam) -> list[tuple[str, int]]:
    """The rooms with the number of candidates in each."""
    rows = exam.candidates.values("room").annotate(count=Count("pk")).order_by("room")
    return [(row["room"], row["count"]) for row in rows]


def on_rosters(exam: Exam) -> QuerySet[RosterEntry]:
    """Who stands on the rosters of the exam's units and their branches today."""
    paths = list(exam.units.values_list("path", flat=True))
    return RosterEntry.objects.filter(within(paths, "organization__path"), left_on=None, organization__is_active=True)


@dataclass(frozen=True)
class Figures:
    """Where an exam stands, in numbers of people."""

    candidates: int
    waiting: int
    running: int
    submitted: int
    void: int


def figures(exam: Exam) -> Figures:
    by_state = dict(
        Sitting.objects.filter(exam=exam, pk__in=_latest_sittings(exam))
        .values_list("state")
        .annotate(count=Count("pk"))
        .values_list("state", "count")
    )
    total = exam.candidates.count()
    return Figures(
        candidates=total,
        waiting=total - sum(by_state.values()),
        running=by_state.get(SittingState.RUNNING, 0),
        submitted=by_state.get(SittingState.SUBMITTED, 0),
        void=by_state.get(SittingState.VOID, 0),
    )


def _latest_sittings(exam: Exam) -> QuerySet[Sitting]:
    """Keys of the last sitting of each candidate."""
    rows = Sitting.objects.filter(exam=exam).order_by().values("candidate").annotate(last=Max("pk"))
    return rows.values("last")  # type: ignore[return-value]  # a queryset of values


WATCH_FILTERS = ("waiting", "running", "silent", "submitted", "signals", "void")
# Somebody whose phone has said nothing for so long may have lost the network.
SILENT_AFTER = timedelta(minutes=3)


def watched(exam: Exam, *, only: str, room: str, text: str, at: datetime) -> QuerySet[Candidate]:
    """The candidates as whoever watches the exam sees them, each with its last sitting's key as ``last_sitting``."""
    last = Sitting.objects.filter(candidate=OuterRef("pk")).order_by("-attempt")
    rows = candidates(exam).annotate(
        last_sitting=Subquery(last.values("pk")[:1]), last_state=Subquery(last.values("state")[:1])
    )
    if room:
        rows = rows.filter(room=room)
    if text:
        rows = rows.filter(Q(user__name__icontains=text) | Q(number__icontains=text))
    if only == "waiting":
        rows = rows.filter(last_sitting=None)
    elif only in {"running", "submitted", "void"}:
        rows = rows.filter(last_state=only)
    elif only == "silent":
        lately = SavedAnswer.objects.filter(sitting=OuterRef("last_sitting"), at__gte=at - SILENT_AFTER)
        rows = rows.filter(last_state=SittingState.RUNNING).exclude(Exists(lately))
    elif only == "signals":
        rows = rows.filter(Exists(Signal.objects.filter(sitting__candidate=OuterRef("pk"))))
    return rows


@dataclass
class Watched:
    """One line of the watch."""

    candidate: Candidate
    sitting: Sitting | None
    answered: int = 0
    last_at: datetime | None = None
    signals: int = 0


def watch_lines(rows: Sequence[Candidate]) -> list[Watched]:
    """The lines of a page of candidates, in four queries however many there are."""
    found = Sitting.objects.select_related("exam").in_bulk(
        [key for row in rows if (key := getattr(row, "last_sitting", None))]
    )
    held = sittings.held_answers(found)
    last = sittings.last_saved(found)
    signals = dict(
        Signal.objects.filter(sitting__in=list(found))
        .values_list("sitting")
        .annotate(n=Count("pk"))
        .values_list("sitting", "n")
    )
    lines = []
    for row in rows:
        sitting = found.get(getattr(row, "last_sitting", None) or 0)
        line = Watched(row, sitting)
        if sitting is not None:
            line.answered = sum(1 for one in held.get(sitting.pk, {}).values() if one.answer is not None)
            line.last_at = last.get(sitting.pk)
            line.signals = signals.get(sitting.pk, 0)
        lines.append(line)
    return lines


def sittings_of(exam: Exam) -> QuerySet[Sitting]:
    return Sitting.objects.filter(exam=exam).select_related(
        "candidate__user", "candidate__unit", "exam__organiser", "paper"
    )
