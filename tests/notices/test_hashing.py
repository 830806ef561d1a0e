from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from huomiao.notices import hashing

rows = st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), max_size=5)


def test_the_canonical_text_is_what_the_reference_says():
    assert hashing.canonical(["成果", "单位"], [["快换装置", "一厂"]]) == (
        '{"columns":["成果","单位"],"rows":[["快换装置","一厂"]]}'
    )


@given(rows=rows)
def test_the_hash_is_that_of_the_text(rows):
    text = hashing.canonical(["甲", "乙"], rows)

    assert hashing.list_hash(["甲", "乙"], rows) == hashlib.sha256(text.encode()).hexdigest()


@given(one=rows, other=rows)
def test_different_lists_have_different_hashes(one, other):
    same = hashing.list_hash(["甲", "乙"], one) == hashing.list_hash(["甲", "乙"], other)

    assert same == (one == other)
