"""What is found on pages of many builds; ``sites`` has them."""

from __future__ import annotations

import pytest

from huomiao.newsdesk.pipeline.article import Article
from huomiao.newsdesk.pipeline.extract import extract
from tests.newsdesk.extract import sites

URL = "https://www.example.test/xw/202401/t20240108_40.html"


def _found(article: Article, name: str):
    """A field as the tables of ``sites`` write it."""
    if name == "at":
        at = article.published_at
        return at.strftime("%Y-%m-%d %H:%M" if article.published_to == "minute" else "%Y-%m-%d") if at else None
    if name == "kinds":
        return [block.kind for block in article.body]
    if name == "captions":
        return tuple(image.caption for image in article.images)
    value = getattr(article, name)
    return len(value) if name in {"images", "pages"} else value


def _check(html: str, url: str, wanted: sites.Wanted) -> None:
    article = extract(html.encode(), url or URL)

    exact = {"title": sites.TITLE, "text": "\n".join(sites.TEXTS), **wanted}
    holds = exact.pop("holds", "")
    if holds:
        del exact["text"]
    assert {name: _found(article, name) for name in exact} == exact
    assert holds in article.text


@pytest.mark.parametrize("name", sites.BYLINES)
def test_bylines(name):
    byline, wanted = sites.BYLINES[name]

    _check(sites.story(byline=byline), "", wanted)


@pytest.mark.parametrize("name", sites.BODIES)
def test_bodies(name):
    written, wanted = sites.BODIES[name]

    _check(sites.story(**written), "", {"at": sites.MINUTE, "source": "示范工人报", **wanted})


@pytest.mark.parametrize("name", sites.PAGES)
def test_pages(name):
    _check(*sites.PAGES[name])
