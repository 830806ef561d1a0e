"""From the bytes of a page to its article: the steps in their order."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from huomiao.newsdesk.pipeline import charset as charsets
from huomiao.newsdesk.pipeline.article import Article, Evidence
from huomiao.newsdesk.pipeline.extract import (
    blocks,
    body,
    bylines,
    embedded,
    markup,
    paging,
    places,
    structured,
    times,
    titles,
    walk,
)
from huomiao.newsdesk.pipeline.extract.body import Body
from huomiao.newsdesk.pipeline.extract.markup import Script
from huomiao.newsdesk.pipeline.extract.page import Line, Page
from huomiao.newsdesk.pipeline.extract.pictures import absolute
from huomiao.newsdesk.pipeline.extract.structured import Stated
from huomiao.newsdesk.pipeline.extract.titles import Title

# Bytes of a page that are looked at.
MOST_BYTES = 8_000_000
# With less prose (in units) than this on the page, the article may be in its scripts.
_THIN = 60
# The title is looked for among the lines before the end of the body, and among so many at least.
_FIRST_LINES = 60
# A time of publication that is less sure than this is looked for in the scripts too.
_UNSURE = 0.6


@dataclass(frozen=True, slots=True)
class _Read:
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


def extract(html: bytes, url: str, *, charset: str | None = None) -> Article:
    """The article of a page: never raises, and takes well under two seconds on any bytes.

    Args:
        html: the page as served.
        url: its address, from which relative ones start.
        charset: the label of its Content-Type header, if there was one.
    """
    read = _read(charsets.decoded(html, charset=charset, most=MOST_BYTES).text)
    return _article(read, url)


def _read(text: str) -> _Read:
    tree, scripts = markup.parse(text)
    page = walk.walk(tree)
    stated = structured.stated(page.meta, scripts)
    found = body.find(page)
    last = found.lines[-1].number if found.lines else 0
    title = titles.find(page, stated, before=max(last, _FIRST_LINES))
    kept = body.below(found, title.line if title else None)
    first = kept[0].number if kept else 0
    if found.prose < _THIN:
        carried = _carried(scripts, stated)
        if carried is not None and carried.prose > 2 * found.prose:
            found, kept, last = carried, carried.lines, first
    kept = [line for line in kept if title is None or line.text != title.text]
    return _Read(page, scripts, stated, found, kept, title, first, last)


def _carried(scripts: list[Script], stated: Stated) -> Body | None:
    """The body that a page carries in its scripts, where its own markup has (next to) none."""
    held = embedded.body(scripts)
    if not held and len(stated.body) >= _THIN:
        held = "".join(f"<p>{escape(line)}</p>" for line in stated.body.splitlines())
    if not held:
        return None
    tree, _scripts = markup.parse(f"<body>{held}</body>")
    return body.find(walk.walk(tree))


def _article(read: _Read, url: str) -> Article:
    page, stated, found, kept, title = read.page, read.stated, read.body, read.kept, read.title
    base = absolute(page.meta.base, url) or url if page.meta.base else url
    head = places.head_lines(page, title.line if title else None, read.first)
    tail = places.tail_lines(page, read.last)
    built, images = blocks.build(kept, found.box, base)
    text = blocks.text_of(kept)
    moment = times.find(head, tail, stated, url)
    if title is not None and (moment.published is None or moment.published.evidence.confidence < _UNSURE):
        moment = times.with_others(moment, embedded.times(read.scripts, title.text))
    source = bylines.source(head, tail, stated, under=title.line.number if title and title.line else 0)
    if source is None and title is not None:
        source = bylines.in_script(embedded.source(read.scripts, title.text))
    repost = bylines.repost(kept, tail)
    editors = bylines.editors(head, tail)
    authors = bylines.authors(head, kept, tail, stated, others={*editors.names, source.value if source else ""})
    category = places.category(page.lines[: max(read.first, 1)], stated)
    subtitle = places.subtitle(head, title.line if title else None, read.first)
    evidence: dict[str, Evidence] = {}
    if title is not None:
        evidence["title"] = title.evidence
    if moment.published is not None:
        evidence["published_at"] = moment.published.evidence
    if moment.updated is not None:
        evidence["updated_at"] = moment.updated.evidence
    for name, one in (("source", source), ("reposted_from", repost)):
        if one is not None:
            evidence[name] = one.evidence
    for name, people in (("authors", authors), ("editors", editors)):
        if people.evidence is not None:
            evidence[name] = people.evidence
    if category is not None:
        evidence["category"] = category[1]
    if subtitle is not None:
        evidence["subtitle"] = subtitle[1]
    if text:
        evidence["body"] = Evidence(
            round(0.4 + 0.59 * found.share, 2), f"{found.box.tag} {found.box.label}".strip()[:80], text[:120]
        )
    return Article(
        url=url,
        title=title.text if title else "",
        subtitle=subtitle[0] if subtitle else "",
        published_at=moment.published.moment.at if moment.published else None,
        published_to=moment.published.moment.to if moment.published else "",
        updated_at=moment.updated.moment.at if moment.updated else None,
        source=source.value if source else "",
        reposted_from=repost.value if repost else "",
        authors=authors.names,
        editors=editors.names,
        category=category[0] if category else "",
        body=built,
        text=text,
        images=images,
        pages=paging.further_pages(page, url),
        language=places.language(text or (title.text if title else ""), page.meta.language),
        canonical=absolute(page.meta.canonical, base) if page.meta.canonical else "",
        evidence=evidence,
    )
