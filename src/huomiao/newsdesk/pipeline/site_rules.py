"""What an editor put right on one page, as a rule for the other pages of the site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huomiao.newsdesk.pipeline.extract import bylines, moments, paths, reading
from huomiao.newsdesk.pipeline.extract.moments import Moment
from huomiao.newsdesk.pipeline.extract.names import names_in
from huomiao.newsdesk.pipeline.extract.page import Box, Line, Page, plain

FIELDS = frozenset(
    ("title", "subtitle", "published_at", "source", "reposted_from", "authors", "editors", "category", "body")
)
_PEOPLE = frozenset(("authors", "editors"))
_NAMES = frozenset(("source", "reposted_from", "category"))
# What may stand before a value in its line and still be the line's way of introducing it: 来源：, By …
_LONGEST_LEAD = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a field stands on the pages of a site.

    ``path`` is the place of its line, or of the element that holds the body (see ``extract.paths``); ``label`` the inline element in the line,
    if it has one; ``lead`` the words before the value. ``dropped`` are lines that are no part of a body. A rule without
    a path and dropped lines says that the site's pages do not have the field.
    """

    field: str
    path: str = ""
    label: str = ""
    lead: str = ""
    dropped: frozenset[str] = frozenset()

    @property
    def denies(self) -> bool:
        """Whether it says that the pages do not have the field."""
        return not self.path and not self.dropped

    def text_in(self, page: Page) -> tuple[str, Line] | None:
        """The words at the rule's place on a page, and their line; None when nothing stands there."""
        for line in paths.lines_at(page, self.path) if self.path else ():
            text = _labelled(line, self.label)
            if text is None:
                continue
            at = text.find(self.lead) if self.lead else 0
            if at >= 0 and (value := text[at + len(self.lead) :].strip()):
                return value, line
        return None

    def value_in(self, page: Page) -> tuple[str | tuple[str, ...] | datetime, str] | None:
        """The field's value on a page, as an article has it, and the words it was read from."""
        if self.field == "body" or (found := self.text_in(page)) is None:
            return None
        text, line = found
        value: str | tuple[str, ...] | datetime
        if self.field == "published_at":
            moment = next(moments.moments(text), None)
            if moment is None:
                return None
            value = moment.at
        elif self.field in _PEOPLE:
            value = tuple(names_in(text, any_word=True))
        elif self.field in _NAMES:
            value = bylines.clean_source(text)
        else:
            value = text
        return (value, line.spaced) if value else None

    def exactness(self, page: Page) -> str:
        """How exact the time is that the rule gives on a page."""
        found = self.text_in(page)
        moment = next(moments.moments(found[0]), None) if found else None
        return moment.to if moment else ""

    def without_dropped(self, lines: list[Line]) -> list[Line]:
        """The lines without those that the editor struck from a body."""
        if not self.dropped:
            return lines
        return [line for line in lines if line.picture is not None or line.plain not in self.dropped]

    def box_in(self, page: Page) -> Box | None:
        """The element that holds the body on a page; None when there is none at the rule's place."""
        boxes = paths.boxes_at(page, self.path) if self.path else []
        return max(boxes, key=lambda box: box.last - box.first, default=None)

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a column of a table."""
        return {
            "field": self.field,
            "path": self.path,
            "label": self.label,
            "lead": self.lead,
            "dropped": sorted(self.dropped),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Rule | None:
        """A rule from what ``as_json`` gave; None when it is for no field."""
        field = values.get("field")
        if field not in FIELDS:
            return None
        dropped = values.get("dropped")
        path, label, lead = (str(values.get(name) or "") for name in ("path", "label", "lead"))
        lines = frozenset(str(line) for line in dropped) if isinstance(dropped, list) else frozenset()
        return cls(str(field), path, label, lead, lines)


def from_correction(html: bytes, url: str, field: str, value: str, *, charset: str | None = None) -> Rule | None:
    """The rule that a correction of one page amounts to; None when the value stands nowhere on it.

    Args:
        html: the page as it was archived, with its ``url`` and the ``charset`` of its header.
        field: one of ``FIELDS``.
        value: what the editor put there: for times as ISO 8601 or as written, for people names with 、 between them, for a
            body its paragraphs, a line each; empty where the page has no such field.
    """
    if field not in FIELDS:
        raise ValueError(field)
    if not value.strip():
        return Rule(field)
    read = reading.read(html, url, charset=charset)
    if field == "body":
        return _body_rule(read, value)
    return _line_rule(read.page, field, value.strip())


def _line_rule(page: Page, field: str, value: str) -> Rule | None:
    """The rule for the shortest line that holds the value: the shorter, the more it is made for it."""
    best: tuple[int, Rule] | None = None
    for line in page.lines:
        if line.picture is not None:
            continue
        found = _in_line(line, field, value)
        if found is None:
            continue
        label, lead, rest = found
        cost = rest + (0 if label else 5)
        if best is None or cost < best[0]:
            best = cost, Rule(field, paths.path_of(line.box), label, lead)
    return best[1] if best else None


def _in_line(line: Line, field: str, value: str) -> tuple[str, str, int] | None:
    """Where in a line a value stands: the label of its inline element, the words before it, and how many others there are."""
    wanted = moments.stated(value) if field == "published_at" else None
    for text, label, _href, _is_bold in line.parts:
        if label and (lead := _lead(text, field, value, wanted)) is not None:
            return label, lead, len(text) - len(value) - len(lead)
    lead = _lead(line.spaced, field, value, wanted)
    return ("", lead, len(line.spaced) - len(value) - len(lead)) if lead is not None else None


def _lead(text: str, field: str, value: str, wanted: Moment | None) -> str | None:
    """The words before the value in a text; None when the value is not in it, or too much is before it."""
    if wanted is not None:
        start = next(
            (one.start for one in moments.moments(text) if one.at == wanted.at or one.at.date() == wanted.at.date()), -1
        )
    elif field in _PEOPLE:
        start = text.find(names_in(value, any_word=True)[0]) if names_in(value, any_word=True) else -1
    else:
        start = text.find(value)
    if start < 0:
        return None
    lead = text[:start].rsplit("  ", 1)[-1]
    # The digits of a date or a count in the lead would be those of one page.
    lead = re.split(r"\d", lead)[-1].lstrip()
    return lead if len(lead) <= _LONGEST_LEAD else None


def _labelled(line: Line, label: str) -> str | None:
    if not label:
        return line.spaced
    found = (" ".join(text.split()) for text, part_label, _href, _is_bold in line.parts if part_label == label)
    return next((text for text in found if text), None)


def _body_rule(read: reading.Read, value: str) -> Rule | None:
    """The innermost element that holds the paragraphs, and what else was read there that the editor struck."""
    wanted = [plain(text) for text in value.splitlines() if plain(text)]
    held = [line for line in read.page.lines if line.picture is None and line.plain in wanted]
    if not held or not wanted:
        return None
    box: Box | None = held[0].box
    while box is not None and not all(line.box.is_in(box) for line in held):
        box = box.parent
    # A single paragraph lies in its own element; the article is what holds it.
    while box is not None and box.tag in {"p", "span", "li", "h1", "h2", "h3"}:
        box = box.parent
    if box is None:
        return None
    struck = {line.plain for line in read.kept if line.picture is None} - set(wanted)
    return Rule("body", paths.path_of(box), dropped=frozenset(text for text in struck if len(text) >= 4))
