"""The links of a page with what stands around them: one pass that lists, heads and home pages are read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from huomiao.newsdesk.pipeline import charset as charsets
from huomiao.newsdesk.pipeline.discover.found import address_or_none
from huomiao.newsdesk.pipeline.discover.moments import moment
from huomiao.newsdesk.pipeline.extract import markup

MOST_BYTES = 4 * 1024 * 1024
_MOST_ANCHORS = 5000
_MOST_CLIMB = 10
_LONGEST_TITLE = 200
# The text beside a link that may hold its date: a row of a list is short.
_LONGEST_ROW = 400
_MOST_NODES = 100
_ROWS = frozenset({"li", "tr", "dd", "dt", "article", "p", "div"})
# Parts of a page that lead around the site rather than to its news.
_AROUND = (
    "nav",
    "menu",
    "footer",
    "foot",
    "breadcrumb",
    "crumb",
    "copyright",
    "friend",
    "login",
    "pager",
    "pagination",
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link: where it leads (normal), its words, the date beside it, and whether it stands in a menu or a foot."""

    address: str
    text: str
    dated: datetime | None = None
    is_around: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page's links, and what its head says: feeds and hubs as (rel, type, address), the title, whether it calls
    itself an article."""

    base: str
    title: str
    anchors: tuple[Anchor, ...]
    head: tuple[tuple[str, str, str], ...] = ()
    is_article: bool = False
    text_length: int = 0
    paragraphs: int = field(default=0)


def read(content: bytes, *, base: str, charset: str | None = None) -> Page:
    """The links of the HTML in ``content``, which came from the address ``base``."""
    tree, _scripts = markup.parse(charsets.decoded(content[:MOST_BYTES], charset=charset).text)
    given_base = tree.css_first("base[href]")
    if given_base is not None:
        base = address_or_none(given_base.attributes.get("href") or "", base=base) or base
    anchors: list[Anchor] = []
    around = _Around()
    for node in tree.css("a[href]")[:_MOST_ANCHORS]:
        anchor = _anchor(node, base, around)
        if anchor is not None:
            anchors.append(anchor)
    title = tree.css_first("title")
    paragraphs = [len(node.text(strip=True)) for node in tree.css("p")[:500]]
    kind = tree.css_first('meta[property="og:type"]')
    return Page(
        base=base,
        title=_words(title.text()) if title is not None else "",
        anchors=tuple(anchors),
        head=tuple(_head(tree, base)),
        is_article=kind is not None and (kind.attributes.get("content") or "").strip().lower() == "article",
        text_length=sum(length for length in paragraphs if length >= 40),
        paragraphs=sum(1 for length in paragraphs if length >= 40),
    )


class _Around:
    """What stands around the links of one page. Each element is looked at once, however many links are in it."""

    def __init__(self) -> None:
        self._rows: dict[int, datetime | None] = {}
        self._leads: dict[int, bool] = {}

    def of(self, node: LexborNode) -> tuple[datetime | None, bool]:
        """The date in the row of ``node``, and whether it stands where one is led around the site."""
        dated: datetime | None = None
        has_row = False
        above: LexborNode | None = node.parent
        for _step in range(_MOST_CLIMB):
            if above is None or above.tag in {"body", "html"}:
                break
            key = above.mem_id
            if not has_row and above.tag in _ROWS:
                has_row = True
                if key not in self._rows:
                    self._rows[key] = moment_beside(_beside(above))
                dated = self._rows[key]
            if key not in self._leads:
                self._leads[key] = _leads_around(above)
            if self._leads[key]:
                return dated, True
            above = above.parent
        return dated, False


def _anchor(node: LexborNode, base: str, around: _Around) -> Anchor | None:
    href = (node.attributes.get("href") or "").strip()
    if href.startswith("#") or href[:11].lower() == "javascript:":
        return None
    address = address_or_none(href, base=base)
    if address is None:
        return None
    words = _words(node.text())
    # Many lists cut a long title short and have the whole of it in the tooltip.
    tooltip = _words(node.attributes.get("title") or "")
    dated, is_around = around.of(node)
    return Anchor(address, max(words, tooltip, key=len), dated, is_around)


def moment_beside(row: str) -> datetime | None:
    """The date in the text of a row, None where it has none in figures."""
    start = next((at for at in (row.find("20"), row.find("19")) if at >= 0), -1)
    while start >= 0:
        found = moment(row[start:]) if row[start : start + 4].isdigit() else None
        if found is not None:
            return found
        start = row.find("20", start + 1)
    return None


def _beside(row: LexborNode) -> str:
    """The text of a row; "" where it is too much to be one."""
    pieces: list[str] = []
    size = 0
    for number, node in enumerate(row.traverse(include_text=True)):
        if number > _MOST_NODES or size > _LONGEST_ROW:
            return ""
        if node.is_text_node:
            text = " ".join((node.text_content or "").split())
            size += len(text)
            pieces.append(text)
    return " ".join(pieces)


def _leads_around(node: LexborNode) -> bool:
    if node.tag in {"nav", "footer"}:
        return True
    attributes = node.attributes
    name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
    return any(word in name for word in _AROUND)


def _head(tree: LexborHTMLParser, base: str) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for node in tree.css("link[href][rel]")[:200]:
        address = address_or_none(node.attributes.get("href") or "", base=base)
        if address is not None:
            media_type = (node.attributes.get("type") or "").partition(";")[0].strip().lower()
            found.extend((rel, media_type, address) for rel in (node.attributes.get("rel") or "").lower().split()[:5])
    return found


def _words(text: str) -> str:
    return " ".join(text[: 4 * _LONGEST_TITLE].split())[:_LONGEST_TITLE]
