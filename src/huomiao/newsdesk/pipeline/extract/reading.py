"""A page read as far as its article lies open: what the head states, which lines are the body, which one is the title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

from huomiao.newsdesk.pipeline import charset as charsets
from huomiao.newsdesk.pipeline.extract import body, cues, embedded, markup, structured, thin, titles, walk
from huomiao.newsdesk.pipeline.extract.body import Body
from huomiao.newsdesk.pipeline.extract.markup import Script
from huomiao.newsdesk.pipeline.extract.page import Box, Line, Page
from huomiao.newsdesk.pipeline.extract.structured import Stated
from huomiao.newsdesk.pipeline.extract.titles import Title

if TYPE_CHECKING:
    from huomiao.newsdesk.pipeline.layouts import Layout
    from huomiao.newsdesk.pipeline.site_rules import Rule

# Bytes of a page that are looked at.
MOST_BYTES = 8_000_000
# With less prose (in units) than this on the page, the article may be in its scripts.
_THIN = 60
_SCANT = 120
# With less than this, what follows the title is looked at too, and taken when it is (much) more.
_FEW = 150
_MORE = 1.5
_MUCH_MORE = 4.0
# What a picture counts for there.
_PICTURE = 20
# The title is looked for among the lines before the end of the body; where there is no body, among so many.
_FIRST_LINES = 60


@dataclass(frozen=True, slots=True)
class Read:
    """A page with what the first steps found on it.

    ``kept`` are the lines of the article, ``first`` and ``last`` the numbers of the page's lines between which they lie.
    """

    page: Page
    scripts: list[Script]
    stated: Stated
    body: Body
    kept: list[Line]
    title: Title | None
    first: int
    last: int


def read(
    html: bytes, url: str, *, charset: str | None = None, layout: Layout | None = None, rules: Sequence[Rule] = ()
) -> Read:
    """The page read so far; see ``extract`` for what is given."""
    tree, scripts = markup.parse(charsets.decoded(html, charset=charset, most=MOST_BYTES).text)
    page = walk.walk(tree, whole=False)
    repeated = layout.boilerplate if layout is not None else frozenset()
    found = body.find(page, _known_box(page, layout, rules), repeated=repeated)
    if found.prose < _SCANT:
        # Perhaps the article lies in what was passed by: then nothing is.
        page = walk.walk(tree)
        found = body.find(page, _known_box(page, layout, rules), repeated=repeated)
    stated = structured.stated(page.meta, scripts)
    last = found.lines[-1].number if found.lines else 0
    title = titles.find(page, stated, before=last + 1 if found.lines else _FIRST_LINES)
    if layout is not None and (title is None or title.line is None):
        line = layout.line_at(page, layout.title)
        title = titles.of_line(line) if line is not None else title
    kept = body.below(found, title.line if title else None)
    if found.prose < _FEW and title is not None and title.line is not None and _known_box(page, layout, rules) is None:
        rest = thin.below(page, title.line)
        enough = found.prose * (_MORE if found.prose < _THIN else _MUCH_MORE)
        if rest is not None and _amount(rest.lines) > max(enough, _amount(kept)):
            found, kept, last = rest, rest.lines, rest.lines[-1].number
    under = title.line.number + 1 if title is not None and title.line is not None else 0
    first = kept[0].number if kept else under
    if found.prose < _THIN:
        carried = _carried(scripts, stated)
        if carried is not None and carried.prose > 2 * found.prose:
            found, kept, first, last = carried, carried.lines, under, under
    kept = [line for line in kept if title is None or line.text != title.text]
    if kept and (shorter := cues.without_editor(kept[-1].text)) != kept[-1].text:
        kept = [*kept[:-1], replace(kept[-1], text=shorter)]
    if repeated:
        kept = [line for line in kept if line.picture is not None or line.plain not in repeated]
    for rule in rules:
        kept = rule.without_dropped(kept)
    return Read(page, scripts, stated, found, kept, title, first, last)


def _amount(lines: Sequence[Line]) -> float:
    """How much lines are, pictures included, in units."""
    return sum(line.units if line.picture is None else _PICTURE for line in lines)


def _known_box(page: Page, layout: Layout | None, rules: Sequence[Rule]) -> Box | None:
    """The element that a rule or the site's layout names as the holder of the body, the latest word first."""
    for rule in reversed(rules):
        if rule.field == "body" and (box := rule.box_in(page)) is not None:
            return box
    return layout.body_box(page) if layout is not None else None


def _carried(scripts: list[Script], stated: Stated) -> Body | None:
    """The body that a page carries in its scripts, where its own markup has (next to) none."""
    held = embedded.body(scripts)
    if not held and len(stated.body) >= _THIN:
        held = "".join(f"<p>{escape(line)}</p>" for line in stated.body.splitlines())
    if not held:
        return None
    tree, _scripts = markup.parse(f"<body>{held}</body>")
    return body.find(walk.walk(tree))
