"""A source that offers a hub: subscribed to, confirmed, renewed, pushed to, given up; and everything that must not work."""

from __future__ import annotations

import gzip
import hashlib
import hmac
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from huomiao.newsdesk import crawling, push_words, websub, websub_pushes
from huomiao.newsdesk.actions import sources
from huomiao.newsdesk.actions.sources import Way
from huomiao.newsdesk.models import Address, Article, HubSubscription, Source
from huomiao.newsdesk.pipeline.discover.websub import Hub
from huomiao.newsdesk.states import PushState, SourceKind
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import AN_EVENING, AddressFactory, HubSubscriptionFactory, SourceFactory
from tests.factories.orgs import MembershipFactory
from tests.newsdesk.desk.hub import CHALLENGE, open_hub
from tests.newsdesk.desk.press import PARAGRAPHS, printing

TITLE = "职工技能竞赛点燃创新火苗"
A_DAY = timedelta(days=1)


@pytest.fixture
def site(settings, live_server):
    """This site under an address that the hub on this machine reaches."""
    settings.NEWS_NETWORKS = ["127.0.0.1/32"]
    settings.NEWS_ASKS_THE_WEB = True
    settings.PUBLIC_URL = live_server.url.replace("localhost", "127.0.0.1")
    return live_server


@pytest.fixture
def hub(site):
    with open_hub() as one:
        yield one


@pytest.fixture
def press(hub):
    with printing() as paper:
        paper.hub = hub.address
        paper.article("/a/1.html", TITLE)
        paper.feed(("/a/1.html", TITLE))
        yield paper


def watched(press, *, editor=None) -> Source:
    post = editor or MembershipFactory(role=Role.EDITOR)
    way = Way(press.address("/feed.xml"), SourceKind.FEED)
    return sources.add(way, name="示例日报", keeper=post.organization, category=None, by=post.user)


def crawl() -> None:
    crawling.crawl(forever=False, delay_seconds=0)


def subscribed(hub, **more) -> HubSubscription:
    """A subscription that the hub has confirmed a moment ago."""
    row = HubSubscriptionFactory(hub=hub.address, due_at=timezone.now(), state=PushState.WANTED, **more)
    websub.ask_due(timezone.now())
    row.refresh_from_db()
    return row


def feed(*paths: str) -> bytes:
    items = "".join(f"<item><title>{TITLE}</title><link>{path}</link></item>" for path in paths)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


@pytest.mark.django_db(transaction=True)
def test_a_feed_that_names_a_hub_is_subscribed_to_and_a_push_brings_the_article_from_its_own_page(hub, press):
    source = watched(press)
    crawl()
    assert websub.ask_due(timezone.now()) == 1
    row = HubSubscription.objects.get(source=source)
    assert (row.state, row.topic) == (PushState.ACTIVE, press.address("/feed.xml"))
    assert hub.confirmations == [(200, CHALLENGE)]
    assert hub.asked[0]["hub.callback"].endswith(reverse("newsdesk:websub", args=[row.token]))
    press.article("/a/2.html", "岗位练兵百万人次", *PARAGRAPHS[::-1])

    assert hub.push(feed(press.address("/a/2.html")).replace(TITLE.encode(), b"Not what the page says")) == 202
    crawl()

    article = Article.objects.get(url=press.address("/a/2.html"))
    assert article.title == "岗位练兵百万人次"
    assert press.asked.count("/a/2.html") == 1
    row.refresh_from_db()
    assert (row.pushes, row.ignored, row.pushed_at is not None) == (1, 0, True)


