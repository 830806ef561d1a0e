"""Full text over many made articles: how fast they are indexed, how large that is, how long each kind of query takes.

    python -m benchmarks.search [--articles 1000000] [--postgres-articles N] [--small 20000] [--folder PATH]

The embedded index is measured first; then the one in PostgreSQL on the server of HUOMIAO_TEST_POSTGRES, with tables of its own
that are dropped again; and the embedded one and SQLite's own full text (FTS5, trigrams) on ``--small`` articles. A query counts all
it finds and reads the first twenty by relevance, unless it says otherwise.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg

from benchmarks import machine
from benchmarks.news_text import KNOWN, LAST, Press
from huomiao.newsdesk.pipeline.search.documents import Change, Document
from huomiao.newsdesk.pipeline.search.embedded import EmbeddedIndex
from huomiao.newsdesk.pipeline.search.interface import Order, SearchIndex
from huomiao.newsdesk.pipeline.search.parsing import parse
from huomiao.newsdesk.pipeline.search.postgres import PostgresIndex

EACH = 40
UPDATES = 10
UPDATED_AT_ONCE = 50
LIMIT_SECONDS = 2.0
NAME = "benchmark_search"

Mix = dict[str, list[str]]
Ask = Callable[[str], object]


def mix(press: Press, articles: int) -> Mix:
    """The kinds of queries and ``EACH`` of every kind, out of the first ``articles`` articles."""
    rnd = random.Random(7)
    known = list(KNOWN)
    words = [str(press.words[rank]) for rank in rnd.sample(range(500, 20_000), EACH)]
    topics = [press.words[topic] for topic in press.topics[:EACH]]
    some = [next(press.articles(number, number)) for number in rnd.sample(range(1, articles + 1), EACH)]
    return {
        "a frequent word": known[:EACH],
        "a frequent word of three or more": [word for word in known if len(word) > 2],
        "a word": words,
        "two words of one topic": [f"{topic[0]} {topic[1]}" for topic in topics],
        "any three characters": [stretch(document, 3, rnd) for document in some],
        "one character": [stretch(document, 1, rnd) for document in some],
        "“six characters”": [f"“{stretch(document, 6, rnd)}”" for document in some],
        "a title": [document.title for document in some],
        "either word": [f"{a} OR {b}" for a, b in zip(words, known, strict=False)],
        "a word, without another": [f"{a} -{b}" for a, b in zip(known, words, strict=False)],
        "a word of a source in a year": [
            f'{word} 来源:"{document.source}" 日期:2025' for word, document in zip(known, some, strict=False)
        ],
    }


def stretch(document: Document, length: int, rnd: random.Random) -> str:
    """Some characters of the text with no punctuation between them."""
    while True:
        at = rnd.randrange(len(document.text) - length)
        found = document.text[at : at + length]
        if all("\u4e00" <= character <= "\u9fff" for character in found):
            return found


def asked(index: SearchIndex, questions: Mix, rounds: int) -> dict[str, list[float]]:
    """Milliseconds that each kind of query took, all samples."""

    def relevant(text: str) -> object:
        return index.search(parse(text), at=LAST)

    kinds: dict[str, tuple[list[str], Ask]] = {name: (texts, relevant) for name, texts in questions.items()}
    frequent = questions["a frequent word"]
    kinds["a frequent word, newest first"] = (
        frequent,
        lambda text: index.search(parse(text), at=LAST, order=Order.NEWEST),
    )
    kinds["everything, newest first"] = ([""] * EACH, lambda text: index.search(parse(text), at=LAST))
    kinds["facets of a word"] = (questions["a word"], lambda text: index.facets(parse(text)))
    kinds["facets of a frequent word"] = (frequent, lambda text: index.facets(parse(text)))
    return {name: timed(texts, ask, rounds) for name, (texts, ask) in kinds.items()}


def timed(texts: list[str], ask: Ask, rounds: int) -> list[float]:
    took = []
    ask(texts[0])
    for _round in range(rounds):
        for text in texts:
            began = time.perf_counter()
            ask(text)
            took.append((time.perf_counter() - began) * 1000)
    return took


def percentile(samples: list[float], share: float) -> float:
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * share))]


def told(took: dict[str, list[float]]) -> None:
    print(f"| {'query':<32} | {'p50 ms':>8} | {'p99 ms':>8} |")
    everything = [sample for samples in took.values() for sample in samples]
    for name, samples in [*took.items(), ("all of them", everything)]:
        print(f"| {name:<32} | {percentile(samples, 0.5):8.2f} | {percentile(samples, 0.99):8.2f} |", flush=True)


def updated(index: SearchIndex, reader: SearchIndex, press: Press, articles: int) -> None:
    """New articles among the many: how long until somebody else's search finds them, and until a removed one is gone."""
    seen, gone = [], []
    with index.writing() as writing:
        for turn in range(UPDATES):
            first = articles + 1 + turn * UPDATED_AT_ONCE
            marker = f"新增{turn}x"
            fresh = [
                replace(document, title=f"{document.title}{marker}")
                for document in press.articles(first, first + UPDATED_AT_ONCE - 1)
            ]
            began = time.perf_counter()
            writing.apply([Change(document.id, document) for document in fresh])
            assert reader.search(parse(f"“{marker}”"), at=LAST).total == UPDATED_AT_ONCE
            seen.append(time.perf_counter() - began)
            began = time.perf_counter()
            writing.apply([Change(fresh[0].id, None)])
            assert reader.search(parse(f"“{marker}”"), at=LAST).total == UPDATED_AT_ONCE - 1
            gone.append(time.perf_counter() - began)
    worst = max(seen + gone)
    print(
        f"{UPDATED_AT_ONCE} new articles are found after {percentile(seen, 0.5):.2f} s (most {max(seen):.2f}), "
        f"a removed one is gone after {percentile(gone, 0.5):.2f} s (most {max(gone):.2f}); "
        f"limit {LIMIT_SECONDS:.0f} s: {'met' if worst < LIMIT_SECONDS else 'MISSED'}",
        flush=True,
    )


