"""The same crawl with ours: ``python -m benchmarks.crawl_ours PORT DELAY AT_ONCE FOLDER list|sitemap``. Prints its
memory as it goes."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.crawl_hosts import HOSTS
from huomiao.newsdesk.pipeline.crawl import Claim, Crawl, Totals, Visit
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.fetch.client import Client, Identity
from huomiao.newsdesk.pipeline.fetch.exchange import Fetched
from huomiao.newsdesk.pipeline.fetch.fetcher import Fetcher
from huomiao.newsdesk.pipeline.fetch.guard import Guard
from huomiao.newsdesk.pipeline.fetch.kinds import Kind
from huomiao.newsdesk.pipeline.fetch.politeness import Pace, Politeness
from huomiao.newsdesk.pipeline.frontier import SqliteFrontier

MARKS = (1_000, 10_000, 50_000, 100_000)


class OneFile:
    """A sink that appends bodies to a file and has them on the disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def keep(self, visits: Sequence[Visit]) -> None:
        for visit in visits:
            if visit.fetched is not None:
                self._file.write(visit.fetched.last.body)
        self._file.flush()
        os.fsync(self._file.fileno())

    def kept(self, claims: Sequence[Claim]) -> dict[str, Fetched]:
        return {}


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2


async def main(port: int, delay: float, at_once: int, folder: Path, way: str) -> None:
    marks = list(MARKS)

    def progress(totals: Totals) -> None:
        while marks and totals.visits >= marks[0]:
            print(f"memory {marks.pop(0)} {resident_mb():.1f}", flush=True)

    frontier = SqliteFrontier(folder / "frontier.db")
    starts = [f"http://{host}:{port}/{'' if way == 'list' else 'sitemap.xml'}" for host in HOSTS]
    frontier.add([Found(start, Kind(way)) for start in starts], at=datetime.now(UTC))
    async with Client(Guard(allowed=["127.0.0.0/8"]), Identity("https://press.example.org/crawler")) as client:
        fetcher = Fetcher(client, Politeness(Pace(delay, at_once)))
        totals = await Crawl(
            frontier,
            OneFile(folder / "pages"),
            fetcher,
            owner="benchmark",
            per_host=max(4, 2 * at_once),
            progress=progress,
        ).run()
    print("outcomes", dict(totals.outcomes), dict(totals.reasons), flush=True)
    frontier.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), sys.argv[5]))
