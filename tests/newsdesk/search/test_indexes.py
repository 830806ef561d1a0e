"""What an index promises, asked of both: the folder on this machine and the tables in PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connection

from huomiao.newsdesk.pipeline.search import pending
from huomiao.newsdesk.pipeline.search.documents import CHINA, Change, Document
from huomiao.newsdesk.pipeline.search.embedded import EmbeddedIndex
from huomiao.newsdesk.pipeline.search.interface import Busy, Count, Facets, Order
from huomiao.newsdesk.pipeline.search.parsing import parse
from huomiao.newsdesk.pipeline.search.postgres import PostgresIndex
from tests.newsdesk.search.desk import Desk

ONLY_POSTGRES = "needs PostgreSQL: set HUOMIAO_TEST_POSTGRES and run dev/run_tests.py"
NOW = datetime(2026, 1, 1, tzinfo=CHINA)


def connected():
    connection.ensure_connection()
    return connection.connection


@pytest.fixture(params=["embedded", "postgres"])
def index(request, tmp_path):
    if request.param == "embedded":
        return EmbeddedIndex(tmp_path / "index")
    if connection.vendor != "postgresql":
        pytest.skip(ONLY_POSTGRES)
    request.getfixturevalue("db")
    return PostgresIndex(connected, name="tried")


def told(day, hour=12):
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+08:00")


def article(number, title="", text="", day="2025-06-01", **others):
    return Document(number, title, text, NOW, told(day), **others)


PRESS = [
    article(
        1,
        "江西点燃职工创新“火苗” 劳动技能竞赛带动岗位练兵",
        "记者从发布会上了解到，江西省总工会开展竞赛。\n“‘五小’即小发明、小创造。”12月5日，5G网络用于车间。",
        day="2023-12-05",
        source="晨光新闻网",
        category="国内",
        site="jx.news.example.cn",
        authors=("朱莹", "王芳"),
        language="zh",
    ),
    article(
        2,
        "Workers' innovation contest opens",
        "The worker who improves 1.57 million parts. A green card waits.",
        day="2024-02-29",
        source="Harbour Daily",
        category="国际",
        site="www.harbour.example",
        language="en",
    ),
    article(3, "降税", "小企业减税。职工收入增加", day="2025-05-20", source="晨光新闻", category="经济", language="zh"),
    article(
        4, "足球", "球队的职工代表看比赛", day="2025-05-20", source="晨光新闻网", category="体育", site="example.cn"
    ),
]


QUERIES = {
    "职工": {1, 3, 4},
    "职工创新": {1},
    "职工 创新": {1},
    "“职工创新”": {1},
    "“创新职工”": set(),
    "创新火苗": {1},
    "“五小即小发明”": {1},
    "五小": {1},
    "工会开": {1},
    "税": {3},
    "職工創新": {1},
    "“勞動技能競賽”": {1},
    "2023年12月": {1},
    "2025年": {3, 4},
    "12月5日": {1},
    "“月5日”": {1},
    "5g网络": {1},
    "球队职工": {4},
    "worker": {2},
    "WORKERS": {2},
    "innov*": {2},
    "innov": set(),
    "1.57": {2},
    "1.58": set(),
    '"green card"': {2},
    '"card green"': set(),
    "职工 -税": {1, 4},
    "职工 不含 “减税”": {1, 4},
    "-职工": {2},
    "火苗 OR 足球": {1, 4},
    "职工 火苗 OR 足球": {1, 4},
    "(火苗 网络) OR (足球 职工)": {1, 4},
    "职工 -(火苗 OR 足球)": {3},
    "足球 OR 类别:国际": {2, 4},
    "足球 OR -职工": {2, 4},
    "职工 -来源:晨光新闻网": {3},
    "来源:新闻": {1, 3, 4},
    '来源:"晨光新闻"': {3},
    "source:harbour": {2},
    'source:"harbour daily"': {2},
    "类别：体育": {4},
    "作者:朱莹": {1},
    "author:王": {1},
    'author:"王"': set(),
    "site:example.cn": {1, 4},
    "site:news.example.cn": {1},
    "site:ample.cn": set(),
    "language:en": {2},
    "2023-12": {1},
    "2024-02-29": {2},
    "2023-12-05..2024-02": {1, 2},
    "2024-03..": {3, 4},
    "日期:2025 职工": {3, 4},
    "": {1, 2, 3, 4},
    "！！": {1, 2, 3, 4},
}


def put(index, *documents):
    with index.writing() as writing:
        writing.apply([Change(document.id, document) for document in documents])


def found(index, text, **how):
    return index.search(parse(text), at=NOW, **how).ids


def test_an_index_that_was_never_written_finds_nothing(index):
    assert index.search(parse("职工"), at=NOW).total == 0
    assert index.facets(parse("")) == Facets()
    assert index.suggestion(parse("职工")) == ""
    assert len(index) == 0


def test_queries_find_what_they_ask_for(index):
    put(index, *PRESS)

    answers = {text: index.search(parse(text), at=NOW) for text in QUERIES}

    assert {text: set(results.ids) for text, results in answers.items()} == QUERIES
    assert all(results.total == len(results.ids) and results.exact for results in answers.values())


def test_articles_are_told_by_number_and_moment(index):
    put(index, PRESS[0])

    (hit,) = index.search(parse("火苗"), at=NOW).hits

    assert (hit.id, hit.told_at) == (1, told("2023-12-05"))
    assert hit.score > 0


def test_time_sorts_both_ways_and_numbers_part_equals(index):
    put(index, *PRESS)

    assert found(index, "职工", order=Order.NEWEST) == [4, 3, 1]
    assert found(index, "职工", order=Order.OLDEST) == [1, 3, 4]
    assert found(index, "") == [4, 3, 2, 1]


def test_an_article_without_a_date_stands_where_it_was_first_seen(index):
    put(index, PRESS[0], Document(9, "职工", "", first_seen_at=told("2024-01-01")))

    assert found(index, "职工", order=Order.NEWEST) == [9, 1]
    assert found(index, "2024-01") == [9]


def test_what_an_article_is_about_goes_before_what_it_mentions(index):
    put(
        index,
        article(1, "天气晴", "各地天气晴好。" * 60 + "焊接比武也在举行。"),
        article(2, "焊接比武", "各地焊接高手比武。" + "各地天气晴好。" * 60),
    )

    assert found(index, "焊接比武") == [2, 1]


def test_of_two_that_fit_as_well_the_newer_goes_first(index):
    put(index, article(1, "焊接比武", "甲", "2025-12-30"), article(2, "焊接比武", "乙", "2021-12-30"))

    assert found(index, "焊接") == [1, 2]


def test_pages_hold_every_article_once(index):
    put(index, *(article(number, "焊接", "比武", day=f"2025-01-{number % 28 + 1:02}") for number in range(1, 26)))

    for order in Order:
        pages = [found(index, "焊接", order=order, offset=at, limit=10) for at in (0, 10, 20, 30)]

        assert [len(page) for page in pages] == [10, 10, 5, 0]
        assert sorted(number for page in pages for number in page) == list(range(1, 26))


def test_facets_count_all_that_is_found(index):
    put(index, *PRESS)

    assert index.facets(parse("职工")) == Facets(
        sources=(Count("晨光新闻网", 2), Count("晨光新闻", 1)),
        categories=(Count("体育", 1), Count("国内", 1), Count("经济", 1)),
        months=(Count("2025-05", 2), Count("2023-12", 1)),
    )


def test_hidden_articles_are_in_no_list_and_no_count(index):
    put(index, *PRESS)
    hidden = frozenset({1, 4})

    results = index.search(parse("职工"), at=NOW, hidden=hidden)

    assert (results.ids, results.total) == ([3], 1)
    assert index.facets(parse("职工"), hidden=hidden).sources == (Count("晨光新闻", 1),)
    assert found(index, "", hidden=hidden) == [3, 2]


def test_a_change_replaces_and_a_removal_removes(index):
    put(index, *PRESS)

    with index.writing() as writing:
        writing.apply([Change(1, article(1, "改过的标题")), Change(4, None), Change(77, None)])
        # Seen at once, while the right to write is still held.
        assert found(index, "职工") == [3]
    assert found(index, "改过的标题") == [1]
    assert len(index) == 3


def test_the_last_of_two_changes_of_one_article_holds(index):
    with index.writing() as writing:
        writing.apply(
            [Change(1, article(1, "甲乙")), Change(1, article(1, "丙丁")), Change(2, PRESS[1]), Change(2, None)]
        )

    assert found(index, "甲乙") == []
    assert found(index, "丙丁") == [1]
    assert len(index) == 1


def test_a_batch_that_cannot_be_made_is_not_made_in_part(index):
    put(index, PRESS[0])
    with index.writing() as writing:
        with pytest.raises(ValueError):
            writing.apply([Change(1, None), Change(2, PRESS[1]), Change(3, article(3, "甲", source="\ud800"))])
        writing.apply([Change(4, PRESS[3])])

    assert set(found(index, "")) == {1, 4}


def test_mistyped_words_are_put_right(index):
    put(index, *PRESS)
    meant = {
        "职工技能竟赛": "职工技能竞赛",
        "江西省总公会": "江西省总工会",
        "inovation contest": "innovation contest",
        "来源:晨光 劳动技能竟赛": "来源:晨光 劳动技能竞赛",
        "职工创新": "",
        "量子纠缠": "",
        # Of two characters, or three letters, one wrong leaves too little to guess from.
        "职下": "",
        "6g": "",
        "！": "",
    }

    assert {typed: index.suggestion(parse(typed)) for typed in meant} == meant


def test_a_rebuild_takes_in_what_changed_meanwhile(index):
    put(index, *PRESS)
    heard = []

    def documents():
        yield PRESS[1]
        with index.writing() as writing:
            writing.apply([Change(1, None), Change(5, article(5, "新来的"))])
        # The old index answers, and takes changes, until the new one is whole.
        assert set(found(index, "")) == {2, 3, 4, 5}
        yield PRESS[0]
        yield PRESS[2]

    def load(ids):
        assert list(ids) == [1, 5]
        return [Change(1, None), Change(5, article(5, "新来的"))]

    assert index.rebuild(documents(), load, heard.append) == 3

    assert set(found(index, "")) == {2, 3, 5}
    assert heard == [3]
    put(index, article(6, "后来的"))
    assert found(index, "后来的") == [6]
    assert index.rebuild([PRESS[0]], load) == 1
    assert found(index, "") == [1]


def test_whoever_writes_goes_on_after_a_rebuild(index):
    with index.writing() as writing:
        writing.apply([Change(1, PRESS[0])])
        index.rebuild(PRESS[:2], lambda ids: [])
        writing.apply([Change(1, None), Change(3, PRESS[2])])

    assert set(found(index, "")) == {2, 3}


def test_a_rebuild_can_be_the_beginning(index):
    assert index.rebuild(PRESS, lambda ids: []) == 4

    assert found(index, "火苗") == [1]


def test_what_is_pending_is_made_and_settled(index, tmp_path):
    desk = Desk(tmp_path)
    desk.put(range(1, 46), "焊接")
    assert pending.catch_up(index, desk) == 45

    desk.put([1, 2], None)
    desk.put([3], "车工")

    assert pending.catch_up(index, desk) == 3
    assert pending.catch_up(index, desk) == 0
    assert (len(index), found(index, "车工")) == (43, [3])


def test_long_texts_are_found_to_their_end(index):
    text = "".join(chr(0x4E00 + place * 7 % 9000) for place in range(9000))
    put(index, article(1, "长文", text))

    assert found(index, f"“{text[-3:]}”") == [1]
    assert found(index, f"“{text[4000:4010]}”") == [1]


@pytest.mark.skipif(connection.vendor != "postgresql", reason=ONLY_POSTGRES)
def test_a_second_session_of_postgres_has_to_wait(db):
    with psycopg.connect(connected().info.dsn, password=connected().info.password, autocommit=True) as other:
        first, second = PostgresIndex(connected, name="tried"), PostgresIndex(lambda: other, name="tried")

        with first.writing(), pytest.raises(Busy), second.writing():
            pass


def test_years_far_away_are_no_trouble(index):
    put(index, article(1, "古", "甲乙", day="1931-01-01"), article(2, "今", "甲乙", day="2199-01-01"))

    assert found(index, "甲乙", order=Order.OLDEST) == [1, 2]
    assert found(index, "1931-01") == [1]
    assert found(index, "甲乙") == [2, 1]
    assert NOW + timedelta(days=1) < told("2199-01-01")
