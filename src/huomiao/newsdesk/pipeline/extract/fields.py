"""The fields of an article, gathered from a page that was read: each with its evidence, and put right by the site's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from huomiao.newsdesk.pipeline.article import Article, Evidence
from huomiao.newsdesk.pipeline.extract import blocks, bylines, embedded, paging, places, times
from huomiao.newsdesk.pipeline.extract.bylines import Found
from huomiao.newsdesk.pipeline.extract.moments import SHANGHAI
from huomiao.newsdesk.pipeline.extract.page import Line
from huomiao.newsdesk.pipeline.extract.pictures import absolute
from huomiao.newsdesk.pipeline.extract.reading import Read

if TYPE_CHECKING:
    from huomiao.newsdesk.pipeline.layouts import Layout
    from huomiao.newsdesk.pipeline.site_rules import Rule

# A time of publication, or a source, that is less sure than this is looked for elsewhere too.
_UNSURE = 0.6
_SURE = 0.8
_BY_RULE = 0.97
# Prose, in units, from which on its amount speaks for a body.
_AMPLE = 200.0


def article(read: Read, url: str, *, layout: Layout | None = None, rules: Sequence[Rule] = ()) -> Article:
    """The article of a page that was read."""
    page, stated, title = read.page, read.stated, read.title
    base = absolute(page.meta.base, url) or url if page.meta.base else url
    head, tail = around(read)
    repost = bylines.repost(read.kept, tail)
    kept = [line for line in read.kept if not bylines.is_credit(line)]
    built, images = blocks.build(kept, read.body, base)
    text = blocks.text_of(kept)
    moment = times.find(head, tail, stated, url)
    if title is not None and (moment.published is None or moment.published.evidence.confidence < _UNSURE):
        moment = times.with_others(moment, embedded.times(read.scripts, title.text))
    source = _source(read, head, tail, layout)
    editors = bylines.editors(head, tail)
    authors = bylines.authors(head, kept, tail, stated, others={*editors.names, source.value if source else ""})
    category = places.category(page.lines[: max(read.first, 1)], stated)
    subtitle = places.subtitle(head, title.line if title else None, read.first)
    published, updated = moment.published, moment.updated
    language = places.language(text or (title.text if title else ""), page.meta.language)
    holder = f"{read.body.box.tag} {read.body.box.label}".strip()[:80]
    evidence = {
        "title": title.evidence if title else None,
        "subtitle": subtitle[1] if subtitle else None,
        "published_at": published.evidence if published else None,
        "updated_at": updated.evidence if updated else None,
        "source": source.evidence if source else None,
        "reposted_from": repost.evidence if repost else None,
        "authors": authors.evidence,
        "editors": editors.evidence,
        "category": category[1] if category else None,
        "body": Evidence(_sureness(read), holder, text[:120]) if text else None,
    }
    found = Article(
        url=url,
        title=title.text if title else "",
        subtitle=subtitle[0] if subtitle else "",
        published_at=_local(published.moment.at, language) if published else None,
        published_to=published.moment.to if published else "",
        updated_at=_local(updated.moment.at, language) if updated else None,
        source=source.value if source else "",
        reposted_from=repost.value if repost else "",
        authors=authors.names,
        editors=editors.names,
        category=category[0] if category else "",
        body=built,
        text=text,
        images=images,
        pages=paging.further_pages(page, url, below=read.first),
        language=language,
        canonical=absolute(page.meta.canonical, base) if page.meta.canonical else "",
        evidence={name: one for name, one in evidence.items() if one is not None},
    )
    return _ruled(found, read, rules) if rules else found


def _local(at: datetime, language: str) -> datetime:
    """The same moment on the clock of the page's readers: what a Chinese page states in UTC, it shows in Beijing time."""
    return at.astimezone(SHANGHAI) if language == "zh" else at


def _sureness(read: Read) -> float:
    """How sure the body is: the clearer its element stands out, and the more there is of it."""
    amount = min(1.0, read.body.prose / _AMPLE)
    return round((0.35 + 0.64 * read.body.share) * (0.5 + 0.5 * amount), 2)


def around(read: Read) -> tuple[list[Line], list[Line]]:
    """The lines before and after the body in which bylines stand."""
    line = read.title.line if read.title else None
    return places.head_lines(read.page, line, read.first), places.tail_lines(read.page, read.last)


def _source(read: Read, head: list[Line], tail: list[Line], layout: Layout | None) -> Found | None:
    title = read.title
    source = bylines.source(head, tail, read.stated, under=title.line.number if title and title.line else 0)
    if layout is not None and (source is None or source.evidence.confidence < _SURE):
        line = layout.line_at(read.page, layout.source)
        source = (bylines.in_line(line) if line is not None else None) or source
    if source is None and title is not None:
        source = bylines.in_script(embedded.source(read.scripts, title.text))
    return source


def _ruled(found: Article, read: Read, rules: Sequence[Rule]) -> Article:
    """The article with the fields that rules of the site give or deny; of two rules for one field the later counts."""
    values: dict[str, Any] = {}
    evidence = dict(found.evidence)
    for rule in rules:
        if rule.denies:
            values[rule.field] = type(getattr(found, rule.field))() if rule.field != "published_at" else None
            evidence.pop(rule.field, None)
        elif (given := rule.value_in(read.page)) is not None:
            value, quote = given
            if isinstance(value, datetime):
                values["published_to"] = rule.exactness(read.page)
            values[rule.field] = value
            evidence[rule.field] = Evidence(_BY_RULE, "rule of the site", quote[:120])
    return replace(found, evidence=evidence, **values)