def built(name: str, index: SearchIndex, press: Press, articles: int) -> None:
    began, busy = time.perf_counter(), sum(os.times()[:2])
    making = making_busy = 0.0

    def documents() -> Iterator[Document]:
        nonlocal making, making_busy
        source = press.articles(1, articles)
        while True:
            before, busy_before = time.perf_counter(), time.thread_time()
            document = next(source, None)
            making += time.perf_counter() - before
            making_busy += time.thread_time() - busy_before
            if document is None:
                return
            yield document

    def progress(done: int) -> None:
        if done % 100_000 == 0:
            print(f"  {done} after {time.perf_counter() - began:.0f} s", flush=True)

    index.rebuild(documents(), lambda _ids: [], progress)
    took = time.perf_counter() - began - making
    busy = sum(os.times()[:2]) - busy - making_busy
    print(
        f"{name}: {articles} articles in {took:.0f} s ({articles / took:.0f} a second; {busy:.0f} s of this process's "
        f"processors), not counting the {making:.0f} s in which they were made",
        flush=True,
    )


def size_of(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1024**2


def embedded(press: Press, articles: int, folder: Path, *, name: str = "embedded") -> None:
    index = EmbeddedIndex(folder)
    built(name, index, press, articles)
    print(f"size {size_of(folder):.0f} MB")
    told(asked(index, mix(press, articles), rounds=5))
    updated(index, EmbeddedIndex(folder), press, articles)


def postgres(press: Press, articles: int, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection, psycopg.connect(url, autocommit=True) as other:
        version = connection.execute("SHOW server_version").fetchone()
        index = PostgresIndex(lambda: connection, name=NAME)
        try:
            built(f"PostgreSQL {version[0] if version else ''}", index, press, articles)
            size = connection.execute(
                "SELECT sum(pg_total_relation_size(oid)) / 1024 ^ 2, sum(pg_indexes_size(oid)) / 1024 ^ 2 "
                "FROM pg_class WHERE relname IN (%s, %s) AND relkind = 'r'",
                [NAME, f"{NAME}_words"],
            ).fetchone()
            print(f"size {size[0]:.0f} MB, of which indexes {size[1]:.0f} MB" if size else "")
            told(asked(index, mix(press, articles), rounds=2))
            updated(index, PostgresIndex(lambda: other, name=NAME), press, articles)
        finally:
            connection.execute(
                f"DROP TABLE IF EXISTS {NAME}, {NAME}_words, {NAME}_next, {NAME}_words_next, {NAME}_changed"
            )


def sqlite(press: Press, articles: int, folder: Path) -> None:
    """The baseline: what Python brings along. Trigrams find nothing shorter than three characters."""
    link = sqlite3.connect(folder / "fts5.sqlite3")
    link.execute("CREATE VIRTUAL TABLE article USING fts5(title, text, tokenize = 'trigram')")
    began = time.perf_counter()
    made = list(press.articles(1, articles))
    began = time.perf_counter()
    with link:
        link.executemany("INSERT INTO article VALUES (?, ?)", ((one.title, one.text) for one in made))
        link.execute("INSERT INTO article (article) VALUES ('optimize')")
    took = time.perf_counter() - began
    size = (folder / "fts5.sqlite3").stat().st_size / 1024**2
    print(
        f"SQLite {sqlite3.sqlite_version} FTS5: {articles} articles in {took:.0f} s ({articles / took:.0f} a second); size {size:.0f} MB with the texts"
    )

    def ask(text: str) -> object:
        quoted = '"' + text.strip("“”") + '"'
        total = link.execute("SELECT count(*) FROM article WHERE article MATCH ?", [quoted]).fetchone()
        return total, link.execute(
            "SELECT rowid FROM article WHERE article MATCH ? ORDER BY rank LIMIT 20", [quoted]
        ).fetchall()

    questions = mix(press, articles)
    kinds = ("a frequent word of three or more", "any three characters", "“six characters”", "a title")
    told({name: timed(questions[name], ask, 2) for name in kinds})
    link.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=1_000_000)
    options.add_argument("--postgres-articles", type=int, help="as many as --articles unless given; 0 for none")
    options.add_argument(
        "--small", type=int, default=20_000, help="for SQLite and the embedded index beside it; 0 for none"
    )
    options.add_argument("--folder", type=Path, help="where to work (a temporary folder, removed at the end)")
    chosen = options.parse_args()
    print(machine.facts(), flush=True)
    press = Press()
    folder = Path(tempfile.mkdtemp(prefix="huomiao-search-", dir=chosen.folder))
    try:
        if chosen.articles:
            embedded(press, chosen.articles, folder / "large")
            shutil.rmtree(folder / "large")
        in_postgres = chosen.articles if chosen.postgres_articles is None else chosen.postgres_articles
        url = os.environ.get("HUOMIAO_TEST_POSTGRES", "")
        if in_postgres and url:
            postgres(press, in_postgres, url)
        elif in_postgres:
            print("PostgreSQL was not measured: HUOMIAO_TEST_POSTGRES is not set.")
        if chosen.small:
            embedded(press, chosen.small, folder / "small", name="embedded, as few as SQLite")
            sqlite(press, chosen.small, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"load at the end {os.getloadavg()[0]:.1f}; most memory of this process {peak:.0f} MB")


if __name__ == "__main__":
    main()
