"""The things of the platform whose names the desk looks for. The apps above and beside it bring theirs.

Each kind of thing registers once, with its names and the way to its page; the desk itself imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from huomiao.newsdesk.states import MentionKind


@dataclass(frozen=True)
class Named:
    """One thing and what it is called. ``others`` are further names of it, ``within`` the names of what it belongs to."""

    kind: MentionKind
    key: str
    name: str
    others: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subjects:
    """A kind of thing: its model's label, its names, and the address of one by its key ("" when it is gone)."""

    label: str
    names: Callable[[], Iterable[Named]]
    address: Callable[[str], str]


KNOWN: dict[str, Subjects] = {}


def register(subjects: Subjects) -> None:
    """Have the names of ``subjects`` looked for in every article."""
    KNOWN[subjects.label] = subjects


def everything() -> Iterator[tuple[str, Named]]:
    """Every name that is looked for, with the label of the model that it belongs to."""
    for label, subjects in KNOWN.items():
        for named in subjects.names():
            yield label, named


def address(label: str, key: str) -> str:
    """The page of one thing; "" when it has none."""
    found = KNOWN.get(label)
    return found.address(key) if found else ""
