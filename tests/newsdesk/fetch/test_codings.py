"""Codings come off within limits; the crawl and the archive do it alike."""

from __future__ import annotations

import contextlib
import gzip
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline import codings
from tests.newsdesk.archive.making import exchange

MOST = 32 * 1024 * 1024
PAGE = "江西点燃职工创新火苗".encode() * 100
MARKUP = b"<html><p>" + PAGE


def bare(body: bytes) -> bytes:
    """Deflate without the frame that the standard means, as some servers send it."""
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(body) + packing.flush()


def refusal(body: bytes, coding: str, *, most: int = MOST) -> type[Exception]:
    with pytest.raises((codings.TooLarge, codings.BadCoding)) as refused:
        codings.unpacked(body, coding, most_bytes=most)
    return refused.type


@pytest.mark.parametrize(
    ("body", "coding", "plain"),
    [
        (PAGE, "", PAGE),
        (PAGE, "identity", PAGE),
        (gzip.compress(PAGE), "gzip", PAGE),
        (gzip.compress(PAGE), "X-GZIP", PAGE),
        (gzip.compress(PAGE[:999]) + gzip.compress(PAGE[999:]), "gzip", PAGE),
        (gzip.compress(PAGE) + b"rest", "gzip", PAGE),
        (zlib.compress(PAGE), "deflate", PAGE),
        (bare(PAGE), "deflate", PAGE),
        (brotli.compress(PAGE), "br", PAGE),
        (brotli.compress(gzip.compress(PAGE)), "gzip, br", PAGE),
        # Said, not done.
        (PAGE, "gzip", PAGE),
        (MARKUP, "gzip", MARKUP),
        (MARKUP, "br", MARKUP),
        (MARKUP, "zstd", MARKUP),
        (b"", "gzip", b""),
    ],
)
def test_codings_are_taken_off(body, coding, plain):
    assert codings.unpacked(body, coding, most_bytes=len(plain)) == plain
    assert exchange(body=body, headers=(("Content-Encoding", coding),)).content() == plain


@pytest.mark.parametrize(
    ("packed", "coding"),
    [(zlib.compress(PAGE, 0), "deflate"), (gzip.compress(PAGE, 0), "gzip"), (brotli.compress(PAGE), "br")],
)
def test_a_body_that_was_cut_off_gives_what_is_there(packed, coding):
    assert PAGE.startswith(codings.unpacked(packed[:-20], coding, most_bytes=MOST))


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(bytes(16 * 1024 * 1024), 9), "gzip"),
        (gzip.compress(gzip.compress(bytes(16 * 1024 * 1024), 9), 9), "gzip, gzip"),
        (zlib.compress(bytes(16 * 1024 * 1024), 9), "deflate"),
        (brotli.compress(bytes(16 * 1024 * 1024), quality=1), "br"),
        (b"", "gzip, gzip, gzip"),
        (gzip.compress(b"") * 1000, "gzip"),
    ],
)
def test_bombs_are_not_unpacked(body, coding):
    assert len(body) < 70_000
    assert refusal(body, coding, most=1 << 40) is codings.Bomb


@pytest.mark.parametrize(
    ("pack", "coding"), [(zlib.compress, "deflate"), (gzip.compress, "gzip"), (brotli.compress, "br")]
)
def test_more_than_the_limit_is_too_large(pack, coding):
    assert refusal(pack(bytes(range(256)) * 40), coding, most=10_000) is codings.TooLarge


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b"\x1f\x8bnonsense", "gzip"),
        (b"\x78\x9c\xff\xff", "deflate"),
        (PAGE, "br"),
        (brotli.compress(PAGE) + b"rest", "br"),
        (PAGE, "zstd"),
        (PAGE, "x" * 5000),
    ],
)
def test_what_cannot_be_read_is_said_so(body, coding):
    assert refusal(body, coding) is codings.BadCoding


@settings(max_examples=60)
@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate", "br", "gzip, deflate", "gzip, br", "zstd"]))
def test_any_bytes_are_read_within_the_limit_or_refused(body, coding):
    with contextlib.suppress(codings.TooLarge, codings.BadCoding):
        assert len(codings.unpacked(body, coding, most_bytes=1000)) <= 1000
