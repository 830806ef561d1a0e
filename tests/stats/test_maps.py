from __future__ import annotations

from itertools import pairwise

from huomiao.stats import maps


def _area(points: list[tuple[float, float]]) -> float:
    closed = [*points, points[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed))) / 2


def _points(cell: maps.Cell) -> list[tuple[float, float]]:
    return [tuple(float(part) for part in pair.split(",")) for pair in cell.points.split()]


def test_the_cells_fill_the_outline_without_overlap():
    outline = [maps._pixel(point) for point in maps.OUTLINE]

    total = sum(_area(_points(cell)) for cell in maps.cells())

    assert abs(total - _area(outline)) < 0.01 * _area(outline)


def test_every_city_has_a_cell_inside_the_picture():
    assert {cell.name for cell in maps.cells()} == set(maps.SEATS)
    for cell in maps.cells():
        assert all(0 <= x <= maps.WIDTH and 0 <= y <= maps.HEIGHT for x, y in _points(cell))
