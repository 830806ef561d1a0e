"""What an exam writes on the hot path, a batch at a time: beginnings, saved answers, papers handed in.

State, epoch and deadline of every sitting are read in the transaction that writes, once for a batch. A refusal is the
result of one item and costs the others nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from huomiao.practice import sittings
from huomiao.practice.hotpath.errors import Refusal
from huomiao.practice.hotpath.links import Link
from huomiao.practice.hotpath.rows import SIZES, by_keys, moment, pieces, plain, sql, stored
from huomiao.practice.hotpath.writer import Op
from huomiao.practice.models import Candidate, Exam, Sitting
from huomiao.practice.sittings import Begun, Given, Held, Over, Receipt, Saved, Standing
from huomiao.practice.states import SittingState, SubmitReason

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True)
class StartOp(Op["Begun"]):
    """Begin an exam, or take it over on this device."""

    start: sittings.Start
    rank: ClassVar[int] = -1

    @classmethod
    def write(cls, link: Link, ops: Sequence[StartOp]) -> Sequence[Begun | Refusal]:
        return _start(link, [op.start for op in ops])


@dataclass(frozen=True)
class SaveOp(Op["Saved"]):
    """Keep answers."""

    sitting: int
    epoch: int
    answers: Sequence[Given]
    at: datetime

    @classmethod
    def write(cls, link: Link, ops: Sequence[SaveOp]) -> Sequence[Saved | Refusal]:
        return _save(link, ops, _standings(link, {op.sitting for op in ops}))


@dataclass(frozen=True)
class HandInOp(Op["Receipt"]):
    """Keep the last answers and end the sitting. The same again gives the same receipt."""

    sitting: int
    epoch: int
    answers: Sequence[Given]
    at: datetime
    rank: ClassVar[int] = 1

    @classmethod
    def write(cls, link: Link, ops: Sequence[HandInOp]) -> Sequence[Receipt | Refusal]:
        return _hand_in(link, ops)


@dataclass(frozen=True)
class HeldOp(Op["tuple[Standing, dict[int, Held]]"]):
    """What the server has of a sitting; nothing is written."""

    sitting: int

    @classmethod
    def write(cls, link: Link, ops: Sequence[HeldOp]) -> Sequence[tuple[Standing, dict[int, Held]] | Refusal]:
        found = _standings(link, {op.sitting for op in ops})
        held = _held(link, found)
        return [(found[op.sitting], held[op.sitting]) if op.sitting in found else sittings.not_listed() for op in ops]


@dataclass(frozen=True)
class SignalOp(Op[None]):
    """Something that a person should look at."""

    sitting: int
    kind: str
    details: dict[str, Any]
    at: datetime

    @classmethod
    def write(cls, link: Link, ops: Sequence[SignalOp]) -> Sequence[None]:
        there = _standings(link, {op.sitting for op in ops})
        _signal(link, [op for op in ops if op.sitting in there])
        return [None] * len(ops)


# --- Beginning ------------------------------------------------------------------------------------------------------


def _start(link: Link, asked: Sequence[sittings.Start]) -> list[Begun | Refusal]:
    candidates = _candidates(link, {one.candidate for one in asked})
    latest = _latest(link, candidates)
    outcomes: list[Begun | Refusal] = []
    for one in asked:
        candidate, last = candidates.get(one.candidate), latest.get(one.candidate)
        try:
            sitting, is_new = sittings.begin(one, candidate, last)
        except Refusal as refusal:
            outcomes.append(refusal)
            continue
        if last is not None and is_new and last.state == SittingState.RUNNING:
            _end(link, last.pk, last.ends_at, SubmitReason.TIME)
        if is_new:
            sitting.pk = _insert_sitting(link, sitting)
        else:
            link.execute(sql(link, "UPDATE practice_sitting SET epoch = ? WHERE id = ?"), [sitting.epoch, sitting.pk])
            _signal(link, [SignalOp(sitting.pk, "resumed", {"device": sitting.epoch}, one.at)])
        latest[one.candidate] = sitting
        exam = candidates[one.candidate].exam
        outcomes.append(
            Begun(
                sitting=sitting.pk,
                user=one.user,
                exam=exam.pk,
                paper=sitting.paper_id,
                seed=sitting.seed,
                epoch=sitting.epoch,
                attempt=sitting.attempt,
                started_at=sitting.started_at,
                ends_at=sitting.ends_at,
                early_at=sitting.started_at + timedelta(minutes=exam.early_minutes),
                held={} if is_new else _held(link, [sitting.pk])[sitting.pk],
            )
        )
    return outcomes


_EXAM_COLUMNS = (
    "id", "state", "opens_at", "closes_at", "minutes", "late_minutes", "early_minutes", "attempts", "spread_seconds",
    "seed", "networks", "needs_ticket",
)  # fmt: skip


def _candidates(link: Link, keys: set[int]) -> dict[int, Candidate]:
    select = "SELECT id, exam_id, user_id, number, paper_id, extra_minutes, ticket_key FROM practice_candidate WHERE id"
    rows = by_keys(link, select, keys)
    exams = _exams(link, {row[1] for row in rows})
    return {
        pk: Candidate(
            id=pk,
            exam=exams[exam],
            user_id=user,
            number=number,
            paper_id=paper,
            extra_minutes=extra,
            ticket_key=ticket,
        )
        for pk, exam, user, number, paper, extra, ticket in rows
    }


def _exams(link: Link, keys: set[int]) -> dict[int, Exam]:
    # Texts, because Django's own connections turn what they recognise into other types than bare ones do.
    columns = ", ".join(
        f"CAST({name} AS TEXT)" if name in {"opens_at", "closes_at", "networks"} else name for name in _EXAM_COLUMNS
    )
    rows = by_keys(link, f"SELECT {columns} FROM practice_exam WHERE id", keys)  # noqa: S608 our own words
    exams = {}
    for row in rows:
        values = dict(zip(_EXAM_COLUMNS, row, strict=True))
        values["opens_at"], values["closes_at"] = moment(values["opens_at"]), moment(values["closes_at"])
        values["networks"] = json.loads(values["networks"])
        exams[values["id"]] = Exam(**values)
    return exams


def _latest(link: Link, candidates: Iterable[int]) -> dict[int, Sitting]:
    select = (
        "SELECT id, candidate_id, exam_id, attempt, paper_id, seed, epoch, state, CAST(started_at AS TEXT), "
        "CAST(ends_at AS TEXT) FROM practice_sitting WHERE candidate_id"
    )
    rows = sorted(by_keys(link, select, candidates), key=lambda row: row[3])
    return {
        candidate: Sitting(
            id=pk,
            candidate_id=candidate,
            exam_id=exam,
            attempt=attempt,
            paper_id=paper,
            seed=seed,
            epoch=epoch,
            state=state,
            started_at=moment(started),
            ends_at=moment(ends),
        )
        for pk, candidate, exam, attempt, paper, seed, epoch, state, started, ends in rows
    }


def _insert_sitting(link: Link, sitting: Sitting) -> int:
    row = link.execute(
        sql(
            link,
            "INSERT INTO practice_sitting (candidate_id, exam_id, attempt, paper_id, seed, epoch, state, started_at, "
            "ends_at, reason, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', '') RETURNING id",
        ),
        [
            sitting.candidate_id,
            sitting.exam_id,
            sitting.attempt,
            sitting.paper_id,
            sitting.seed,
            sitting.epoch,
            str(sitting.state),
            stored(link, sitting.started_at),
            stored(link, sitting.ends_at),
        ],
    ).fetchone()
    return int(row[0])


# --- Saving ---------------------------------------------------------------------------------------------------------


def _save(link: Link, ops: Sequence[SaveOp | HandInOp], standings: dict[int, Standing]) -> list[Saved | Refusal]:
    outcomes: list[Saved | Refusal] = []
    rows: list[tuple[int, Given, int, datetime]] = []
    over: list[int] = []
    for op in ops:
        standing = standings.get(op.sitting)
        refusal = sittings.save_refusal(op.epoch, op.at, standing)
        if refusal is not None or standing is None:
            if isinstance(refusal, Over):
                over.append(op.sitting)
            outcomes.append(refusal or sittings.not_listed())
            continue
        base = op.epoch * sittings.SEQ_ROOM
        rows.extend((op.sitting, given, base + given.count, op.at) for given in op.answers)
        outcomes.append(Saved(standing.ends_at, [given.count for given in op.answers], {}))
    clashes = _append(link, rows)
    if clashes:
        outcomes = [_without(clashes, op, outcome) for op, outcome in zip(ops, outcomes, strict=True)]
    if over:
        held = _held(link, over)
        for op, outcome in zip(ops, outcomes, strict=True):
            if isinstance(outcome, Over):
                outcome.held = held.get(op.sitting, {})
    return outcomes


def _without(clashes: set[tuple[int, int]], op: SaveOp | HandInOp, outcome: Saved | Refusal) -> Saved | Refusal:
    if isinstance(outcome, Refusal):
        return outcome
    base = op.epoch * sittings.SEQ_ROOM
    wrong = {given.count for given in op.answers if (op.sitting, base + given.count) in clashes}
    kept = [count for count in outcome.counts if count not in wrong]
    return Saved(outcome.ends_at, kept, {count: sittings.seq_used() for count in wrong})


def _append(link: Link, rows: Sequence[tuple[int, Given, int, datetime]]) -> set[tuple[int, int]]:
    """Insert what is new; the (sitting, seq) of what stood there before with another answer."""
    first: dict[tuple[int, int], tuple[int, str | None]] = {}
    clashes: set[tuple[int, int]] = set()
    values: list[tuple[Any, ...]] = []
    for sitting, given, seq, at in rows:
        answer = None if given.answer is None else _encode(given.answer)
        if (sitting, seq) in first:
            if first[sitting, seq] != (given.position, answer):
                clashes.add((sitting, seq))
            continue
        first[sitting, seq] = (given.position, answer)
        values.append((sitting, given.position, seq, answer, stored(link, at)))
    if _insert(link, values) == len(values):
        return clashes
    for (sitting, seq), (position, answer) in first.items():
        stood = link.execute(
            sql(
                link, "SELECT position, CAST(answer AS TEXT) FROM practice_savedanswer WHERE sitting_id = ? AND seq = ?"
            ),
            [sitting, seq],
        ).fetchone()
        if stood is None or stood[0] != position or plain(stood[1]) != plain(answer):
            clashes.add((sitting, seq))
    return clashes


_COLUMNS = "sitting_id, position, seq, answer, at"
_INSERT_SQLITE = {
    size: f"INSERT INTO practice_savedanswer ({_COLUMNS}) VALUES {', '.join(['(?, ?, ?, ?, ?)'] * size)} "  # noqa: S608
    "ON CONFLICT (sitting_id, seq) DO NOTHING"
    for size in SIZES
}
_INSERT_POSTGRESQL = f"""
    INSERT INTO practice_savedanswer ({_COLUMNS})
    SELECT sitting, position, seq, answer::jsonb, at FROM unnest(%s::bigint[], %s::smallint[], %s::integer[], %s::text[],
        %s::timestamptz[]) AS given (sitting, position, seq, answer, at)
    ON CONFLICT (sitting_id, seq) DO NOTHING
