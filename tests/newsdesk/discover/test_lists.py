from __future__ import annotations

import re
import time
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.discover import anchors, lists
from huomiao.newsdesk.pipeline.discover.moments import CHINA

BASE = "https://www.example.com.cn/gn/"

MENU = "".join(f'<a href="/{name}/">{name}</a>' for name in ("gn", "gj", "sh", "jj", "kj", "ty"))


def page(rows: str, *, before: str = "", after: str = "") -> anchors.Page:
    html = f"<html><head><title>国内新闻</title></head><body><div class=nav>{MENU}</div>{before}<ul>{rows}</ul>{after}</body></html>"
    return anchors.read(html.encode(), base=BASE)


def rows(link: str, *, number: int = 12, date: bool = True) -> str:
    return "".join(
        f'<li><a href="{link.format(at=at, day=at % 9 + 1)}">江西点燃职工创新火苗之{at}</a>{f"<span>2023-12-0{at % 9 + 1}</span>" if date else ""}</li>'
        for at in range(number)
    )


def good(found: anchors.Page) -> list[str]:
    return [pattern.expression for pattern in lists.learn(found) if pattern.is_good]


@pytest.mark.parametrize(
    ("link", "date", "expression"),
    [
        ("/gn/2023/12-0{day}/{at}.shtml", True, r"https?://www\.example\.com\.cn/gn/\d{4}/\d{1,2}\-\d{1,2}/\d+\.shtml"),
        (
            "/n1/2023/120{day}/c1004-4000{at}.html",
            False,
            r"https?://www\.example\.com\.cn/n\d{1,2}/\d{4}/\d{4}/c\d+\-\d+\.html",
        ),
        ("./202312/t2023120{day}_55{at}.htm", False, r"https?://www\.example\.com\.cn/gn/\d{6}/t\d{8}_\d+\.htm"),
        ("/show.php?id=10{at}", True, r"https?://www\.example\.com\.cn/show\.php\?id=\d+"),
        (
            "https://k.example.com.cn/article/AB12CD{day}9XY{at}.html",
            True,
            r"https?://k\.example\.com\.cn/article/[A-Za-z0-9]{8,}\.html",
        ),
    ],
)
def test_the_shape_of_articles_is_learnt_from_the_page(link, date, expression):
    found = page(rows(link, date=date))

    assert good(found) == [expression]


def test_examples_show_an_editor_what_a_shape_leads_to():
    pattern = lists.learn(page(rows("/gn/2023/12-0{day}/{at}.shtml")))[0]

    assert pattern.count == 12
    assert len(pattern.examples) == lists.MOST_EXAMPLES
    assert all(
        one.title.startswith("江西点燃职工创新火苗之") and one.published_at.year == 2023 for one in pattern.examples
    )


def test_menus_feet_other_sites_and_pagers_are_no_articles():
    pager = "".join(f'<a href="/gn/index_{at}.html">{at}</a>' for at in range(20))
    foot = "".join(f'<a href="/about/2019/{at}.html">关于我们的一些长长的说明文字</a>' for at in range(9))
    friends = "".join(
        f'<a href="https://other{at}.example.org/a/2023/12/05/1.html">友好的其他网站的一条长长的新闻</a>'
        for at in range(9)
    )

    found = page(
        rows("/gn/2023/12-0{day}/{at}.shtml"), after=f"<div class=pages>{pager}</div><footer>{foot}</footer>{friends}"
    )

    assert {one.address.split("/")[3] for one in lists.links(found)} == {"gn"}
    assert len(lists.links(found)) == 12


def test_numbered_columns_are_no_articles():
    columns = "".join(f'<li><a href="/node_{at}182.htm">职工之家{"一二三四五"[at % 5]}</a></li>' for at in range(20))

    assert lists.links(page(columns)) == []


def test_short_headlines_without_any_date_are_articles():
    assert len(lists.links(page(rows("/a/{at}000.html", date=False)))) == 12


def test_categories_of_one_build_are_one_shape():
    mixed = "".join(rows(f"/{name}/2023/12/0{{day}}/{name}{{at}}.html", number=4) for name in ("gn", "gj", "sh"))
    plain = "".join(rows(f"/{name}/2023/12/0{{day}}/{{at}}.html", number=4) for name in ("gn", "gj", "sh"))

    assert good(page(plain)) == [r"https?://www\.example\.com\.cn/[A-Za-z0-9]+/\d{4}/\d{1,2}/\d{1,2}/\d+\.html"]
    assert len(good(page(mixed))) == 3


def test_a_title_comes_from_the_best_of_several_links_to_a_page():
    row = '<li><a href="/a/2023/1{at}.html"><img src=x></a><a href="/a/2023/1{at}.html" title="江西点燃职工创新火苗的全部标题">江西点燃…</a><a href="/a/2023/1{at}.html">阅读全文</a> 2023年12月5日</li>'
    found = lists.links(page("".join(row.replace("{at}", str(at)) for at in range(5))))

    assert {(one.title, one.published_at) for one in found} == {
        ("江西点燃职工创新火苗的全部标题", datetime(2023, 12, 5, tzinfo=CHINA))
    }


def test_patterns_that_an_editor_confirmed_are_the_only_ones():
    found = page(rows("/gn/2023/12-0{day}/{at}.shtml") + rows("/video/2023/12-0{day}/{at}.shtml"))

    chosen = lists.links(found, [r"https?://www\.example\.com\.cn/video/.*"])

    assert {one.address.split("/")[3] for one in chosen} == {"video"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example.com/", "https://b.example.com/", True),
        ("https://a.example.com.cn/", "https://b.example.com.cn/", True),
        ("https://a.one.com.cn/", "https://a.two.com.cn/", False),
        ("https://one.com/", "https://two.com/", False),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
    ],
)
def test_a_site_is_its_registered_name(one, other, same):
    assert lists.same_site(one, other) is same


@pytest.mark.parametrize(
    "content",
    [
        b"<a href=/1>x" * 200_000,
        b"<div>" * 50_000 + b"<a href=/1>x</a>" * 5_000,
        b"<li>" + b"<a href=/2023/1.html>x</a>" * 20_000,
        b"<a href=/" + b"1-" * 500_000 + b">x</a>",
        b"<p>2023-1 " + b"20" * 500_000,
        b"<table><tr>" * 20_000 + b"<a href=/1>20</a>" * 5_000,
    ],
    ids=range(6),
)
def test_hostile_pages_do_not_keep_us(content):
    began = time.process_time()

    lists.learn(anchors.read(content, base=BASE))

    assert time.process_time() - began < 10


@settings(max_examples=50)
@given(st.lists(st.text(alphabet=st.sampled_from("ab12.-_/?=&%(*+[中"), max_size=20), max_size=12))
def test_a_shape_matches_the_address_it_was_made_from(hrefs):
    html = "".join(f'<li><a href="{href}">江西点燃职工创新火苗</a> 2023-12-05' for href in hrefs)
    found = anchors.read(html.encode(), base=BASE)

    for anchor in found.anchors:
        assert re.fullmatch(lists.shape(anchor.address), anchor.address)
    lists.links(found)
