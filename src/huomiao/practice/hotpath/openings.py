"""When a timed paper was first opened: its clock runs from then, on whatever device and however often it is opened again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huomiao.practice.hotpath import rows
from huomiao.practice.hotpath.links import Link
from huomiao.practice.hotpath.moments import as_ms, as_text, as_time
from huomiao.practice.hotpath.writer import Op

_INSERT = (
    "INSERT INTO practice_paperopening (nonce, user_id, campaign_id, mode, at, ends_at) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (nonce) DO NOTHING"
)
_SELECT = "SELECT at FROM practice_paperopening WHERE nonce = ?"


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
        convert = as_time if link.vendor == "postgresql" else as_text
        insert, select = rows.sql(link, _INSERT), rows.sql(link, _SELECT)
        first: list[int] = []
        for op in ops:
            row = (op.nonce, op.user, op.campaign, op.mode, convert(op.at), convert(op.ends))
            is_first = link.execute(insert, row).rowcount
            first.append(op.at if is_first else as_ms(link.execute(select, (op.nonce,)).fetchone()[0]))
        return first
