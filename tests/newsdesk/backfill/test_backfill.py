from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.newsdesk.pipeline.article import Block, Evidence
from huomiao.newsdesk.pipeline.backfill import ledger, local, parts, run, units, work
from huomiao.newsdesk.pipeline.backfill.engines import Lost
from huomiao.newsdesk.pipeline.backfill.run import backfill
from huomiao.newsdesk.pipeline.extract import extract
from tests.newsdesk.archive.making import NOON, exchange, packed, response, warc_record
from tests.newsdesk.backfill import extracting


def urls_of(folder) -> list[str]:
    return sorted(result.url for result in parts.results(folder))


def test_every_page_of_every_file_is_extracted_once(tmp_path, inline):
    urls = [
        extracting.pages(tmp_path / f"{name}.warc.gz", range(start, start + 20))
        for name, start in (("a", 0), ("b", 50))
    ]
    plain = response("https://news.example/plain", b"<html>")
    (tmp_path / "c.warc").write_bytes(plain)

    report = backfill([tmp_path], to=tmp_path / "out", engine="inline", extract=extracting.plain, unit_bytes=700)

    assert urls_of(tmp_path / "out") == sorted([*urls[0], *urls[1], "https://news.example/plain"])
    assert (report.articles, report.pages, report.problems, report.files) == (41, 41, 0, 3)
    assert report.units_done == report.units > 10
    assert report.bytes_done == report.size


@given(unit_bytes=st.integers(100, 3000), workers=st.integers(1, 5))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_it_is_cut_every_page_is_extracted_once(tmp_path_factory, inline, unit_bytes, workers):
    folder = tmp_path_factory.mktemp("cut")
    urls = extracting.pages(folder / "a.warc.gz", range(15))

    report = backfill(
        [folder / "a.warc.gz"],
        to=folder / "out",
        engine="inline",
        workers=workers,
        extract=extracting.plain,
        unit_bytes=unit_bytes,
    )

    assert urls_of(folder / "out") == sorted(urls)
    assert report.units_done == report.units


