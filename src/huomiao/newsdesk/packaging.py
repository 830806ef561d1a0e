"""A part of the archive as one file that other players open (WACZ): the snapshots of the articles that a query finds."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from huomiao.newsdesk import archiving, searching
from huomiao.newsdesk.models import Article, Capture
from huomiao.newsdesk.pipeline.archive import wacz
from huomiao.newsdesk.pipeline.archive.index import Index
from huomiao.newsdesk.queries import articles as queries

MOST_FOUND = 10_000


def export(target: Path, *, query: str, at: datetime) -> int:
    """Write the snapshots, with their pictures, of the articles that ``query`` finds (all without one); how many articles.

    What is taken down is not among them, nor what asks that no copy be shown.
    """
    articles = _found(query) if query else list(queries.newest(queries.may_be_copied()))
    pages: list[wacz.Page] = []
    places: set[tuple[str, int]] = set()
    for article in articles:
        captures, titles = _captures(article)
        places.update((one.warc_file, one.warc_offset) for one in captures)
        pages += [wacz.Page(one.url, one.taken_at, titles[one.pk]) for one in captures if one.pk in titles]
    with closing(Index(archiving.folder())) as index:
        found = [place for file, offset in sorted(places) if (place := index.at(file, offset)) is not None]
    wacz.export(
        target,
        archiving.folder(),
        found,
        pages=pages,
        title=query or settings.PROGRAMME_NAME or _("资讯存档"),
        at=at,
        software=f"huomiao/{version('huomiao')}",
    )
    return len(articles)


def _found(query: str) -> list[Article]:
    return [one for one in searching.newest(query, most=MOST_FOUND) if not one.asks_noarchive]


def _captures(article: Article) -> tuple[list[Capture], dict[int, str]]:
    """The captures of an article and its pictures, and the titles of those that are pages."""
    titles = dict(article.versions.values_list("capture_id", "title"))
    pictures = article.pictures.exclude(capture=None).values_list("capture_id", flat=True)
    return list(Capture.objects.filter(pk__in=[*titles, *pictures])), titles