"""  # noqa: S608 our own words


def _insert(link: Link, values: Sequence[tuple[Any, ...]]) -> int:
    """How many of ``values`` were new."""
    if not values:
        return 0
    if link.vendor == "postgresql":
        columns = [list(column) for column in zip(*values, strict=True)]
        return int(link.execute(_INSERT_POSTGRESQL, columns).rowcount)
    return sum(
        link.execute(_INSERT_SQLITE[len(piece)], [value for row in piece for value in row]).rowcount
        for piece in pieces(values)
    )


# --- Ending ---------------------------------------------------------------------------------------------------------


def _hand_in(link: Link, ops: Sequence[HandInOp]) -> list[Receipt | Refusal]:
    keys = {op.sitting for op in ops}
    standings = _standings(link, keys)
    saved = _save(link, ops, standings)
    refusals: list[Refusal | None] = []
    for op, outcome in zip(ops, saved, strict=True):
        standing = standings.get(op.sitting)
        refusal = outcome if isinstance(outcome, Refusal) else None
        if standing is not None and standing.state == SittingState.RUNNING:
            if refusal is None:
                refusal = sittings.early_refusal(op.at, standing)
                if refusal is None:
                    _end(link, op.sitting, min(op.at, standing.ends_at), SubmitReason.BY_HAND)
            elif isinstance(refusal, Over):
                _end(link, op.sitting, standing.ends_at, SubmitReason.TIME)
        refusals.append(refusal)
    standings, held = _standings(link, keys), _held(link, keys)
    outcomes: list[Receipt | Refusal] = []
    for op, refusal in zip(ops, refusals, strict=True):
        standing = standings.get(op.sitting)
        if standing is not None and standing.state == SittingState.SUBMITTED and standing.submitted_at is not None:
            outcomes.append(Receipt(op.sitting, standing.submitted_at, standing.reason, held.get(op.sitting, {})))
        else:
            outcomes.append(refusal or sittings.not_listed())
    return outcomes


def _end(link: Link, sitting: int, at: datetime, reason: SubmitReason) -> None:
    link.execute(
        sql(link, "UPDATE practice_sitting SET state = ?, submitted_at = ?, reason = ? WHERE id = ? AND state = ?"),
        [SittingState.SUBMITTED.value, stored(link, at), reason.value, sitting, SittingState.RUNNING.value],
    )


# --- Rows -----------------------------------------------------------------------------------------------------------


_STANDING = """
    SELECT s.id, s.epoch, s.state, CAST(s.started_at AS TEXT), CAST(s.ends_at AS TEXT), CAST(s.submitted_at AS TEXT), s.reason,
        e.early_minutes
    FROM practice_sitting s JOIN practice_exam e ON e.id = s.exam_id WHERE s.id
"""


def _standings(link: Link, keys: Iterable[int]) -> dict[int, Standing]:
    return {
        pk: Standing(epoch, state, moment(started), moment(ends), moment(end) if end else None, reason, early)
        for pk, epoch, state, started, ends, end, reason, early in by_keys(link, _STANDING, keys)
    }


_HELD = "SELECT sitting_id, position, seq, CAST(answer AS TEXT) FROM practice_savedanswer WHERE sitting_id"


def _held(link: Link, keys: Iterable[int]) -> dict[int, dict[int, Held]]:
    wanted = list(keys)
    found: dict[int, dict[int, Held]] = {key: {} for key in wanted}
    for sitting, position, seq, answer in sorted(by_keys(link, _HELD, wanted), key=lambda row: (row[0], row[2])):
        found[sitting][position] = Held(seq, plain(answer))
    return found


def _signal(link: Link, signals: Sequence[SignalOp]) -> None:
    for one in signals:
        link.execute(
            sql(link, "INSERT INTO practice_signal (sitting_id, kind, details, at) VALUES (?, ?, ?, ?)"),
            [one.sitting, one.kind, json.dumps(one.details, ensure_ascii=False), stored(link, one.at)],
        )
