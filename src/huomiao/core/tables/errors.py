from __future__ import annotations

from huomiao.core.errors import DomainError


class Unreadable(DomainError):
    """A file cannot be read as a table; the message says why and what to do about it."""

    code = "unreadable"
    status = 422
