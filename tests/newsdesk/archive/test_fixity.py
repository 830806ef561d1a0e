from __future__ import annotations

import gzip
import hashlib

import pytest

from huomiao.newsdesk.pipeline.archive.fixity import Finding, Kind, Progress, check
from huomiao.newsdesk.pipeline.archive.index import Index
from huomiao.newsdesk.pipeline.archive.store import Archive
from tests.newsdesk.archive.making import exchange


@pytest.fixture
def archived(tmp_path):
    """Three files, two of them sealed: (folder, captures)."""
    with Archive(tmp_path, file_bytes=2000) as archive:
        captures = [archive.write(exchange(number)) for number in (1, 2, 1, 3, 4)]
    assert len({one.file for one in captures}) == 3
    return tmp_path, captures


def repacked(folder, capture, change) -> None:
    """Alter the plain bytes of a record and pack them so well that gzip has nothing to say; lengths may not change."""
    path = folder / capture.file
    content = path.read_bytes()
    stored = content[capture.offset : capture.offset + capture.length]
    forged = change(gzip.decompress(stored))
    again = gzip.compress(forged, 9, mtime=0)
    path.write_bytes(content[: capture.offset] + again + content[capture.offset + capture.length :])


def test_an_archive_that_is_whole_has_no_findings_and_tells_how_far_it_is(archived):
    folder, captures = archived
    told: list[Progress] = []

    assert list(check(folder, progress=told.append)) == []
    assert told[-1].read == told[-1].size == sum(path.stat().st_size for path in folder.glob("*.warc.gz"))
    assert told[-1].records == 3 + 2 * len(captures)


def test_what_is_written_meanwhile_is_not_missed(tmp_path, monkeypatch):
    with Archive(tmp_path) as archive:
        archive.write_all(map(exchange, range(3)))
        as_it_was = archive.index.files()
        archive.write(exchange(50))
        monkeypatch.setattr(Index, "files", lambda _self: as_it_was)

        assert list(check(tmp_path)) == []


def test_where_nothing_was_archived_nothing_is_wrong(tmp_path):
    assert list(check(tmp_path / "never")) == []
    assert not (tmp_path / "never").exists()


def test_a_forged_body_is_found_by_its_digests(archived):
    folder, captures = archived
    last = captures[-1]
    repacked(folder, last, lambda plain: plain.replace("第4篇".encode(), "第5篇".encode()))

    found = [one for one in check(folder) if one.kind == Kind.DIGEST]

    assert [(one.file, one.offset, one.detail.partition(":")[0]) for one in found] == [
        (last.file, last.offset, "block"),
        (last.file, last.offset, "payload"),
    ]


def test_a_forged_date_is_found_by_the_file_being_sealed(archived):
    folder, captures = archived
    repacked(folder, captures[0], lambda plain: plain.replace(b"2023-12-05", b"2013-12-05"))

    assert Kind.CHANGED_FILE in {one.kind for one in check(folder) if one.file == captures[0].file}


def test_whoever_forges_a_file_must_forge_its_seal_and_the_index(archived):
    folder, captures = archived
    repacked(folder, captures[0], lambda plain: plain.replace(b"2023-12-05", b"2013-12-05"))
    path = folder / captures[0].file
    (folder / f"{path.name}.sha256").write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")

    assert Kind.CHANGED_FILE in {one.kind for one in check(folder)}


def test_a_flipped_bit_is_found_where_it_is(archived):
    folder, captures = archived
    path = folder / captures[1].file
    content = bytearray(path.read_bytes())
    content[captures[1].offset + 40] ^= 1
    path.write_bytes(content)

    found = list(check(folder))

    assert (captures[1].file, captures[1].offset) in {(one.file, one.offset) for one in found}
    assert {one.file for one in found} == {captures[1].file}


def test_what_is_gone_is_missed(archived):
    folder, captures = archived
    (folder / captures[0].file).unlink()
    last = folder / captures[-1].file
    last.write_bytes(last.read_bytes()[: captures[-1].offset])

    found = list(check(folder))

    assert Finding(captures[0].file, Kind.MISSING_FILE) in found
    assert Finding(captures[-1].file, Kind.MISSING_RECORD, captures[-1].offset) in found
    assert Kind.SHORT_FILE in {one.kind for one in found}


def test_a_revisit_whose_original_was_never_there_is_found(archived):
    folder, captures = archived
    assert captures[2].kind == "revisit"
    for path in folder.glob("index.sqlite*"):
        path.unlink()
    (folder / captures[0].file).unlink()
    Archive(folder).close()

    assert (captures[2].offset, Kind.LOST_ORIGINAL) in {(one.offset, one.kind) for one in check(folder)}
