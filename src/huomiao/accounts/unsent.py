"""What somebody was sending when it turned out that they are signed out: kept, encrypted, until they are back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from huomiao.core.encryption import cipher

SESSION_KEY = "unsent"
KEPT_FOR = timedelta(minutes=30)
MOST_BYTES = 300_000
# Never kept, whatever form they stand in.
SECRET_PARTS = ("password", "csrfmiddlewaretoken", "credential", "secret")


@dataclass(frozen=True)
class Unsent:
    """A form as it was sent: where to, its fields in order, and how many files it had, which cannot be kept."""

    path: str
    fields: list[tuple[str, str]]
    file_count: int

    @property
    def texts(self) -> list[str]:
        """What a person typed, to read and copy."""
        return [value for _name, value in self.fields if len(value.strip()) > 1]


def keep(request: HttpRequest, *, at: datetime) -> bool:
    """Keep the form that ``request`` sends in its session; False when there is nothing to keep or too much."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if isinstance(value, str) and not any(part in name.lower() for part in SECRET_PARTS)
    ]
    if not any(value.strip() for _name, value in fields):
        return False
    content = json.dumps(
        {"path": request.get_full_path(), "fields": fields, "files": len(request.FILES), "at": at.isoformat()}
    ).encode()
    if len(content) > MOST_BYTES:
        return False
    request.session[SESSION_KEY] = cipher().encrypt(content).decode()
    return True


def kept(request: HttpRequest, *, at: datetime) -> Unsent | None:
    """The form that this browser could not send a short while ago."""
    stored = request.session.get(SESSION_KEY)
    if not stored:
        return None
    content = json.loads(cipher().decrypt(stored.encode()))
    if at - datetime.fromisoformat(content["at"]) > KEPT_FOR:
        return None
    return Unsent(content["path"], [(name, value) for name, value in content["fields"]], content["files"])


def forget(request: HttpRequest) -> None:
    """Drop what was kept."""
    request.session.pop(SESSION_KEY, None)
