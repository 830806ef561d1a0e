"""What the scripts of a page hold of its article: the state that pages drawn in the browser carry with them.

Some pages send the article as JSON for a script to draw, in part or whole. No script is run: the strings are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

import orjson

from huomiao.newsdesk.pipeline.extract.markup import Script

_LONGEST = 1_500_000
_SHORTEST_BODY = 160

_TIME = re.compile(
    r"""["']?(?:pub(?:lish)?_?(?:time|date)(?:str)?|publish(?:ed)?_?at|date_?published|news_?time|post_?time|create_?time|ct)["']?\s*[:=]\s*["']?"""
    r"""((?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}[T ]?[\d:+.Z]{0,20}|1\d{9}(?:\d{3})?)(?=["',;\s])""",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"""["'](?:source(?:_?name)?|media(?:_?name)?|copy_?from|origin(?:_?name)?|article_?source)["']\s*:\s*"((?:[^"\\]|\\.){2,60})\"""",
    re.IGNORECASE,
)
_STRING = re.compile(rf'"((?:[^"\\]|\\.){{{_SHORTEST_BODY},}}+)"')
_MARKUP = re.compile(r"<(?:p|br|div|img|section)\b|\\u003c(?:p|br|div)|&lt;(?:p|br|div)", re.IGNORECASE)


def times(scripts: Iterable[Script], title: str) -> list[tuple[str, str]]:
    """The times of publication in the scripts that name the title, with their cue."""
    return [("script", match[1]) for text in _naming(scripts, title) if (match := _TIME.search(text)) is not None]


def source(scripts: Iterable[Script], title: str) -> str:
    """The source in a script that names the title; empty when there is none."""
    for text in _naming(scripts, title):
        if (match := _SOURCE.search(text)) is not None:
            return _unescaped(match[1])
    return ""


def body(scripts: Iterable[Script]) -> str:
    """The longest string of a script that holds an article's HTML; empty when none does."""
    longest = ""
    for script in scripts:
        if len(script.text) > _LONGEST or len(script.text) < _SHORTEST_BODY or "ld+json" in script.attributes:
            continue
        for match in _STRING.finditer(script.text):
            if len(match[1]) > len(longest) and _MARKUP.search(match[1]) is not None:
                longest = match[1]
    text = _unescaped(longest) if longest else ""
    return unescape(text) if "&lt;" in text else text


def _naming(scripts: Iterable[Script], title: str) -> Iterable[str]:
    start = title[:12]
    if len(start) < 6:
        return
    escaped = orjson.dumps(start).decode()[1:-1]
    ascii_only = start.encode("ascii", "backslashreplace").decode()
    for script in scripts:
        text = script.text
        if len(text) <= _LONGEST and (start in text or escaped in text or ascii_only in text):
            yield text


def _unescaped(literal: str) -> str:
    """What a string literal of JSON (or of a script, near enough) says."""
    try:
        value = orjson.loads(f'"{literal}"')
    except orjson.JSONDecodeError:
        return literal.replace("\\n", "\n").replace('\\"', '"').replace("\\/", "/")
    return value if isinstance(value, str) else ""
