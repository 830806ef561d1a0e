"""Reads a page as a browser with a strict security policy would."""

from __future__ import annotations

from html.parser import HTMLParser


class _Inline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in names if name == "style" or name.startswith(("on", "hx-on"))]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}>" for name, value in attrs if (value or "").lower().startswith("javascript:")]


def inline_code(html: str) -> list[str]:
    """Every inline style, script and handler in ``html``: the security policy would block each."""
    parser = _Inline()
    parser.feed(html)
    return parser.found
