"""Markup made safe to parse: whatever would make a tree explode is taken out before there is a tree.

An HTML parser repairs what it reads, and some repairs cost the square of what is written: an unclosed ``<b>`` is opened
again in every later paragraph, every tag looks upwards through all that are open, every attribute is compared with those
before it. Pages hardly ever come near; a page made to do harm is rewritten here, which keeps its text and drops its depth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

# Characters of a page that are read: larger pages are cut, no article is that long.
MOST_CHARACTERS = 3_000_000
# A tag that has this many attributes loses them; in a page that is rewritten, one that is this long does.
_LONG_TAG = 4_000
_MOST_ATTRIBUTES = 400
_DEEPEST = 200
_MOST_TAGS = 40_000
# With no more tags than this, the square of everything is still next to nothing.
_FEW_TAGS = 1_800
# Limits on (open elements x tags) and (unclosed formatting x tags), in units of far less than a microsecond.
_MOST_LOOKING_UP = 60_000_000
_MOST_REOPENING = 2_000_000

_SCRIPT = re.compile(r"<(script|style)\b", re.IGNORECASE)
_ENDS = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style")}
_NAME = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9:-]*)")
# A tag with more values than tags have, or with much that is no value: only then is it worth counting what each tag has.
_CROWDED = re.compile(r"""<[a-zA-Z](?:[^>=]{0,200}+=\s*+(?:"[^"]*+"|'[^']*+')?+){0,16}+(?![^>=]{0,200}+(?:>|\Z))""")
_VALUE = re.compile(r"""=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""")
# What can stand between two attributes.
_BETWEEN = re.compile(r"""[\s/"'=]+""")
# A quote opens a value only after an equals sign. Possessive, so that no markup makes it look twice.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?>[^>=]+|=\s*(?:\"[^\"]*\"|'[^']*')|=)*+)>?")

# The beginning of every tag that formats, and little else: counting them is an upper bound of how much is open at a time.
_MAY_FORMAT = re.compile(r"<[bcefinstu](?:[\s/>]|(?:ig|ode|m|ont|obr|mall|trike|trong|t)[\s/>])", re.IGNORECASE)
# A new link ends the one before it, so links do not pile up.
_FORMATTING = frozenset(("b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"))
# Inside these the parser starts counting anew: a tag closed inside does not close what was opened outside.
_BARRIERS = frozenset(
    ("td", "th", "caption", "table", "template", "object", "marquee", "applet", "button", "select", "svg", "math")
)
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
# Closed by the next of their kind, so that leaving them open makes no depth.
_SELF_CLOSING = frozenset(
    ("p", "li", "dt", "dd", "tr", "thead", "tbody", "tfoot", "option", "optgroup", "colgroup", "rt", "rp")
)
_FLAT = _VOID | _SELF_CLOSING
_COUNTED = _FORMATTING | {f"/{name}" for name in _FORMATTING} | _BARRIERS
_ONCE = frozenset(("html", "head", "body"))
_RAW = frozenset(("script", "style", "title", "textarea"))


@dataclass(frozen=True, slots=True)
class Script:
    """A script of the page: the attributes of its tag as written, and its text."""

    attributes: str
    text: str


def parse(text: str) -> tuple[LexborHTMLParser, list[Script]]:
    """The tree of a page without its scripts and styles, and the scripts, in time and space that grow with its length."""
    markup, scripts = _without_scripts(text[:MOST_CHARACTERS])
    if _CROWDED.search(markup) is not None and any(_has_many(tag[3]) for tag in _TAG.finditer(markup)):
        markup = _TAG.sub(lambda tag: f"<{tag[1]}{tag[2]}>" if _has_many(tag[3]) else tag[0], markup)
    return LexborHTMLParser(_rewritten(markup) if _has_to_be_rewritten(markup) else markup), scripts


def _has_to_be_rewritten(markup: str) -> bool:
    """Whether the page could make the parser do far more than it reads; two counts say no of nearly all pages."""
    tags = markup.count("<")
    if tags <= _FEW_TAGS:
        return False
    if tags**2 < _MOST_LOOKING_UP and tags * len(_MAY_FORMAT.findall(markup)) < _MOST_REOPENING:
        return False
    return _is_dangerous(" ".join(_NAME.findall(markup)).lower().split(" "))


