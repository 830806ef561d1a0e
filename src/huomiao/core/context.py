"""What every page needs to know about the site it stands on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _


def site(request: HttpRequest) -> dict[str, Any]:
    """The programme's name, whether this is the demo, and how the reader likes pages (theme, type size)."""
    return {
        "site_name": settings.PROGRAMME_NAME or _("火苗"),
        "is_demo": settings.DEMO,
        "theme": request.COOKIES.get("theme", "auto"),
        "type_size": request.COOKIES.get("type", "normal"),
    }
