"""What a page says of itself for machines: JSON-LD and the elements of its head."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import orjson

from huomiao.newsdesk.pipeline.extract.markup import Script
from huomiao.newsdesk.pipeline.extract.page import Meta

_ARTICLES = ("article", "newsarticle", "reportagenewsarticle", "blogposting", "report", "socialmediaposting", "webpage")
_MOST_NODES = 2_000
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Stated:
    """What the page states, as written. Empty where it states nothing."""

    headline: str = ""
    published: tuple[tuple[str, str], ...] = ()
    modified: tuple[tuple[str, str], ...] = ()
    authors: tuple[str, ...] = ()
    source: str = ""
    section: str = ""
    body: str = ""
    site: str = ""
    titles: tuple[str, ...] = ()


# The names under which heads state a field, best first. Those of Chinese government sites are prescribed by a standard.
_PUBLISHED = (
    "article:published_time", "og:published_time", "og:release_date", "og:time", "pubdate", "publishdate", "datepublished",
    "publish_time", "article.published", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.created", "dc.date",
)  # fmt: skip
_OTHER_PUBLISHED = re.compile(
    r"(?:pub(?:lish(?:ed)?)?|release|issue|creat(?:ed?)?|post(?:ed)?)[-_.: ]*(?:on|at|time|date|_?original)|^date(?:published|created|time)?$|dc(?:terms)?\.date|time_?pub"
)
_OTHER_MODIFIED = re.compile(r"(?:updat|modif|revis|lastmod)\w*")
_SOURCE = ("contentsource", "source", "article:source", "og:article:source", "mediaid", "copyright-holder", "dc.source")
_AUTHOR = (
    "article:author",
    "author",
    "og:article:author",
    "byl",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
)
_SECTION = ("article:section", "columnname", "og:article:section", "section", "parsely-section", "category")
_TITLE = ("og:title", "articletitle", "twitter:title", "title", "dc.title", "headline", "parsely-title")


def stated(meta: Meta, scripts: Iterable[Script]) -> Stated:
    """What the head and the JSON-LD of a page state."""
    names = meta.names
    nodes = [node for node in _nodes(scripts) if _is_article(node)]
    # The most particular kind first: some pages describe the web page and the article in it.
    nodes.sort(key=lambda node: "webpage" in _kinds(node))
    published = [
        ("json-ld", value) for node in nodes[:3] if (value := _text(node.get("datePublished") or node.get("pubDate")))
    ]
    modified = [
        ("json-ld", value) for node in nodes[:3] if (value := _text(node.get("dateModified") or node.get("upDate")))
    ]
    published += [(f"meta {name}", names[name]) for name in _PUBLISHED if name in names]
    for name, value in names.items():
        if _OTHER_MODIFIED.search(name):
            modified.append((f"meta {name}", value))
        elif name not in _PUBLISHED and _OTHER_PUBLISHED.search(name):
            published.append((f"meta {name}", value))
    if "time datetime" in names:
        published.append(("time element", names["time datetime"]))
    authors = [name for node in nodes[:1] for name in _people(node.get("author"))]
    if not authors:
        authors = [names[name] for name in _AUTHOR if name in names][:1]
    headline = next((text for node in nodes if (text := _text(node.get("headline") or node.get("title")))), "")
    return Stated(
        headline=headline,
        published=tuple(published),
        modified=tuple(modified),
        authors=tuple(authors),
        source=next((names[name] for name in _SOURCE if name in names), ""),
        section=next((text for node in nodes if (text := _section(node.get("articleSection")))), "")
        or next((names[name] for name in _SECTION if name in names), ""),
        body=next((text for node in nodes if (text := _text(node.get("articleBody"), longest=_LONGEST))), ""),
        site=names.get("og:site_name", "") or names.get("sitename", "") or names.get("application-name", ""),
        titles=tuple(dict.fromkeys(names[name] for name in _TITLE if name in names)),
    )


def _nodes(scripts: Iterable[Script]) -> Iterator[dict[str, Any]]:
    """The objects in the JSON-LD of a page, those inside others too, without recursion."""
    pending: list[Any] = []
    for script in scripts:
        if "ld+json" in script.attributes.lower() and len(script.text) <= _LONGEST:
            try:
                pending.append(orjson.loads(_mended(script.text)))
            except orjson.JSONDecodeError:
                continue
    pending.reverse()
    for _visit in range(_MOST_NODES):
        if not pending:
            return
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(reversed(value[:200]))
        elif isinstance(value, dict):
            yield value
            pending.extend(value[key] for key in ("mainEntity", "@graph") if key in value)


def _mended(text: str) -> str:
    """JSON as pages write it: with comments of HTML around it, and raw line breaks inside its strings."""
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    text = text.removeprefix("//<![CDATA[").removesuffix("//]]>").strip()
    return text.translate(_CONTROL)


_CONTROL = dict.fromkeys(range(0x20), " ")


def _kinds(node: dict[str, Any]) -> list[str]:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return [one.lower() for one in kinds if isinstance(one, str)]


def _is_article(node: dict[str, Any]) -> bool:
    kinds = _kinds(node)
    return any(kind in _ARTICLES for kind in kinds) if kinds else "pubDate" in node


def _text(value: Any, *, longest: int = 2_000) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, str):
        return ""
    return " ".join(unescape(value[:longest]).split()) if longest <= 2_000 else unescape(value[:longest]).strip()


def _section(value: Any) -> str:
    return _text(value)[:40]


def _people(value: Any) -> list[str]:
    """The names in an author field: a name, an object with one, or a list of either."""
    values = value if isinstance(value, list) else [value]
    names: list[str] = []
    for one in values[:20]:
        if isinstance(one, dict):
            one = one.get("name")  # noqa: PLW2901  # the same author, unwrapped
        if name := _text(one):
            names.append(name[:80])
    return names
