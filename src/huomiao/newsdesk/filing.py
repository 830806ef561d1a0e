"""On which shelf an article belongs, unless an editor has said so: its source's, else what the page says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from huomiao.newsdesk.models import Category, Source
from huomiao.newsdesk.states import Filing


@dataclass(frozen=True)
class Filed:
    """A category, who says so, and how sure that is (None where nothing was guessed)."""

    category: Category | None
    by: Filing
    sureness: float | None = None


def file(source: Source, *, said: str, title: str, text: str) -> Filed:
    """Where an article of ``source`` belongs that calls its own category ``said``."""
    if source.category is not None:
        return Filed(source.category, Filing.SOURCE)
    own = Category.objects.filter(name=said.strip()).first() if said.strip() else None
    if own is not None:
        return Filed(own, Filing.PAGE)
    return Filed(None, Filing.NOBODY)
