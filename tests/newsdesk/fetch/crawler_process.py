"""A crawler in a process of its own, for tests that kill it: ``python -m tests.newsdesk.fetch.crawler_process FOLDER``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from huomiao.newsdesk.pipeline.crawl import Crawl
from huomiao.newsdesk.pipeline.frontier import SqliteFrontier
from tests.newsdesk.fetch.file_sink import FileSink
from tests.newsdesk.fetch.local_host import fetching


async def main(folder: Path) -> None:
    frontier, sink = SqliteFrontier(folder / "frontier.db"), FileSink(folder / "sink.db")
    async with fetching() as fetcher:
        await Crawl(frontier, sink, fetcher, owner="crawler", window=16, per_host=8).run()
    frontier.close()
    sink.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
