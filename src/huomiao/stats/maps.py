"""A schematic map of a province: one cell per city around its seat, inside a rough outline.

It shows who lies beside whom, and is no map of administrative borders: publishing those needs an approved base map, so
a deployment that has one replaces this (``docs/decisions/0004-schematic-map.md``). Cells are nearest-seat regions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

Point = tuple[float, float]

# Seats by short name: longitude and latitude in degrees.
SEATS: dict[str, Point] = {
    "南昌": (115.86, 28.68),
    "景德镇": (117.18, 29.27),
    "萍乡": (113.86, 27.62),
    "九江": (115.99, 29.50),
    "新余": (114.92, 27.82),
    "鹰潭": (117.07, 28.26),
    "赣州": (114.94, 25.83),
    "吉安": (114.99, 27.11),
    "宜春": (114.72, 28.25),
    "抚州": (116.36, 27.72),
    "上饶": (117.75, 28.55),
}
# The province, very roughly: longitude and latitude, clockwise from the north.
OUTLINE: list[Point] = [
    (116.10, 29.92), (116.70, 30.05), (117.10, 29.72), (117.50, 29.55), (118.05, 29.50), (118.45, 28.80), (118.05, 28.35),
    (117.60, 27.95), (117.10, 27.65), (116.95, 27.05), (116.55, 26.60), (116.55, 26.10), (116.20, 25.75), (115.95, 25.20),
    (115.60, 24.65), (114.90, 24.55), (114.25, 24.75), (114.10, 25.35), (113.95, 26.10), (113.85, 26.80), (113.65, 27.35),
    (113.60, 27.90), (114.10, 28.30), (114.15, 28.85), (114.60, 29.35), (115.30, 29.75),
]  # fmt: skip
# A degree of longitude is shorter than one of latitude here, by the cosine of about 27.5°.
NARROWER = 0.887
WIDTH, HEIGHT = 440.0, 560.0


@dataclass(frozen=True)
class Cell:
    """One city's region in the picture: the points of an SVG polygon, and where its label stands."""

    name: str
    points: str
    x: float
    y: float


@cache
def cells() -> tuple[Cell, ...]:
    """The regions of all cities, in pixels of a WIDTH × HEIGHT picture."""
    return tuple(_cell(name) for name in SEATS)


def _cell(name: str) -> Cell:
    polygon = OUTLINE
    for other, seat in SEATS.items():
        if other != name:
            polygon = _nearer_half(polygon, SEATS[name], seat)
    x, y = _pixel(SEATS[name])
    return Cell(name, " ".join(f"{px:.1f},{py:.1f}" for px, py in map(_pixel, polygon)), round(x, 1), round(y, 1))


def _nearer_half(polygon: list[Point], own: Point, other: Point) -> list[Point]:
    """The part of ``polygon`` that lies nearer to ``own`` than to ``other`` (Sutherland and Hodgman's clipping)."""
    normal = (other[0] - own[0], other[1] - own[1])
    limit = ((other[0] ** 2 - own[0] ** 2) + (other[1] ** 2 - own[1] ** 2)) / 2

    def beyond(point: Point) -> float:
        return point[0] * normal[0] + point[1] * normal[1] - limit

    kept: list[Point] = []
    for start, end in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        a, b = beyond(start), beyond(end)
        if a <= 0:
            kept.append(start)
        if (a <= 0) != (b <= 0):
            t = a / (a - b)
            kept.append((start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])))
    return kept


def _pixel(point: Point) -> Point:
    west, east = min(x for x, _y in OUTLINE), max(x for x, _y in OUTLINE)
    south, north = min(y for _x, y in OUTLINE), max(y for _x, y in OUTLINE)
    scale = min((WIDTH - 20) / ((east - west) * NARROWER), (HEIGHT - 20) / (north - south))
    return 10 + (point[0] - west) * NARROWER * scale, 10 + (north - point[1]) * scale
