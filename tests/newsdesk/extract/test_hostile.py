"""No bytes make extraction raise, and none make it slow: neither by chance nor by intent."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.extract import extract
from tests.newsdesk.extract.pages import PARAGRAPHS, newspaper

URL = "https://news.example.test/a/1.html"
# The promise is two seconds on an ordinary machine; a test machine may be busy with other things.
LIMIT_SECONDS = 2.0
MANY = 40_000

_PIECES = st.sampled_from(
    ["<p>", "</p>", "<div class='comment'>", "</div>", "<table><tr><td>", "</table>", "<a href='", "'>", "</a>", "<b>", "<br>",
     "<img src=", "<script>", "</script>", "<script type='application/ld+json'>", '{"@type":"NewsArticle","datePublished":', "[[[[",
     "<title>", "<h1>", "来源：", "作者：", "（记者 ", "）", "责任编辑：", "2024-13-45 25:61", "2024年1月5日 18:41", "0000-00-00", "本文转自",
     PARAGRAPHS[0], "相关阅读", "\x00", "\ud800", "<!--", "-->", "<![CDATA[", "&#x110000;", "&amp", "<svg>", "<math><mi>", "<template>",
     "<noscript>", "<figure>", "<figcaption>", "<blockquote>", "<ol><li>", "<meta charset=utf-16>", "<base href='http://[::'>", "<html>", "<body>"]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(_PIECES, max_size=60))
def test_any_markup_gives_an_article(pieces):
    extract("".join(pieces).encode("utf-8", "surrogatepass"), URL)


@settings(max_examples=40)
@given(st.binary(max_size=600), st.text(max_size=60), st.one_of(st.none(), st.text(max_size=12)))
def test_any_bytes_from_any_address_give_an_article(html, url, charset):
    extract(html, url, charset=charset)


@settings(max_examples=30)
@given(st.data())
def test_a_page_with_anything_written_over_it_gives_an_article(data):
    page = bytearray(newspaper())
    for _each in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(page) - 1))
        page[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))

    extract(bytes(page), URL)


HOSTILE = {
    "nested divs": "<div>" * MANY + PARAGRAPHS[0],
    "nested spans": "<span>" * MANY,
    "nested lists": "<ul><li>" * MANY,
    "closing tags that close nothing": "<div></span>" * MANY,
    "divs that a table hides": "<div><table><tr><td></div>" * (MANY // 4),
    "distinct unclosed bold": "".join(f"<b id={n}>" for n in range(MANY)),
    "bold opened again in every paragraph": "<p>" + "".join(f"<b id={n}>" for n in range(2_000)) + "</p><p>x" * MANY,
    "attributes without end": "<div " + " ".join(f"a{n}" for n in range(MANY)) + ">x</div>",
    "attributes with quoted ends of tags": "<div " + " ".join(f'a{n}=">"' for n in range(MANY)) + ">x</div>",
    "attributes behind a bracket that quotes hide": '<div a="<>" ' + " ".join(f"a{n}" for n in range(10 * MANY)) + ">x</div>",
    "attributes with slashes between": "<div " + "/".join(f"a{n}" for n in range(10 * MANY)) + ">x</div>",
    "attributes with nothing between": "<div " + "".join(f"a{n}=''" for n in range(5 * MANY)) + ">x</div>",
    "attributes, just few enough, in many tags": ("<div " + " ".join(f"a{n}" for n in range(390)) + ">") * 1_400,
    "values without end": "<a b=" + " " * 2_000_000 + "<a b='" * MANY,
    "attributes of body, one at a time": "".join(f"<body a{n}=1>" for n in range(MANY)),
    "unclosed quotes": "<div a=\"'" * MANY,
    "unclosed comments": "<!--" * MANY,
    "unclosed scripts": "<script>" * MANY,
    "nested tables": "<table><tr><td>" * (MANY // 3),
    "one row of cells": f"<h1>{PARAGRAPHS[0][:20]}</h1><p>{PARAGRAPHS[0]}</p><table><tr>" + "<td>格子</td>" * MANY,
    "forms": "<form><div></form>" * (MANY // 2),
    "links in links": "<a href=/x><div>" * (MANY // 2),
    "one endless word": "字" * 2_000_000,
    "one endless line of dates": "2024-01-05 18:41 来源：示例 " * MANY,
    "editors without end": "<p>责任编辑：" + "甲乙、" * MANY,
    "spaces without end": "<p>来源" + " " * 1_000_000 + "：</p>" + "（记者" + " " * 1_000_000,
    "brackets without end": "（记者 甲" * MANY,
    "short lines": "<p>记者 甲乙 2024-01-05</p>" * MANY,
    "long JSON": '<script type="application/ld+json">' + "[" * 500_000 + "</script>",
    "a string of a script without end": '<script>x="' + "\\u003cp" * 200_000 + "</script>",
    "quotes in a script": "<script>" + '"a' * 500_000 + "</script>",
    "pictures": "<img src=/a.jpg alt='图'>" * MANY,
    "page numbers": "".join(f"<a href=/a/1_{n}.html>{n % 90}</a>" for n in range(MANY)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_made_to_take_forever_does_not(name):
    html = HOSTILE[name].encode()

    began = time.process_time()
    extract(html, URL)

    assert time.process_time() - began < LIMIT_SECONDS


def test_a_rewritten_page_still_gives_its_article():
    page = newspaper().replace(b'<div class="article-content">', b'<div class="article-content">' + b"<div>" * 12_000)

    article = extract(page, URL)

    assert article.title == "示范市举办职工创新成果发布会"
    assert PARAGRAPHS[1] in article.text