def _without_scripts(text: str) -> tuple[str, list[Script]]:
    pieces: list[str] = []
    scripts: list[Script] = []
    at = searched = 0
    while (opened := _SCRIPT.search(text, searched)) is not None:
        # What looks like a script inside a script is a string of it: only its own end counts.
        begin = text.find(">", opened.end()) + 1
        closing = _ENDS[opened[1].lower()].search(text, begin) if begin else None
        if closing is None:
            searched = opened.end()
            if begin:
                # Nothing ends it, nor any later one of its kind that is not ended either.
                break
            continue
        pieces.append(text[at : opened.start()])
        if opened[1].lower() == "script":
            scripts.append(Script(text[opened.end() : begin - 1], text[begin : closing.start()]))
        at = searched = text.find(">", closing.end()) + 1 or len(text)
    pieces.append(text[at:])
    # A space, so that two words with a script between them stay two words.
    return " ".join(pieces), scripts


def _has_many(attributes: str) -> bool:
    if len(attributes) <= _MOST_ATTRIBUTES:
        return False
    return len(_BETWEEN.split(_VALUE.sub(" ", attributes), _MOST_ATTRIBUTES)) > _MOST_ATTRIBUTES


def _is_dangerous(names: list[str]) -> bool:
    """Whether the tags, by name in their order (``/p`` closes), would make the parser do far more than it reads."""
    tags = len(names)
    if tags * sum(map(_FORMATTING.__contains__, names)) > _MOST_REOPENING:
        # Most pages have a lot of formatting and close it at once: what counts is how much is open at a time.
        relevant = [name for name in names if name in _COUNTED]
        if tags * _deepest(relevant) > _MOST_REOPENING:
            return True
    if tags**2 < _MOST_LOOKING_UP:
        return False
    once = sum(map(_ONCE.__contains__, names))
    # Each table cell counts as a level that never ends, so long tables look deep; being rewritten does them no harm.
    nesting = [name for name in names if name.removeprefix("/") not in _FLAT]
    return tags * _deepest(nesting) > _MOST_LOOKING_UP or tags * once > _MOST_LOOKING_UP // 20


def _deepest(names: list[str]) -> int:
    """How many of the elements are open at a time, at most; one closed inside a barrier does not close one outside."""
    depth = deepest = 0
    opened: dict[str, int] = {}
    for name in names:
        if name[0] == "/":
            closed = name[1:]
            if opened.get(closed):
                opened[closed] -= 1
                depth -= 1
            elif closed in _BARRIERS:
                opened.clear()
            continue
        if name in _BARRIERS:
            opened.clear()
        opened[name] = opened.get(name, 0) + 1
        depth += 1
        deepest = max(deepest, depth)
    return deepest


def _rewritten(text: str) -> str:
    """The same page with every element closed where it was opened, none deep, no formatting, no long attributes."""
    pieces: list[str] = []
    stack: list[str] = []
    at = 0
    end = len(text)
    seen: set[str] = set()
    for _tag in range(_MOST_TAGS):
        if at >= end or (match := _TAG.search(text, at)) is None:
            break
        pieces.append(text[at : match.start()].replace("<", "&lt;"))
        at = match.end()
        slash, name, attributes = match[1], match[2].lower(), match[3]
        if name in _RAW and not slash:
            # Left over where one was never closed, or the title.
            closing = text.find(f"</{match[2]}", at)
            at = end if closing < 0 else closing
            # Only the title is text that somebody reads.
            if name == "title" and closing >= 0:
                pieces.append(f"<title>{text[match.end() : closing]}</title>")
            continue
        if name in _VOID:
            pieces.append(f"<{name}{_short(attributes)}>")
        elif name in _FORMATTING or name in _RAW or name in _BARRIERS - {"table", "td", "th"}:
            pieces.append(" ")
        elif slash:
            if name in stack[-_DEEPEST:]:
                while stack and (last := stack.pop()) != name:
                    pieces.append(f"</{last}>")
                pieces.append(f"</{name}>")
        elif name in _ONCE and name in seen:
            continue
        elif len(stack) < _DEEPEST:
            seen.add(name)
            if name in _SELF_CLOSING and stack and stack[-1] == name:
                pieces.append(f"</{stack.pop()}>")
            stack.append(name)
            pieces.append(f"<{name}{_short(attributes)}>")
        else:
            pieces.append("<br>")
    pieces.append(text[at:].replace("<", "&lt;"))
    return "".join(pieces)


def _short(attributes: str) -> str:
    if not attributes.strip() or len(attributes) > _LONG_TAG:
        return ""
    return f" {attributes.strip()}" if attributes.count('"') % 2 == 0 and attributes.count("'") % 2 == 0 else ""
