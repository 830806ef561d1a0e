"""Pictures for the demo's results: drawings in the manner of a workshop sketch, each a little different."""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from huomiao.demo.province import SEED

SIZE = (960, 640)


@dataclass(frozen=True)
class Brush:
    """Where to draw, with what, and how large."""

    draw: ImageDraw.ImageDraw
    x: int
    base: int
    width: int
    height: int
    ink: str
    accent: str
    turn: float


PAPERS = [
    ("#f4efe4", "#3d4a57", "#b5432f"),
    ("#e8eef2", "#22405c", "#c2622d"),
    ("#eef1e6", "#38503c", "#a8412e"),
    ("#f3ece9", "#4b3d46", "#2d6a6a"),
]


def drawing(number: int) -> bytes:
    """A sketch of a made-up contraption, the same for the same number (JPEG)."""
    rng = random.Random(SEED * 10_000 + number)  # noqa: S311  # a picture told from a seed
    paper, ink, accent = rng.choice(PAPERS)
    image = Image.new("RGB", SIZE, paper)
    draw = ImageDraw.Draw(image)
    _grid(draw, ink)
    base = 470
    draw.line([(80, base), (880, base)], fill=ink, width=6)
    for x in range(80, 880, 24):
        draw.line([(x, base), (x - 14, base + 16)], fill=ink, width=2)
    x = 120
    while x < 760:
        width = rng.randint(90, 190)
        height = rng.randint(90, 260)
        rng.choice([_box, _cylinder, _wheel, _frame])(Brush(draw, x, base, width, height, ink, accent, rng.random()))
        x += width + rng.randint(20, 60)
    _dimension(draw, 120, min(x, 860), base + 60, ink)
    _arrow(draw, rng.randint(200, 500), 90, rng.randint(560, 820), 150, accent)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=82)
    return stream.getvalue()


def _grid(draw: ImageDraw.ImageDraw, ink: str) -> None:
    faint = ink + "1f"
    for x in range(0, SIZE[0], 32):
        draw.line([(x, 0), (x, SIZE[1])], fill=_mix(faint), width=1)
    for y in range(0, SIZE[1], 32):
        draw.line([(0, y), (SIZE[0], y)], fill=_mix(faint), width=1)


def _mix(colour: str) -> str:
    """An eight-digit colour over near-white, for pictures have no transparency here."""
    alpha = int(colour[7:9], 16) / 255
    parts = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return "#" + "".join(f"{round(part * alpha + 240 * (1 - alpha)):02x}" for part in parts)


def _box(b: Brush) -> None:
    draw, x, base, width, height = b.draw, b.x, b.base, b.width, b.height
    draw.rectangle([x, base - height, x + width, base], outline=b.ink, width=5)
    for row in range(1, 4):
        y = base - height + row * height // 4
        draw.line([(x + 12, y), (x + width - 12, y)], fill=b.ink, width=2)
    draw.ellipse([x + width - 34, base - height + 12, x + width - 14, base - height + 32], fill=b.accent)


def _cylinder(b: Brush) -> None:
    draw, x, base, width, height = b.draw, b.x, b.base, b.width, b.height
    lid = 26
    draw.rectangle([x, base - height + lid // 2, x + width, base], outline=b.ink, width=5)
    draw.ellipse([x, base - height, x + width, base - height + lid], outline=b.ink, width=5, fill=_mix(b.accent + "40"))
    draw.line([(x + width // 2, base - height - 50), (x + width // 2, base - height + 8)], fill=b.accent, width=8)


def _wheel(b: Brush) -> None:
    draw, x, base, width, height = b.draw, b.x, b.base, b.width, b.height
    r = min(width, height) // 2
    cx, cy = x + width // 2, base - r
    draw.ellipse([cx - r, cy - r, cx + r, cy + r], outline=b.ink, width=5)
    draw.ellipse([cx - 10, cy - 10, cx + 10, cy + 10], fill=b.accent)
    for spoke in range(6):
        angle = (spoke + b.turn) * math.pi / 3
        draw.line([(cx, cy), (cx + (r - 6) * math.cos(angle), cy + (r - 6) * math.sin(angle))], fill=b.ink, width=3)


def _frame(b: Brush) -> None:
    draw, x, base, width, height = b.draw, b.x, b.base, b.width, b.height
    draw.line(
        [(x, base), (x + width // 3, base - height), (x + 2 * width // 3, base - height), (x + width, base)],
        fill=b.ink,
        width=5,
    )
    draw.line([(x + width // 6, base - height // 2), (x + 5 * width // 6, base - height // 2)], fill=b.accent, width=6)
    draw.line([(x + width // 6, base - height // 2), (x + width, base)], fill=b.ink, width=2)


def _dimension(draw: ImageDraw.ImageDraw, left: int, right: int, y: int, ink: str) -> None:
    draw.line([(left, y), (right, y)], fill=ink, width=2)
    for x, side in ((left, 1), (right, -1)):
        draw.polygon([(x, y), (x + side * 14, y - 6), (x + side * 14, y + 6)], fill=ink)
        draw.line([(x, y - 18), (x, y + 18)], fill=ink, width=2)


def _arrow(draw: ImageDraw.ImageDraw, x1: int, y1: int, x2: int, y2: int, accent: str) -> None:
    draw.line([(x1, y1), (x2, y2)], fill=accent, width=6)
    angle = math.atan2(y2 - y1, x2 - x1)
    tip = [(x2, y2)] + [(x2 - 26 * math.cos(angle + turn), y2 - 26 * math.sin(angle + turn)) for turn in (0.45, -0.45)]
    draw.polygon(tip, fill=accent)
