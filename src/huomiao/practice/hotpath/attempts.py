"""What the hot path writes and reads: attempts, checked answers, what somebody has seen. SQL of both databases, no ORM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from huomiao.practice.hotpath import moments, rows
from huomiao.practice.hotpath.links import Link
from huomiao.practice.hotpath.writer import Op

# [version, answer in its own order, fraction right]
Marked = list[Any]


def _encode(value: Any) -> str:
    return orjson.dumps(value).decode()


def right_in(answers: Sequence[Marked]) -> int:
    """How many of the answers are wholly right."""
    return sum(1 for marked in answers if marked[2] == 1)


class Stored(NamedTuple):
    """An attempt as the database holds it."""

    finished: int
    total: int
    right: int
    answers: list[Marked]


@dataclass(slots=True)
class Submission(Op[Stored]):
    """A finished session. Written once for each nonce; whoever comes again gets what is stored."""

    nonce: str
    user: int
    unit: int | None
    release: int | None
    campaign: int | None
    mode: str
    tag: str
    started: int
    finished: int
    answers: list[Marked]
    right: int
    # For a session that explained after each question: puts in the answers that were given then, and marks again.
    settle: Callable[[dict[int, Any]], list[Marked]] | None = None

    rank = 20

    @classmethod
    def write(cls, link: Link, ops: Sequence[Submission]) -> Sequence[Stored]:
        _settle(link, [op for op in ops if op.settle])
        if _insert(link, ops) == len(ops):
            return [Stored(op.finished, len(op.answers), op.right, op.answers) for op in ops]
        stored = _stored(link, [op.nonce for op in ops])
        return [stored[op.nonce] for op in ops]


_INSERT = rows.Insert(
    "practice_attempt",
    {
        "nonce": "text[]",
        "user_id": "bigint[]",
        "unit_id": "bigint[]",
        "release_id": "bigint[]",
        "campaign_id": "bigint[]",
        "mode": "text[]",
        "tag": "text[]",
        "started_at": "timestamptz[]",
        "finished_at": "timestamptz[]",
        "total": "smallint[]",
        '"right"': "smallint[]",
        "answers": "text[]::jsonb[]",
    },
    key="nonce",
)


def _insert(link: Link, ops: Sequence[Submission]) -> int:
    stored = moments.stored(link)
    new = [
        (
            op.nonce, op.user, op.unit, op.release, op.campaign, op.mode, op.tag, stored(op.started),
            stored(op.finished), len(op.answers), op.right, _encode(op.answers),
        )
        for op in ops
    ]  # fmt: skip
    return _INSERT.write(link, new)


def _settle(link: Link, ops: Sequence[Submission]) -> None:
    """Let each session know what was answered and explained before: that is what counts."""
    if not ops:
        return
    checked: dict[str, dict[int, Any]] = {op.nonce: {} for op in ops}
    for nonce, position, answer in _checked(link, list(checked)):
        checked[nonce][position] = orjson.loads(answer)
    for op in ops:
        if op.settle:
            op.answers = op.settle(checked[op.nonce])
            op.right = right_in(op.answers)


def _checked(link: Link, nonces: list[str]) -> list[tuple[str, int, str]]:
    if link.vendor == "postgresql":
        sql = "SELECT nonce, position, answer::text FROM practice_answercheck WHERE nonce = ANY(%s)"
        return link.execute(sql, [nonces]).fetchall()  # type: ignore[no-any-return]
    held: list[tuple[str, int, str]] = []
    for chunk in rows.pieces(nonces):
        sql = f"SELECT nonce, position, answer FROM practice_answercheck WHERE nonce IN ({rows.marks(chunk)})"  # noqa: S608
        held += link.execute(sql, chunk).fetchall()
    return held


def _stored(link: Link, nonces: list[str]) -> dict[str, Stored]:
    columns = 'nonce, finished_at, total, "right", answers'
    held: list[tuple[Any, ...]] = []
    if link.vendor == "postgresql":
        sql = f"SELECT {columns}::text FROM practice_attempt WHERE nonce = ANY(%s)"  # noqa: S608
        held = link.execute(sql, [nonces]).fetchall()
    else:
        for chunk in rows.pieces(nonces):
            sql = f"SELECT {columns} FROM practice_attempt WHERE nonce IN ({rows.marks(chunk)})"  # noqa: S608
            held += link.execute(sql, chunk).fetchall()
    return {row[0]: Stored(moments.as_ms(row[1]), row[2], row[3], orjson.loads(row[4])) for row in held}


@dataclass(slots=True)
class StoredAttempt(Op[Stored | None]):
    """Reads what was stored for a nonce, if anything."""

    nonce: str

    @classmethod
    def write(cls, link: Link, ops: Sequence[StoredAttempt]) -> Sequence[Stored | None]:
        stored = _stored(link, [op.nonce for op in ops])
        return [stored.get(op.nonce) for op in ops]


@dataclass(slots=True)
class Check(Op[Any]):
    """An answer that is explained at once. The first one given for a place counts, and is what comes back."""

    nonce: str
    position: int
    answer: Any
    at: int

    rank = 10

    @classmethod
    def write(cls, link: Link, ops: Sequence[Check]) -> Sequence[Any]:
        stored = moments.stored(link)
        new = [(op.nonce, op.position, _encode(op.answer), stored(op.at)) for op in ops]
        if _INSERT_CHECK.write(link, new) == len(ops):
            return [op.answer for op in ops]
        first = {
            (nonce, position): orjson.loads(answer)
            for nonce, position, answer in _checked(link, list(dict.fromkeys(op.nonce for op in ops)))
        }
        return [first[op.nonce, op.position] for op in ops]


_INSERT_CHECK = rows.Insert(
    "practice_answercheck",
    {"nonce": "text[]", "position": "smallint[]", "answer": "text[]::jsonb[]", "at": "timestamptz[]"},
    key="nonce, position",
)


@dataclass(slots=True)
class Seen(Op[bytes]):
    """Reads which questions of a bank somebody was asked before."""

    user: int
    bank: int

    @classmethod
    def write(cls, link: Link, ops: Sequence[Seen]) -> Sequence[bytes]:
        found: dict[tuple[int, int], bytes] = {}
        if link.vendor == "postgresql":
            sql = """
                SELECT m.user_id, m.bank_id, m.bits
                FROM unnest(%s::bigint[], %s::bigint[]) AS wanted(person, bank)
                JOIN practice_seenmap m ON m.user_id = wanted.person AND m.bank_id = wanted.bank
            """
            held = link.execute(sql, [[op.user for op in ops], [op.bank for op in ops]]).fetchall()
            found = {(user, bank): bytes(bits) for user, bank, bits in held}
        else:
            for chunk in rows.pieces(ops):
                sql = (
                    "SELECT user_id, bank_id, bits FROM practice_seenmap "  # noqa: S608
                    f"WHERE (user_id, bank_id) IN (VALUES {','.join(['(?,?)'] * len(chunk))})"
                )
                held = link.execute(sql, [part for op in chunk for part in (op.user, op.bank)]).fetchall()
                found.update(((user, bank), bytes(bits)) for user, bank, bits in held)
        return [found.get((op.user, op.bank), b"") for op in ops]
