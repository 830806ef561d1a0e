"""Reads captures: a page of news becomes an article or its next version, a picture finds the article that shows it."""

from __future__ import annotations

import logging
from datetime import datetime
from importlib.metadata import version as installed

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from huomiao.newsdesk import archiving, filing, heeding, paging, picturing, site_knowledge, versions, web_addresses
from huomiao.newsdesk.models import Address, Article, Capture, Source
from huomiao.newsdesk.pipeline.article import Article as Read
from huomiao.newsdesk.pipeline.robots_words import Wishes
from huomiao.newsdesk.states import AddressKind

logger = logging.getLogger(__name__)

BATCH = 50
EXTRACTOR = f"huomiao {installed('huomiao')}"
READ = frozenset({AddressKind.PAGE, AddressKind.PICTURE})
PAGES = frozenset({"text/html", "application/xhtml+xml", ""})
# A page with less text and no picture is a list, a notice that something moved, or an error that says 200.
SHORTEST_TEXT = 40
LEAST_BODY_SURENESS = 0.3


def read_pending() -> int:
    """Read every capture that nobody has read; returns how many. Safe to run twice and to be killed in between."""
    done = 0
    while batch := list(_unread()[:BATCH]):
        for capture in batch:
            try:
                read(capture)
            except Exception:
                # The archive has it: it is read again when this is mended and somebody asks for it.
                logger.exception("Capture %s could not be read", capture.pk)
                Capture.objects.filter(pk=capture.pk).update(is_read=True)
        done += len(batch)
    return done


def _unread() -> QuerySet[Capture]:
    return (
        Capture.objects.filter(is_read=False)
        .select_related("address__source__category", "address__part_of__current__capture")
        .order_by("pk")
    )


def read(capture: Capture) -> Article | None:
    """Read ``capture``: the article that it is a version of, or None where it is none."""
    article = None
    address = capture.address
    if address is not None and capture.status == 200 and address.kind in READ:
        try:
            article = _read(
                _first_page(capture, address), address.source, is_picture=address.kind == AddressKind.PICTURE
            )
        except archiving.Unreadable as problem:
            logger.warning("Capture %s cannot be read from the archive: %s", capture.pk, problem)
    Capture.objects.filter(pk=capture.pk).update(is_read=True)
    return article


def _read(capture: Capture, source: Source, *, is_picture: bool) -> Article | None:
    kind = capture.content_type
    if kind.startswith("image/"):
        picturing.take(capture)
        return None
    if kind not in PAGES or is_picture:
        return None
    found = site_knowledge.read(capture, source)
    if not is_article(found):
        return None
    now = timezone.now()
    wishes = heeding.wishes_of(capture)
    article = keep(paging.whole(found, capture, source), capture, source, wishes, at=now)
    paging.want(article, found, capture, at=now)
    return article


def _first_page(capture: Capture, address: Address) -> Capture:
    """What is read when ``capture`` has come: a further page has its article read again from the first one."""
    article = address.part_of
    return article.current.capture if article is not None and article.current is not None else capture


def is_article(found: Read) -> bool:
    """Whether what was read is an article, and not a list or an error page."""
    body = found.evidence.get("body")
    sure = body is None or body.confidence >= LEAST_BODY_SURENESS
    return bool(found.title) and sure and (len(found.text) >= SHORTEST_TEXT or bool(found.images))


@transaction.atomic
def keep(found: Read, capture: Capture, source: Source, wishes: Wishes, *, at: datetime) -> Article:
    """Keep what was read of ``capture``: the article's first version, its next one, or nothing new."""
    url = web_addresses.cleaned(found.canonical) if _is_own(found.canonical, capture.url) else ""
    url = url or capture.url
    article = Article.objects.select_for_update(of=("self",)).filter(url_hash=web_addresses.key(url)).first()
    if article is None:
        filed = filing.file(source, url=url, said=found.category, title=found.title, text=found.text)
        article = Article.objects.create(
            source=source,
            url=url,
            url_hash=web_addresses.key(url),
            site=web_addresses.site(url),
            category=filed.category,
            filed_by=filed.by,
            filing_sureness=filed.sureness,
            title=found.title[:300],
            first_seen_at=capture.taken_at,
            dated_at=found.published_at or capture.taken_at,
        )
    heeding.heed(article, capture, wishes)
    made = versions.add(article, capture, versions.values_of(found), extractor=EXTRACTOR, at=at)
    if made is not None:
        picturing.want(article, made, source, at=at)
        site_knowledge.learn_when_due(source)
    return article


def _is_own(canonical: str, url: str) -> bool:
    """Whether a page's canonical address can be believed: one of its own site, or it would take another's place."""
    cleaned = web_addresses.cleaned(canonical)
    return bool(cleaned) and web_addresses.site(cleaned) == web_addresses.site(url)
