"""A page as one walk over its tree sees it: boxes that hold lines, lines of text and pictures in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Attributes = dict[str, str | None]

_LONGEST_COMPARED = 300


@dataclass(slots=True, eq=False)
class Box:
    """A block element.

    ``label`` is its class and id in lower case. ``number`` is its place among the boxes of the page, which are in the order
    of reading; those inside it follow, up to ``end``. ``first`` to ``last`` are the lines inside. All are half open.
    ``is_article_body`` says that it is marked up as such (``itemprop``).
    """

    tag: str
    label: str
    parent: Box | None
    depth: int
    number: int
    first: int
    hidden: bool = False
    is_article_body: bool = False
    end: int = 0
    last: int = 0

    def ancestors(self) -> Iterator[Box]:
        """The box itself and what it lies in, outwards."""
        box: Box | None = self
        while box is not None:
            yield box
            box = box.parent

    def within(self, *tags: str, inside: Box | None = None) -> Box | None:
        """The nearest box of one of these tags, itself included; with ``inside``, only of those that lie in that box."""
        box: Box | None = self
        while box is not None and box is not inside:
            if box.tag in tags:
                return box
            box = box.parent
        return None

    def is_in(self, other: Box) -> bool:
        """Whether it is ``other`` or lies in it."""
        box: Box | None = self
        while box is not None and box.depth >= other.depth:
            if box is other:
                return True
            box = box.parent
        return False


# A stretch of a line: its text, the class and id (in lower case) of the inline element around it that has any, where it
# links to, and whether it is bold. A plain tuple, because pages are made of hundreds.
Part = tuple[str, str, str, bool]


@dataclass(slots=True)
class Picture:
    """An ``img`` as written."""

    attributes: Attributes
    href: str = ""


@dataclass(slots=True, eq=False)
class Line:
    """A run of text between two block boundaries, or a picture.

    ``linked`` counts its characters inside links, ``units`` is its weight as prose: Chinese characters, other words.
    ``has_stops`` says whether it has the punctuation of sentences, commas included.
    """

    box: Box
    text: str
    parts: list[Part]
    number: int
    linked: int = 0
    units: int = 0
    has_stops: bool = False
    picture: Picture | None = None

    @property
    def link_share(self) -> float:
        """0 to 1."""
        return self.linked / len(self.text) if self.text else 0.0

    @property
    def plain(self) -> str:
        """Its text as it is compared between pages, see ``plain``."""
        return plain(self.text)

    @property
    def spaced(self) -> str:
        """Its text with a space wherever an inline element begins or ends: ``2024-01-02 来源：…``."""
        return " ".join(" ".join([part[0] for part in self.parts]).split())


def plain(text: str) -> str:
    """A line as it is compared between pages: letters only, so that dates and counts do not tell it apart."""
    return "".join(character for character in text[:_LONGEST_COMPARED] if character.isalpha())


@dataclass(slots=True)
class Meta:
    """What the head says: ``meta`` elements by name (lower case, first wins), and the rest that is worth reading."""

    names: dict[str, str] = field(default_factory=dict)
    title: str = ""
    canonical: str = ""
    base: str = ""
    language: str = ""
    next_page: str = ""


@dataclass(slots=True)
class Page:
    """Everything that one walk collects."""

    root: Box
    lines: list[Line]
    meta: Meta
    boxes: list[Box]

    def inside(self, box: Box) -> Iterator[Box]:
        """The boxes directly inside a box, in order."""
        at = box.number + 1
        while at < box.end:
            yield self.boxes[at]
            at = self.boxes[at].end
