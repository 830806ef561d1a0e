"""How many pages a second are extracted out of WARC files: a plain loop, our processes, and Ray.

Run it with ``.venv/bin/python -m benchmarks.backfill [pages] [folder of .html files]``. Without a folder the pages are made
up. The archive is written first, by our own archive, in batches that are each flushed to the disk. The baseline is what one
would write in an hour: warcio's iterator and the same extraction, one process, nothing durable. Ray is measured where it
is installed (``pip install huomiao[ray]``).
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from benchmarks import machine
from huomiao.newsdesk.pipeline.archive import fixity
from huomiao.newsdesk.pipeline.archive.exchange import Exchange
from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.newsdesk.pipeline.backfill import parts
from huomiao.newsdesk.pipeline.backfill.cluster import NoRay
from huomiao.newsdesk.pipeline.backfill.run import backfill
from huomiao.newsdesk.pipeline.extract import extract

BATCH = 32
FILE_BYTES = 8 * 1024 * 1024
UNIT_BYTES = 1024 * 1024
_WORDS = [
    "职工创新",
    "劳动竞赛",
    "班组",
    "车间",
    "改进",
    "工艺",
    "效率",
    "安全",
    "培训",
    "技能",
    "工会",
    "组织",
    "参加",
    "活动",
    "项目",
    "成果",
    "企业",
    "生产",
    "师傅",
    "现场",
]


def made_up(number: int) -> bytes:
    """A page of the size and build of a news site's: navigation, article, related links, scripts."""
    chance = random.Random(number)

    def sentence() -> str:
        return "".join(chance.choice(_WORDS) for _ in range(12)) + "。"

    links = "".join(f'<li><a href="/{chance.randrange(9999)}.html">{sentence()[:18]}</a></li>' for _ in range(120))
    body = "".join(f"<p>{''.join(sentence() for _ in range(4))}</p>" for _ in range(18))
    script = f"<script>var d={[chance.randrange(9999) for _ in range(1500)]};</script>"
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>{sentence()}_示范新闻网</title>{script}</head><body>"
        f"<ul class=nav>{links}</ul><div class=article><h1>{sentence()}</h1><div class=info>2023-12-05 18:41 来源：示范日报</div>"
        f"{body}<p>（责任编辑：某某）</p></div><ul class=related>{links}</ul></body></html>"
    ).encode()


def pages(count: int, folder: Path | None) -> Iterator[bytes]:
    if folder is None:
        yield from map(made_up, range(count))
        return
    found = [path.read_bytes() for path in sorted(folder.glob("*.html"))]
    for number in range(count):  # each of its own, or the archive would keep it once
        yield found[number % len(found)] + b"<!-- %d -->" % number


def write(folder: Path, count: int, source: Path | None) -> int:
    """Write the archive; its bytes as stored."""
    began = datetime(2023, 12, 5, tzinfo=UTC)
    html = (("Content-Type", "text/html"),)
    exchanges = (
        Exchange(f"https://news.example/{number}.html", began + timedelta(seconds=number), 200, "OK", html, page)
        for number, page in enumerate(pages(count, source))
    )
    with Archive(folder, file_bytes=FILE_BYTES) as archive:
        while batch := list(islice(exchanges, BATCH)):
            archive.write_all(batch)
    return sum(path.stat().st_size for path in folder.glob("*.warc.gz"))


def checked(folder: Path) -> int:
    told: list[fixity.Progress] = []
    findings = list(fixity.check(folder, progress=told.append))
    if findings:
        raise SystemExit(f"the archive is not whole: {findings[0]}")
    return told[-1].records // 2  # a request beside each page


def plain_loop(folder: Path) -> int:
    count = 0
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type == "response":
                    extract(record.content_stream().read(), record.rec_headers.get_header("WARC-Target-URI"))
                    count += 1
    return count


def filled(folder: Path, to: Path, engine: str, workers: int) -> int:
    report = backfill([folder], to=to, engine=engine, workers=workers, unit_bytes=UNIT_BYTES)
    urls = [result.url for result in parts.results(to)]
    if len(urls) != len(set(urls)) or report.problems:
        raise SystemExit(f"{len(urls)} results of {len(set(urls))} pages, {report.problems} problems")
    return len(urls)


def timed(what: str, work: Callable[[], int]) -> None:
    began, busy = time.perf_counter(), sum(os.times()[:4])
    count = work()
    took, busy = time.perf_counter() - began, sum(os.times()[:4]) - busy
    load = os.getloadavg()[0]
    rates = f"{count / took:8.1f} | {busy:8.1f} s | {count / busy:13.1f}"
    print(f"| {what:<44} | {count:6} | {took:8.1f} s | {rates} | {load:5.1f} |", flush=True)


def main(count: int, source: Path | None, folder: Path) -> None:
    print(machine.facts())
    print(
        f"| {'step':<44} | {'pages':>6} | {'clock':>10} | {'pages/s':>8} | {'processor':>10} | a second of it | {'load':>5} |"
    )
    size = 0

    def archived() -> int:
        nonlocal size
        size = write(folder / "archive", count, source)
        return count

    timed(f"write the archive, a flush for {BATCH} pages", archived)
    timed("check every byte and digest of it", lambda: checked(folder / "archive"))
    timed("baseline: warcio and extract, one process", lambda: plain_loop(folder / "archive"))
    for engine, workers in (("local", 1), ("local", 2), ("ray", 1), ("ray", 2)):
        what = f"{engine}, {workers} worker{'s' if workers > 1 else ''}"
        to = folder / f"{engine}{workers}"
        with suppress(NoRay):
            timed(what, lambda to=to, engine=engine, workers=workers: filled(folder / "archive", to, engine, workers))  # type: ignore[misc]
    print(f"{size / 1024**2:.0f} MB as stored; workers' start-up is in the figures, Ray's processor time is not")


if __name__ == "__main__":
    _folder = Path(tempfile.mkdtemp(prefix="huomiao-bench-"))
    try:
        main(
            int(sys.argv[1]) if len(sys.argv) > 1 else 2000,
            Path(sys.argv[2]) if len(sys.argv) > 2 else None,
            _folder,
        )
    finally:
        shutil.rmtree(_folder, ignore_errors=True)
