from __future__ import annotations

import contextlib
import gzip
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.archive import decoding
from tests.newsdesk.archive.making import exchange

PAGE = "<html><p>江西点燃职工创新火苗</p></html>".encode() * 9


def bare(body: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(body) + packing.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(PAGE), "gzip"),
        (gzip.compress(PAGE[:90]) + gzip.compress(PAGE[90:]), "GZIP"),
        (gzip.compress(PAGE) + b"rest", "x-gzip"),
        (zlib.compress(PAGE), "deflate"),
        (bare(PAGE), "deflate"),
        (brotli.compress(PAGE), "br"),
        (brotli.compress(gzip.compress(PAGE)), "gzip, br"),
        (PAGE, "gzip"),
        (PAGE, "br"),
        (PAGE, "identity"),
        (PAGE, ""),
        (PAGE, "zstd"),
    ],
)
def test_codings_come_off(body, coding):
    assert decoding.unpacked(body, coding, most_bytes=len(PAGE)) == PAGE
    assert exchange(body=body, headers=(("Content-Encoding", coding),)).content() == PAGE


def test_a_body_that_was_cut_off_gives_what_came():
    assert PAGE.startswith(decoding.unpacked(gzip.compress(PAGE)[:-12], "gzip", most_bytes=9999))


@pytest.mark.parametrize("packed", [gzip.compress(bytes(3_000_000)), gzip.compress(bytes(1_600_000)) * 2])
def test_bombs_stop_at_the_limit(packed):
    with pytest.raises(decoding.TooLarge):
        decoding.unpacked(packed, "gzip", most_bytes=2_500_000)
    with pytest.raises(decoding.TooLarge):
        decoding.unpacked(gzip.compress(packed), "gzip, gzip", most_bytes=2_500_000)
    with pytest.raises(decoding.TooLarge):
        decoding.unpacked(brotli.compress(bytes(3_000_000)), "br", most_bytes=2_500_000)
    with pytest.raises(decoding.TooLarge):
        decoding.unpacked(zlib.compress(bytes(3_000_000)), "deflate", most_bytes=2_500_000)


def test_a_body_of_a_great_many_members_is_refused():
    with pytest.raises(decoding.BadCoding):
        decoding.unpacked(gzip.compress(b"x") * 65, "gzip", most_bytes=10_000)


@pytest.mark.parametrize("coding", ["gzip, gzip, gzip, gzip", "zstd", "br", "deflate"])
def test_what_cannot_be_unpacked_says_so(coding):
    with pytest.raises(decoding.BadCoding):
        decoding.unpacked(b"\x81\x02\x03\x04\x05", coding, most_bytes=99)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "gzip, br", "chunked", "zstd"]))
@settings(max_examples=60)
def test_no_bytes_do_more_than_be_refused(body, coding):
    with contextlib.suppress(decoding.BadCoding, decoding.TooLarge):
        assert len(decoding.unpacked(body, coding, most_bytes=100)) <= 100
    assert len(decoding.dechunked(body)) <= len(body)


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"3;name=value\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", b"abc0123456789"),
        (b"5\r\nabc", b"abc"),
        (b"fffffff\r\nabc", b"abc"),
        (b"<p>no chunks</p>", b"<p>no chunks</p>"),
        (b"", b""),
    ],
)
def test_chunks_are_joined(body, plain):
    assert decoding.dechunked(body) == plain
