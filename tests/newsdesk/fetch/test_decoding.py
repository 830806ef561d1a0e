from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.fetch import decoding
from huomiao.newsdesk.pipeline.fetch.errors import FetchFailed, Reason

MOST = 32 * 1024 * 1024
PAGE = "江西点燃职工创新火苗".encode() * 100


def refusal(body: bytes, coding: str, *, most: int = MOST) -> Reason:
    with pytest.raises(FetchFailed) as refused:
        decoding.decoded(body, coding, most=most)
    return refused.value.reason


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (PAGE, ""),
        (PAGE, "identity"),
        (gzip.compress(PAGE), "gzip"),
        (gzip.compress(PAGE), "X-GZIP"),
        (zlib.compress(PAGE), "deflate"),
        (raw_deflate(PAGE), "deflate"),
        (gzip.compress(zlib.compress(PAGE)), "deflate, gzip"),
        (gzip.compress(PAGE[:999]) + gzip.compress(PAGE[999:]), "gzip"),
        (PAGE, "gzip"),  # said, not done
    ],
)
def test_codings_are_taken_off(body, coding):
    assert decoding.decoded(body, coding, most=MOST) == PAGE


def test_a_body_that_was_cut_off_gives_what_is_there():
    packed = zlib.compress(bytes(range(256)) * 200, 0)

    assert decoding.decoded(packed[:20_000], "deflate", most=MOST) == (bytes(range(256)) * 200)[: 20_000 - 7]


def test_a_bomb_is_not_unpacked():
    bomb = gzip.compress(bytes(64 * 1024 * 1024), 9)

    assert len(bomb) < 70_000
    assert refusal(bomb, "gzip", most=1 << 40) is Reason.BOMB


def test_a_bomb_in_a_bomb_is_not_unpacked():
    assert (
        refusal(gzip.compress(gzip.compress(bytes(64 * 1024 * 1024), 9), 9), "gzip, gzip", most=1 << 40) is Reason.BOMB
    )
    assert refusal(b"", "gzip, gzip, gzip") is Reason.BOMB


def test_many_small_members_are_a_bomb():
    assert refusal(gzip.compress(b"") * 1000, "gzip") is Reason.BOMB


def test_more_than_the_limit_is_too_large():
    assert refusal(zlib.compress(bytes(range(256)) * 40), "deflate", most=10_000) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("body", "coding"),
    [(b"\x1f\x8bnonsense", "gzip"), (b"\x78\x9c\xff\xff", "deflate"), (PAGE, "br"), (PAGE, "x" * 5000)],
)
def test_what_cannot_be_read_is_said_so(body, coding):
    assert refusal(body, coding) is Reason.UNDECODABLE


@settings(max_examples=50)
@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate", "gzip, deflate"]))
def test_any_bytes_are_read_or_refused(body, coding):
    try:
        size = len(decoding.decoded(body, coding, most=1000))
    except FetchFailed:
        return

    assert size <= max(1000, len(body))
