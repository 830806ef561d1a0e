"""The desk's side of the index: what changes is found soon, and pages work whatever has become of the index."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import pytest
from django.conf import settings
from django.urls import reverse

from huomiao.newsdesk import searching
from huomiao.newsdesk.pipeline.search.documents import Change
from huomiao.newsdesk.pipeline.search.interface import Outdated
from tests.factories.newsdesk import ArticleFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(settings.NEWS_INDEX == "database", reason="it is about the folder"),
]


@pytest.fixture
def article():
    made = ArticleFactory(title="焊接比武")
    searching.bring_up_to_date()
    return made


def generation():
    (folder,) = (settings.MEDIA_ROOT.parent / "news-index").glob("generation-*")
    return folder


def titles(text="焊接"):
    return [hit.article.title for hit in searching.find(text).hits]


def test_what_changed_while_somebody_else_wrote_is_made_as_soon_as_they_are_done(article, monkeypatch):
    with ExitStack() as held:
        held.enter_context(searching.index().writing())
        # The other one has looked for changes already, and ends while we wait.
        ArticleFactory(title="焊接培训")
        monkeypatch.setattr(searching.time, "sleep", lambda _seconds: held.close())

        assert searching.bring_up_to_date() == 1

    assert sorted(titles()) == ["焊接培训", "焊接比武"]


def test_nobody_waits_for_a_writer_who_has_made_everything(article, monkeypatch):
    monkeypatch.setattr(searching.time, "sleep", pytest.fail)

    with searching.index().writing():
        assert searching.bring_up_to_date() == 0


def test_patience_with_another_writer_ends(article, monkeypatch, caplog):
    monkeypatch.setattr(searching, "MOST_PATIENCE", 0.2)
    ArticleFactory(title="焊接培训")

    with searching.index().writing():
        assert searching.bring_up_to_date() == 0

    assert "somebody else" in caplog.text
    assert searching.bring_up_to_date() == 1


def test_an_article_whose_row_is_gone_leaves_the_index(article):
    assert searching._load([article.pk, 4711])[1] == Change(4711, None)
    assert [change.id for change in searching._load([article.pk])] == [article.pk]


def test_a_damaged_index_is_told_and_everything_else_works(article, client, caplog):
    (generation() / "meta.json").write_text("{")

    answer = client.get(reverse("newsdesk:search"), {"q": "焊接"})

    assert answer.status_code == 503
    assert "资讯可以照常阅读" in answer.content.decode()
    assert client.get(article.get_absolute_url()).status_code == 200
    assert client.get(reverse("newsdesk:front")).status_code == 200
    ArticleFactory(title="焊接培训")
    assert searching.bring_up_to_date() == 0
    assert "rebuild-index" in caplog.text

    assert searching.rebuild() == 2

    assert sorted(titles()) == ["焊接培训", "焊接比武"]
    assert client.get(reverse("newsdesk:search"), {"q": "焊接"}).status_code == 200


def test_a_lost_index_is_not_mistaken_for_an_empty_one_and_comes_back_whole(article, client):
    (settings.MEDIA_ROOT.parent / "news-index" / "current").unlink()
    assert client.get(reverse("newsdesk:search"), {"q": "焊接"}).status_code == 503
    ArticleFactory(title="焊接培训")

    assert searching.bring_up_to_date() == 2

    assert sorted(titles()) == ["焊接培训", "焊接比武"]


def test_the_first_index_of_a_new_site_needs_no_rebuild(caplog):
    ArticleFactory(title="焊接培训")

    assert searching.bring_up_to_date() == 1

    assert (titles(), caplog.text) == (["焊接培训"], "")


def test_an_index_of_another_version_is_built_anew_by_the_clock(article):
    current = settings.MEDIA_ROOT.parent / "news-index" / "current"
    current.write_text(current.read_text().replace("layout-", "layout-9"))
    with searching.index().writing() as writing, pytest.raises(Outdated):
        writing.apply([Change(1, None)])

    assert searching.bring_up_to_date() == 1

    assert titles() == ["焊接比武"]


class Hasty:
    """An index whose time is over before it has looked at everything."""

    is_built = True

    def __init__(self, index) -> None:
        self._index = index

    def search(self, *asked, **how):
        return replace(self._index.search(*asked, **how), whole=False, exact=False)

    def facets(self, *asked, **how):
        return replace(self._index.facets(*asked, **how), exact=False)


def test_a_page_says_what_is_estimated_and_what_was_not_looked_at(article, client, monkeypatch):
    whole = client.get(reverse("newsdesk:search"), {"q": "焊接"}).content.decode()
    monkeypatch.setattr(searching, "index", partial(Hasty, searching.index()))

    hasty = client.get(reverse("newsdesk:search"), {"q": "焊接"}).content.decode()

    said = ["只找了较新的文章", "以上</p>", "约 1<"]
    assert [words in whole for words in said] == [False, False, False]
    assert [words in hasty for words in said] == [True, True, True]
