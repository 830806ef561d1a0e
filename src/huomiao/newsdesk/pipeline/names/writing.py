"""Names as they are compared: in one width and case, without the spaces, quotes and dots that some put into them."""

from __future__ import annotations

import re
import unicodedata

# What is a matter of taste: “天工杯”竞赛, 天工杯竞赛. A line's end parts names, and a space the words of Latin letters.
_LEFT_OUT = re.compile(r"[“”\"‘’'「」『』《》〈〉·•・‧]|(?<![a-z0-9])[ \t\r]+|[ \t\r]+(?![a-z0-9])")


class _Folding(dict[int, str]):
    """What each character is compared as. Always one character, so that places stay what they are."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = unicodedata.normalize("NFKC", character).casefold()
        self[code] = result = folded if len(folded) == 1 else character
        return result


_FOLDING = _Folding()


def plain(name: str) -> str:
    """``name`` as it is compared."""
    return _LEFT_OUT.sub("", name.translate(_FOLDING))


def plain_with_places(text: str) -> tuple[str, list[int]]:
    """``text`` as it is compared, and where in ``text`` each of its characters stands."""
    folded = text.translate(_FOLDING)
    places: list[int] = []
    at = 0
    for gap in _LEFT_OUT.finditer(folded):
        places.extend(range(at, gap.start()))
        at = gap.end()
    places.extend(range(at, len(folded)))
    return _LEFT_OUT.sub("", folded), places
