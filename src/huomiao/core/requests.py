"""The request types that views name, and how the page was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from huomiao.accounts.models import User


class UserRequest(HttpRequest):
    """A request behind ``login_required``: its user is a person, never anonymous."""

    user: User


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asked, and a fragment is wanted (a history restore wants the whole page)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asked for JSON."""
    return request.headers.get("Accept", "").startswith("application/json")


def is_safe_path(path: str) -> bool:
    """Whether ``path`` is a path on this site, so that a redirect to it cannot leave."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path and "\r" not in path
