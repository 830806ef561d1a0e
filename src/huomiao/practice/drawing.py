"""Drawing: which questions of a pool, those not yet seen first, and in which order their options are shown.

Both are uniform, and tests hold them to it. The order of options follows from a key that never leaves the server and the
paper's nonce, so it can be found again when the answers come back and cannot be computed by whoever holds the paper.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from hashlib import blake2b
from itertools import permutations
from random import Random

from huomiao.practice import seats

Order = tuple[int, ...]

# Up to here all orders are kept in a table; beyond (more than seven options) an order is dealt.
_TABLED = 6
_ORDERS = [tuple(permutations(range(size))) for size in range(_TABLED + 1)]
_COUNTS = [len(table) for table in _ORDERS]
# Eight numbers so large that the remainder by 720 favours none that anybody could notice.
_WORDS = struct.Struct(">8Q")


def choose(pool: Sequence[int], count: int, *, seen: bytes | memoryview, random: Random) -> list[int]:
    """Places in ``pool`` (the seats of its questions) of ``count`` questions in a drawn order, unseen ones first.

    Every set of unseen questions is equally likely; only when they do not suffice are seen ones added, as evenly.
    """
    size = len(pool)
    if count >= size:
        return random.sample(range(size), size)
    # With much unseen, trying is quicker than listing: as uniform, since each try is.
    chosen: dict[int, None] = {}
    draw = random.random
    for _ in range(4 * count):
        place = int(draw() * size)
        if not seen or not seats.is_seen(seen, pool[place]):
            chosen[place] = None
            if len(chosen) == count:
                return list(chosen)
    fresh = [place for place, seat in enumerate(pool) if not seats.is_seen(seen, seat)]
    if len(fresh) >= count:
        return random.sample(fresh, count)
    known = set(fresh)
    again = random.sample([place for place in range(size) if place not in known], count - len(fresh))
    return random.sample(fresh + again, count)


def orders(key: bytes, nonce: str, places: Sequence[int]) -> list[Order]:
    """For each question with so many things to arrange, the order in which they are shown."""
    seed = nonce.encode()
    numbers: list[int] = []
    while len(numbers) < len(places):
        block = blake2b(seed, key=key, salt=len(numbers).to_bytes(4, "big"))
        numbers += _WORDS.unpack(block.digest())
    return [
        _ORDERS[size][number % _COUNTS[size]] if size <= _TABLED else _dealt(size, number)
        for size, number in zip(places, numbers, strict=False)
    ]


def _dealt(size: int, number: int) -> Order:
    return tuple(Random(number).sample(range(size), size))  # noqa: S311 - the number is keyed by a secret
