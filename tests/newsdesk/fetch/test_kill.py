"""A crawl that is killed at any moment goes on where it was, and nothing that was kept is asked for again."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.fetch.kinds import Kind
from huomiao.newsdesk.pipeline.frontier import SqliteFrontier
from tests.newsdesk.fetch.file_sink import FileSink
from tests.newsdesk.fetch.local_host import Answer, Host, running

ROOT = Path(__file__).parents[3]
PAGES = 150


def site() -> Host:
    items = "".join(f"<item><link>/p/{number}</link></item>" for number in range(PAGES))
    pages = {f"/p/{number}": Answer(b"page %d" % number) for number in range(PAGES)}
    return Host({"/feed": Answer(f"<rss><channel>{items}</channel></rss>".encode()), **pages})


async def crawl_once(folder: Path, host: Host, *, kill_after: int | None) -> int:
    """Run a crawler; kill it once the host has been asked for ``kill_after`` pages. Returns its exit code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.newsdesk.fetch.crawler_process", str(folder), cwd=ROOT
    )
    while kill_after is not None and len(host.targets) < kill_after and process.returncode is None:  # noqa: ASYNC110  # until it gets there
        await asyncio.sleep(0.002)
    if kill_after is not None:
        process.send_signal(signal.SIGKILL)
    return await process.wait()


def test_a_killed_crawl_goes_on_and_keeps_every_page_once(tmp_path):
    host = site()

    async def story() -> list[set[str]]:
        kept_before = []
        async with running(host):
            frontier = SqliteFrontier(tmp_path / "frontier.db")
            frontier.add([Found(f"{host.origin}/feed", Kind.FEED)], at=datetime.now(UTC))
            frontier.close()
            for kill_after in (30, 90, None):
                code = await crawl_once(tmp_path, host, kill_after=kill_after)
                assert code == (0 if kill_after is None else -signal.SIGKILL)
                sink = FileSink(tmp_path / "sink.db")
                kept_before.append((set(sink.addresses()), len(host.targets)))
                sink.close()
        return kept_before

    moments = asyncio.run(story())

    sink = FileSink(tmp_path / "sink.db")
    kept = Counter(sink.addresses())
    sink.close()
    everything = {f"{host.origin}/feed", *(f"{host.origin}/p/{number}" for number in range(PAGES))}
    assert set(kept) == everything
    assert set(kept.values()) == {1}
    for kept_then, asked_then in moments:
        later = {f"{host.origin}{target}" for target in host.targets[asked_then:]}
        assert not kept_then & later
    # What was under way when the crawler died was cut off, and may be asked for again: never more than its window.
    assert len(host.targets) <= PAGES + 1 + 2 * 16
