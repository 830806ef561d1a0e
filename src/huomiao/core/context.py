"""What every page needs to know about the site it stands on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huomiao.core import display


def site(request: HttpRequest) -> dict[str, Any]:
    """The programme's name, whether this is the demo, and how the reader likes pages (theme, type size)."""
    match = request.resolver_match
    return {
        "site_name": settings.PROGRAMME_NAME or _("火苗"),
        "time_zone": settings.TIME_ZONE,
        "is_demo": settings.DEMO,
        "theme": display.chosen(request, "theme"),
        "type_size": display.chosen(request, "type"),
        # The app that answers: its accent colours the page.
        "app_name": match.app_name if match else "",
    }
