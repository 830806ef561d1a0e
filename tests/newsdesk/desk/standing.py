"""One of everything that the desk's addresses name, archived pages and pictures included."""

from __future__ import annotations

from datetime import UTC, datetime

from huomiao.newsdesk import archiving, searching
from huomiao.newsdesk.models import Capture
from huomiao.newsdesk.pipeline.archive.exchange import Exchange
from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.newsdesk.tasks import digests
from tests.factories.newsdesk import (
    AddressFactory,
    ArticleFactory,
    CaptureFactory,
    CopyFactory,
    FilingRuleFactory,
    HubSubscriptionFactory,
    MentionFactory,
    PictureFactory,
    RemovalFactory,
    SubscriptionFactory,
    VersionFactory,
    blocks,
)
from tests.files import samples

A_DAY = datetime(2023, 12, 5, tzinfo=UTC)


def archived(capture: Capture, kind: str, body: bytes) -> None:
    """Put an answer into the archive and let ``capture`` be where it lies."""
    headers = (("Content-Type", kind),)
    with Archive(archiving.folder()) as archive:
        place = archive.write(Exchange(capture.url, A_DAY, 200, headers=headers, body=body))
    capture.warc_file, capture.warc_offset = place.file, place.offset
    capture.save()


class NewsStanding:
    """Two articles, the first with versions, picture, chain, names and requests; ``reader`` follows and watches."""

    def __init__(self, keeper, *, reader) -> None:
        self.article = ArticleFactory(source__keeper=keeper, body=blocks("第一段的话。", "第二段的话。"))
        other = ArticleFactory(source=self.article.source, category=self.article.category)
        later = CaptureFactory(url=self.article.url)
        self.article.current = VersionFactory(article=self.article, capture=later, body=blocks("改过的第一段。"))
        self.article.save()
        self.picture = PictureFactory(article=self.article)
        archived(later, "text/html; charset=utf-8", "<p>原网页</p>".encode())
        archived(self.picture.capture, "image/jpeg", samples.jpeg())
        chain = CopyFactory(article=self.article).chain
        CopyFactory(article=other, chain=chain, taken_from=self.article, reason="credited")
        self.mention = MentionFactory(article=self.article)
        self.removal = RemovalFactory(article=other)
        self.rule = FilingRuleFactory(category=self.article.category)
        AddressFactory(source=self.article.source, trouble="too_slow")
        self.push = HubSubscriptionFactory(source=self.article.source)
        self.subscription = SubscriptionFactory(user=reader, query="第一段", mail_to="a@example.org")
        self.other = other
        searching.bring_up_to_date()

    def keys(self) -> dict[str, list]:
        """What stands in an address after each of its words."""
        return {
            "news/articles": [self.article.pk, self.other.pk],
            "news/categories": [self.article.category.slug],
            "news/captures": [self.article.current.capture_id],
            "news/pictures": [self.picture.pk],
            "news/mentions": [self.mention.pk],
            "news/removals": [self.removal.pk],
            "news/sources": [self.article.source_id],
            "news/subscriptions": [self.subscription.pk],
            "news/shared": [self.subscription.token],
            "news/stop": [digests.way_out(self.subscription)],
            "news/confirm": [digests.confirmation(self.subscription)],
            "news/filing-rules": [self.rule.pk],
            "news/websub": [self.push.token],
            "news/feed": ["atom", "rss"],
            "news/timegate": [self.article.url],
            "news/link": [self.article.url],
            "news/json": [self.article.url],
        }
