"""A query, read: a small tree, the words to point out in an article, and what could not be understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Name(StrEnum):
    """The fields that a query can name."""

    SOURCE = "source"
    CATEGORY = "category"
    AUTHOR = "author"
    SITE = "site"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Words:
    """Words as typed, between spaces: all of them must occur. ``start`` and ``end`` are their place in the input."""

    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly these characters, next to each other."""

    text: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """A word of another script than Chinese that begins so: ``innov*``. Already normalised."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field that has these words in it or, when ``exact``, is this and nothing else."""

    name: Name
    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """Told on these days in China, both included; None is open."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Not:
    child: Node


@dataclass(frozen=True, slots=True)
class All:
    """Every child holds. With no child: every article."""

    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one child holds; there are two or more."""

    children: tuple[Node, ...]


Node = Words | Phrase | Beginning | Field | Dates | Not | All | Any


class Trouble(StrEnum):
    """What can be wrong with a query. The page has the sentences."""

    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    TOO_DEEP = "too_deep"
    OPEN_QUOTE = "open_quote"
    OPEN_BRACKET = "open_bracket"
    STRAY_BRACKET = "stray_bracket"
    LONE_OR = "lone_or"
    NOTHING_EXCLUDED = "nothing_excluded"
    UNKNOWN_FIELD = "unknown_field"
    EMPTY_FIELD = "empty_field"
    NO_SUCH_DAY = "no_such_day"
    DAYS_REVERSED = "days_reversed"
    NO_LETTERS = "no_letters"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not understood: what, the words themselves, and their place in the input."""

    trouble: Trouble
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """``text`` as it came, what it means, and what of it was left out or guessed."""

    text: str
    root: All
    problems: tuple[Problem, ...] = ()

    @property
    def is_ranked(self) -> bool:
        """Whether it has words by which one article can fit better than another."""
        return next(sought(self.root), None) is not None


def sought(node: Node) -> Iterator[Words | Phrase | Beginning]:
    """The words of the text that the query wants, none that it excludes."""
    match node:
        case Words() | Phrase() | Beginning():
            yield node
        case All(children) | Any(children):
            for child in children:
                yield from sought(child)
        case _:
            return


def narrowed(text: str, name: Name, value: str) -> str:
    """The query ``text`` with one more condition: the field is exactly ``value``. For the links of facets."""
    # A quotation mark inside a value would end it; the reader of queries takes none of them literally.
    plain = value.translate(dict.fromkeys(map(ord, '“”"＂')))
    return f'{text} {name}:"{plain}"'.strip()
