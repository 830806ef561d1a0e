"""The request types that views name, and how the page was asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# A number of so many digits fits no column, and Python refuses to read thousands of them.
_TOO_LONG = 19


class UserRequest(HttpRequest):
    """A request behind ``login_required``: its user is a person, never anonymous."""

    user: User


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asked, and a fragment is wanted (a history restore wants the whole page)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asked for JSON."""
    return request.headers.get("Accept", "").startswith("application/json")


def whole_number(text: str) -> int | None:
    """``text`` as a whole number from 0 that a key or a place may be; None for anything else that people send."""
    return int(text) if text.isdecimal() and len(text) < _TOO_LONG else None


def is_safe_path(path: str) -> bool:
    """Whether ``path`` is a path on this site, so that a redirect to it cannot leave.

    Browsers drop tabs and line breaks from an address and read a backslash as a slash, so none may stand in it.
    """
    return path.startswith("/") and not path.startswith("//") and not re.search(r"[\x00-\x1f\x7f\\]", path)
