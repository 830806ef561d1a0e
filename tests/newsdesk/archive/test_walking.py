from __future__ import annotations

import gzip
import tracemalloc
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.newsdesk.pipeline.archive.walking import Walk, exchanges
from tests.newsdesk.archive.making import NOON, exchange, packed, response, warc_record

_ARC_BLOCK = b"1 0 Example\nURL IP-address Archive-date Content-type Archive-length\n\n"
ARC = b"filedesc://news.arc 0.0.0.0 20031205120000 text/plain %d\n%b\n" % (len(_ARC_BLOCK), _ARC_BLOCK)


def arc_record(url: str, body: bytes) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    return f"{url} 203.0.113.9 20031205120000 text/html {len(block)}\n".encode() + block + b"\n"


def urls(path: Path, **stretch: object) -> list[str]:
    return [found.record.url for found in Walk(path, **stretch) if found.record and found.record.block]  # type: ignore[arg-type]


def in_stretches(path: Path, size: int) -> list[tuple[int, int]]:
    """Every record once: (offset, nth), walked in stretches of ``size`` that are compared as a backfill compares them."""
    seen, arrived, start = [], 0, 0
    while start < path.stat().st_size:
        walk = Walk(path, start=start, end=start + size, wanted=None)
        found = list(walk)
        fits = walk.began == arrived or (walk.began is None and arrived >= start + size)
        if not fits:
            walk = Walk(path, start=arrived, end=start + size, exactly=True, wanted=None)
            found = list(walk)
        seen += [(one.offset, one.nth) for one in found]
        arrived = max(arrived, walk.ended)
        start += size
    return seen


PAGES = [f"https://news.example/{number}" for number in range(12)]
RECORDS = [response(url, b"<p>" + bytes([65 + at]) * (at * 37)) for at, url in enumerate(PAGES)]


@pytest.mark.parametrize("form", ["members", "plain", "one member", "arc", "arc members", "arc one member"])
def test_every_form_gives_the_same_pages(tmp_path, form):
    path = tmp_path / "x"
    arc = [ARC, *(arc_record(url, b"<p>") for url in PAGES)]
    if form == "members":
        packed(path, RECORDS)
    elif form == "arc members":
        packed(path, arc)
    else:
        whole = b"".join(arc if form.startswith("arc") else RECORDS)
        path.write_bytes(gzip.compress(whole) if "member" in form else whole)

    assert urls(path) == PAGES
    assert [one.url for one in exchanges(path)] == PAGES
    assert [one.status for one in exchanges(path)] == [200] * len(PAGES)


@pytest.mark.parametrize("form", ["members", "plain", "one member", "arc"])
@given(size=st.integers(60, 4000))
@settings(max_examples=30)
def test_stretches_of_any_size_share_the_records_out_exactly_once(tmp_path_factory, form, size):
    path = tmp_path_factory.mktemp("walk") / "x"
    if form == "members":
        packed(path, RECORDS)
    elif form == "arc":
        path.write_bytes(ARC + b"".join(arc_record(url, b"<p>") for url in PAGES))
    else:
        path.write_bytes(gzip.compress(b"".join(RECORDS)) if form == "one member" else b"".join(RECORDS))

    whole = [(one.offset, one.nth) for one in Walk(path, wanted=None)]

    assert in_stretches(path, size) == whole


@pytest.mark.parametrize("size", [300, 700, 1500])
@pytest.mark.parametrize("is_packed", [True, False])
def test_a_page_that_holds_an_archive_of_its_own_misleads_nobody(tmp_path, size, is_packed):
    false = warc_record("response", "https://false.example/", b"HTTP/1.1 200 OK\r\n\r\n<p>false")
    inner = b"\r\n\r\n" + false if not is_packed else gzip.compress(false)
    records = [response("https://news.example/a", b"\x00" + inner * 9), response("https://news.example/b", b"<p>")]
    path = tmp_path / "x"
    if is_packed:  # stored, as a packer leaves what it cannot make smaller
        path.write_bytes(b"".join(_stored(record) for record in records))
    else:
        path.write_bytes(b"".join(records))

    assert any(url.startswith("https://false") for start in range(1, 900, 40) for url in urls(path, start=start))
    assert len(in_stretches(path, size)) == 2


def test_damage_costs_the_record_it_is_in(tmp_path):
    path = tmp_path / "x"
    offsets = packed(path, RECORDS)
    content = bytearray(path.read_bytes())
    content[offsets[4] + 20] ^= 0xFF
    content[offsets[7]] = 0
    path.write_bytes(bytes(content[: offsets[11] + 30]))

    found = list(Walk(path))

    assert [one.record.url for one in found if one.record] == [PAGES[n] for n in (0, 1, 2, 3, 5, 6, 8, 9, 10)]
    assert [one.offset for one in found if one.problem] == [offsets[4], offsets[7], offsets[11]]


@pytest.mark.parametrize("form", ["members", "plain", "one member", "arc", "arc members"])
@given(
    wounds=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.binary(max_size=30)), max_size=4
    ),
    size=st.integers(100, 3000),
)
@settings(max_examples=30)
def test_whatever_is_done_to_a_file_its_records_are_shared_out_exactly_once(tmp_path_factory, form, wounds, size):
    path = tmp_path_factory.mktemp("wounded") / "x"
    records = [ARC, *(arc_record(url, b"<p>") for url in PAGES)] if form.startswith("arc") else RECORDS
    content = b"".join(map(gzip.compress, records)) if form.endswith("members") else b"".join(records)
    content = gzip.compress(content) if form == "one member" else content
    for place, lost, found in wounds:
        at = int(place * len(content))
        content = content[:at] + found + content[at + lost :]
    path.write_bytes(content)

    whole = [(one.offset, one.nth) for one in Walk(path, wanted=None)]

    assert in_stretches(path, size) == whole
    assert len(list(exchanges(path))) <= len(whole)