@pytest.mark.parametrize("unit_bytes", [150, 400, 900])
def test_a_page_that_pretends_to_be_an_archive_is_not_read_as_one(tmp_path, inline, unit_bytes):
    false = gzip.compress(response("https://false.example/", b"<html>false"))
    records = [response(f"https://news.example/{n}", b"<html>" + bytes([n]) + false * 8) for n in range(4)]
    with (tmp_path / "a.warc.gz").open("wb") as out:
        for record in records:
            out.write(gzip.compress(record, 0))

    backfill(
        [tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="inline", extract=extracting.plain, unit_bytes=unit_bytes
    )

    assert urls_of(tmp_path / "out") == [f"https://news.example/{n}" for n in range(4)]
    assert any(unit.exactly and unit.number for unit in inline.given)
    assert len(list((tmp_path / "out").glob("*.gz"))) == len(list(ledger.Ledger.read(tmp_path / "out").proved()))


def test_results_come_back_with_all_that_was_found(tmp_path, inline):
    page = response("https://news.example/1", "<html>中".encode("gbk"), headers="Content-Type: text/html; charset=GBK")
    offsets = packed(tmp_path / "a.warc.gz", [warc_record("warcinfo", "", b"a: b\r\n"), page])

    backfill([tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="inline", extract=extracting.plain)

    (result,) = parts.results(tmp_path / "out")
    assert (result.offset, result.nth, result.at, result.file) == (offsets[1], 0, NOON, str(tmp_path / "a.warc.gz"))
    assert (result.article.title, result.article.source) == ("<html>中", "gbk")
    assert result.article.body == (Block("list", "a\nb", items=("a", "b")), Block("table", "a", rows=(("a",),)))
    assert result.article.evidence == {"title": Evidence(0.5, "h1", "a")}


def test_what_is_no_page_is_passed_over_and_what_is_broken_is_noted(tmp_path, inline):
    def typed(n: int, kind: str, body: bytes = b"<html>") -> bytes:
        return response(f"https://news.example/{n}", body, headers=f"Content-Type: {kind}")

    records = [
        typed(1, "text/html"),
        typed(2, "image/png"),
        typed(3, "application/octet-stream"),
        typed(4, "text/plain", b"words"),
        typed(5, "text/html", b""),
        warc_record(
            "response", "https://news.example/6", b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>"
        ),
        typed(7, "text/html", b"<html><raises>"),
        typed(8, "text/html\r\nContent-Encoding: gzip", gzip.compress(bytes(20_000_000))),
        typed(9, "text/html", b"<html>" + os.urandom(500)),
    ]
    offsets = packed(tmp_path / "a.warc.gz", records)
    content = bytearray((tmp_path / "a.warc.gz").read_bytes())
    content[offsets[8] + 300] ^= 0xFF
    (tmp_path / "a.warc.gz").write_bytes(content)

    report = backfill([tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="inline", extract=extracting.plain)

    results = list(parts.results(tmp_path / "out"))
    assert [one.url[-1] for one in results if one.article] == ["1", "3"]
    assert [(one.url[-1:], one.problem.partition(":")[0]) for one in results if one.problem][:2] == [
        ("7", "ValueError"),
        ("8", "Bomb"),
    ]
    assert results[-1].offset == offsets[8]
    assert (report.articles, report.passed, report.problems) == (2, 4, 3)


def test_our_own_archive_is_read_again(tmp_path, inline):
    with Archive(tmp_path / "archive", file_bytes=3000) as archive:
        for number in (1, 2, 1, 3):
            archive.write(exchange(number))

    report = backfill([tmp_path / "archive"], to=tmp_path / "out", engine="inline", extract=extracting.plain)

    assert urls_of(tmp_path / "out") == [f"https://news.example/{number}.html" for number in (1, 2, 3)]
    assert report.problems == 0


def test_the_desks_own_extractor_is_taken_unless_another_is_given(tmp_path, inline):
    paragraphs = "".join(
        f"<p>第{n}段：职工围绕生产难题开展技术革新，班组效率明显提高，安全隐患得到治理。</p>" for n in range(8)
    )
    page = f"<html><head><title>车间里的小革新</title></head><body><h1>车间里的小革新</h1>{paragraphs}</body></html>"
    packed(tmp_path / "a.warc.gz", [response("https://news.example/1", page.encode())])

    backfill([tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="inline")

    (result,) = parts.results(tmp_path / "out")
    assert result.article == extract(page.encode(), "https://news.example/1")
    assert result.article.title == "车间里的小革新"


@pytest.mark.parametrize(
    ("sizes", "unit_bytes"), [([5_000], 2**20), ([2**26, 2**26], 2**22), ([2**33], 2**25), ([2**20] * 40, 1_310_720)]
)
def test_units_are_small_where_there_is_little_to_do(sizes, unit_bytes):
    assert units.fitting([units.File(Path("x"), size, "") for size in sizes]) == unit_bytes


def test_one_file_under_two_names_is_one_file(tmp_path, inline):
    urls = extracting.pages(tmp_path / "a.warc.gz", range(5))
    shutil.copy(tmp_path / "a.warc.gz", tmp_path / "b.warc.gz")

    backfill([tmp_path, tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="inline", extract=extracting.plain)

    assert urls_of(tmp_path / "out") == urls


def test_what_is_done_is_not_done_again_and_more_can_be_added(tmp_path, inline):
    first = extracting.pages(tmp_path / "a.warc.gz", range(20))
    run_into = partial(backfill, to=tmp_path / "out", engine="inline", extract=extracting.plain)
    run_into([tmp_path], unit_bytes=700)
    second = extracting.pages(tmp_path / "b.warc.gz", range(100, 105))

    report = run_into([tmp_path], unit_bytes=99_999)  # the ledger keeps to the size it began with

    assert {unit.file.path.name for unit in inline.given} == {"b.warc.gz"}
    assert (report.articles, report.pages) == (25, 5)
    assert urls_of(tmp_path / "out") == sorted(first + second)


@pytest.mark.parametrize("unit_bytes", [500, 99_999])
def test_a_file_that_grows_is_done_from_where_it_ended(tmp_path, inline, unit_bytes):
    run_into = partial(
        backfill, [tmp_path], to=tmp_path / "out", engine="inline", extract=extracting.plain, unit_bytes=unit_bytes
    )
    urls, articles = [], 0
    for numbers in (range(4), range(4, 9), range(9, 10)):
        urls += extracting.pages(tmp_path / "more", numbers)
        with (tmp_path / "a.warc.gz").open("ab") as file:
            file.write((tmp_path / "more").read_bytes())

        report = run_into()

        articles += report.articles
        assert (report.pages, report.bytes_done) == (len(numbers), report.size)
        assert sorted(urls_of(tmp_path / "out")) == sorted(urls)
    assert articles == len(urls)


def test_a_file_that_grew_before_it_was_done_is_finished(tmp_path, inline, monkeypatch):
    urls = extracting.pages(tmp_path / "a.warc.gz", range(10))
    run_into = partial(
        backfill,
        [tmp_path / "a.warc.gz"],
        to=tmp_path / "out",
        engine="inline",
        workers=1,
        extract=extracting.plain,
        unit_bytes=500,
    )
    with monkeypatch.context() as stopped:
        stopped.setattr(run._Run, "_enter", _stop_after(run._Run._enter, units=4))
        with pytest.raises(KeyboardInterrupt):
            run_into()
    urls += extracting.pages(tmp_path / "more", range(10, 15))
    with (tmp_path / "a.warc.gz").open("ab") as file:
        file.write((tmp_path / "more").read_bytes())

    report = run_into()

    assert sorted(urls_of(tmp_path / "out")) == sorted(urls)
    assert 0 < report.pages < len(urls)


def test_a_torn_ledger_costs_its_last_unit(tmp_path, inline):
    urls = extracting.pages(tmp_path / "a.warc.gz", range(20))
    run_into = partial(
        backfill, [tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="inline", extract=extracting.plain
    )
    run_into(unit_bytes=700)
    path = tmp_path / "out" / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    (tmp_path / "out" / "x.12345678.jsonl.gz.unfinished").write_bytes(b"half")

    run_into()

    assert len(inline.given) == 1
    assert urls_of(tmp_path / "out") == sorted(urls)
    assert not list((tmp_path / "out").glob("*.unfinished"))
    assert all(orjson.loads(line) for line in path.read_bytes().splitlines())


def test_another_extraction_takes_another_folder(tmp_path, inline):
    extracting.pages(tmp_path / "a.warc.gz", range(2))
    run_into = partial(backfill, [tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="inline")
    run_into(extract=extracting.plain)

    with pytest.raises(ledger.OtherJob):
        run_into(extract=extracting.deadly)
    with pytest.raises(units.NothingToDo):
        backfill([tmp_path / "out"], to=tmp_path / "out2", engine="inline", extract=extracting.plain)


def test_one_folder_serves_one_backfill_at_a_time(tmp_path, inline):
    extracting.pages(tmp_path / "a.warc.gz", range(2))
    held = ledger.Ledger.open(tmp_path / "out", unit_bytes=1, extract="x:y")

    with pytest.raises(ledger.AlreadyRunning):
        backfill([tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="inline", extract=extracting.plain)

    held.close()


def test_a_unit_that_cannot_be_read_is_not_passed_over_in_silence(tmp_path, inline, monkeypatch):
    extracting.pages(tmp_path / "a.warc.gz", range(2))
    monkeypatch.setattr(parts, "write", _refuse)

    with pytest.raises(run.GaveUp, match="no space"):
        backfill([tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="inline", extract=extracting.plain)


@pytest.mark.parametrize(("deaths", "is_done"), [(5, True), (6, False)])
def test_deaths_that_no_page_explains_are_forgiven_a_few_times(tmp_path, inline, monkeypatch, deaths, is_done):
    urls = extracting.pages(tmp_path / "a.warc.gz", range(9))
    take = inline.take

    def take_or_die(self, timeout):
        if self._waiting[-1].number == 1 and self._waiting[-1].lost < deaths:
            unit = self._waiting.pop()
            return unit, Lost(unit, "no memory")
        return take(self, timeout)

    monkeypatch.setattr(inline, "take", take_or_die)
    run_into = partial(
        backfill, [tmp_path], to=tmp_path / "out", engine="inline", extract=extracting.plain, unit_bytes=900
    )

    if is_done:
        run_into()
        assert urls_of(tmp_path / "out") == urls
    else:
        with pytest.raises(run.GaveUp, match="no memory"):
            run_into()
        numbers = {unit.number for unit in inline.given}
        assert len(numbers) > 3
        assert all(ledger.Ledger.read(tmp_path / "out").files[inline.given[0].file.mark].has(n) for n in numbers - {1})


def test_processes_share_the_work_and_pages_that_kill_or_hold_them_are_found(tmp_path, monkeypatch):
    monkeypatch.setitem(run.ENGINES, "local", partial(local.Local, stall_seconds=2.0))
    urls = extracting.pages(tmp_path / "a.warc.gz", range(40), marks={3: "<kills>", 4: "<kills>", 30: "<hangs>"})

    report = backfill(
        [tmp_path / "a.warc.gz"], to=tmp_path / "out", workers=2, extract=extracting.deadly, unit_bytes=3500
    )

    results = list(parts.results(tmp_path / "out"))
    assert sorted(one.url for one in results) == sorted(urls)
    assert sorted(one.url for one in results if one.problem) == sorted(urls[n] for n in (3, 4, 30))
    assert (report.articles, report.problems) == (37, 3)
    assert not list((tmp_path / "out").glob("*.at"))


def test_a_worker_that_died_while_idle_is_replaced(tmp_path):
    extracting.pages(tmp_path / "a.warc.gz", range(2))
    (unit,) = units.units_of(units.files_in([tmp_path]), unit_bytes=99_999)
    engine = local.Local(work.Job(tmp_path, extracting.plain), workers=1)
    try:
        engine.give(unit)
        assert isinstance(engine.take(60)[1], ledger.Done)
        (worker,) = engine._pool
        worker.process.kill()
        worker.process.join()

        engine.give(unit)
        over = engine.take(60)
    finally:
        engine.close()

    assert over[0] == unit
    assert isinstance(over[1], ledger.Done)


def test_killed_in_the_middle_it_goes_on_and_has_every_page_once(tmp_path):
    urls = extracting.pages(tmp_path / "a.warc.gz", range(3000))
    script = (
        "import pathlib, sys\n"
        "from huomiao.newsdesk.pipeline.backfill.run import backfill\n"
        "from tests.newsdesk.backfill import extracting\n"
        "if __name__ == '__main__':\n"
        "    backfill([pathlib.Path(sys.argv[1])], to=pathlib.Path(sys.argv[2]), workers=2, extract=extracting.plain,\n"
        "             unit_bytes=20_000, progress=lambda now: print(now.units_done, now.units, flush=True))\n"
    )
    (tmp_path / "script.py").write_text(script)
    command = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "a.warc.gz"), str(tmp_path / "out")]
    around = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    done = 0

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=around) as process:
        for line in process.stdout:
            done, all_of_them = map(int, line.split())
            if done >= 4:
                break
        os.kill(process.pid, signal.SIGKILL)
    early = urls_of(tmp_path / "out")
    rest = subprocess.run(command, capture_output=True, text=True, env=around, check=True)

    assert 0 < done < all_of_them
    assert len(early) == len(set(early)) < len(urls)
    assert int(rest.stdout.split()[0]) >= done
    assert urls_of(tmp_path / "out") == sorted(urls)


def _stop_after(enter, *, units: int):
    done = []

    def entering(self, unit, outcome):
        enter(self, unit, outcome)
        done.append(unit)
        if len(done) == units:
            raise KeyboardInterrupt

    return entering


def _refuse(folder, key, results) -> str:
    raise OSError("no space")
