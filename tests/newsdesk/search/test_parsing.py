"""What people type, and what it means."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.search.compiling import compiled
from huomiao.newsdesk.pipeline.search.parsing import DEEPEST, LONGEST, MOST_PARTS, parse
from huomiao.newsdesk.pipeline.search.postgres_query import needles, wanted
from huomiao.newsdesk.pipeline.search.queries import (
    All,
    Any,
    Beginning,
    Dates,
    Field,
    Name,
    Not,
    Phrase,
    Trouble,
    Words,
    narrowed,
    sought,
)


def words(node):
    """``node`` without the places of its words, which most tests do not ask for."""
    match node:
        case Words(text):
            return Words(text)
        case Not(child):
            return Not(words(child))
        case All(children):
            return All(tuple(map(words, children)))
        case Any(children):
            return Any(tuple(map(words, children)))
        case _:
            return node


def meant(text):
    return list(words(parse(text).root).children)


def troubles(text):
    return [(problem.trouble, problem.quote) for problem in parse(text).problems]


A, B, C = Words("甲乙"), Words("丙丁"), Words("戊己")
DECEMBER = Dates(date(2023, 12, 1), date(2023, 12, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("甲乙 丙丁", [A, B]),
        ("甲乙　丙丁", [A, B]),
        ("“甲乙 丙丁”", [Phrase("甲乙 丙丁")]),
        ("”甲乙“", [Phrase("甲乙")]),
        ('甲乙"丙丁"戊己', [A, Phrase("丙丁"), C]),
        ("「甲乙」", [Phrase("甲乙")]),
        ("-甲乙 丙丁", [Not(A), B]),
        ("不含 甲乙 丙丁", [Not(A), B]),
        ("不含“甲乙”", [Not(Phrase("甲乙"))]),
        ("不含糖", [Words("不含糖")]),
        ("甲乙-丙丁", [Words("甲乙-丙丁")]),
        ("甲乙 - 丙丁", [A, B]),
        ("甲乙 OR 丙丁 戊己", [Any((A, B)), C]),
        ("甲乙 或 丙丁 或 戊己", [Any((A, B, C))]),
        ("(甲乙 丙丁) OR 戊己", [Any((All((A, B)), C))]),
        ("-(甲乙 OR 丙丁)", [Not(Any((A, B)))]),
        ("（甲乙）", [A]),
        ("甲乙 AND 丙丁", [A, B]),
        ("Order or not", [Words("Order"), Words("or"), Words("not")]),
        ("innov*", [Beginning("innov")]),
        ("5g*", [Beginning("5g")]),
        ("*", []),
        ("2023年12月", [Any((DECEMBER, Words("2023年12月")))]),
        ("２０２３年12月5号", [Any((Dates(date(2023, 12, 5), date(2023, 12, 5)), Words("２０２３年12月5号")))]),
        ("2023年13月", [Words("2023年13月")]),
        ("12月5日", [Words("12月5日")]),
        ("来源:甲乙", [Field(Name.SOURCE, "甲乙")]),
        ("来源： “甲乙”", [Field(Name.SOURCE, "甲乙", exact=True)]),
        ("Source:x", [Field(Name.SOURCE, "x")]),
        ("类别:甲 作者:乙 网站:a.cn 语言:en", [Field(Name.CATEGORY, "甲"), Field(Name.AUTHOR, "乙"), Field(Name.SITE, "a.cn"), Field(Name.LANGUAGE, "en")]),
        ("-来源:甲乙", [Not(Field(Name.SOURCE, "甲乙"))]),
        ("比分3:2", [Words("比分3:2")]),
        ("http://a.example/b", [Words("http://a.example/b")]),
        ("快讯：甲乙", [Words("快讯：甲乙")]),
        ("2023-12", [DECEMBER]),
        ("２０２３-12", [DECEMBER]),
        ("2023-12-05", [Dates(date(2023, 12, 5), date(2023, 12, 5))]),
        ("2023-12..2024-02", [Dates(date(2023, 12, 1), date(2024, 2, 29))]),
        ("2023..", [Dates(date(2023, 1, 1), None)]),
        ("..2023-12-05", [Dates(None, date(2023, 12, 5))]),
        ("2023", [Words("2023")]),
        ("13-2023", [Words("13-2023")]),
        ("日期:2023", [Dates(date(2023, 1, 1), date(2023, 12, 31))]),
        ("日期:2023年12月", [DECEMBER]),
        ("时间：2023/12/5", [Dates(date(2023, 12, 5), date(2023, 12, 5))]),
        ("date:2023.12.5", [Dates(date(2023, 12, 5), date(2023, 12, 5))]),
        ("date:2023年12月5日..2024年", [Dates(date(2023, 12, 5), date(2024, 12, 31))]),
    ],
)  # fmt: skip
def test_a_query_means(text, expected):
    assert meant(text) == expected
    assert troubles(text) == ([(Trouble.NO_LETTERS, "*")] if text == "*" else [])


@pytest.mark.parametrize(
    ("text", "expected", "told"),
    [
        ("“甲乙 丙丁", [Phrase("甲乙 丙丁")], [(Trouble.OPEN_QUOTE, "“甲乙 丙丁")]),
        ("(甲乙 OR 丙丁", [Any((A, B))], [(Trouble.OPEN_BRACKET, "(")]),
        ("甲乙) 丙丁", [A, B], [(Trouble.STRAY_BRACKET, ")")]),
        ("OR 甲乙", [A], [(Trouble.LONE_OR, "OR")]),
        ("甲乙 OR", [A], [(Trouble.LONE_OR, "OR")]),
        ("甲乙 或 或 丙丁", [Any((A, B))], [(Trouble.LONE_OR, "或")]),
        ("甲乙 不含", [A], [(Trouble.NOTHING_EXCLUDED, "不含")]),
        ("--甲乙", [Not(A)], [(Trouble.NOTHING_EXCLUDED, "-")]),
        ("来源:", [], [(Trouble.EMPTY_FIELD, "来源:")]),
        ("来源:(甲乙)", [A], [(Trouble.EMPTY_FIELD, "来源:")]),
        ("来源:！ 甲乙", [A], [(Trouble.EMPTY_FIELD, "来源:！")]),
        ("titel:甲乙", [A], [(Trouble.UNKNOWN_FIELD, "titel:")]),
        ("-titel:甲乙 丙丁", [Not(A), B], [(Trouble.UNKNOWN_FIELD, "titel:")]),
        ("2023-13", [Words("2023-13")], [(Trouble.NO_SUCH_DAY, "2023-13")]),
        ("2023-02-29..", [Words("2023-02-29..")], [(Trouble.NO_SUCH_DAY, "2023-02-29..")]),
        ("日期:昨天 甲乙", [A], [(Trouble.NO_SUCH_DAY, "昨天")]),
        ("0000-01", [Words("0000-01")], [(Trouble.NO_SUCH_DAY, "0000-01")]),
        ("2024-02..2023-12", [Dates(date(2023, 12, 1), date(2024, 2, 29))], [(Trouble.DAYS_REVERSED, "2024-02..2023-12")]),
        ("！！ 甲乙", [A], [(Trouble.NO_LETTERS, "！！")]),
        ("“！”", [], [(Trouble.NO_LETTERS, "“！”")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_the_rest_is_meant(text, expected, told):
    assert meant(text) == expected
    assert troubles(text) == told


def test_a_query_has_bounds():
    assert [problem.trouble for problem in parse("甲" * (LONGEST + 1)).problems] == [Trouble.TOO_LONG]
    many = parse("甲 " * (MOST_PARTS + 5))
    assert [problem.trouble for problem in many.problems] == [Trouble.TOO_MANY]
    assert len(many.root.children) == MOST_PARTS
    deep = parse("(" * (DEEPEST + 3) + "甲")
    assert Trouble.TOO_DEEP in {problem.trouble for problem in deep.problems}


def test_words_remember_their_place():
    text = '来源:甲 （焊接 OR "x" 比武）'

    assert [text[node.start : node.end] for node in sought(parse(text).root) if isinstance(node, Words)] == [
        "焊接",
        "比武",
    ]


def test_what_is_excluded_is_not_sought():
    assert [node.text for node in sought(parse("甲乙 -丙丁 (“戊己” OR -a)").root)] == ["甲乙", "戊己"]
    assert parse("甲乙 2023-12").is_ranked
    assert not parse("来源:甲 -丙丁 2023-12").is_ranked


@pytest.mark.parametrize("value", ["晨光新闻网", "Harbour Daily (East)", "a:b", '引“号”"网', "-x", "2023-12"])
def test_a_facet_narrows_a_query_to_its_value(value):
    query = parse(narrowed("甲乙", Name.SOURCE, value))

    plain = value.translate({ord(mark): None for mark in '“”"'})
    assert (words(query.root), query.problems) == (All((A, Field(Name.SOURCE, plain, exact=True))), ())


PARTS = st.sampled_from(
    ["甲", "职工", "worker", "*", "-", "不含", " ", " ", "(", ")", "“", "”", '"', "OR", "或", ":", "来源:", "日期:", "2023-12", "..", "1.5", "'", "\\", "\0", "🔥", "！", "|", "&", "%s", "{x}", "\n"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=25).map("".join)))
@settings(max_examples=60)
def test_whatever_is_typed_has_an_answer(text):
    query = parse(text)

    compiled(query)
    wanted(query, about=True)
    needles(query)
    assert all(text[problem.start : problem.end] == problem.quote for problem in query.problems)
