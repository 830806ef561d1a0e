"""Corrections, filing, names: an editor's word, and what follows from it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.newsdesk import naming, subjects, versions
from huomiao.newsdesk.actions import corrections, filing, mentions, sources
from huomiao.newsdesk.actions.sources import Way
from huomiao.newsdesk.models import Address, Mention
from huomiao.newsdesk.queries import mentions as coverage
from huomiao.newsdesk.states import Filing, MentionKind, MentionState, SourceKind
from huomiao.orgs.roles import Role
from tests.factories.newsdesk import (
    AN_EVENING,
    AddressFactory,
    ArticleFactory,
    CategoryFactory,
    MentionFactory,
    SourceFactory,
    blocks,
)
from tests.factories.orgs import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return ArticleFactory(title="错的标题", body=blocks("示例省总工会举办技能竞赛。", "第二段。"))


@pytest.fixture
def editor(article):
    return MembershipFactory(organization=article.source.keeper, role=Role.EDITOR).user


@pytest.mark.parametrize(
    ("field", "after", "column", "value"),
    [
        ("title", "对的标题", "title", "对的标题"),
        ("source", "示例晚报", "source_name", "示例晚报"),
        ("reposted_from", "示例社", "reposted_from", "示例社"),
        ("authors", "甲、乙 丙", "authors", ["甲", "乙", "丙"]),
        ("body", "一段。\n\n二段。", "body", blocks("一段。", "二段。")),
    ],
)
def test_a_correction_is_a_version_of_the_same_snapshot(article, editor, field, after, column, value):
    before = article.current

    made = corrections.correct(article, field=field, after=after, by=editor)

    article.refresh_from_db()
    assert getattr(article.current, column) == value
    assert (article.current.capture_id, article.current.number) == (before.capture_id, 2)
    before.refresh_from_db()
    assert before.is_superseded
    assert made.field == field
    assert [entry.action for entry in history.of(article)] == ["article.corrected"]


def test_what_an_editor_wrote_is_not_overwritten_by_reading_the_snapshot_again(article, editor):
    corrections.correct(article, field="title", after="对的标题", by=editor)
    article.refresh_from_db()
    values = {name: getattr(article.current, name) for name in versions.READ} | {"title": "又读错了"}

    again = versions.add(article, article.current.capture, values, extractor="newer", at=AN_EVENING)

    assert (again, article.title) == (None, "对的标题")


@pytest.mark.parametrize(
    ("field", "after"), [("published_at", "昨天"), ("published_at", "2023-13-45"), ("title", "错的标题")]
)
def test_a_correction_that_cannot_be_is_refused(article, editor, field, after):
    with pytest.raises(Invalid):
        corrections.correct(article, field=field, after=after, by=editor)


def test_filing_by_hand_is_kept_and_taught(article, editor):
    shelf = CategoryFactory()

    filing.file(article, shelf, by=editor)

    article.refresh_from_db()
    assert (article.category, article.filed_by) == (shelf, Filing.EDITOR)
    [entry] = history.of(article)
    assert entry.action == "article.filed"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ORGANISER, Role.OFFICER, Role.ADMINISTRATOR])
def test_whoever_edits_no_news_changes_nothing(article, role):
    user = MembershipFactory(organization=article.source.keeper, role=role).user

    for act in (
        lambda: corrections.correct(article, field="title", after="x", by=user),
        lambda: filing.file(article, CategoryFactory(), by=user),
        lambda: mentions.confirm(MentionFactory(article=article), by=user),
        lambda: sources.pause(article.source, by=user),
        lambda: sources.add(
            Way("https://new.example/", SourceKind.LIST), name="x", keeper=article.source.keeper, category=None, by=user
        ),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_names_are_suggested_confirmed_and_stand_on_the_page_of_the_thing(client, article, editor):
    union = OrganizationFactory(name="示例省总工会")
    naming._built.cache_clear()
    assert naming.suggest(article) == 1
    mention = Mention.objects.get()
    assert (mention.kind, mention.subject_id, mention.state) == (MentionKind.UNION, str(union.pk), "suggested")
    assert coverage.coverage(union) == []

    client.force_login(editor)
    client.post(reverse("newsdesk:mention-confirm", args=[mention.pk]))

    assert coverage.coverage(union) == [article]
    assert article.title in client.get(union.get_absolute_url()).content.decode()
    assert "示例省总工会" in client.get(article.get_absolute_url()).content.decode()
    naming._built.cache_clear()


def test_a_struck_name_is_not_suggested_again(article, editor):
    OrganizationFactory(name="示例省总工会")
    naming._built.cache_clear()
    naming.suggest(article)
    mentions.strike(Mention.objects.get(), by=editor)

    assert naming.suggest(article) == 0
    assert [one.state for one in Mention.objects.all()] == [MentionState.STRUCK]
    naming._built.cache_clear()


def test_every_kind_of_thing_of_the_platform_is_looked_for():
    assert set(subjects.KNOWN) == {
        "orgs.organization",
        "innovations.call",
        "innovations.declaration",
        "studios.studio",
    }


def test_a_paused_source_is_asked_for_nothing_and_a_resumed_one_again(article, editor):
    source = article.source
    AddressFactory(source=source, url=source.address)

    sources.pause(source, by=editor)
    assert list(Address.objects.values_list("due_at", flat=True)) == [None]
    sources.resume(source, by=editor, at=AN_EVENING)

    assert list(Address.objects.values_list("due_at", flat=True)) == [AN_EVENING]


def test_one_address_is_one_source(editor, article):
    SourceFactory(address="https://twice.example/")
    way = Way("HTTPS://Twice.example", SourceKind.LIST)

    with pytest.raises(Invalid):
        sources.add(way, name="又一个", keeper=article.source.keeper, category=None, by=editor)


def test_a_way_that_was_not_found_by_looking_is_not_taken(client, editor, article):
    client.force_login(editor)
    forged = {"way": '{"address": "http://127.0.0.1/"}', "name": "x", "keeper": article.source.keeper_id}

    answer = client.post(reverse("newsdesk:source-add"), forged)

    assert (answer.status_code, "way" in answer.context["choose"].errors) == (422, True)
