"""What only the index in PostgreSQL does: stretches of time, estimates, an end to every search, two parts of one table."""

from __future__ import annotations

import pytest
from django.db import connection

from huomiao.newsdesk.pipeline.search import postgres, postgres_reading, postgres_writer
from huomiao.newsdesk.pipeline.search.documents import Change
from huomiao.newsdesk.pipeline.search.interface import Count, Order, Outdated
from huomiao.newsdesk.pipeline.search.parsing import parse
from huomiao.newsdesk.pipeline.search.postgres import PostgresIndex
from huomiao.newsdesk.pipeline.search.postgres_query import wanted
from huomiao.newsdesk.pipeline.search.postgres_reading import Reading
from tests.newsdesk.search.test_indexes import NOW, ONLY_POSTGRES, PRESS, QUERIES, article, connected, found, put

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason=ONLY_POSTGRES)


@pytest.fixture
def index(db):
    return PostgresIndex(connected, name="tried")


@pytest.fixture
def one_at_a_time(monkeypatch):
    """Stretches of time with one article each, and all the rest when nothing is found."""
    monkeypatch.setattr(postgres_reading, "FIRST_STRETCH", 1)
    monkeypatch.setattr(postgres_reading, "_MOST_NAMED", 1)


def parts(index):
    rows = connected().execute("SELECT fresh, count(*) FROM tried GROUP BY fresh").fetchall()
    return dict(rows)


@pytest.mark.usefixtures("one_at_a_time")
def test_stretch_by_stretch_the_same_is_found(index):
    put(index, *PRESS)

    assert {text: set(found(index, text)) for text in QUERIES} == QUERIES
    assert found(index, "职工", order=Order.NEWEST) == [4, 3, 1]
    assert found(index, "职工", order=Order.OLDEST) == [1, 3, 4]
    assert found(index, "", order=Order.OLDEST, limit=2) == [1, 2]


def test_what_is_about_a_word_is_ranked_however_old_it_is(index, monkeypatch):
    monkeypatch.setattr(postgres, "POOL", 3)
    mentions = [
        article(number, "天气", f"各地{'天气晴好，' * 80}焊接。", day=f"2025-12-{number:02}") for number in range(1, 9)
    ]
    put(index, *mentions, article(9, "焊接比武", "焊接高手", day="2019-05-01"))

    first = index.search(parse("焊接"), at=NOW, limit=4)

    assert (first.ids[0], first.total, first.exact) == (9, 9, True)
    assert sorted(first.ids + found(index, "焊接", offset=4)) == list(range(1, 10))


def test_counting_ends_where_nobody_reads_on(index, monkeypatch):
    monkeypatch.setattr(postgres, "COUNTED_TO", 4)
    put(index, *(article(number, "焊接") for number in range(1, 7)))

    results = index.search(parse("焊接"), at=NOW, limit=2)

    assert (results.total, results.exact, results.whole) == (4, False, True)


def test_facets_of_very_many_are_estimates(index, monkeypatch):
    put(index, *(article(number, "焊接", source="晨报", category="国内") for number in range(1, 257)))
    whole = index.facets(parse("焊接"))
    monkeypatch.setattr(postgres, "COUNTED_WHOLE", 16)

    some = index.facets(parse("焊接"))

    assert (whole.exact, some.exact) == (True, False)
    assert whole.sources == some.sources == (Count("晨报", 256),)
    assert index.facets(parse("焊接 -国内")).months == (Count("2025-06", 256),)


def test_a_search_ends_when_its_time_is_over_and_says_so(index):
    put(index, *PRESS)
    before = connected().execute("SHOW statement_timeout").fetchone()
    reading = Reading(connected(), "tried", seconds=0.05)

    assert reading.rows("SELECT pg_sleep(20)") == []
    assert not reading.is_whole
    assert reading.by_time(wanted(parse("职工")), [(2025053, 2)], Order.NEWEST, 10) == []
    # Neither the caller's transaction nor its settings have suffered.
    assert connected().execute("SHOW statement_timeout").fetchone() == before
    assert found(index, "税") == [3]


def test_settings_of_the_caller_stay_as_they_were(index):
    put(index, *PRESS)
    before = connected().execute("SHOW enable_seqscan").fetchone()

    found(index, "职工")

    assert connected().execute("SHOW enable_seqscan").fetchone() == before == ("on",)


def test_what_is_no_longer_fresh_moves_and_is_found_as_before(index, monkeypatch):
    monkeypatch.setattr(postgres_writer, "FRESH", 2)
    monkeypatch.setattr(postgres_writer, "MOVED", 1)
    put(index, *(article(number, "焊接") for number in range(1, 6)))

    with index.writing() as writing:
        writing.tidy(lambda: True)
        assert parts(index) == {True: 5}
        writing.tidy(lambda: False)
        assert parts(index) == {True: 2, False: 3}
        assert connected().execute("SELECT id FROM tried WHERE fresh ORDER BY id").fetchall() == [(4,), (5,)]
        assert found(index, "焊接", order=Order.NEWEST) == [5, 4, 3, 2, 1]
        writing.apply([Change(1, article(1, "车工")), Change(2, None)])

    assert (found(index, "车工"), sorted(found(index, "焊接")), len(index)) == ([1], [3, 4, 5], 4)


def test_tables_of_another_layout_are_not_read_and_not_written_to(index):
    put(index, *PRESS)
    connected().execute("COMMENT ON TABLE tried IS 'layout 1'")
    again = PostgresIndex(connected, name="tried")

    assert not again.is_built
    assert found(again, "职工") == []
    with again.writing() as writing, pytest.raises(Outdated):
        writing.apply([Change(5, PRESS[0])])

    again.rebuild(PRESS, lambda _ids: [])
    assert again.is_built
    assert sorted(found(again, "职工")) == [1, 3, 4]


def test_a_text_with_more_words_than_fit_is_still_taken(index):
    words = " ".join(f"{'x' * 50}{number}" for number in range(20_000))
    put(index, article(1, "长文", words))

    assert found(index, "长文") == [1]
