"""What may happen while people sit an exam: beginning, saving, handing in. The rules, and what the tables say.

The hot path writes (``hotpath/exam_ops.py``) by the decisions here; pages and markers read through ``held_answers``.

Time is the server's alone. Which device may save is a matter of ``Sitting.epoch``; which answer of a position counts,
of ``SavedAnswer.seq`` (the device's epoch times ``SEQ_ROOM`` plus its own count), so what a later device says counts.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from huomiao.practice import sealing
from huomiao.practice.hotpath.errors import Refusal
from huomiao.practice.models import Candidate, Exam, SavedAnswer, Sitting
from huomiao.practice.states import ExamState, SittingState, SubmitReason

SEQ_ROOM = 1_000_000
# How often one device may save; more than anybody changes their mind.
MOST_SAVES = 20_000
# What was given in the last second may be on its way for a while.
GRACE = timedelta(seconds=5)

# --- Refusals -------------------------------------------------------------------------------------------------------


class NotOpen(Refusal):
    """It is too early; ``wait`` says for how many seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__("not_open", 409, _("还没有到开考时间，请在候考页等待。"))
        self.wait = wait


class Over(Refusal):
    """The time is over or the paper is in; ``held`` is what the server has."""

    def __init__(self, message: Any, held: dict[int, Held] | None = None) -> None:
        super().__init__("over", 409, message)
        self.held = held or {}


def _running() -> Refusal:
    return Refusal("running", 409, _("您已经在考试。在这台设备上继续后，原来的设备将不能再作答。"))


def _taken_over() -> Refusal:
    return Refusal("taken_over", 409, _("您已在另一台设备上继续考试，这台设备不能再作答。"))


def seq_used() -> Refusal:
    """The same number came before with another answer."""
    return Refusal("seq_used", 409, _("这个序号已用于另一个答案，请刷新页面后重试。"))


def not_listed() -> Refusal:
    """Not, or no longer, a candidate."""
    return Refusal("not_listed", 403, _("您不在这场考试的考生名单里。请联系监考人员。"))


# --- Shapes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """An answer as a device gave it: its own count from 1 on, and the answer in the version's own order."""

    position: int
    count: int
    answer: Any


@dataclass(frozen=True)
class Held:
    """What the server has for a position."""

    seq: int
    answer: Any


@dataclass(frozen=True)
class Start:
    candidate: int
    user: int
    address: str
    at: datetime
    resumes: bool = False
    # Proof that the room ticket was shown, where the exam asks for one.
    ticket: str = ""


@dataclass(frozen=True)
class Begun:
    """A sitting that runs on this device now."""

    sitting: int
    user: int
    exam: int
    paper: int
    seed: str
    epoch: int
    attempt: int
    started_at: datetime
    ends_at: datetime
    early_at: datetime
    held: dict[int, Held] = field(default_factory=dict)


@dataclass(frozen=True)
class Save:
    sitting: int
    epoch: int
    answers: Sequence[Given]
    at: datetime


@dataclass(frozen=True)
class Saved:
    """Which of a device's counts are safe now, which were refused and why."""

    ends_at: datetime
    counts: list[int]
    refused: Mapping[int, Refusal]


@dataclass(frozen=True)
class HandIn:
    sitting: int
    epoch: int
    answers: Sequence[Given]
    at: datetime


@dataclass(frozen=True)
class Receipt:
    """What the server holds of a sitting that has ended."""

    sitting: int
    submitted_at: datetime
    reason: str
    held: dict[int, Held]

    @property
    def code(self) -> str:
        """A short code over everything held, that the server can compute again and nobody else can make."""
        seqs = [(position, one.seq) for position, one in sorted(self.held.items())]
        return sealing.fingerprint("exam-receipt", f"{self.sitting}:{self.submitted_at.timestamp():.0f}:{seqs}")[
            :12
        ].upper()


# --- Times and places -----------------------------------------------------------------------------------------------


def offset(exam: Exam, number: str) -> float:
    """How many seconds after the opening the candidate ``number`` may begin: their share of the spread, always the same."""
    drawn = hmac.digest(exam.seed.encode(), f"start:{exam.pk}:{number}".encode(), "sha256")
    return int.from_bytes(drawn[:4], "big") / 0xFFFFFFFF * exam.spread_seconds


def opening(exam: Exam, candidate: Candidate) -> datetime:
    """When ``candidate`` may begin."""
    return exam.opens_at + timedelta(seconds=offset(exam, candidate.number))


def allows(networks: Sequence[str], address: str) -> bool:
    """Whether one may sit from ``address``; no networks allow all."""
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in ipaddress.ip_network(network) for network in networks)


# --- Decisions ------------------------------------------------------------------------------------------------------


