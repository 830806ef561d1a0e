"""What the press wrote about the thing that a page shows, asked of the news desk."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model

from huomiao.newsdesk.queries import mentions

register = template.Library()


@register.inclusion_tag("portal/_press_coverage.html")
def press_coverage(subject: Model) -> dict[str, Any]:
    """A card with the articles that an editor confirmed to be about ``subject``; nothing where there are none."""
    return {"articles": mentions.coverage(subject)}
