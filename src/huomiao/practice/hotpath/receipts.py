"""A receipt says, under the site's seal, what the server holds of a submission."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from huomiao.practice import sealing
from huomiao.practice.models import Attempt

_PURPOSE = "receipt"


class Receipt(NamedTuple):
    """What the server held when it answered."""

    nonce: str
    user_id: int
    finished_ms: int
    right: int
    total: int
    # Of the answers as they are stored.
    digest: str

    @property
    def finished_at(self) -> datetime:
        return datetime.fromtimestamp(self.finished_ms / 1000, UTC)


def of(attempt: Attempt) -> Receipt:
    """What a receipt for ``attempt`` would say now."""
    finished_ms = round(attempt.finished_at.timestamp() * 1000)
    return Receipt(
        attempt.nonce,
        attempt.user_id,
        finished_ms,
        attempt.right,
        attempt.total,
        sealing.digest(attempt.answers),
    )


def sign(receipt: Receipt) -> str:
    return sealing.seal(_PURPOSE, receipt)


def read(text: str) -> Receipt | None:
    """What the receipt says; None when this site did not write it."""
    try:
        return Receipt._make(sealing.unseal(_PURPOSE, text))
    except sealing.BrokenSeal:
        return None
