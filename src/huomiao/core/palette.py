"""The colours of both themes, read from the style sheets themselves, and how well they stand out from each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STYLES = Path(__file__).parent / "static" / "core"

# Text and the ground it stands on. All of them must reach WCAG AA for ordinary text.
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    ("ink", "paper"),
    ("ink", "sheet"),
    ("ink", "sunken"),
    ("ink-soft", "paper"),
    ("ink-soft", "sheet"),
    ("ink-soft", "sunken"),
    ("ink-faint", "paper"),
    ("ink-faint", "sheet"),
    ("ink-faint", "sunken"),
    ("paper", "ink"),
    ("on-vermilion", "vermilion"),
    ("on-vermilion", "vermilion-deep"),
    ("vermilion-text", "sheet"),
    ("vermilion-text", "paper"),
    ("vermilion-text", "vermilion-wash"),
    ("ink", "vermilion-wash"),
    ("accent", "paper"),
    ("accent", "sheet"),
    ("accent", "sunken"),
    ("accent", "accent-wash"),
    ("ink", "accent-wash"),
    *((tone, f"{tone}-wash") for tone in ("good", "warn", "bad", "info", "neutral")),
    *((tone, "sheet") for tone in ("good", "warn", "bad", "info")),
    *((tone, "paper") for tone in ("good", "warn", "bad", "info")),
    *(("ink", f"{tone}-wash") for tone in ("good", "warn", "bad", "info")),
)
# Edges of controls, the focus ring and drawings: 3:1 is asked of them.
EDGE_PAIRS: tuple[tuple[str, str], ...] = (
    ("line-strong", "sheet"),
    ("line-strong", "paper"),
    ("focus", "paper"),
    ("focus", "sheet"),
    ("flame", "paper"),
)

_RULE = re.compile(r'(:root|\[data-app="(?P<app>[a-z]+)"\])\s*\{(?P<body>[^}]*)\}')
_COLOUR = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6})\b")


@dataclass(frozen=True)
class Pair:
    """Text on a ground in one theme and app, with the contrast between them."""

    theme: str
    app: str
    text: str
    ground: str
    text_colour: str
    ground_colour: str

    @property
    def ratio(self) -> float:
        return contrast(self.text_colour, self.ground_colour)


@cache
def colours(theme: str, app: str = "") -> dict[str, str]:
    """The colours by name as they hold in ``theme`` on the pages of ``app``."""
    found: dict[str, str] = {}
    for sheet in ("tokens.css", "dark.css") if theme == "dark" else ("tokens.css",):
        rules = list(_RULE.finditer((STYLES / sheet).read_text(encoding="utf-8")))
        for wanted in (None, app):
            for rule in rules:
                if rule["app"] == wanted:
                    found.update(_COLOUR.findall(rule["body"]))
    return found


@cache
def apps() -> tuple[str, ...]:
    """The apps that have an accent of their own; "" stands for all others."""
    text = (STYLES / "tokens.css").read_text(encoding="utf-8")
    return ("", *(rule["app"] for rule in _RULE.finditer(text) if rule["app"]))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (#rrggbb) as WCAG 2.2 defines it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pairs(names: tuple[tuple[str, str], ...], *, theme: str, app: str = "") -> list[Pair]:
    """``names`` with their colours in ``theme`` on the pages of ``app``."""
    known = colours(theme, app)
    return [Pair(theme, app, text, ground, known[text], known[ground]) for text, ground in names]


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
