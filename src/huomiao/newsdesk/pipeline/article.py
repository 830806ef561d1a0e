"""What extraction finds on a page: the shape that every later step reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that belongs to the article. ``address`` is absolute."""

    address: str
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the body, in the order of the page.

    ``kind`` is ``paragraph``, ``heading``, ``list``, ``quote``, ``table`` or ``picture``. ``text`` is its plain text (for
    a list its items and for a table its rows, a line each; for a picture its caption). ``level`` is a heading's (2 to 6);
    ``items`` a list's, ``rows`` a table's cells, ``image`` a picture's; ``ordered`` says that a list is numbered.
    """

    kind: str
    text: str = ""
    level: int = 0
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    ordered: bool = False
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a field came from, so that an editor sees why: how sure (0 to 1), which cue, and the words of the page."""

    confidence: float
    cue: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A page of news, read. What the page does not say is empty or None; nothing is made up.

    Times are aware (Asia/Shanghai where the page names no zone). ``published_to`` says how exact ``published_at`` is:
    ``minute``, ``day`` or empty. ``source`` is who the page says it has the text from (来源); ``reposted_from`` whom the
    text itself credits (本文转自 …). ``text`` is the body's plain text, a line a block; a caption counts where the page
    sets it as a paragraph, not where a figure holds it. ``pages`` are the addresses of the further pages of a paged
    article. ``language`` is ``zh``, ``en`` or empty. ``evidence`` has an entry for each field that was found, by the
    field's name.
    """

    url: str
    title: str = ""
    subtitle: str = ""
    published_at: datetime | None = None
    published_to: str = ""
    updated_at: datetime | None = None
    source: str = ""
    reposted_from: str = ""
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    category: str = ""
    body: tuple[Block, ...] = ()
    text: str = ""
    images: tuple[Image, ...] = ()
    pages: tuple[str, ...] = ()
    language: str = ""
    canonical: str = ""
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    @property
    def confidence(self) -> dict[str, float]:
        """How sure each field that was found is, 0 to 1."""
        return {name: one.confidence for name, one in self.evidence.items()}
