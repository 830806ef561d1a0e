from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.checker import Checker

from huomiao.newsdesk.pipeline.archive import mending, store
from huomiao.newsdesk.pipeline.archive.parsing import BadRecord
from huomiao.newsdesk.pipeline.archive.places import NoSuchCapture
from huomiao.newsdesk.pipeline.archive.reading import captures_in, read
from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.newsdesk.pipeline.codings import TooLarge
from tests.newsdesk.archive.making import NOON, exchange


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.warc.gz"))


def passes_warcio(folder: Path) -> bool:
    return Checker(Namespace(inputs=[str(path) for path in files(folder)], verbose=False)).process_all() == 0


def test_what_is_written_is_read_back_byte_for_byte(tmp_path):
    odd = exchange(
        headers=(
            ("Content-Type", "text/html"),
            ("X-Raw", "\xe4\xbd\xa0"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
        ),
        body=bytes(range(256)) * 9,
        ip="203.0.113.9",
        protocol="h2",
        request_body=b"q=1",
        method="POST",
    )

    with Archive(tmp_path) as archive:
        capture = archive.write(odd, notes={"via": "sitemap"})

    assert read(tmp_path, capture.file, capture.offset) == odd
    assert capture.digest == "sha256:" + hashlib.sha256(odd.body).hexdigest()
    assert passes_warcio(tmp_path)


def test_the_same_body_is_stored_once_and_read_twice(tmp_path):
    with Archive(tmp_path) as archive:
        first = archive.write(exchange(1))
        again = archive.write(replace(exchange(1), at=NOON + timedelta(days=1), headers=(("ETag", '"2"'),)))

    assert (first.kind, again.kind) == ("response", "revisit")
    assert read(tmp_path, again.file, again.offset).body == exchange(1).body
    assert read(tmp_path, again.file, again.offset).header("etag") == '"2"'
    assert passes_warcio(tmp_path)


def test_a_body_that_can_no_longer_be_read_is_kept_anew(tmp_path):
    with Archive(tmp_path) as archive:
        first = archive.write(exchange(1))
        path = tmp_path / first.file
        damaged = bytearray(path.read_bytes())
        damaged[first.offset + first.length // 2] ^= 0xFF
        path.write_bytes(damaged)

        second, third = archive.write(replace(exchange(1), at=NOON + timedelta(days=1))), archive.write(exchange(1))

    assert (second.kind, third.kind) == ("response", "revisit")
    assert read(tmp_path, third.file, third.offset).body == exchange(1).body


def test_captures_of_an_address_come_in_order_of_time_however_it_is_spelt(tmp_path):
    later = replace(exchange(1), at=NOON + timedelta(days=2), body=b"<p>changed")
    with Archive(tmp_path) as archive:
        second, first = archive.write(later), archive.write(exchange(1))
        archive.write(exchange(2))

        assert archive.captures("HTTP://www.news.example:80/1.html#top") == [first, second]


def test_nothing_that_a_server_sends_begins_a_line_of_its_own(tmp_path):
    evil = exchange(
        url="https://news.example/a\r\nWARC-Type: warcinfo\r\n\r\nx",
        headers=(("X-A\r\nX-B", "1\r\nWARC-Type: metadata\r\n\r\n<html>"), ("", "y"), ("Content-Type", "text/html")),
        reason="OK\r\nX-C: 1",
        ip="1\r\nX-D: 1",
        request_headers=(("Host", "h\r\n\r\nGET /"),),
        method="GET / HTTP/1.1\r\nX:",
    )

    with Archive(tmp_path) as archive:
        capture = archive.write(evil, notes={"a\r\nb": "c\r\nd: e"})

    back = read(tmp_path, capture.file, capture.offset)
    assert back.url == "https://news.example/a%0D%0AWARC-Type:%20warcinfo%0D%0A%0D%0Ax"
    assert [name for name, _value in back.headers] == ["X-A__X-B", "_", "Content-Type"]
    assert back.header("x-a__x-b") == "1 WARC-Type: metadata <html>"
    assert back.body == evil.body
    assert back.request_headers == (("Host", "h GET /"),)
    assert len(list(captures_in(tmp_path / capture.file))) == 1
    assert passes_warcio(tmp_path)


def test_a_body_that_the_client_unpacked_is_not_unpacked_again(tmp_path):
    sent = exchange(
        body=b"<p>plain",
        is_unpacked=True,
        headers=(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Length", "31")),
    )

    with Archive(tmp_path) as archive:
        capture = archive.write(sent)

    back = read(tmp_path, capture.file, capture.offset)
    assert back.content() == b"<p>plain"
    assert back.headers == (
        ("X-Archive-Orig-Content-Encoding", "gzip"),
        ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("X-Archive-Orig-Content-Length", "31"),
        ("Content-Length", "8"),
    )


def test_files_are_rolled_by_size_and_sealed_ones_stay_as_they_are(tmp_path):
    with Archive(tmp_path, file_bytes=2000) as archive:
        captures = [archive.write(exchange(number)) for number in range(6)]
        known = archive.index.files()
    before = {path.name: path.read_bytes() for path in files(tmp_path)}

    with Archive(tmp_path, file_bytes=2000) as archive:
        archive.write(exchange(9))

    assert len(before) > 2
    assert [known[name].is_sealed for name in sorted(before)][:-1] == [True] * (len(before) - 1)
    assert all((tmp_path / name).read_bytes().startswith(content) for name, content in before.items())
    assert [read(tmp_path, one.file, one.offset).url for one in captures] == [exchange(n).url for n in range(6)]


def test_threads_share_flushes_and_each_gets_its_own_capture(tmp_path, monkeypatch):
    flushes = []
    with Archive(tmp_path) as archive:
        archive.write(exchange(99))

        def flush(handle: int) -> None:
            flushes.append(handle)
            while len(flushes) == 1 and len(archive._waiting) < 7:
                pass  # the first one's flush takes so long that all others queue up behind it

        monkeypatch.setattr(store.os, "fsync", flush)
        with ThreadPoolExecutor(8) as pool:
            written = list(pool.map(archive.write, [exchange(number) for number in range(8)]))

    assert len(flushes) == 2
    assert [read(tmp_path, one.file, one.offset) for one in written] == [exchange(number) for number in range(8)]
    assert passes_warcio(tmp_path)


def test_a_batch_has_one_flush(tmp_path, monkeypatch):
    flushes = []
    with Archive(tmp_path) as archive:
        archive.write(exchange(99))
        monkeypatch.setattr(store.os, "fsync", flushes.append)

        written = archive.write_all(exchange(number) for number in range(5))

        assert archive.write_all([]) == []
    assert len(flushes) == 1
    assert [read(tmp_path, one.file, one.offset) for one in written] == [exchange(number) for number in range(5)]


def test_two_writers_have_a_file_each(tmp_path):
    with Archive(tmp_path) as one, Archive(tmp_path) as other:
        first, second = one.write(exchange(1)), other.write(exchange(2))
        third = other.write(exchange(1))

    assert first.file != second.file
    assert third.kind == "revisit"
    assert read(tmp_path, third.file, third.offset).body == exchange(1).body


@pytest.mark.parametrize("keep_index", [True, False])
@pytest.mark.parametrize("torn", [1, 7, 200])
def test_a_torn_end_is_set_aside_and_the_rest_kept(tmp_path, torn, keep_index):
    with Archive(tmp_path) as archive:
        kept, lost = archive.write(exchange(1)), archive.write(exchange(2))
    path = tmp_path / kept.file
    whole = path.read_bytes()
    path.write_bytes(whole[: lost.offset + torn])
    for name in tmp_path.glob("index.sqlite*") if not keep_index else ():
        name.unlink()
    if keep_index:
        _forget(tmp_path, lost)

    with Archive(tmp_path) as archive:
        after = archive.write(exchange(3))

    assert [one.url for one in captures_in(path)] == [kept.url, after.url]
    assert after.offset == lost.offset
    (quarantined,) = (tmp_path / mending.QUARANTINE).iterdir()
    assert quarantined.read_bytes() == whole[lost.offset : lost.offset + torn]
    assert passes_warcio(tmp_path)


def test_whole_records_that_nobody_acknowledged_are_entered_on_the_next_opening(tmp_path):
    with Archive(tmp_path) as archive:
        written = [archive.write(exchange(number)) for number in (1, 2, 1)]
    for name in tmp_path.glob("index.sqlite*"):
        name.unlink()

    with Archive(tmp_path) as archive:
        assert list(archive.index.all()) == [written[0], written[2], written[1]]


def test_an_index_that_is_lost_or_broken_is_made_anew_and_seals_are_kept(tmp_path):
    with Archive(tmp_path, file_bytes=2000) as archive:
        written = [archive.write(exchange(number)) for number in range(6)]
        known = archive.index.files()
    for path in tmp_path.glob("index.sqlite*"):
        path.unlink()
    (tmp_path / "index.sqlite").write_bytes(b"what a backup copied in the middle of a write" * 99)

    with Archive(tmp_path, file_bytes=2000) as archive:
        assert list(archive.index.all()) == written
        assert archive.index.files() == known
    assert sum(file.is_sealed for file in known.values()) >= 2


def test_seals_are_as_sha256sum_reads_them(tmp_path):
    with Archive(tmp_path, file_bytes=100) as archive:
        capture = archive.write(exchange(1))

    content = (tmp_path / capture.file).read_bytes()
    line = (tmp_path / f"{capture.file}.sha256").read_text()
    assert line == f"{hashlib.sha256(content).hexdigest()}  {capture.file}\n"


def test_a_file_with_damage_in_the_middle_is_left_alone(tmp_path):
    with Archive(tmp_path) as archive:
        first, second = archive.write(exchange(1)), archive.write(exchange(2))
    path = tmp_path / first.file
    damaged = bytearray(path.read_bytes())
    damaged[first.offset + 30] ^= 0xFF
    path.write_bytes(damaged)
    for name in tmp_path.glob("index.sqlite*"):
        name.unlink()

    with Archive(tmp_path) as archive:
        third = archive.write(exchange(3))
        known = [one.url for one in archive.index.all()]

    assert path.read_bytes() == damaged
    assert third.file != first.file
    assert known == [second.url, third.url]
    with pytest.raises(BadRecord):
        read(tmp_path, first.file, first.offset)


def test_a_file_that_became_shorter_is_not_written_over(tmp_path):
    with Archive(tmp_path) as archive:
        first, second = archive.write(exchange(1)), archive.write(exchange(2))
    path = tmp_path / first.file
    path.write_bytes(path.read_bytes()[: second.offset])

    with Archive(tmp_path) as archive:
        third = archive.write(exchange(3))

    assert third.file != first.file
    assert path.stat().st_size == second.offset


def test_a_disk_that_refuses_fails_the_write_and_not_the_archive(tmp_path, monkeypatch):
    with Archive(tmp_path) as archive:
        before = archive.write(exchange(1))
        with monkeypatch.context() as broken:
            broken.setattr(store.os, "fsync", _refuse)
            with pytest.raises(OSError, match="no space"):
                archive.write(exchange(2))
        after = archive.write(exchange(3))

    urls = [one.url for one in captures_in(tmp_path / before.file)]
    assert urls == [exchange(n).url for n in (1, 3)]
    assert read(tmp_path, after.file, after.offset) == exchange(3)


def test_a_file_that_cannot_be_sealed_is_sealed_after_the_next_write(tmp_path, monkeypatch):
    with Archive(tmp_path, file_bytes=100) as archive:
        with monkeypatch.context() as broken:
            broken.setattr(store.sealing, "seal", _refuse)
            first = archive.write(exchange(1))
        second = archive.write(exchange(2))

        assert first.file == second.file
        assert archive.index.files()[first.file].is_sealed
    assert read(tmp_path, first.file, first.offset) == exchange(1)


def test_killed_in_the_middle_nothing_acknowledged_is_lost(tmp_path):
    writer = (
        "import sys, pathlib\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from huomiao.newsdesk.pipeline.archive.store import Archive\n"
        "from tests.newsdesk.archive.making import exchange\n"
        "archive = Archive(pathlib.Path(sys.argv[1]), file_bytes=60_000)\n"
        "def write(n):\n"
        "    c = archive.write(exchange(n))\n"
        "    sys.stdout.write(f'{n} {c.file} {c.offset}\\n'); sys.stdout.flush()\n"
        "with ThreadPoolExecutor(4) as pool: list(pool.map(write, range(100_000)))\n"
    )
    acknowledged: list[tuple[int, str, int]] = []
    for _round in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", writer, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as process:
            for line in process.stdout:
                number, file, offset = line.split()
                acknowledged.append((int(number), file, int(offset)))
                if len(acknowledged) % 60 == 0:
                    break
            os.kill(process.pid, signal.SIGKILL)

    with Archive(tmp_path) as archive:
        archive.write(exchange(7))
        indexed = {(one.file, one.offset) for one in archive.index.all()}

    for number, file, offset in acknowledged:
        assert read(tmp_path, file, offset).body == exchange(number).body
    assert {(file, offset) for _number, file, offset in acknowledged} <= indexed
    assert passes_warcio(tmp_path)


@pytest.mark.parametrize("name", ["../x.warc.gz", "/etc/passwd", "a.txt", ".warc.gz", "x/../y.warc.gz", "a\0.warc.gz"])
def test_only_files_of_the_archive_are_opened(tmp_path, name):
    with pytest.raises(NoSuchCapture):
        read(tmp_path, name, 0)


def test_a_place_without_a_response_is_said_so(tmp_path):
    with Archive(tmp_path) as archive:
        capture = archive.write(exchange(1))

    with pytest.raises(NoSuchCapture):
        read(tmp_path, capture.file, 0)  # the file's own first record
    with pytest.raises(BadRecord):
        read(tmp_path, capture.file, capture.offset + 1)
    with pytest.raises(NoSuchCapture):
        read(tmp_path, "gone.warc.gz", 0)


def test_bodies_longer_than_what_is_read_back_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("huomiao.newsdesk.pipeline.archive.records.MOST_BYTES", 100)

    with Archive(tmp_path) as archive, pytest.raises(TooLarge):
        archive.write(exchange(body=b"x" * 101))


def _refuse(_what: object) -> None:
    raise OSError("no space")


def _forget(folder: Path, capture) -> None:
    """The index as it is when the process dies between a flush and the entry."""
    import sqlite3

    with sqlite3.connect(folder / "index.sqlite") as link:
        link.execute("DELETE FROM captures WHERE offset >= ?", (capture.offset,))
        link.execute("UPDATE files SET read_to = ?", (capture.offset,))
    link.close()
