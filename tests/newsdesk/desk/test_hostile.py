"""What a hostile page may put into an article reaches readers as words, never as markup or a live address."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from huomiao.newsdesk import searching, web_addresses
from huomiao.newsdesk.views.archive import picture_kind
from tests.factories.newsdesk import ArticleFactory, VersionFactory

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def hostile_article():
    block = {
        "kind": "picture",
        "text": SCRIPT,
        "image": {"address": "javascript:alert(1)", "caption": SCRIPT, "credit": SCRIPT},
    }
    data = {
        "kind": "picture",
        "text": "图",
        "image": {"address": "data:text/html,<script>alert(1)</script>", "caption": "图"},
    }
    body = [
        {"kind": "paragraph", "text": f"第一段{SCRIPT}"},
        {"kind": "heading", "level": 2, "text": SCRIPT},
        {"kind": "list", "items": [SCRIPT]},
        {"kind": "table", "rows": [[SCRIPT]]},
        {"kind": "quote", "text": SCRIPT},
        {"kind": SCRIPT, "text": SCRIPT},
        block,
        data,
        "no block at all",
    ]
    article = ArticleFactory(title=f"标题{SCRIPT}", source_name=SCRIPT, reposted_from=SCRIPT, body=False)
    version = VersionFactory(article=article, body=body, text=f"第一段{SCRIPT}", authors=[SCRIPT], subtitle=SCRIPT)
    article.current, article.summary = version, SCRIPT
    article.save()
    searching.bring_up_to_date()
    return article


def test_no_part_of_an_article_is_markup_on_any_page(client):
    article = hostile_article()
    pages = [
        article.get_absolute_url(),
        reverse("newsdesk:versions", args=[article.pk]),
        reverse("newsdesk:front"),
        article.category.get_absolute_url(),
        reverse("newsdesk:search") + "?q=第一段",
        reverse("newsdesk:ask-removal", args=[article.pk]),
        reverse("newsdesk:feed", args=["atom"]),
        reverse("newsdesk:feed", args=["rss"]),
    ]

    for address in pages:
        text = client.get(address).content.decode()
        assert "标题" in text
        assert "<script>alert" not in text, address
        assert "<img src=x" not in text, address


def test_no_address_of_a_page_becomes_a_link_unless_it_is_of_the_web(client):
    text = client.get(hostile_article().get_absolute_url()).content.decode()

    links = re.findall(r'(?:href|src|action)="([^"]*)"', text)
    assert not [link for link in links if link.lower().startswith(("javascript:", "data:", "vbscript:"))]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\tjavascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//press.example/x",
        "http://user:pass@press.example/",
        "ftp://press.example/",
        "http://",
        "",
        "http://press.example/" + "x" * 3000,
    ],
)
def test_what_is_no_address_of_the_web_is_none(address):
    assert web_addresses.cleaned(address) == ""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ""),
        (b"<?xml version='1.0'?><svg/>", ""),
        (b"<html><script>alert(1)</script>", ""),
        (b"GIF89a/*<script>", "image/gif"),
        (b"", ""),
    ],
)
def test_a_picture_is_what_its_bytes_say_and_never_a_document(body, kind):
    assert picture_kind(body) == kind
