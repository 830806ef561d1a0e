from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.fetch import addresses
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason

SPELLINGS = [
    ("HTTP://Example.COM", "http://example.com/"),
    ("http://example.com:80/a", "http://example.com/a"),
    ("https://example.com:8443/a", "https://example.com:8443/a"),
    ("http://example.com./a", "http://example.com/a"),
    ("http://例子.中国/新闻?词=五小", "http://xn--fsqu00a.xn--fiqs8s/%E6%96%B0%E9%97%BB?%E8%AF%8D=%E4%BA%94%E5%B0%8F"),
    ("http://example.com/a/./b/../c/", "http://example.com/a/c/"),
    ("http://example.com/../../etc", "http://example.com/etc"),
    ("http://example.com/a%7eb%2fc%2", "http://example.com/a~b%2Fc%252"),
    ("http://example.com/a?utm_source=x&id=3&fbclid=7#top", "http://example.com/a?id=3"),
    ("http://example.com/a?utm_source=x", "http://example.com/a"),
    ("http://example.com\\a\\b", "http://example.com/a/b"),
    ("http://example.com\\@10.0.0.1/", "http://example.com/@10.0.0.1/"),
    ("  http://exa\tmple.com/a\nb ", "http://example.com/ab"),
    ("http://[2606:4700:0:0:0:0:0:1111]/", "http://[2606:4700::1111]/"),
    ("http://example.com/<a> b'\"", "http://example.com/%3Ca%3E%20b'%22"),
]

TRICKS = [
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "//example.com/a",
    "http:///a",
    "http://",
    "http://user@example.com/",
    "http://example.com:80@10.0.0.1/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://127.1/",
    "http://1.2.3.4.5/",
    "http://256.0.0.1/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[::1]evil/",
    "http://[::1/",
    "http://example.com:0/",
    "http://example.com:65536/",
    "http://example.com:8a/",
    "http://exa mple.com/",
    "http://exa%6dple.com/",
    "http://-.com/",
    "http://" + "a" * 300 + ".com/",
    "http://example.com/" + "a" * 2048,
]


@pytest.mark.parametrize(("given", "expected"), SPELLINGS)
def test_an_address_has_one_spelling(given, expected):
    assert addresses.normal(given) == expected


@pytest.mark.parametrize("given", TRICKS)
def test_an_address_that_is_not_plain_is_refused(given):
    with pytest.raises(FetchFailed) as refused:
        addresses.normal(given)

    assert refused.value.reason is Reason.BAD_ADDRESS


@pytest.mark.parametrize("given", ["http://１２７。０。０。１/", "http://127.0.0.1:80/"])
def test_figures_in_any_script_are_the_ip_address_they_name(given):
    assert addresses.parts(addresses.normal(given)).host == "127.0.0.1"


def test_a_relative_address_is_seen_from_its_page():
    base = "http://news.example.com/gn/2023/index.html"

    assert addresses.normal("../../a.html", base=base) == "http://news.example.com/a.html"
    assert addresses.normal("//other.example.com/x", base=base) == "http://other.example.com/x"
    assert addresses.normal("?page=2", base=base) == "http://news.example.com/gn/2023/index.html?page=2"


def test_parts_are_what_is_sent():
    parts = addresses.parts("https://[2606:4700::1111]:8443/a/b?c=d")

    assert parts == ("https", "2606:4700::1111", 8443, "/a/b?c=d")
    assert parts.authority == "[2606:4700::1111]:8443"
    assert addresses.lane("http://example.com/a") == addresses.lane("https://example.com/b") == "example.com"


@settings(max_examples=60)
@given(st.text(alphabet=st.sampled_from("ab中./\\?#%25:@[]&= \t\r\n\x00ｅ。"), max_size=40))
def test_a_spelling_is_final_and_holds_nothing_that_ends_a_line(rest):
    try:
        result = addresses.normal(f"http://example.com/{rest}")
    except FetchFailed:
        return

    assert addresses.normal(result) == result
    assert result.isascii()
    assert result.isprintable()
    assert " " not in result
    assert addresses.parts(result).host == "example.com"
