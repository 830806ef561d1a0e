"""On which shelf an article belongs, unless an editor has said so: its source's, the page's own, or what the classifier says."""

from __future__ import annotations

from dataclasses import dataclass

from huomiao.newsdesk import classifying
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
    guess = classifying.guess(title, text)
    guessed = Category.objects.filter(name=guess.category).first() if guess.category else None
    if guessed is not None:
        return Filed(guessed, Filing.CLASSIFIER, guess.confidence)
    return Filed(None, Filing.NOBODY)
