"""Between the HTML of other systems and the plain text of questions."""

from __future__ import annotations

import base64
import binascii
import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

_BLOCKS = frozenset(
    {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol", "dd", "dt"}
)
_HIDDEN = frozenset({"script", "style", "head", "title", "template"})
_HIGH = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOW = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_DATA = re.compile(r"data:[\w/+.-]{1,80};base64,(?P<data>[A-Za-z0-9+/=\s]+)$")
MOST_DATA = 40 * 1024 * 1024


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.sources: list[str] = []
        self.hidden = 0
        self.raised: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        elif tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append(" ")
        elif tag in {"sup", "sub"}:
            self.raised.append(tag)
        if tag in {"img", "audio", "video", "source", "object"}:
            source = dict(attrs).get("data" if tag == "object" else "src")
            if source:
                self.sources.append(source)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in {"sup", "sub"} and self.raised:
            self.raised.pop()

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        text = re.sub(r"[ \t\r\n\f\v]+", " ", data)
        if self.raised:
            text = text.translate(_HIGH if self.raised[-1] == "sup" else _LOW)
        self.parts.append(text)


def to_text(html: str) -> tuple[str, list[str]]:
    """The text of some HTML, a line for each block, and the addresses of its pictures, sounds and films."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = [re.sub(r" {2,}", " ", line).strip() for line in "".join(reader.parts).replace("\xa0", " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), reader.sources


def to_html(text: str) -> str:
    """Plain text as HTML: escaped, one paragraph, its lines broken as they were."""
    return "<p>" + escape(text, quote=False).replace("\n", "<br>") + "</p>"


def embedded(source: str) -> bytes | None:
    """The bytes of a data: address; None for any other."""
    found = _DATA.match(source.strip()) if len(source) < MOST_DATA else None
    if found is None:
        return None
    try:
        return base64.b64decode(found["data"], validate=False)
    except (binascii.Error, ValueError):
        return None


def file_name(source: str) -> str:
    """What a relative address or @@PLUGINFILE@@ address calls its file."""
    return unquote(re.sub(r"^@@PLUGINFILE@@/", "", source.strip()).split("?")[0])


def is_outside(source: str) -> bool:
    """Whether an address leads to another site: nothing is fetched from there."""
    return bool(re.match(r"^(?:[a-z][a-z0-9+.-]*:|//)", source.strip(), re.IGNORECASE)) and not source.startswith(
        "data:"
    )
