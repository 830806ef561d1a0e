"""Markdown that organisers write, as HTML that is safe to show."""

from __future__ import annotations

from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def render(text: str) -> SafeString:
    """``text`` as clean HTML; its headings begin one level down, because the page has its own h1."""
    tokens = _parser().parse(text or "")
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    return mark_safe(nh3.clean(_parser().renderer.render(tokens, _parser().options, {})))
