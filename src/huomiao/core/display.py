"""How a reader likes pages to look: kept in two cookies of theirs, never with their account."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    # The first of each is what a reader gets who never chose.
    "theme": ("auto", "light", "dark"),
    "type": ("normal", "large", "x-large"),
}
A_YEAR = 365 * 24 * 3600


def chosen(request: HttpRequest, name: str) -> str:
    """The reader's choice of that name; the usual one when there is none or it is nonsense."""
    value = request.COOKIES.get(name, "")
    return value if value in CHOICES[name] else CHOICES[name][0]


def remember(response: HttpResponse, request: HttpRequest) -> None:
    """Set the cookies for the choices that ``request`` posts; anything unknown is ignored."""
    for name, values in CHOICES.items():
        value = request.POST.get(name, "")
        if value in values:
            response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