@pytest.mark.django_db(transaction=True)
def test_a_hub_that_is_away_is_asked_again_later_and_later(hub):
    hub.status = 500
    row = subscribed(hub)
    assert (row.state, row.trouble, row.asked_at) == (PushState.ASKED, "server_error", None)

    now = row.due_at
    waits = []
    for _try in range(7):
        websub.ask_due(now)
        row.refresh_from_db()
        waits.append(row.due_at - now)
        now = row.due_at

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=15), A_DAY)
    assert len(hub.asked) == 8


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_before_it_runs_out_and_holds_while_the_hub_is_away(hub):
    hub.lease = 300_000
    row = subscribed(hub)
    ends_at = row.ends_at
    assert websub.ask_due(row.due_at - timedelta(seconds=1)) == 0

    hub.status = 503
    websub.ask_due(row.due_at)
    row.refresh_from_db()
    assert (row.state, row.ends_at, row.trouble) == (PushState.ACTIVE, ends_at, "server_error")
    assert hub.push(feed()) == 202

    hub.status = 202
    websub.ask_due(row.due_at)
    row.refresh_from_db()
    assert (row.tries, row.trouble) == (0, "")
    assert row.ends_at > ends_at
    assert ends_at - timedelta(seconds=300_000) < row.due_at < row.ends_at


@pytest.mark.django_db(transaction=True)
def test_a_paused_source_is_unsubscribed_and_a_resumed_one_subscribed_again(hub):
    editor = MembershipFactory(role=Role.EDITOR)
    row = subscribed(hub, source__keeper=editor.organization)

    sources.pause(row.source, by=editor.user)
    assert hub.push(feed("https://press.example/a/9.html")) == 410
    websub.ask_due(timezone.now())
    row.refresh_from_db()
    assert (hub.asked[-1]["hub.mode"], hub.confirmations[-1], row.state) == (
        "unsubscribe",
        (200, CHALLENGE),
        PushState.ENDED,
    )

    sources.resume(row.source, by=editor.user)
    websub.ask_due(timezone.now())
    row.refresh_from_db()
    assert (row.state, [form["hub.mode"] for form in hub.asked]) == (
        PushState.ACTIVE,
        ["subscribe", "unsubscribe", "subscribe"],
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [307, 308])
def test_a_hub_that_moved_is_followed_but_not_inside(hub, status):
    with open_hub() as other:
        hub.status, hub.location = status, other.address
        assert subscribed(hub).state == PushState.ACTIVE
        assert other.asked == hub.asked

    hub.location = f"http://127.0.0.2:{hub.port}/hub"
    assert subscribed(hub).trouble == "not_public"


@pytest.mark.django_db(transaction=True)
def test_a_hub_on_an_internal_network_is_never_asked(hub, settings):
    settings.NEWS_NETWORKS = []
    settings.PUBLIC_URL = "https://huomiao.example.org"

    assert subscribed(hub).trouble == "not_public"
    assert hub.asked == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_signature_of_the_standard_is_taken(hub, method):
    row = subscribed(hub)

    assert hub.push(feed("https://press.example/a/9.html"), method=method) == 202

    found = Address.objects.get()
    assert (found.url, found.source_id, found.kind) == ("https://press.example/a/9.html", row.source_id, "page")


@pytest.fixture
def row(db, settings):
    settings.PUBLIC_URL = "https://huomiao.example.org"
    return HubSubscriptionFactory()


def callback(row) -> str:
    return reverse("newsdesk:websub", args=[row.token])


def signed(row, body: bytes, method: str = "sha256") -> str:
    return f"{method}=" + hmac.new(row.secret.encode(), body, getattr(hashlib, method)).hexdigest()


def push(client, row, body: bytes, signature: str | None = None, **headers: str) -> int:
    given = signed(row, body) if signature is None else signature
    return client.post(
        callback(row),
        body,
        content_type="application/rss+xml",
        headers={"x-hub-signature": given, **headers},
    ).status_code


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=" + "0" * 64, "md5=900150983cd24fb0d6963f7d28e17f72", "sha256=ä", "plain"]
)
def test_a_push_that_is_not_signed_is_answered_politely_and_ignored(client, row, signature):
    assert push(client, row, feed("https://press.example/a/9.html"), signature) == 202

    row.refresh_from_db()
    assert (Address.objects.count(), row.pushes, row.ignored) == (0, 0, 1)


