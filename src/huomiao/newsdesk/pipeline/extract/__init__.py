"""Finds the article on a page of news: title, times, who has it from whom, and the body with its pictures in place.

``docs/explanation/news-extraction.md`` tells how.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from huomiao.newsdesk.pipeline.article import Article
from huomiao.newsdesk.pipeline.extract import fields, reading

if TYPE_CHECKING:
    from huomiao.newsdesk.pipeline.layouts import Layout
    from huomiao.newsdesk.pipeline.site_rules import Rule


def extract(
    html: bytes, url: str, *, charset: str | None = None, layout: Layout | None = None, rules: Sequence[Rule] = ()
) -> Article:
    """The article of a page: never raises, and takes well under two seconds on any bytes.

    Args:
        html: the page as served.
        url: its address, from which relative ones start.
        charset: the label of its Content-Type header, if there was one.
        layout: what the pages of its site have in common (``layouts.learn``).
        rules: what editors put right on other pages of its site, oldest first (``site_rules.from_correction``).
    """
    read = reading.read(html, url, charset=charset, layout=layout, rules=rules)
    return fields.article(read, url, layout=layout, rules=rules)
