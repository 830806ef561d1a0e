"""What the site knows about a person, for themselves: each app adds its part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from huomiao.accounts.models import User

Part = Callable[[User], Any]

_parts: dict[str, Part] = {}


def register(name: str, part: Part) -> None:
    """Add a part to everybody's export. ``part`` gets the person and returns what JSON can hold; call it in ``ready``."""
    _parts[name] = part


def collect(user: User) -> dict[str, Any]:
    """Everything that is known about ``user``, by part."""
    return {name: part(user) for name, part in sorted(_parts.items())}


def account(user: User) -> dict[str, Any]:
    """The account's own fields."""
    return {
        "username": user.username,
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "language": user.language,
        "joined_at": user.joined_at,
        "last_login": user.last_login,
    }
