"""When a timed paper was first opened: its clock runs from then, on whatever device and however often it is opened again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huomiao.practice.hotpath import moments, rows
from huomiao.practice.hotpath.links import Link
from huomiao.practice.hotpath.writer import Op

_INSERT = rows.Insert(
    "practice_paperopening",
    {
        "nonce": "text[]",
        "user_id": "bigint[]",
        "campaign_id": "bigint[]",
        "mode": "text[]",
        "at": "timestamptz[]",
        "ends_at": "timestamptz[]",
    },
    key="nonce",
)


@dataclass(slots=True)
class Opening(Op[int]):
    """The paper ``nonce`` is opened at ``at``; the result is when it was opened first (milliseconds).

    ``ends`` is until when it can be handed in, by this opening.
    """

    nonce: str
    user: int
    campaign: int | None
    mode: str
    at: int
    ends: int

    rank = 10

    @classmethod
    def write(cls, link: Link, ops: Sequence[Opening]) -> Sequence[int]:
        stored = moments.stored(link)
        new = [(op.nonce, op.user, op.campaign, op.mode, stored(op.at), stored(op.ends)) for op in ops]
        if _INSERT.write(link, new) == len(ops):
            return [op.at for op in ops]
        select = "SELECT nonce, at FROM practice_paperopening WHERE nonce"
        first = {nonce: moments.as_ms(at) for nonce, at in rows.by_keys(link, select, [op.nonce for op in ops])}
        return [first[op.nonce] for op in ops]
