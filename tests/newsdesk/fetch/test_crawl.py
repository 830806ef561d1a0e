from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from huomiao.newsdesk.pipeline import crawl
from huomiao.newsdesk.pipeline.crawl import Crawl, Totals
from huomiao.newsdesk.pipeline.discover.found import Found
from huomiao.newsdesk.pipeline.fetch.kinds import Kind
from huomiao.newsdesk.pipeline.fetch.revisits import Outcome
from huomiao.newsdesk.pipeline.frontier import SqliteFrontier
from tests.newsdesk.fetch.file_sink import FileSink
from tests.newsdesk.fetch.local_host import Answer, Host, fetching, running

FEED = "<rss><channel>{}</channel></rss>".format("".join(f"<item><link>/p/{at}</link></item>" for at in range(20)))
INDEX = "<sitemapindex><sitemap><loc>/map.xml</loc></sitemap></sitemapindex>"
MAP = "<urlset>{}</urlset>".format("".join(f"<url><loc>/p/{at}</loc></url>" for at in range(15, 25)))


def site(**more: Answer) -> Host:
    pages = {f"/p/{at}": Answer(b"page %d" % at) for at in range(25)}
    return Host(
        {
            "/feed": Answer(FEED.encode()),
            "/index.xml": Answer(INDEX.encode()),
            "/map.xml": Answer(MAP.encode()),
            **pages,
            **more,
        }
    )


@pytest.fixture(autouse=True)
def _no_waiting_for_retries(monkeypatch):
    monkeypatch.setattr(crawl, "IDLE_SECONDS", 0.1)


@pytest.fixture
def files(tmp_path):
    frontier, sink = SqliteFrontier(tmp_path / "frontier.db"), FileSink(tmp_path / "sink.db")
    yield frontier, sink
    frontier.close()
    sink.close()


async def crawled(host: Host, files, *, add: dict[str, Kind], **options) -> Totals:
    frontier, sink = files
    frontier.add([Found(f"{host.origin}{path}", kind, source="7") for path, kind in add.items()], at=datetime.now(UTC))
    async with fetching() as fetcher:
        return await Crawl(frontier, sink, fetcher, owner="crawler", **options).run()


def test_everything_that_is_found_is_fetched_once_and_kept(files):
    host = site()

    async def story() -> Totals:
        async with running(host):
            return await crawled(host, files, add={"/feed": Kind.FEED, "/index.xml": Kind.SITEMAP})

    totals = asyncio.run(story())

    assert sorted(host.targets) == sorted(["/feed", "/index.xml", "/map.xml", *(f"/p/{at}" for at in range(25))])
    assert sorted(files[1].addresses()) == sorted(f"{host.origin}{target}" for target in host.targets)
    assert totals.outcomes == {Outcome.NEW: 28}
    assert files[0].counts() == {"new": 28}


def test_a_second_visit_asks_only_for_what_has_changed(files):
    host = site()
    host.pages["/feed"] = lambda request: (
        Answer(status=304) if "if-none-match" in request.headers else Answer(FEED.encode(), headers=(("ETag", '"1"'),))
    )

    async def story() -> Totals:
        async with running(host):
            await crawled(host, files, add={"/feed": Kind.FEED})
            files[0]._db.execute("UPDATE addresses SET due_at = 0 WHERE kind = 'feed'")
            files[0]._db.execute("UPDATE hosts SET due_at = 0")
            host.asked.clear()
            return await crawled(host, files, add={})

    totals = asyncio.run(story())

    assert host.targets == ["/feed"]
    assert totals.outcomes == {Outcome.UNCHANGED: 1}


def test_faults_end_no_crawl_and_are_tried_again_later(files):
    host = site(**{"/p/0": Answer(status=500), "/p/1": Answer(raw=b"nonsense\r\n\r\n"), "/p/2": Answer(status=410)})
    host.pages["/p/3"] = Answer(status=302, headers=(("Location", "http://10.0.0.1/"),))

    async def story() -> Totals:
        async with running(host):
            return await crawled(host, files, add={"/feed": Kind.FEED})

    totals = asyncio.run(story())

    assert totals.outcomes == {Outcome.NEW: 17, Outcome.FAILED: 2, Outcome.GONE: 1, Outcome.REFUSED: 1}
    assert dict(totals.reasons) == {"server_error": 1, "protocol": 1, "gone": 1, "not_public": 1}


def test_a_reader_that_breaks_is_logged_and_the_page_is_kept(files, caplog):
    host = site()

    def broken(kind, source, fetched):
        raise RuntimeError(source)

    async def story() -> Totals:
        async with running(host):
            return await crawled(host, files, add={"/feed": Kind.FEED}, reader=broken)

    with caplog.at_level(logging.ERROR):
        totals = asyncio.run(story())

    assert totals.outcomes == {Outcome.NEW: 1}
    assert files[1].addresses() == [f"{host.origin}/feed"]
    assert "Could not read" in caplog.text


def test_what_was_kept_and_not_settled_is_settled_without_asking_again(files):
    host = site()

    class Dies(SqliteFrontier):
        def settle(self, visits, rests):
            raise OSError("the disk is full")

    async def story(path) -> Totals:
        async with running(host):
            files[0].add([Found(f"{host.origin}/feed", Kind.FEED)], at=datetime.now(UTC))
            dying = Dies(path)
            async with fetching() as fetcher:
                with pytest.raises(OSError, match="the disk is full"):
                    await Crawl(dying, files[1], fetcher, owner="crawler").run()
            dying.close()
            return await crawled(host, files, add={})

    totals = asyncio.run(story(files[0]._db.execute("PRAGMA database_list").fetchone()[2]))

    assert host.targets.count("/feed") == 1
    assert totals.outcomes == {Outcome.NEW: 21}


def test_a_host_that_asks_for_rest_gets_it_and_the_others_go_on(files):
    tired, lively = Host({"/robots.txt": Answer(status=404)}), site()
    tired.pages |= {f"/p/{at}": Answer(status=503, headers=(("Retry-After", "600"),)) for at in range(20)}

    async def story() -> Totals:
        async with running(tired), running(lively):
            files[0].add([Found(f"{tired.origin}/p/{at}") for at in range(20)], at=datetime.now(UTC))
            return await crawled(lively, files, add={"/feed": Kind.FEED})

    totals = asyncio.run(story())

    assert len(tired.targets) <= 4
    assert totals.outcomes[Outcome.NEW] == 21
    due = files[0].next_due(datetime.now(UTC))
    assert 500 < (due - datetime.now(UTC)).total_seconds() <= 1300


def test_a_crawl_that_is_told_to_stop_finishes_what_is_under_way(files):
    host = site()
    stop = asyncio.Event()

    async def story() -> Totals:
        async with running(host), fetching() as fetcher:
            files[0].add([Found(f"{host.origin}/p/{at}") for at in range(25)], at=datetime.now(UTC))
            crawler = Crawl(files[0], files[1], fetcher, owner="crawler", window=4, progress=lambda totals: stop.set())
            return await crawler.run(forever=True, stop=stop)

    totals = asyncio.run(story())

    assert 0 < totals.visits < 25
    assert totals.visits == len(files[1].addresses()) == len(host.targets)
    assert files[0].take_back("crawler", until=datetime.now(UTC)) == []
