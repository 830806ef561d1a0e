"""How an article is cited: the national standard's form for pages of the web (GB/T 7714), with the snapshot's day."""

from __future__ import annotations

from django.utils import timezone

from huomiao.newsdesk.models import Article, Version

MOST_AUTHORS = 3


def citation(article: Article, version: Version) -> str:
    """One line: author. title[EB/OL]. source, (published)[snapshot]. address."""
    authors = [str(author) for author in version.authors]
    named = ", ".join(authors[:MOST_AUTHORS]) + (", 等" if len(authors) > MOST_AUTHORS else "")
    published = f"({timezone.localtime(version.published_at):%Y-%m-%d})" if version.published_at else ""
    taken = f"[{timezone.localtime(version.capture.taken_at):%Y-%m-%d}]"
    where = version.reposted_from or version.source_name or article.site
    parts = [named, f"{version.title}[EB/OL]", f"{where}, {published}{taken}", article.url]
    return ". ".join(part for part in parts if part) + "."
