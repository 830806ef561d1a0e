"""Any three Chinese characters that stand next to each other on a real page find that page."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from benchmarks.recorded import PAGES
from huomiao.newsdesk.pipeline.search.documents import CHINA, Change, Document
from huomiao.newsdesk.pipeline.search.embedded import EmbeddedIndex
from huomiao.newsdesk.pipeline.search.parsing import parse

AT = datetime(2026, 1, 1, tzinfo=CHINA)
TRIED_ON_EACH = 8


def plain(page: Path) -> str:
    """The words of a page, its menus included: more kinds of writing than an article alone has."""
    source = page.read_bytes().decode(errors="ignore")
    return re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", "\n", source)[:20_000]


def test_any_three_characters_find_their_page(tmp_path):
    pages = sorted((PAGES / "zh").glob("*.html"))
    if not pages:
        pytest.skip(f"the recorded pages are not on this machine ({PAGES})")
    texts = {number: text for number, page in enumerate(pages, 1) if (text := plain(page))}
    index = EmbeddedIndex(tmp_path / "index")
    with index.writing() as writing:
        writing.apply([Change(number, Document(number, "", text, AT)) for number, text in texts.items()])
    rnd = Random(3)

    queries = [
        (number, query)
        for number, text in texts.items()
        for stretch in _some(re.findall(r"(?=([\u4e00-\u9fff]{3}))", text), rnd)
        for query in (stretch, f"“{stretch}”")
    ]
    missed = [
        (number, query)
        for number, query in queries
        if number not in index.search(parse(query), at=AT, limit=len(texts)).ids
    ]

    assert len(queries) > 500
    assert missed == []


def _some(stretches: list[str], rnd: Random) -> list[str]:
    return rnd.sample(stretches, min(TRIED_ON_EACH, len(stretches)))
