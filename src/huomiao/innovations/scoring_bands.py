"""Whether a rubric can be scored by: a hundred points in all, and bands that cover each criterion without gap or overlap."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from huomiao.core.numbers import plain

WHOLE = 100

BandRange = tuple[str, Decimal, Decimal]


def problems(criteria: Sequence[tuple[str, int, Sequence[BandRange]]]) -> list[str]:
    """What is wrong with a rubric of (name, points, bands of (label, low, high)); empty when nothing is."""
    if not criteria:
        return [_("还没有评分指标。")]
    found: list[str] = []
    total = sum(points for _name, points, _bands in criteria)
    if total != WHOLE:
        found.append(_("各指标满分合计 %(total)d 分，应为 100 分。") % {"total": total})
    for name, points, bands in criteria:
        found += band_problems(name, points, bands)
    return found


def band_problems(name: str, points: int, bands: Sequence[BandRange]) -> list[str]:
    """What is wrong with one criterion's bands: together they run from 0 to its points, each beginning where one ends."""
    if not bands:
        return [_("“%(name)s”还没有档次。") % {"name": name}]
    found: list[str] = []
    expected = Decimal(0)
    previous = ""
    for label, low, high in sorted(bands, key=lambda band: (band[1], band[2])):
        if high <= low:
            found.append(_("“%(name)s”的“%(label)s”：上限须大于下限。") % {"name": name, "label": label})
        if low > expected:
            found.append(
                _("“%(name)s”在 %(low)s 至 %(high)s 分之间没有档次。")
                % {"name": name, "low": plain(expected), "high": plain(low)}
            )
        elif low < expected:
            found.append(
                _("“%(name)s”的“%(previous)s”与“%(label)s”在 %(low)s 至 %(high)s 分之间重叠。")
                % {
                    "name": name,
                    "previous": previous,
                    "label": label,
                    "low": plain(low),
                    "high": plain(min(expected, high)),
                }
            )
        expected = max(expected, high)
        previous = label
    if expected < points:
        found.append(
            _("“%(name)s”在 %(low)s 至 %(high)s 分之间没有档次。")
            % {"name": name, "low": plain(expected), "high": points}
        )
    elif expected > points:
        found.append(
            _("“%(name)s”的档次上限 %(high)s 超过满分 %(points)d。")
            % {"name": name, "high": plain(expected), "points": points}
        )
    return found
