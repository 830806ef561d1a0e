"""What the pages of one site have in common, learnt from several of them: where the article stands, and what repeats in it.

One page alone can mislead: its longest text may be a notice, and its notice may read like prose. Several pages of a site
agree on where their articles are, and what stands in all of them was not written for any of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huomiao.newsdesk.pipeline.extract import body, bylines, fields, paths, reading
from huomiao.newsdesk.pipeline.extract.page import Box, Line, Page
from huomiao.newsdesk.pipeline.extract.reading import Read

# Fewer pages teach nothing.
LEAST_PAGES = 3
# The share of the pages that must agree on a place, and in which a line must stand to be nobody's.
_AGREEMENT = 0.6
_REPEATED = 0.5
_SHORTEST_LINE = 4
_MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """What a site's pages have in common. Empty where they did not agree.

    ``container``, ``title`` and ``source`` are paths (see ``extract.paths``) of the element that holds the article, of the
    line with its title and of the one with its source; ``boilerplate`` are lines, as ``Line.plain`` writes them,
    that repeat.
    """

    container: str = ""
    title: str = ""
    source: str = ""
    boilerplate: frozenset[str] = frozenset()
    pages: int = 0

    def body_box(self, page: Page) -> Box | None:
        """The element of this page that holds the article; None when it has none at the learnt place."""
        boxes = paths.boxes_at(page, self.container) if self.container else []
        return max(boxes, key=lambda box: box.last - box.first, default=None)

    def line_at(self, page: Page, path: str) -> Line | None:
        """The first line at a learnt place."""
        return next(iter(paths.lines_at(page, path)), None) if path else None

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a column of a table."""
        return {
            "container": self.container,
            "title": self.title,
            "source": self.source,
            "boilerplate": sorted(self.boilerplate),
            "pages": self.pages,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Layout:
        """A layout from what ``as_json`` gave; from anything else, what can be used of it."""
        texts = {name: str(values.get(name) or "") for name in ("container", "title", "source")}
        lines = values.get("boilerplate")
        pages = values.get("pages")
        return cls(
            **texts,
            boilerplate=frozenset(str(line) for line in lines) if isinstance(lines, list) else frozenset(),
            pages=pages if isinstance(pages, int) else 0,
        )


def learn(pages: Sequence[tuple[bytes, str]]) -> Layout:
    """The layout that several pages of one site have in common.

    Args:
        pages: the content and the address of each; ``LEAST_PAGES`` at least, from 20 on more teach little.
    """
    reads = [reading.read(html, url) for html, url in pages]
    reads = [one for one in reads if one.kept]
    if len(reads) < LEAST_PAGES:
        return Layout(pages=len(reads))
    repeated = _repeated(reads)
    boxes = [body.find(one.page, repeated=repeated).box for one in reads]
    return Layout(
        container=_agreed(paths.path_of(box) for box in boxes) or _agreed_outwards(boxes),
        title=_agreed(
            (paths.path_of(one.title.line.box) for one in reads if one.title and one.title.line), of=len(reads)
        ),
        source=_agreed((path for one in reads if (path := _source_path(one))), of=len(reads)),
        boilerplate=repeated,
        pages=len(reads),
    )


def _agreed(values: Iterable[str], *, of: int = 0) -> str:
    """What most say; empty when too few say the same. ``of`` is how many could have said something."""
    counts = Counter(values)
    if not counts:
        return ""
    value, count = counts.most_common(1)[0]
    return value if count >= _AGREEMENT * max(of, counts.total()) else ""


def _agreed_outwards(boxes: Sequence[Box]) -> str:
    """The innermost place around the bodies that most pages share, where the bodies themselves differ."""
    counts: Counter[str] = Counter()
    for box in boxes:
        counts.update({paths.path_of(one) for one in box.ancestors() if one.parent is not None})
    shared = {path for path, count in counts.items() if count >= _AGREEMENT * len(boxes)}
    return next((path for one in boxes[0].ancestors() if (path := paths.path_of(one)) in shared), "")


def _source_path(read: Read) -> str:
    head, tail = fields.around(read)
    found = bylines.source(head, tail, read.stated)
    if found is None:
        return ""
    return next((paths.path_of(line.box) for line in head if line.spaced.startswith(found.evidence.quote)), "")


def _repeated(reads: Sequence[Read]) -> frozenset[str]:
    """The lines that stand on many pages; links are left out, they are known by being links."""
    counts: Counter[str] = Counter()
    for one in reads:
        lines = (line for line in one.page.lines if line.picture is None and not line.linked)
        counts.update({text for line in lines if len(text := line.plain) >= _SHORTEST_LINE})
    least = max(2, _REPEATED * len(reads))
    return frozenset(text for text, count in counts.most_common(_MOST_LINES) if count >= least)