def test_a_push_that_was_changed_on_the_way_is_ignored(client, row):
    assert push(client, row, feed("https://evil.example/"), signed(row, feed("https://press.example/a/9.html"))) == 202

    assert Address.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"state": PushState.ASKED},
        {"state": PushState.DENIED},
        {"state": PushState.ENDED},
        {"ends_at": AN_EVENING},
        {"token": "another"},
    ],
)
def test_nothing_is_taken_for_a_subscription_that_does_not_hold(client, row, change):
    HubSubscription.objects.filter(pk=row.pk).update(**change)

    assert push(client, row, feed("https://press.example/a/9.html")) == 410
    assert Address.objects.count() == 0


def test_a_push_may_not_be_larger_than_a_feed(client, row, monkeypatch):
    monkeypatch.setattr(websub_pushes, "MOST_BYTES", 1000)

    assert push(client, row, b"x" * 1001) == 413
    assert push(client, row, feed("https://press.example/a/9.html")) == 202


@pytest.mark.parametrize("body", [b"", b"\xff\xfe nothing", gzip.compress(bytes(20_000_000))])
def test_a_push_without_addresses_has_the_source_itself_looked_at(client, row, body):
    entrance = AddressFactory(
        source=row.source,
        url=row.source.address,
        kind="feed",
        due_at=timezone.now() + A_DAY,
        visited_at=timezone.now() - A_DAY,
    )

    assert push(client, row, body, **{"content-encoding": "gzip"} if body[:1] == b"\x1f" else {}) == 202

    entrance.refresh_from_db()
    assert entrance.due_at <= timezone.now()


def test_a_push_of_few_entries_has_known_pages_looked_at_again_and_one_of_the_whole_feed_does_not(client, row):
    later = timezone.now() + A_DAY
    known = [
        AddressFactory(
            source=row.source, url=f"https://press.example/k/{one}", due_at=later, visited_at=timezone.now() - A_DAY
        )
        for one in range(6)
    ]
    elsewhere = AddressFactory(url="https://other.example/1", due_at=later, visited_at=timezone.now() - A_DAY)

    push(client, row, feed(*(one.url for one in known)))
    assert not Address.objects.filter(due_at__lt=later).exists()
    push(client, row, feed(known[0].url, elsewhere.url))

    assert list(Address.objects.filter(due_at__lt=later)) == [known[0]]


@pytest.fixture
def asked(row):
    HubSubscription.objects.filter(pk=row.pk).update(state=PushState.ASKED, asked_at=timezone.now())
    return row


def visit(client, row, **change: str | None) -> tuple[int, str]:
    said = {"mode": "subscribe", "topic": row.topic, "challenge": "c", "lease_seconds": "864000", **change}
    query = {f"hub.{name}": value for name, value in said.items() if value is not None}
    response = client.get(callback(row), query)
    return response.status_code, response.content.decode() if response.status_code == 200 else ""


def test_a_confirmation_is_answered_with_the_challenge_as_plain_text(client, asked):
    response = client.get(
        callback(asked),
        {
            "hub.mode": "subscribe",
            "hub.topic": asked.topic,
            "hub.challenge": "<script>x</script>",
            "hub.lease_seconds": "99999999999",
        },
    )

    assert (response.status_code, response.content) == (200, b"<script>x</script>")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    asked.refresh_from_db()
    assert asked.state == PushState.ACTIVE
    assert timezone.now() + timedelta(days=89) < asked.ends_at < timezone.now() + timedelta(days=91)


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "https://press.example/other.xml"},
        {"topic": None},
        {"mode": "unsubscribe"},
        {"mode": "publish"},
        {"mode": None},
        {"challenge": None},
        {"challenge": ""},
        {"challenge": "x" * 3000},
        {"lease_seconds": None},
        {"lease_seconds": "0"},
        {"lease_seconds": "-5"},
        {"lease_seconds": "soon"},
        {"lease_seconds": "9" * 40},
    ],
)
def test_what_was_not_asked_for_is_not_confirmed(client, asked, change):
    assert visit(client, asked, **change) == (404, "")

    asked.refresh_from_db()
    assert asked.state == PushState.ASKED


