"""The navigation that a page shows: what this person may open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from huomiao.portal.navigation import Navigation


def navigation(request: HttpRequest) -> dict[str, Any]:
    return {"nav": Navigation(request)}
