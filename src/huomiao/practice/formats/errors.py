from __future__ import annotations

from huomiao.core.errors import DomainError


class UnreadableFile(DomainError):
    """A file cannot be read as questions; the message says why and what to do about it."""

    code = "unreadable"
    status = 422