def begin(one: Start, candidate: Candidate | None, last: Sitting | None) -> tuple[Sitting, bool]:
    """The sitting to go on with, and whether it is a new one; ``last`` is the candidate's latest. Nothing is saved.

    Raises:
        Refusal: they may not begin now, or not like this; the sentence says why.
    """
    if candidate is None or candidate.user_id != one.user:
        raise not_listed()
    exam = candidate.exam
    if exam.state == ExamState.CANCELLED:
        raise Refusal("closed", 409, _("这场考试已经取消。"))
    if exam.state == ExamState.DRAFT or candidate.paper_id is None:
        raise Refusal("closed", 409, _("这场考试还没有准备好。请联系监考人员。"))
    if not allows(exam.networks, one.address):
        raise Refusal("wrong_network", 403, _("请连接考场的网络后再开始。考试只能在规定的网络里进行。"))
    if exam.needs_ticket and (not candidate.ticket_key or one.ticket != candidate.ticket_key[:16]):
        raise Refusal("no_ticket", 403, _("请先输入准考码。准考码补发过的，用新的一张。"))
    if last is not None and last.state == SittingState.RUNNING:
        if one.at <= last.ends_at + GRACE:
            if not one.resumes:
                raise _running()
            last.epoch += 1
            return last, False
        if last.attempt >= exam.attempts:
            raise Over(_("考试时间已到，系统已为您交卷。"))
    tries = last.attempt if last else 0
    if tries >= exam.attempts:
        raise Refusal("no_more_tries", 409, _("您已经交卷，可考次数已用完。"))
    opens_at = opening(exam, candidate)
    if one.at < opens_at:
        raise NotOpen((opens_at - one.at).total_seconds())
    closes_at = exam.closes_at + timedelta(minutes=candidate.extra_minutes)
    if one.at >= closes_at or exam.state != ExamState.ANNOUNCED:
        raise Refusal("closed", 409, _("考试已经结束。"))
    # A later attempt has no hour of its own.
    if not tries and one.at > opens_at + timedelta(minutes=exam.late_minutes):
        raise Refusal("too_late", 409, _("已过最晚入场时间，不能再开始考试。请联系监考人员。"))
    sitting = Sitting(
        candidate_id=candidate.pk,
        exam_id=exam.pk,
        attempt=tries + 1,
        paper_id=candidate.paper_id,
        seed=secrets.token_hex(12),
        started_at=one.at,
        ends_at=min(one.at + timedelta(minutes=exam.minutes + candidate.extra_minutes), closes_at),
    )
    return sitting, True


@dataclass(frozen=True)
class Standing:
    """What a save is checked against, in the transaction that keeps it."""

    epoch: int
    state: str
    started_at: datetime
    ends_at: datetime
    submitted_at: datetime | None
    reason: str
    early_minutes: int

    @property
    def early_at(self) -> datetime:
        """From when on it may be handed in."""
        return self.started_at + timedelta(minutes=self.early_minutes)


def save_refusal(epoch: int, at: datetime, found: Standing | None) -> Refusal | None:
    """Why a device of ``epoch`` may not save at ``at``; None when it may."""
    if found is None:
        return Over(_("这次考试记录已不存在。请联系监考人员。"))
    if found.state == SittingState.VOID:
        return Over(_("这次考试已作废。请联系监考人员。"))
    if found.state != SittingState.RUNNING:
        return Over(_("已经交卷，不能再作答。"))
    if at > found.ends_at + GRACE:
        return Over(_("考试时间已到，不能再作答。时间到以前保存的答案都有效。"))
    if epoch != found.epoch:
        return _taken_over()
    return None


def early_refusal(at: datetime, found: Standing) -> Refusal | None:
    """Why it is too early to hand in; None when it is not."""
    if at >= found.early_at:
        return None
    return Refusal("too_early", 409, _("还没有到可以交卷的时间。答案都已保存，可以先检查一遍。"))


# --- Reads and the clock --------------------------------------------------------------------------------------------


def held_answers(sittings: Iterable[int]) -> dict[int, dict[int, Held]]:
    """What counts of each sitting: position → the answer with the highest number there."""
    found: dict[int, dict[int, Held]] = defaultdict(dict)
    rows = SavedAnswer.objects.filter(sitting__in=list(sittings)).order_by("sitting", "seq")
    for sitting, position, seq, answer in rows.values_list("sitting_id", "position", "seq", "answer"):
        found[sitting][position] = Held(seq, answer)
    return found


def close_due(at: datetime, *, exam: Exam | None = None) -> int:
    """Hand in every sitting whose time is over, as of the moment at which it was; returns how many."""
    due = Sitting.objects.filter(state=SittingState.RUNNING, ends_at__lt=at - GRACE)
    if exam is not None:
        due = due.filter(exam=exam)
    if not due.exists():
        return 0
    return due.update(state=SittingState.SUBMITTED, submitted_at=F("ends_at"), reason=SubmitReason.TIME)


def last_saved(sittings: Iterable[int]) -> dict[int, datetime]:
    """When each sitting's last answer came."""
    rows = SavedAnswer.objects.filter(sitting__in=list(sittings)).values("sitting_id").annotate(last=Max("at"))
    return {row["sitting_id"]: row["last"] for row in rows}