def test_a_confirmation_comes_once_and_not_out_of_the_blue(client, asked):
    assert visit(client, asked) == (200, "c")
    assert visit(client, asked) == (404, "")
    HubSubscription.objects.update(asked_at=timezone.now() - timedelta(days=3))
    assert visit(client, asked) == (404, "")
    HubSubscription.objects.update(token="another")
    assert visit(client, asked) == (404, "")


def test_a_hub_may_deny_and_is_asked_again_after_a_week(client, row):
    assert visit(client, row, mode="denied", topic="https://press.example/other.xml")[0] == 404
    assert visit(client, row, mode="denied", reason="not\n for   you")[0] == 200

    row.refresh_from_db()
    assert (row.state, row.refusal) == (PushState.DENIED, "not for you")
    assert timedelta(days=6) < row.due_at - timezone.now() < timedelta(days=8)
    assert "not for you" in push_words.sentence(row, at=timezone.now())


def test_a_source_that_names_another_hub_gets_a_new_address_of_ours(client, row):
    websub.offered(row.source, Hub(row.hub, row.topic), at=timezone.now())
    row.refresh_from_db()
    assert row.state == PushState.ACTIVE

    websub.offered(row.source, Hub("https://other-hub.example/", row.topic), at=timezone.now())

    moved = HubSubscription.objects.get()
    assert (moved.state, moved.hub) == (PushState.WANTED, "https://other-hub.example/")
    assert (moved.token != row.token, moved.secret != row.secret) == (True, True)
    assert push(client, row, feed()) == 410


@pytest.mark.parametrize(
    ("url", "is_public"),
    [
        ("https://huomiao.example.org", True),
        ("http://8.8.8.8:8000", True),
        ("", False),
        ("huomiao", False),
        ("ftp://huomiao.example.org", False),
        ("http://localhost:8000", False),
        ("http://desk.internal", False),
        ("http://10.0.0.5", False),
        ("http://[::1]:8000", False),
    ],
)
def test_without_an_address_that_a_hub_can_reach_nobody_is_asked(db, settings, url, is_public):
    settings.PUBLIC_URL = url
    HubSubscriptionFactory(state=PushState.WANTED, due_at=AN_EVENING)

    assert websub.has_public_address() is is_public
    if not is_public:
        settings.NEWS_ASKS_THE_WEB = True
        assert websub.ask_due(timezone.now()) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "一有新文章就会告知"),
        ({"ends_at": AN_EVENING}, "已到期，正在重新订阅"),
        ({"state": PushState.WANTED}, "即将向推送站 hub.example 订阅"),
        ({"state": PushState.ASKED}, "等它回访确认"),
        ({"state": PushState.ASKED, "trouble": "too_slow"}, "对方回答太慢"),
        ({"state": PushState.DENIED}, "拒绝了订阅。"),
        ({"state": PushState.ENDING}, "退订"),
        ({"state": PushState.ENDED}, "已退订"),
    ],
)
def test_the_sources_page_says_how_its_push_is_doing(client, row, change, words):
    HubSubscription.objects.update(**change)
    editor = MembershipFactory(role=Role.EDITOR, organization=row.source.keeper).user
    client.force_login(editor)

    assert words in client.get(row.source.get_absolute_url()).content.decode()


def test_the_sources_page_says_what_is_missing_for_push(client, row, settings):
    settings.PUBLIC_URL = ""
    editor = MembershipFactory(role=Role.EDITOR, organization=row.source.keeper).user
    client.force_login(editor)
    other = SourceFactory(keeper=row.source.keeper)

    assert "HUOMIAO_PUBLIC_URL" in client.get(row.source.get_absolute_url()).content.decode()
    assert "原站没有提供推送" in client.get(other.get_absolute_url()).content.decode()
