from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huomiao.newsdesk.pipeline.archive import chunks


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
    assert chunks.joined(body) == plain


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_no_bytes_become_more(body):
    assert len(chunks.joined(body)) <= len(body)
