"""Articles on several pages: the parts that the archive has are put together, the others are fetched."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from huomiao.newsdesk import archiving, known_addresses, site_knowledge, web_addresses
from huomiao.newsdesk.models import Address, Article, Capture, Source
from huomiao.newsdesk.pipeline.article import Article as Read
from huomiao.newsdesk.states import AddressKind

logger = logging.getLogger(__name__)

MOST_PAGES = 30


def whole(found: Read, capture: Capture, source: Source) -> Read:
    """``found`` with the text of its further pages, as far as the archive has them; a missing one ends it."""
    for url in further(found, capture):
        held = Capture.objects.filter(url_hash=web_addresses.key(url), status=200).order_by("-taken_at").first()
        if held is None:
            break
        try:
            part = site_knowledge.read(held, source)
        except archiving.Unreadable as problem:
            logger.warning("Capture %s cannot be read from the archive: %s", held.pk, problem)
            break
        found = replace(
            found,
            body=(*found.body, *part.body),
            text="\n".join(text for text in (found.text, part.text) if text),
            images=(*found.images, *part.images),
        )
    return found


def want(article: Article, found: Read, capture: Capture, *, at: datetime) -> None:
    """Have the further pages of ``article`` fetched; when one comes, the article is read again."""
    for url in further(found, capture):
        page = known_addresses.known(url, source=article.source, kind=AddressKind.PAGE, due_at=at, at=at)
        Address.objects.filter(pk=page.pk, part_of=None).update(part_of=article)


def further(found: Read, capture: Capture) -> list[str]:
    """The addresses of the further pages, on the article's own site."""
    cleaned = (web_addresses.cleaned(url) for url in found.pages[:MOST_PAGES])
    site = web_addresses.site(capture.url)
    return [url for url in dict.fromkeys(cleaned) if url and url != capture.url and web_addresses.site(url) == site]
