"""Which category fits me: the questions that a call's categories ask, and what the answers speak for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from huomiao.innovations.models import Category


@dataclass(frozen=True)
class Question:
    """One question; saying yes speaks for ``category``."""

    key: str
    text: str
    category: Category


@dataclass(frozen=True)
class Fit:
    """How well a category fits: how many of its questions were answered with yes."""

    category: Category
    yes: int
    asked: int

    @property
    def percent(self) -> int:
        return round(self.yes * 100 / self.asked)


def questions(categories: Iterable[Category]) -> list[Question]:
    """The questions of all categories, taken in turn from each so that no block of them gives its category away."""
    by_category = [
        [Question(f"{category.code}-{place}", str(hint), category) for place, hint in enumerate(category.hints)]
        for category in categories
    ]
    longest = max((len(block) for block in by_category), default=0)
    return [block[place] for place in range(longest) for block in by_category if place < len(block)]


def fits(asked: Collection[Question], yes: Collection[str]) -> list[Fit]:
    """The categories for which anything speaks, best first; equals stay in the call's order."""
    counts: dict[int, list[int]] = {}
    categories = {question.category.pk: question.category for question in asked}
    for question in asked:
        count = counts.setdefault(question.category.pk, [0, 0])
        count[0] += question.key in yes
        count[1] += 1
    found = [Fit(categories[pk], *count) for pk, count in counts.items() if count[0]]
    return sorted(found, key=lambda fit: (-fit.yes / fit.asked, -fit.yes, fit.category.position))
