"""Full text over many made articles: how fast they are indexed, how large that is, how long each kind of query takes.

    python -m benchmarks.search [--engines folder postgres sqlite] [--articles 1000000] [--minutes 240] [--gigabytes 40]

The index in a folder is measured first; then the one in PostgreSQL, on the server of HUOMIAO_TEST_POSTGRES, in tables of its own
that are dropped again; then SQLite's own full text (FTS5, trigrams) and the folder beside it, on ``--small`` articles. Each is a process of its own, so that its
memory is its own. When the time or the disk of one is used up while it is filled, what is there by then is measured, and told so. A query counts
all it finds and reads the first twenty by relevance, unless it says otherwise. Nothing is left behind, also when it is interrupted.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from benchmarks import machine
from benchmarks.news_text import KNOWN, LAST, Press
from huomiao.newsdesk.pipeline.search import postgres_tables
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

ROUNDS = 3
PROGRESS_EVERY = 20_000
# Filling may take so much of the time and the disk that are given; indexes come after it, and questions.
FILLING = 0.6
MOST_TIDYING = 60.0

Mix = dict[str, list[str]]
Ask = Callable[[str], object]
Busy = Callable[[], float]


@dataclass(frozen=True)
class Bounds:
    """How many articles, and how much time and disk they may take."""

    articles: int
    minutes: float
    gigabytes: float


@dataclass(frozen=True)
class Took:
    """Milliseconds of each query, and of processor for all of them together."""

    samples: list[float]
    processor: float


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


def asked(index: SearchIndex, questions: Mix, rounds: int, busy: Busy) -> dict[str, Took]:
    """How long each kind of query took."""

    def relevant(text: str) -> object:
        return index.search(parse(text), at=LAST)

    kinds: dict[str, tuple[list[str], Ask]] = {name: (texts, relevant) for name, texts in questions.items()}
    frequent = questions["a frequent word"]
    kinds["a frequent word, newest first"] = (
        frequent,
        lambda text: index.search(parse(text), at=LAST, order=Order.NEWEST),
    )
    kinds["a frequent word, page 50"] = (frequent, lambda text: index.search(parse(text), at=LAST, offset=980))
    kinds["everything, newest first"] = ([""] * EACH, lambda text: index.search(parse(text), at=LAST))
    kinds["facets of a word"] = (questions["a word"], lambda text: index.facets(parse(text)))
    kinds["facets of a frequent word"] = (frequent, lambda text: index.facets(parse(text)))
    return {name: timed(texts, ask, rounds, busy) for name, (texts, ask) in kinds.items()}


def timed(texts: list[str], ask: Ask, rounds: int, busy: Busy) -> Took:
    took = []
    ask(texts[0])
    before = busy()
    for _round in range(rounds):
        for text in texts:
            began = time.perf_counter()
            ask(text)
            took.append((time.perf_counter() - began) * 1000)
    return Took(took, (busy() - before) * 1000)


def percentile(samples: list[float], share: float) -> float:
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * share))]


def told(took: dict[str, Took]) -> None:
    print(f"| {'query':<32} | {'p50 ms':>8} | {'p99 ms':>8} | {'processor':>9} |")
    everything = Took(
        [sample for one in took.values() for sample in one.samples], sum(one.processor for one in took.values())
    )
    for name, one in [*took.items(), ("all of them", everything)]:
        print(
            f"| {name:<32} | {percentile(one.samples, 0.5):8.2f} | {percentile(one.samples, 0.99):8.2f} "
            f"| {one.processor / len(one.samples):9.2f} |",
            flush=True,
        )


def updated(index: SearchIndex, reader: SearchIndex, press: Press, articles: int) -> None:
    """New articles among the many: how long until somebody else's search finds them, and until a removed one is gone."""
    seen, gone = [], []
    with index.writing() as writing:
        for turn in range(UPDATES):
            first = articles + 1 + turn * UPDATED_AT_ONCE
            marker = f"新增{turn}x"
            # Most are of the day, as a crawl's are, and every tenth is an old one that was only found now.
            fresh = [
                replace(
                    document,
                    title=f"{document.title}{marker}",
                    published_at=document.published_at if document.id % 10 == 0 else LAST,
                )
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
        began = time.perf_counter()
        writing.tidy(lambda: time.perf_counter() - began > MOST_TIDYING)
        tidied = time.perf_counter() - began
    worst = max(seen + gone)
    print(
        f"{UPDATED_AT_ONCE} new articles are found after {percentile(seen, 0.5):.2f} s (most {max(seen):.2f}), "
        f"a removed one is gone after {percentile(gone, 0.5):.2f} s (most {max(gone):.2f}); "
        f"limit {LIMIT_SECONDS:.0f} s: {'met' if worst < LIMIT_SECONDS else 'MISSED'}; "
        f"upkeep after that {tidied:.1f} s",
        flush=True,
    )


def built(name: str, index: SearchIndex, press: Press, bounds: Bounds, used: Callable[[], float]) -> int:
    """Fill ``index``; how many articles there are in the end. ``used`` tells the megabytes on disk."""
    began, busy = time.perf_counter(), sum(os.times()[:2])
    making = making_busy = 0.0
    stopped = ""

    def documents() -> Iterator[Document]:
        nonlocal making, making_busy, stopped
        source = press.articles(1, bounds.articles)
        while not stopped:
            before, busy_before = time.perf_counter(), time.thread_time()
            document = next(source, None)
            making += time.perf_counter() - before
            making_busy += time.thread_time() - busy_before
            if document is None:
                return
            yield document

    def progress(done: int) -> None:
        nonlocal stopped
        if done % PROGRESS_EVERY:
            return
        passed, size = time.perf_counter() - began, used()
        rest = passed / done * (bounds.articles - done) / 60
        print(f"  {done} after {passed:.0f} s, {size:.0f} MB; {rest:.0f} minutes to go", flush=True)
        if passed > bounds.minutes * 60 * FILLING:
            stopped = "time"
        if size > bounds.gigabytes * 1024 * FILLING:
            stopped = "disk"

    articles = index.rebuild(documents(), lambda _ids: [], progress)
    took = time.perf_counter() - began - making
    busy = sum(os.times()[:2]) - busy - making_busy
    print(
        f"{name}: {articles} articles in {took:.0f} s ({articles / took:.0f} a second; {busy:.0f} s of this process's "
        f"processors), not counting the {making:.0f} s in which they were made"
        + (f"; stopped before {bounds.articles} by the limit of {stopped}" if stopped else ""),
        flush=True,
    )
    return articles


def size_of(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1024**2


def of_this_process() -> float:
    """Seconds of processor."""
    return time.process_time()


def of_both(server: int) -> float:
    """Seconds of processor of this process and of a server's process on this machine; of this alone when that is elsewhere."""
    try:
        fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return time.process_time()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def folder(press: Press, bounds: Bounds, where: Path) -> None:
    index = EmbeddedIndex(where / "index")
    articles = built("folder", index, press, bounds, lambda: size_of(where))
    print(f"size {size_of(where):.0f} MB")
    told(asked(index, mix(press, articles), ROUNDS, of_this_process))
    updated(index, EmbeddedIndex(where / "index"), press, articles)
    shutil.rmtree(where / "index")


def postgres(press: Press, bounds: Bounds, _where: Path) -> None:
    url = os.environ.get("HUOMIAO_TEST_POSTGRES", "")
    if not url:
        print("PostgreSQL was not measured: HUOMIAO_TEST_POSTGRES is not set.")
        return
    with psycopg.connect(url, autocommit=True) as connection, psycopg.connect(url, autocommit=True) as other:
        server = connection.info.backend_pid

        def used() -> float:
            row = other.execute(
                "SELECT sum(pg_total_relation_size(oid)) / 1024 ^ 2 FROM pg_class "
                "WHERE relname LIKE %s AND relkind = 'r'",
                [f"{NAME}%"],
            ).fetchone()
            return float(row[0] or 0) if row else 0.0

        index = PostgresIndex(lambda: connection, name=NAME)
        try:
            articles = built(f"PostgreSQL {connection.info.server_version // 10000}", index, press, bounds, used)
            row = other.execute(
                "SELECT sum(pg_indexes_size(oid)) / 1024 ^ 2 FROM pg_class WHERE relname LIKE %s AND relkind = 'r'",
                [f"{NAME}%"],
            ).fetchone()
            print(f"size {used():.0f} MB, of which indexes {row[0] if row else 0:.0f} MB")
            told(asked(index, mix(press, articles), ROUNDS, lambda: of_both(server)))
            updated(index, PostgresIndex(lambda: other, name=NAME), press, articles)
            with suppress(FileNotFoundError):
                status = Path(f"/proc/{server}/status").read_text()
                print(f"most memory of the server's process {int(status.split('VmHWM:')[1].split()[0]) / 1024:.0f} MB")
        finally:
            # Interrupted while an index is made, the first connection would be busy with that.
            connection.cancel()
            connection.close()
            other.execute(f"DROP TABLE IF EXISTS {NAME}_changed")
            for name in (NAME, f"{NAME}_next"):
                postgres_tables.drop(other, name)


def sqlite(press: Press, bounds: Bounds, where: Path) -> None:
    """The baseline: what Python brings along. Trigrams find nothing shorter than three characters."""
    articles = bounds.articles
    folder(press, bounds, where)
    link = sqlite3.connect(where / "fts5.sqlite3")
    link.execute("CREATE VIRTUAL TABLE article USING fts5(title, text, tokenize = 'trigram')")
    began = time.perf_counter()
    made = list(press.articles(1, articles))
    began = time.perf_counter()
    with link:
        link.executemany("INSERT INTO article VALUES (?, ?)", ((one.title, one.text) for one in made))
        link.execute("INSERT INTO article (article) VALUES ('optimize')")
    took = time.perf_counter() - began
    size = (where / "fts5.sqlite3").stat().st_size / 1024**2
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
    told({name: timed(questions[name], ask, ROUNDS, of_this_process) for name in kinds})
    link.close()


ENGINES: dict[str, Callable[[Press, Bounds, Path], None]] = {"folder": folder, "postgres": postgres, "sqlite": sqlite}


def measured(engine: str, bounds: Bounds, where: Path) -> None:
    """One engine, in a process of its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"\n{engine}", flush=True)
    ENGINES[engine](Press(), bounds, where)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"load at the end {os.getloadavg()[0]:.1f}; most memory of this process {peak:.0f} MB", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    options.add_argument("--articles", type=int, default=1_000_000)
    options.add_argument("--minutes", type=float, default=240, help="for each engine, about")
    options.add_argument("--gigabytes", type=float, default=40, help="on disk, for each engine, about")
    options.add_argument("--small", type=int, default=20_000, help="articles for SQLite and the folder beside it")
    options.add_argument("--folder", type=Path, help="where to work (a temporary folder, removed at the end)")
    chosen = options.parse_args()
    print(machine.facts(), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started = multiprocessing.get_context("spawn")
    failed = False
    with tempfile.TemporaryDirectory(prefix="huomiao-search-", dir=chosen.folder) as where:
        for engine in chosen.engines:
            articles = chosen.small if engine == "sqlite" else chosen.articles
            bounds = Bounds(articles, chosen.minutes, chosen.gigabytes)
            process = started.Process(target=measured, args=(engine, bounds, Path(where)))
            process.start()
            try:
                process.join()
            finally:
                process.terminate()
                process.join()
            failed |= process.exitcode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
