"""One walk over the tree: every element is visited once, and what later steps ask about is written down on the way."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from huomiao.newsdesk.pipeline.extract import labels
from huomiao.newsdesk.pipeline.extract.page import Attributes, Box, Line, Meta, Page, Part, Picture

_MOST_NODES = 50_000
_DEEPEST = 400

# What the walk does at an element or a text; elements that are not listed are blocks.
_TEXT, _INLINE, _BREAK, _PICTURE, _SKIPPED, _OF_HEAD, _BLOCK = range(7)
_KINDS = {
    "-text": _TEXT,
    "br": _BREAK,
    "img": _PICTURE,
    **dict.fromkeys(
        ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
         "label", "mark", "nobr", "q", "rb", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
         "sup", "time", "tt", "u", "var", "wbr"), _INLINE),
    **dict.fromkeys(
        ("-none", "-comment", "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "select",
         "button", "textarea", "input", "datalist", "map", "audio", "video", "dialog", "frameset", "noframes", "applet", "meter",
         "progress", "optgroup", "option", "menu"), _SKIPPED),
    **dict.fromkeys(("meta", "link", "title", "base"), _OF_HEAD),
}  # fmt: skip
_BOLD = frozenset(("b", "strong"))

_STOP = re.compile("[，。！？；,;!?]")
_FULL_STOP = re.compile("\\.(?=\\s|$)")
# What is only invisible (``visibility``) is often the article itself, until a script shows it.
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_HARD_WRAP = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u2e80-\u9fff\uff00-\uffef])")
# Characters that nobody sees.
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\xad]")
# Shorter lines, in units, are not looked at for punctuation.
_SHORTEST_PROSE = 10
# A picture inside a sentence of at most so many pixels is a sign in it.
_ICON = 40


def walk(tree: LexborHTMLParser, *, whole: bool = True) -> Page:
    """The page of a tree; unless ``whole``, without the long lists of links that call themselves beside the article."""
    return _Walk(whole=whole).page(tree)


class _Walk:
    def __init__(self, *, whole: bool) -> None:
        self.whole = whole
        self.meta = Meta()
        self.lines: list[Line] = []
        self.boxes: list[Box] = []

    def page(self, tree: LexborHTMLParser) -> Page:
        if (html := tree.root) is not None:
            self.meta.language = (html.attributes.get("lang") or "").lower()
        head = tree.head
        node = head.first_child if head is not None else None
        while node is not None:
            self.head_element(node, node.tag or "")
            node = node.next
        body = tree.body
        attributes = body.attributes if body is not None else {}
        root = Box("body", _label(attributes), None, 0, 0, 0)
        self.boxes.append(root)
        if body is not None:
            self.descend(body, root)
        root.last, root.end = len(self.lines), len(self.boxes)
        return Page(root, self.lines, self.meta, self.boxes)

    def head_element(self, node: LexborNode, tag: str) -> None:
        meta = self.meta
        if tag == "meta":
            attributes = node.attributes
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            content = attributes.get("content")
            if name and content and content.strip():
                meta.names.setdefault(" ".join(name.lower().split()), content.strip()[:2000])
        elif tag == "title":
            meta.title = meta.title or " ".join(node.text().split())[:1000]
        elif tag == "link":
            attributes = node.attributes
            rel = (attributes.get("rel") or "").lower().split()
            href = (attributes.get("href") or "").strip()
            if "canonical" in rel:
                meta.canonical = meta.canonical or href
            elif "next" in rel:
                meta.next_page = meta.next_page or href
        elif tag == "base":
            meta.base = meta.base or (node.attributes.get("href") or "").strip()

    def descend(self, top: LexborNode, root: Box) -> None:
        """Visit everything below ``top``, in order, without recursion.

        It is one loop with everything at hand because it runs for each of the thousands of nodes of every page.
        """
        lines, boxes, flush, kind_of, whole = self.lines, self.boxes, self.flush, _KINDS.get, self.whole
        box = root
        parts: list[Part] = []
        # What is in force inside the inline elements that are open, and the elements that are open with what was in force
        # outside each; a box has None there.
        label, href, bold = "", "", False
        stack: list[tuple[LexborNode, tuple[str, str, bool] | None]] = []
        node = top.first_child
        for _visited in range(_MOST_NODES):
            while node is None:
                if parts and (not stack or stack[-1][1] is None):
                    flush(box, parts)
                    parts = []
                if not stack:
                    return
                closed, outside = stack.pop()
                if outside is not None:
                    label, href, bold = outside
                else:
                    box.last, box.end = len(lines), len(boxes)
                    box = box.parent or root
                node = closed.next
            tag = node.tag or "-none"
            kind = kind_of(tag, _BLOCK)
            if kind == _TEXT:
                text = node.text_content or ""
                if box.tag == "pre":
                    first, *others = text.split("\n")
                    parts.append((first, label, href, bold))
                    for line in others:
                        flush(box, parts)
                        parts = [(line, label, href, bold)]
                elif parts or not text.isspace():
                    parts.append((text, label, href, bold))
            elif kind == _BLOCK:
                if parts:
                    flush(box, parts)
                    parts = []
                child = node.first_child
                if child is not None and len(stack) < _DEEPEST:
                    attributes = node.attributes
                    if not attributes:
                        box = Box(tag, "", box, box.depth + 1, len(boxes), len(lines), box.hidden)
                    else:
                        name = _label(attributes)
                        if name and not whole and labels.reads_passable(name) and labels.can_be_passed_by(node, tag):
                            node = node.next
                            continue
                        box = Box(
                            tag, name, box, box.depth + 1, len(boxes), len(lines), box.hidden or _is_hidden(attributes)
                        )
                        box.is_article_body = attributes.get("itemprop") == "articleBody"
                    boxes.append(box)
                    stack.append((node, None))
                    node = child
                    continue
            elif kind == _INLINE:
                child = node.first_child
                if child is not None and len(stack) < _DEEPEST:
                    stack.append((node, (label, href, bold)))
                    if attributes := node.attributes:
                        label = _label(attributes) or label
                        if tag == "a":
                            href = (attributes.get("href") or "").strip() or "#"
                        elif tag == "time" and (moment := attributes.get("datetime")):
                            self.meta.names.setdefault("time datetime", moment)
                    elif tag == "a":
                        href = "#"
                    if tag in _BOLD:
                        bold = True
                    node = child
                    continue
            elif kind == _BREAK:
                if parts:
                    flush(box, parts)
                    parts = []
            elif kind == _PICTURE:
                attributes = node.attributes
                if not (parts and _is_icon(attributes)):
                    # A picture in the middle of a paragraph comes after what was said so far.
                    if parts:
                        flush(box, parts)
                        parts = []
                    lines.append(Line(box, "", [], len(lines), picture=Picture(attributes, href)))
            elif kind == _OF_HEAD:
                self.head_element(node, tag)
            node = node.next
        for open_box in box.ancestors():
            open_box.last, open_box.end = len(lines), len(boxes)

    def flush(self, box: Box, parts: list[Part]) -> None:
        """End a line."""
        raw = parts[0][0] if len(parts) == 1 else "".join([part[0] for part in parts])
        is_ascii = raw.isascii()
        if not is_ascii:
            if "\n" in (raw := raw.strip()):
                raw = _HARD_WRAP.sub("", raw)
            if _INVISIBLE.search(raw) is not None:
                raw = _INVISIBLE.sub("", raw)
        text = " ".join(raw.split())
        if not text:
            return
        length = len(text)
        linked = 0
        for written, _label, href, _bold in parts:
            if href:
                linked += len(written)
        wide = 0 if is_ascii else (len(text.encode("utf-8", "replace")) - length) // 2
        units = wide + (length - wide + 2) // 6
        has_stops = units >= _SHORTEST_PROSE and (
            _STOP.search(text) is not None or ("." in text and _FULL_STOP.search(text) is not None)
        )
        self.lines.append(Line(box, text, parts, len(self.lines), min(linked, length), units, has_stops))


def _is_hidden(attributes: Attributes) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or bool(style and _HIDDEN.search(style))


def _label(attributes: Attributes) -> str:
    name, own = attributes.get("class"), attributes.get("id")
    if name:
        return f"{name} {own}".lower() if own else name.lower()
    return own.lower() if own else ""


def _is_icon(attributes: Attributes) -> bool:
    """Whether a picture inside a sentence is a sign in it (an emoji, an arrow) and no picture of its own."""
    sizes = [value for name in ("width", "height") if (value := (attributes.get(name) or "").removesuffix("px"))]
    return any(size.isascii() and size.isdigit() and len(size) <= 2 and int(size) <= _ICON for size in sizes)
