"""The right charset of a page: its mark, what it says of itself, what the server said, and whether the bytes agree.

Labels lie. A label is believed when the bytes decode under it; else what decodes best is taken. UTF-8 is the strongest
evidence of all: text in another charset hardly ever happens to be valid UTF-8.
"""

from __future__ import annotations

import codecs
import re
import zlib
from dataclasses import dataclass

# How much of a page is looked at for its label and for evidence.
_HEAD = 4096
_EVIDENCE = 1 << 14

_LABEL = re.compile(rb"""charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]{2,40})""", re.IGNORECASE)
_XML_LABEL = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([a-zA-Z0-9_.:-]{2,40})""")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Browsers read these labels as the larger charset that contains them, and so do the pages that carry them.
_LARGER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "gb18030",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "tis-620": "cp874",
    "utf8": "utf-8",
    "unicode": "utf-8",
    "windows-31j": "cp932",
}
# Codecs that are no charset of a page; Python knows them under labels that a page could name.
_NOT_TEXT = frozenset({"idna", "punycode", "raw_unicode_escape", "unicode_escape", "utf-7", "undefined", "mbcs", "oem"})

# The two kinds of character that a wrong charset makes of Chinese text: unknown ones, and ones that nobody writes.
_BROKEN = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff]")
_COMMON = frozenset(
    "的一是不了在有人这這中大来來上个個国國和地到说說们們为為子你出道也时時年得就那要下以生会會日月，。、"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text, the charset it was read in, and what spoke for it (``mark``, ``label``, ``header`` or ``bytes``)."""

    text: str
    charset: str
    cue: str


def decoded(content: bytes, *, charset: str | None = None, most: int = 1 << 26) -> Decoded:
    """The text of a page.

    Args:
        content: as served; a page that is still gzipped is unpacked, ``most`` bytes of it at the most.
        charset: the label of the Content-Type header, if there was one.
    """
    content = _unpacked(content, most)[:most]
    for mark, name in _MARKS:
        if content.startswith(mark):
            return Decoded(content.decode(name, "replace").removeprefix("\ufeff"), name, "mark")
    try:
        return Decoded(content.decode("utf-8"), "utf-8", "bytes")
    except UnicodeDecodeError as failure:
        # The character that the end may cut does not count against it.
        if failure.start > len(content) - 4:
            return Decoded(content.decode("utf-8", "replace"), "utf-8", "bytes")
    told = [(name, "label") for name in _labels(content[:_HEAD])]
    if (known := _known(charset)) is not None:
        told.insert(0, (known, "header"))
    best, cue = _best(_evidence(content), told)
    return Decoded(content.decode(best, "replace"), best, cue)


def _unpacked(content: bytes, most: int) -> bytes:
    """``content``, or what is in it when it is a gzip file: some archives hold pages as they came over the wire."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        return unpacker.decompress(content, most)
    except zlib.error:
        return content


def _labels(head: bytes) -> list[str]:
    """The charsets that the page names, first things first."""
    found = [match[1] for pattern in (_XML_LABEL, _LABEL) for match in pattern.finditer(head)]
    names = [_known(label.decode("ascii", "ignore")) for label in found]
    return [name for name in dict.fromkeys(names) if name is not None]


def _known(label: str | None) -> str | None:
    """The codec for a label; None when there is none."""
    if not label:
        return None
    name = label.strip().strip("\"'").lower()
    name = _LARGER.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if found.name in _NOT_TEXT or not getattr(found, "_is_text_encoding", True):
        return None
    # A page whose label could be read byte by byte is not in UTF-16 or UTF-32, whatever it says (the standard agrees).
    return "utf-8" if found.name.startswith(("utf-16", "utf-32")) else _LARGER.get(found.name, found.name)


def _evidence(content: bytes) -> bytes:
    """The first lines that are not plain ASCII: only they tell one charset from another."""
    lines = (line for line in content.splitlines() if not line.isascii())
    chosen: list[bytes] = []
    size = 0
    for line in lines:
        chosen.append(line[: _EVIDENCE - size])
        size += len(chosen[-1])
        if size >= _EVIDENCE:
            break
    return b"\n".join(chosen)


def _best(sample: bytes, told: list[tuple[str, str]]) -> tuple[str, str]:
    """The charset under which the sample reads best, and what spoke for it."""
    candidates = dict(reversed(told))
    for name in ("gb18030", "big5hkscs", "utf-8", "cp1252"):
        candidates.setdefault(name, "bytes")
    # The label's own candidate comes with a small advantage: evidence has to be clear to overrule it.
    costs = {
        name: _cost(sample, name) - (0.02 if cue != "bytes" else 0.0) + (0.03 if name == "cp1252" else 0.0)
        for name, cue in candidates.items()
    }
    best = min(costs, key=costs.__getitem__)
    return best, candidates[best]


def _cost(sample: bytes, name: str) -> float:
    """How badly the sample reads in a charset: the share of broken characters, less that of the commonest Chinese ones."""
    text = sample.decode(name, "replace")
    foreign = [character for character in text if character > "\x7f"]
    if not foreign:
        return 0.0
    broken = sum(1 for _each in _BROKEN.finditer(text))
    common = sum(1 for character in foreign if character in _COMMON)
    return (3 * broken - common) / len(foreign)
