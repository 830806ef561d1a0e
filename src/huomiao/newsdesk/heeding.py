"""What pages ask of us about being found and kept is heeded from their newest snapshot on, and so is its taking back."""

from __future__ import annotations

from huomiao.newsdesk import archiving, looking
from huomiao.newsdesk.models import Article, Capture
from huomiao.newsdesk.pipeline import robots_words
from huomiao.newsdesk.pipeline.robots_words import Wishes
from huomiao.newsdesk.states import ArticleState


def wishes_of(capture: Capture) -> Wishes:
    """What the page of ``capture`` asked. Raises ``archiving.Unreadable``."""
    body, exchange = archiving.content(capture)
    return robots_words.wishes(exchange.headers, body, agent=looking.identity().name)


def heed(article: Article, capture: Capture, wishes: Wishes) -> None:
    """Note what ``capture`` asked for ``article`` (locked by the caller), unless there is a newer snapshot of it."""
    if _is_outdated(article, capture):
        return
    if (article.asks_noindex, article.asks_noarchive) == (wishes.noindex, wishes.noarchive):
        return
    article.asks_noindex, article.asks_noarchive = wishes.noindex, wishes.noarchive
    if article.state != ArticleState.TAKEN_DOWN:
        article.state = article.state_asked_for
    article.revision += 1
    article.save(update_fields=["asks_noindex", "asks_noarchive", "state", "revision"])


def _is_outdated(article: Article, capture: Capture) -> bool:
    if article.current is not None and article.current.capture.taken_at > capture.taken_at:
        return True
    # A page may ask something else and say the same: then its newest snapshot is no version.
    newer = Capture.objects.filter(url_hash=capture.url_hash, status=200, taken_at__gt=capture.taken_at)
    return newer.exists()