def test_a_plain_file_goes_on_after_a_wrong_length(tmp_path):
    path = tmp_path / "x"
    wrong = RECORDS[1].replace(b"Content-Length: ", b"Content-Length: x")
    path.write_bytes(RECORDS[0] + wrong + RECORDS[2])

    found = list(Walk(path))

    assert [one.record.url for one in found if one.record] == [PAGES[0], PAGES[2]]
    assert [one.problem for one in found if one.problem] == ["no length"]


def test_requests_are_found_on_either_side(tmp_path):
    ask = b"GET /x HTTP/1.1\r\nHost: news.example\r\n\r\n"
    path = tmp_path / "x"
    packed(
        path,
        [
            warc_record("request", PAGES[0], ask),
            RECORDS[0],
            RECORDS[1],
            warc_record("request", PAGES[1], ask),
            RECORDS[2],
            warc_record("metadata", PAGES[2], b"a: b\r\n"),
        ],
    )

    assert [one.request_headers for one in exchanges(path)] == [(("Host", "news.example"),)] * 2 + [()]


def test_our_own_files_come_back_as_they_went_in(tmp_path):
    sent = [exchange(number) for number in range(4)]
    with Archive(tmp_path) as archive:
        for one in sent:
            archive.write(one)

    (path,) = tmp_path.glob("*.warc.gz")
    assert list(exchanges(path)) == sent


def test_revisits_come_with_the_body_that_the_file_has(tmp_path):
    (tmp_path / "other").mkdir()
    with Archive(tmp_path) as archive:
        archive.write_all([exchange(1), exchange(2)])
        archive.write(replace(exchange(1), at=NOON + timedelta(days=1), headers=(("ETag", "2"),)))
    (path,) = tmp_path.glob("*.warc.gz")
    content = path.read_bytes()
    second = [found.offset for found in Walk(path) if found.record and found.record.kind == "response"][1]
    alone = tmp_path / "other" / "x.warc.gz"
    alone.write_bytes(content[second:])

    again = list(exchanges(path))[-1]

    assert (again.url, again.body, again.header("etag")) == (exchange(1).url, exchange(1).body, "2")
    assert again.at == NOON + timedelta(days=1)
    assert [one.url for one in exchanges(alone)] == [exchange(2).url]


def test_old_and_odd_http_is_read(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(
        warc_record(
            "response", "<https://a.example/>", b"HTTP/1.0 200\nContent-Type: text/html;\n  charset=gb2312\n\n<p>"
        )
        + warc_record("response", "https://b.example/", b"HTTP/2 404 Not Found\r\nbroken line\r\nA:b\r\n\r\n")
        + warc_record("response", "https://c.example/", b"ICY 200 OK\r\n\r\n")
        + response("https://d.example/", b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", headers="Transfer-Encoding: chunked")
        + warc_record("resource", "https://e.example/", b"<p>e").replace(b"application/http", b"text/html")
    )

    found = list(exchanges(path))

    assert [one.url[8:9] for one in found] == ["a", "b", "d", "e"]
    assert (found[0].charset, found[0].mime, found[0].body) == ("gb2312", "text/html", b"<p>")
    assert (found[1].status, found[1].reason, found[1].headers) == (404, "Not Found", (("A", "b"),))
    assert found[2].body == b"abcde"
    assert (found[3].body, found[3].mime) == (b"<p>e", "text/html")


@pytest.mark.parametrize("filling", [b"a:\n", b" a\n", b"\r\n \t", b"x" * 99])
def test_headers_without_an_end_are_no_headers(tmp_path, filling):
    endless = filling * (1_200_000 // len(filling))
    path = tmp_path / "x"
    path.write_bytes(
        warc_record("response", PAGES[0], b"HTTP/1.1 200 OK\r\nA: b" + endless)
        + RECORDS[1].replace(b"WARC-Type", endless[:1_100_000].replace(b"\n", b"") + b"\nWARC-Type")
        + RECORDS[2]
    )

    assert [one.url for one in exchanges(path)][-1:] == [PAGES[2]]
    assert PAGES[0] not in [one.url for one in exchanges(path)]


def test_a_bomb_is_passed_over_in_little_memory(tmp_path):
    path = tmp_path / "x"
    head = response("https://bomb.example/", b"").replace(b"Content-Length: 44", b"Content-Length: 100000044")
    assert b"100000044" in head
    packing = zlib.compressobj(1, zlib.DEFLATED, 31)
    bomb = packing.compress(head.removesuffix(b"\r\n\r\n"))
    for _piece in range(100):
        bomb += packing.compress(bytes(1_000_000))
    bomb += packing.compress(b"\r\n\r\n") + packing.flush()
    path.write_bytes(bomb + gzip.compress(RECORDS[3]))

    tracemalloc.start()
    found = list(Walk(path, most_bytes=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [(one.record.url, one.record.is_too_large) for one in found if one.record] == [
        ("https://bomb.example/", True),
        (PAGES[3], False),
    ]
    assert peak < 8_000_000


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"WARC/1.1\r\nContent-Length: 9\r\n\r\n"]),
)
@settings(max_examples=60)
def test_no_bytes_make_a_walk_fail(tmp_path_factory, content, start):
    path = tmp_path_factory.mktemp("fuzz") / "x"
    for form in (start + content, gzip.compress(start + content)):
        path.write_bytes(form)

        list(exchanges(path))


def _stored(record: bytes) -> bytes:
    return gzip.compress(record, compresslevel=0, mtime=0)
