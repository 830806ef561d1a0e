"""A question's text as pieces of JSON that only have to be put in order, found once for every question of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from huomiao.practice.kinds import Body, Kind


def encode(value: Any) -> bytes:
    """``value`` as compact JSON in UTF-8."""
    return orjson.dumps(value)


class Shown:
    """What takers see of one question, in any order of its options."""

    __slots__ = ("_after", "_before", "_parts", "_whole", "size")

    def __init__(self, kind: Kind, body: Body, facts: dict[str, Any]) -> None:
        places = kind.places(body)
        plain = {**facts, **kind.shown(body, range(places))}
        self._whole = encode(plain)
        self._parts: list[bytes] = []
        self._before = self._after = b""
        name = self._arranged(kind, body, plain, places)
        if name:
            self._parts = [encode(part) for part in plain.pop(name)]
            # The arranged list comes last, so that one piece before it and one after it are enough.
            self._before = encode(plain)[:-1] + b',"' + name.encode() + b'":['
            self._after = b"]}"
        self.size = 3 * len(self._whole)

    @staticmethod
    def _arranged(kind: Kind, body: Body, plain: Body, places: int) -> str:
        """Which list of the question is shown in a drawn order; "" when no order makes a difference."""
        backwards = range(places - 1, -1, -1)
        # Turned by one as well: a list that reads the same backwards does not betray itself otherwise.
        turned = [*range(1, places), 0] if places else []
        for order in (backwards, turned):
            for name, value in kind.shown(body, order).items():
                if value != plain[name]:
                    if value != [plain[name][place] for place in order]:
                        raise ValueError(f"Kind {kind.name} changes {name} by more than its order.")
                    return name
        return ""

    def in_order(self, order: Sequence[int]) -> bytes:
        """The question as JSON."""
        if not self._parts:
            return self._whole
        parts = self._parts
        return self._before + b",".join([parts[place] for place in order]) + self._after
