"""Writing versions: what was read from a capture becomes an article's next version, and its row repeats it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from huomiao.newsdesk import picturing, web_addresses
from huomiao.newsdesk.models import Article, Capture, Version
from huomiao.newsdesk.pipeline.article import Article as Read
from huomiao.newsdesk.pipeline.article import Block, Image

# What an editor wrote is never replaced by what is read from the same capture.
EDITOR = "editor"
SUMMARY_LENGTH = 150

# The fields of a version by which a reader would call it another one; how sure the extractor was is not among them.
TOLD = ("title", "subtitle", "published_at", "source_name", "reposted_from", "authors", "body")

# Everything that is read: the columns that ``values_of`` fills.
READ = (
    *TOLD, "published_to", "updated_at", "editors", "category_said", "text", "language", "canonical", "evidence"
)  # fmt: skip


def values_of(read: Read) -> dict[str, Any]:
    """The columns of a version as ``read`` has them, cut to what they hold."""
    return {
        "title": read.title[:300],
        "subtitle": read.subtitle[:300],
        "published_at": read.published_at,
        "published_to": read.published_to[:6],
        "updated_at": read.updated_at,
        "source_name": read.source[:80],
        "reposted_from": read.reposted_from[:80],
        "authors": list(read.authors),
        "editors": list(read.editors),
        "category_said": read.category[:60],
        "body": [_block(block) for block in read.body],
        "text": read.text,
        "language": read.language[:2],
        "canonical": web_addresses.cleaned(read.canonical),
        "evidence": {name: asdict(one) for name, one in read.evidence.items()},
    }


def add(article: Article, capture: Capture, values: dict[str, Any], *, extractor: str, at: datetime) -> Version | None:
    """Add a version to ``article`` (locked by the caller) and make it current; None where it says what is said already.

    Another reading of the capture that is current takes the place of the earlier one; a reading of an older capture
    becomes a version but not the current one.
    """
    earlier = list(article.versions.filter(capture=capture, is_superseded=False))
    if any(one.extractor == EDITOR for one in earlier) and extractor != EDITOR:
        return None
    current = article.current
    same = next((one for one in (current, *earlier) if one is not None and _tells_the_same(one, values)), None)
    if same is not None:
        return None
    last = article.versions.order_by("-number").values_list("number", flat=True).first() or 0
    made = Version.objects.create(
        article=article, capture=capture, number=last + 1, extractor=extractor, made_at=at, **values
    )
    if earlier:
        article.versions.filter(pk__in=[one.pk for one in earlier]).update(is_superseded=True)
    if current is None or current.capture.taken_at <= capture.taken_at:
        _make_current(article, made)
    picturing.note(article, made)
    return made


def _tells_the_same(version: Version, values: dict[str, Any]) -> bool:
    return all(getattr(version, name) == values[name] for name in TOLD)


def _make_current(article: Article, version: Version) -> None:
    article.current = version
    article.title = version.title or article.title
    article.summary = " ".join(version.text.split())[:SUMMARY_LENGTH]
    article.source_name, article.reposted_from = version.source_name, version.reposted_from
    article.language, article.published_at = version.language, version.published_at
    article.dated_at = version.published_at or article.first_seen_at
    article.revision += 1
    article.is_related = False
    article.save()


def _block(block: Block) -> dict[str, Any]:
    """The block as JSON, without what is empty."""
    return {name: value for name, value in asdict(block).items() if value or name == "kind"}


def read_of(version: Version) -> Read:
    """``version`` in the shape in which it was read, for the steps that know no tables; evidence is left out."""
    return Read(
        url=version.article.url,
        title=version.title,
        subtitle=version.subtitle,
        published_at=version.published_at,
        published_to=version.published_to,
        updated_at=version.updated_at,
        source=version.source_name,
        reposted_from=version.reposted_from,
        authors=tuple(version.authors),
        editors=tuple(version.editors),
        category=version.category_said,
        body=tuple(_block_of(one) for one in version.body),
        text=version.text,
        language=version.language,
        canonical=version.canonical,
    )


def _block_of(kept: dict[str, Any]) -> Block:
    image = kept.get("image")
    return Block(
        kind=kept.get("kind", "paragraph"),
        text=kept.get("text", ""),
        level=kept.get("level", 0),
        items=tuple(kept.get("items", ())),
        rows=tuple(tuple(row) for row in kept.get("rows", ())),
        ordered=kept.get("ordered", False),
        image=Image(image.get("address", ""), image.get("caption", ""), image.get("credit", "")) if image else None,
    )
