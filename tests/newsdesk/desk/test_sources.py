"""Looking after a source: looked at now, paused, retired and taken up again; the patterns that were learnt of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from huomiao.core import history
from huomiao.core.errors import Invalid, WrongState
from huomiao.newsdesk.actions import sources
from huomiao.newsdesk.models import Source
from huomiao.newsdesk.queries import sources as queries
from huomiao.newsdesk.states import Health, SourceKind, SourceState
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import AddressFactory, ArticleFactory, SourceFactory
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def source():
    return SourceFactory()


@pytest.fixture
def editor(source):
    return MembershipFactory(organization=source.keeper, role=Role.EDITOR).user


def test_a_source_that_is_looked_at_now_is_asked_first_and_its_lost_pages_again(client, source, editor):
    later = timezone.now() + HOUR
    entrance = AddressFactory(source=source, url=source.address, due_at=later)
    lost = AddressFactory(source=source, trouble="too_slow", due_at=None)
    well = AddressFactory(source=source, due_at=later)
    client.force_login(editor)

    client.post(reverse("newsdesk:source-look", args=[source.pk]))

    for one in (entrance, lost, well):
        one.refresh_from_db()
    assert [one.due_at is not None and one.due_at <= timezone.now() for one in (entrance, lost, well)] == [
        True, True, False
    ]  # fmt: skip
    assert [entry.action for entry in history.of(source)] == ["news_source.looked_at"]


@pytest.mark.parametrize(
    ("state", "look", "pause", "retire", "resume"),
    [
        (SourceState.ACTIVE, True, True, True, False),
        (SourceState.PAUSED, False, False, True, True),
        (SourceState.RETIRED, False, False, False, True),
    ],
)
def test_each_act_is_done_only_where_it_makes_sense(source, editor, state, look, pause, retire, resume):
    acts = {
        "look": lambda: sources.look_now(source, by=editor),
        "pause": lambda: sources.pause(source, by=editor),
        "retire": lambda: sources.retire(source, note="改版", by=editor),
        "resume": lambda: sources.resume(source, by=editor),
    }
    for name, is_allowed in {"look": look, "pause": pause, "retire": retire, "resume": resume}.items():
        Source.objects.filter(pk=source.pk).update(state=state)
        if is_allowed:
            acts[name]()
        else:
            with pytest.raises(WrongState):
                acts[name]()


def test_a_retired_source_leaves_the_board_and_is_taken_up_again(client, source, editor):
    AddressFactory(source=source, url=source.address)
    article = ArticleFactory(source=source)
    client.force_login(editor)

    client.post(reverse("newsdesk:source-retire", args=[source.pk]), {"note": "改版"})

    board = reverse("newsdesk:sources")
    assert [line[0] for line in client.get(board).context["lines"]] == []
    assert [line[:2] for line in client.get(board, {"retired": ""}).context["lines"]] == [(source, Health.RETIRED)]
    assert not source.addresses.filter(due_at__isnull=False).exists()
    assert client.get(article.get_absolute_url()).status_code == 200
    way = sources.Way(source.address, SourceKind.FEED)
    with pytest.raises(Invalid, match="已停用"):
        sources.add(way, name="又来", keeper=source.keeper, category=None, by=editor)

    client.post(reverse("newsdesk:source-resume", args=[source.pk]))
    assert [line[0] for line in client.get(board).context["lines"]] == [source]


@pytest.mark.parametrize("name", ["source-look", "source-retire", "source-pause", "source-names", "source-change"])
def test_editors_of_other_unions_know_of_no_such_source(client, source, name):
    client.force_login(MembershipFactory(role=Role.EDITOR).user)

    assert client.post(reverse(f"newsdesk:{name}", args=[source.pk]), {"note": "x"}).status_code == 404


def test_a_pattern_comes_with_an_article_that_looks_so(source):
    source.rules = {"links": [r"/a/\d+\.html$", r"/video/"]}
    article = ArticleFactory(source=source)

    found = queries.patterns_of(source)

    assert [(one.expression, one.example) for one in found] == [(r"/a/\d+\.html$", article.url), (r"/video/", "")]
