"""How an article becomes words of a tsvector, and a text in which PostgreSQL can see what stands together.

PostgreSQL's index of words (GIN) keeps no places. So it is asked for pairs of characters, each by itself, and only where that
says less than the reader meant (four characters are three pairs, anywhere) is the text looked at: all runs of an article, one
space between them, and there what is sought is a stretch of the string.

Words of the tsvector, besides pairs, single characters and words of other scripts:

    ^职工            in the title, or again and again in the text: what the article is about
    @2023123        told in that part of a month (``bucket``)
    %17             a part of all articles, drawn by number, for estimates
    source=新华社    a field's whole value; ``source:新华`` a pair of it, ``source:新`` a character
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from huomiao.newsdesk.pipeline.search import tokens
from huomiao.newsdesk.pipeline.search.documents import CHINA, Document
from huomiao.newsdesk.pipeline.search.queries import Name
from huomiao.newsdesk.pipeline.search.schema import domains

# All articles are drawn into so many parts of one size.
PARTS = 64
# A word that stands so often in a text is one of those it is about.
OFTEN = 4
# A tsvector holds a megabyte. What comes after that in a very long text is not found.
_MOST_BYTES = 900_000
# Names are compared by their first characters: a longer one is a mistake of somebody's page.
LONGEST_NAME = 100
_DAYS_A_BUCKET = 8


def bucket(told_at: datetime) -> int:
    """The part of a month in China: 2023123 is the fourth one of December 2023 (days 25 to 31)."""
    local = told_at.astimezone(CHINA)
    return (local.year * 100 + local.month) * 10 + (local.day - 1) // _DAYS_A_BUCKET


def flat(text: str) -> str:
    """The runs of ``text`` as they are looked for, a space before and after each."""
    cut = tokens.runs(text)
    return f" {' '.join(run if tokens.is_paired(run) else tokens.stem(run) for run in cut)} "


def needle(text: str) -> str:
    """What stands in a ``flat`` text exactly where ``text`` does; "" when it has no letters at all."""
    cut = tokens.runs(text)
    if not cut:
        return ""
    # A Chinese run may go on to both sides; a word of another script may not.
    before = "" if tokens.is_paired(cut[0]) else " "
    after = "" if tokens.is_paired(cut[-1]) else " "
    return before + flat(text)[1:-1] + after


def words_sought(text: str) -> list[str]:
    """The words that a tsvector must have for ``text`` to stand in the article. One word says all; several say less."""
    found: dict[str, None] = {}
    cut = tokens.runs(text)
    for run in cut:
        if not tokens.is_paired(run):
            found[tokens.stem(run)] = None
        elif len(run) == 1:
            found[run] = None
        else:
            found.update(dict.fromkeys(pairs(run)))
    return list(found)


def pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def is_exact(text: str) -> bool:
    """Whether ``words_sought`` says all of ``text``: it is one word, one pair or one character."""
    cut = tokens.runs(text)
    return len(cut) == 1 and (not tokens.is_paired(cut[0]) or len(cut[0]) < 3)


def named(name: Name, value: str) -> list[str]:
    """The words of a field that is ``value``."""
    if name is Name.SITE:
        return [f"{name}={domain}" for domain in domains(value)]
    key = tokens.key(value)[:LONGEST_NAME]
    if not key:
        return []
    return [f"{name}={key}", *(f"{name}:{part}" for part in (*pairs(key), *key))]


def words_of(document: Document) -> Iterator[str]:
    """The words of its tsvector; some come twice."""
    yield f"@{bucket(document.told_at)}"
    yield f"%{document.id % PARTS}"
    for name, value in (
        (Name.SOURCE, document.source),
        (Name.CATEGORY, document.category),
        (Name.SITE, document.site),
        (Name.LANGUAGE, document.language),
        *((Name.AUTHOR, author) for author in document.authors),
    ):
        yield from named(name, value)
    title = Counter(_of_runs(f"{document.title}\n{document.subtitle}"))
    whole = Counter(_of_runs(document.whole))
    for word, count in whole.items():
        if word in title or count >= OFTEN:
            yield f"^{word}"
    yield from whole


def vector(document: Document) -> str:
    """A tsvector without places, written out."""
    written: list[str] = []
    left = _MOST_BYTES
    for word in dict.fromkeys(words_of(document)):
        left -= len(word.encode()) + 4
        if left < 0:
            break
        written.append(quoted(word))
    return " ".join(written)


def quoted(word: str) -> str:
    doubled = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _of_runs(text: str) -> Iterator[str]:
    for run in tokens.runs(text):
        if tokens.is_paired(run):
            yield from run
            yield from pairs(run)
        else:
            yield tokens.stem(run)
