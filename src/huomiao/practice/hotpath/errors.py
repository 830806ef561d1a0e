"""What the hot path refuses, and when it cannot answer now."""

from __future__ import annotations

from django.utils.functional import Promise

from huomiao.core.errors import DomainError


class Refusal(DomainError):
    """A request of practice was refused; shown as ``{"error": code, "detail": sentence}``."""

    def __init__(self, code: str, status: int, message: str | Promise, *, retry_after: int | None = None) -> None:
        super().__init__(str(message))
        self.code = code
        self.status = status
        # Kept untranslated: which language is only known where the answer is written.
        self.sentence = message
        self.retry_after = retry_after


class Busy(Exception):
    """Nothing was written; the same request may be sent again in ``retry_after`` seconds."""

    retry_after = 2


class CannotWrite(Exception):
    """The database refuses this one thing for good, while it takes others."""
