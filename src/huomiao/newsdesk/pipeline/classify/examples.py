"""What a classifier learns from: texts that somebody filed under a category."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

# A line so short is a category's name; the lines below it are its examples.
LONGEST_CATEGORY = 6


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the category that it belongs to; ``weight`` says how many examples it counts for."""

    category: str
    text: str
    title: str = ""
    weight: float = 1.0


@cache
def standard() -> tuple[Example, ...]:
    """The examples that come with the project, for a desk whose editors have decided nothing yet."""
    lines = resources.files(__package__).joinpath("examples.txt").read_text(encoding="utf-8").splitlines()
    found: list[Example] = []
    category = ""
    for line in lines:
        if line.startswith("#") or not line:
            continue
        if len(line) <= LONGEST_CATEGORY:
            category = line
        else:
            found.append(Example(category, line))
    return tuple(found)
