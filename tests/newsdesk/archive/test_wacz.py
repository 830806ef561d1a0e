from __future__ import annotations

import gzip
import hashlib
import json
import struct
import zipfile
from argparse import Namespace
from dataclasses import replace
from datetime import timedelta

import pytest
from warcio.checker import Checker

from huomiao.newsdesk.pipeline.archive import wacz
from huomiao.newsdesk.pipeline.archive.places import NoSuchCapture
from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.newsdesk.pipeline.archive.walking import Walk, exchanges
from tests.newsdesk.archive.making import NOON, exchange


@pytest.fixture
def package(tmp_path):
    """A package of two pages out of an archive of several files; the second is a revisit of one that was not chosen."""
    folder = tmp_path / "archive"
    with Archive(folder, file_bytes=3000) as archive:
        written = [archive.write(exchange(number), notes={"via": "list"}) for number in range(6)]
        again = archive.write(replace(exchange(5), at=NOON + timedelta(days=1)))
    target = tmp_path / "news.wacz"
    wacz.export(
        target,
        folder,
        [written[2], again],
        pages=[wacz.Page(written[2].url, written[2].at, "第二篇"), wacz.Page(again.url, again.at)],
        title="职工创新报道",
        at=NOON,
        software="huomiao/1",
    )
    with zipfile.ZipFile(target) as package:
        yield package


def test_the_package_has_what_the_specification_asks_for(package):
    manifest = json.loads(package.read("datapackage.json"))
    names = set(package.namelist())

    assert manifest["profile"] == "data-package"
    assert manifest["wacz_version"] == "1.1.1"
    assert (manifest["title"], manifest["created"]) == ("职工创新报道", "2023-12-05T12:00:00Z")
    assert {part["path"] for part in manifest["resources"]} == names - {"datapackage.json", "datapackage-digest.json"}
    assert names >= {"archive/data.warc.gz", "indexes/index.cdx.gz", "indexes/index.idx", "pages/pages.jsonl"}
    assert all(entry.compress_type == zipfile.ZIP_STORED for entry in package.infolist())
    for part in manifest["resources"]:
        content = package.read(part["path"])
        assert (part["bytes"], part["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        assert part["name"] == part["path"].rpartition("/")[2]
    digest = json.loads(package.read("datapackage-digest.json"))
    sha256 = hashlib.sha256(package.read("datapackage.json")).hexdigest()
    assert digest == {"path": "datapackage.json", "hash": f"sha256:{sha256}"}


@pytest.mark.parametrize("limit", [zipfile.ZIP64_LIMIT, 3000])
def test_extra_fields_stand_before_the_content_only_where_the_directory_has_them(tmp_path, monkeypatch, limit):
    with Archive(tmp_path / "archive") as archive:
        captures = archive.write_all(map(exchange, range(12)))
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    target = tmp_path / "news.wacz"

    wacz.export(target, tmp_path / "archive", captures, pages=[], title="x", at=NOON, software="huomiao/1")

    content = target.read_bytes()
    with zipfile.ZipFile(target) as package:
        for entry in package.infolist():
            (before,) = struct.unpack_from("<H", content, entry.header_offset + 28)
            assert bool(before) == (entry.file_size > limit)
            assert entry.extra or not before


def test_pages_have_address_and_time(package):
    header, *pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]

    assert header["format"] == "json-pages-1.0"
    assert [(page["url"], page["ts"], page.get("title")) for page in pages] == [
        ("https://news.example/2.html", "2023-12-05T12:00:02Z", "第二篇"),
        ("https://news.example/5.html", "2023-12-06T12:00:00Z", None),
    ]


def test_the_index_leads_to_every_record_and_the_revisited_body_came_along(package, tmp_path):
    data = tmp_path / "data.warc.gz"
    data.write_bytes(package.read("archive/data.warc.gz"))
    index = package.read("indexes/index.cdx.gz")
    header, *packs = package.read("indexes/index.idx").decode().splitlines()
    lines = []
    for pack in packs:
        place = json.loads("{" + pack.partition("{")[2])
        packed = index[place["offset"] : place["offset"] + place["length"]]
        assert place["digest"] == f"sha256:{hashlib.sha256(packed).hexdigest()}"
        lines += gzip.decompress(packed).decode().splitlines()
        assert pack.startswith(lines[-3].partition(" {")[0])

    entries = [json.loads("{" + line.partition("{")[2]) for line in lines]
    assert header.startswith("!meta 0 ")
    assert [(entry["url"][-6:], entry["mime"]) for entry in entries] == [
        ("2.html", "text/html"),
        ("5.html", "text/html"),
        ("5.html", "warc/revisit"),
    ]
    for entry in entries:
        (found,) = Walk(data, start=int(entry["offset"]), end=int(entry["offset"]) + 1, exactly=True, wanted=None)
        assert found.record.url == entry["url"]
    assert [one.body for one in exchanges(data)] == [exchange(number).body for number in (2, 5, 5)]
    assert Checker(Namespace(inputs=[str(data)], verbose=False)).process_all() == 0


def test_an_export_that_fails_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "archive"
    with Archive(folder) as archive:
        capture = archive.write(exchange(1))
    target = tmp_path / "news.wacz"

    with pytest.raises(NoSuchCapture):
        wacz.export(target, folder, [replace(capture, span=99_999)], pages=[], title="x", at=NOON, software="huomiao/1")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive"]
