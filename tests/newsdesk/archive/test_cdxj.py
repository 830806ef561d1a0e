from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.archive import cdxj, surt
from huomiao.newsdesk.pipeline.archive.store import Archive
from tests.newsdesk.archive.making import NOON, exchange

# As the Internet Archive's own package spells them.
KEYS = [
    ("http://www.Example.com:80/Path/?b=2&a=1", "com,example)/path?a=1&b=2"),
    ("https://www2.example.com", "com,example)/"),
    ("https://example.com:8443/a%20b/../c?", "com,example:8443)/c"),
    ("http://127.0.0.1:8000/x", "1,0,0,127:8000)/x"),
    ("http://中国.cn/你好?关=键", "cn,xn--fiqs8s)/%e4%bd%a0%e5%a5%bd?%e5%85%b3=%e9%94%ae"),
    ("http://xn--fiqs8s.cn/%E4%BD%A0", "cn,xn--fiqs8s)/%e4%bd%a0"),
    ("http://example.com/a//b/", "com,example)/a/b"),
    ("http://example.com/index.html#frag", "com,example)/index.html"),
    ("http://user:pw@example.com/", "com,example)/"),
    ("https://news.example.com.cn/a/b/?PHPSESSID=9682993c8daa2c5497996114facdc805", "cn,com,example,news)/a/b"),
    ("http://e.com/?a=1&sid=0123456789abcdef0123456789abcdef", "com,e)/?&a=1"),
    ("http://e.com/(S(abcdefghijklmnopqrstuvwx))/a.aspx", "com,e)/a.aspx"),
    ("http://example.com/%41%7e", "com,example)/a~"),
    ("http://e.com/%25%32%35", "com,e)/%25"),
    ("http://example.com/a?q=%E4%BD%A0+b", "com,example)/a?q=%e4%bd%a0+b"),
    ("dns:example.com", "dns:example.com"),
    ("http://wwww.example.com/", "com,example,wwww)/"),
    ("http://e..com/x", "com,e)/x"),
]


@pytest.mark.parametrize(("url", "key"), KEYS)
def test_addresses_have_the_keys_that_other_players_look_for(url, key):
    assert surt.key(url) == key


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_no_text_makes_a_key_that_breaks_a_line(text):
    for url in (text, f"http://{text}", f"http://e.com/{text}"):
        key = surt.key(url)
        assert key.isascii()
        assert not set(key) & set(" \r\n\t")


def test_lines_are_sorted_as_bytes_and_say_where_the_record_is(tmp_path):
    with Archive(tmp_path) as archive:
        late = archive.write(replace(exchange(1), at=NOON + timedelta(days=1, microseconds=5)))
        first = archive.write(exchange(1))
        for url in (
            "https://news.example/1.html!",
            "https://news.example/1",
            "http://a.example/",
            "https://news.example/1.html?a",
        ):
            archive.write(exchange(url=url))
        lines = list(cdxj.lines(archive.index.all()))

    assert lines == sorted(lines, key=str.encode)
    ours = [line for line in lines if line.startswith("example,news)/1.html ")]
    assert [line.split(" ")[1] for line in ours] == ["20231205120001", "20231206120000"]
    assert json.loads(ours[0].split(" ", 2)[2]) == {
        "url": first.url,
        "mime": "warc/revisit",
        "status": "200",
        "digest": late.digest,
        "length": str(first.length),
        "offset": str(first.offset),
        "filename": first.file,
    }


def test_the_whole_index_is_read_in_pages(tmp_path, monkeypatch):
    with Archive(tmp_path) as archive:
        urls = [archive.write(exchange(number % 7, url=f"https://n{number % 3}.example/")).url for number in range(25)]
        monkeypatch.setattr("huomiao.newsdesk.pipeline.archive.index.PAGE", 4)

        assert sorted(one.url for one in archive.index.all()) == sorted(urls)
