"""Articles as the desk has them after a crawl; their history is not written."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta

import factory
from django.apps import apps
from django.utils import timezone

from huomiao.newsdesk import web_addresses
from huomiao.newsdesk.models import (
    Address,
    Article,
    Capture,
    Category,
    Chain,
    Copy,
    FilingRule,
    HubSubscription,
    Mention,
    Picture,
    Removal,
    Source,
    Subscription,
    Version,
)
from huomiao.newsdesk.states import CopyReason, Filing, MentionKind, PushState, RemovalReason, RulePlace, SourceKind
from tests.factories.accounts import UserFactory
from tests.factories.orgs import OrganizationFactory

AN_EVENING = datetime(2023, 12, 5, 10, 41, tzinfo=UTC)
PARAGRAPH = "全省职工积极参加岗位练兵和技能竞赛，一批小发明、小改造在班组里派上了用场。"


def blocks(*paragraphs: str) -> list[dict]:
    return [{"kind": "paragraph", "text": one} for one in paragraphs]


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"shelf-{n}")
    name = factory.Sequence(lambda n: f"类别{n}")


def first_categories() -> None:
    """Put up the categories of a new desk, as its migration does: a test that empties all tables takes them along."""
    migration = importlib.import_module("huomiao.newsdesk.migrations.0002_first_categories")
    migration.put_up(apps, None)


class FilingRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FilingRule

    category = factory.SubFactory(CategoryFactory)
    place = RulePlace.TITLE
    words = factory.Sequence(lambda n: f"词{n}")


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source

    name = factory.Sequence(lambda n: f"示例报{n}")
    kind = SourceKind.FEED
    address = factory.Sequence(lambda n: f"https://press{n}.example/feed.xml")
    address_hash = factory.LazyAttribute(lambda source: web_addresses.key(source.address))
    site = factory.LazyAttribute(lambda source: web_addresses.site(source.address))
    keeper = factory.SubFactory(OrganizationFactory)


class AddressFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Address

    source = factory.SubFactory(SourceFactory)
    url = factory.Sequence(lambda n: f"https://press.example/a/{n}.html")
    url_hash = factory.LazyAttribute(lambda address: web_addresses.key(address.url))
    lane = factory.LazyAttribute(lambda address: web_addresses.site(address.url))
    due_at = AN_EVENING
    found_at = AN_EVENING


class HubSubscriptionFactory(factory.django.DjangoModelFactory):
    """One that its hub has confirmed and that holds."""

    class Meta:
        model = HubSubscription

    source = factory.SubFactory(SourceFactory)
    hub = "https://hub.example/"
    topic = factory.LazyAttribute(lambda row: row.source.address)
    token = factory.Sequence(lambda n: f"token-{n}")
    secret = factory.Sequence(lambda n: f"secret-{n}")
    state = PushState.ACTIVE
    ends_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=5))


class CaptureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Capture

    url = factory.Sequence(lambda n: f"https://press.example/a/{n}.html")
    url_hash = factory.LazyAttribute(lambda capture: web_addresses.key(capture.url))
    taken_at = AN_EVENING + timedelta(hours=2)
    warc_file = "desk-00001.warc.gz"
    warc_offset = factory.Sequence(lambda n: n * 1000)
    digest = factory.Sequence(lambda n: f"sha1:{n:032d}")
    status = 200
    content_type = "text/html"
    size = 12345


class ArticleFactory(factory.django.DjangoModelFactory):
    """An article with its first version; ``paragraphs`` are its body, ``blocks`` where it has more than paragraphs."""

    class Meta:
        model = Article
        skip_postgeneration_save = True

    class Params:
        paragraphs = (PARAGRAPH,)

    source = factory.SubFactory(SourceFactory)
    url = factory.Sequence(lambda n: f"https://press.example/a/{n}.html")
    url_hash = factory.LazyAttribute(lambda article: web_addresses.key(article.url))
    site = factory.LazyAttribute(lambda article: web_addresses.site(article.url))
    category = factory.SubFactory(CategoryFactory)
    filed_by = Filing.SOURCE
    title = factory.Sequence(lambda n: f"职工技能竞赛决赛第{n}场举行")
    source_name = "每日示例"
    reposted_from = "示例新闻社"
    language = "zh"
    published_at = AN_EVENING
    first_seen_at = factory.LazyAttribute(lambda article: article.published_at + timedelta(hours=2))
    dated_at = factory.LazyAttribute(lambda article: article.published_at)

    @factory.post_generation
    def body(self, create, extracted, **kwargs):
        """``body=[…]`` gives the blocks; ``body=False`` leaves the article without a version."""
        if extracted is False:
            return
        given = extracted if extracted is not None else blocks(PARAGRAPH)
        self.current = VersionFactory(article=self, body=given, capture__url=self.url)
        self.summary = self.current.text[:120]
        self.save(update_fields=["current", "summary"])


class VersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Version

    article = factory.SubFactory(ArticleFactory, body=False)
    capture = factory.SubFactory(CaptureFactory)
    number = factory.LazyAttribute(lambda version: version.article.versions.count() + 1)
    extractor = "test"
    made_at = factory.LazyAttribute(lambda version: version.capture.taken_at)
    title = factory.LazyAttribute(lambda version: version.article.title)
    published_at = factory.LazyAttribute(lambda version: version.article.published_at)
    published_to = "minute"
    source_name = factory.LazyAttribute(lambda version: version.article.source_name)
    reposted_from = factory.LazyAttribute(lambda version: version.article.reposted_from)
    body = factory.LazyFunction(lambda: blocks(PARAGRAPH))
    text = factory.LazyAttribute(lambda version: "\n".join(one.get("text", "") for one in version.body))
    language = "zh"
    evidence = factory.LazyFunction(lambda: {"title": {"confidence": 0.9, "cue": "h1", "quote": "标题"}})


class PictureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Picture

    article = factory.SubFactory(ArticleFactory)
    url = factory.Sequence(lambda n: f"https://press.example/p/{n}.jpg")
    url_hash = factory.LazyAttribute(lambda picture: web_addresses.key(picture.url))
    capture = factory.SubFactory(CaptureFactory, url=factory.SelfAttribute("..url"), content_type="image/jpeg")


class CopyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Copy

    chain = factory.LazyFunction(Chain.objects.create)
    article = factory.SubFactory(ArticleFactory)
    reason = CopyReason.FIRST


class MentionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Mention

    article = factory.SubFactory(ArticleFactory)
    kind = MentionKind.UNION
    subject_type = "orgs.organization"
    subject_id = factory.Sequence(str)
    name = "示例省总工会"
    start = 0
    end = 6


class SubscriptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subscription

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"订阅{n}")
    query = factory.Sequence(lambda n: f"技能竞赛 {n}")
    made_at = AN_EVENING
    seen_at = AN_EVENING
    digested_at = AN_EVENING


class RemovalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Removal

    article = factory.SubFactory(ArticleFactory)
    reason = RemovalReason.COPYRIGHT
    text = "本文系我单位原创，未经许可转载，请予下架。"
    name = "示例杂志社"
    phone = "13700009876"
    made_at = AN_EVENING
    due_on = factory.LazyAttribute(lambda removal: removal.made_at.date() + timedelta(days=5))
