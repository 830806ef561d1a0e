"""Units of measure in typed numbers: the ways a unit is written, and which can stand for another."""

from __future__ import annotations

import unicodedata

# Each dimension with its units: how a unit is written, and how many of the first one it is.
_DIMENSIONS: tuple[tuple[tuple[str, float], ...], ...] = (
    (
        ("m 米", 1),
        ("km 千米 公里", 1e3),
        ("dm 分米", 0.1),
        ("cm 厘米", 1e-2),
        ("mm 毫米", 1e-3),
        ("μm um 微米 丝米", 1e-6),
    ),
    (("m2 平方米 ㎡", 1), ("cm2 平方厘米", 1e-4), ("mm2 平方毫米", 1e-6), ("km2 平方公里", 1e6), ("公顷", 1e4)),
    (("m3 立方米", 1), ("L l 升", 1e-3), ("mL ml 毫升", 1e-6), ("cm3 立方厘米", 1e-6)),
    (("kg 千克 公斤", 1), ("g 克", 1e-3), ("mg 毫克", 1e-6), ("t 吨", 1e3)),
    (("s 秒", 1), ("min 分 分钟", 60), ("h 小时 时", 3600), ("d 天 日", 86400), ("ms 毫秒", 1e-3)),
    (("m/s 米/秒 米每秒", 1), ("km/h 千米/小时 公里/小时 公里每小时", 1 / 3.6), ("m/min 米/分", 1 / 60)),
    (("V 伏 伏特", 1), ("kV 千伏", 1e3), ("mV 毫伏", 1e-3)),
    (("A 安 安培", 1), ("mA 毫安", 1e-3), ("kA 千安", 1e3)),
    (("Ω 欧 欧姆", 1), ("kΩ 千欧", 1e3), ("MΩ 兆欧", 1e6), ("mΩ 毫欧", 1e-3)),
    (("W 瓦 瓦特", 1), ("kW 千瓦", 1e3), ("MW 兆瓦", 1e6), ("mW 毫瓦", 1e-3)),
    (("kWh kW·h 千瓦时 度电", 1), ("MWh 兆瓦时", 1e3)),
    (("Pa 帕", 1), ("kPa 千帕", 1e3), ("MPa 兆帕", 1e6), ("bar 巴", 1e5)),
    (("N 牛 牛顿", 1), ("kN 千牛", 1e3)),
    (("Hz 赫 赫兹", 1), ("kHz 千赫", 1e3), ("MHz 兆赫", 1e6)),
    (("J 焦 焦耳", 1), ("kJ 千焦", 1e3), ("MJ 兆焦", 1e6)),
    (("r/min rpm 转/分 转每分", 1), ("r/s 转/秒", 60)),
    (("元", 1), ("万元", 1e4), ("亿元", 1e8)),
    (("℃ 摄氏度", 1),),
    (("° 度", 1),),
    (("% 百分之", 1), ("‰", 0.1)),
)
# Where a capital M is a million and a small m a thousandth, the case of the first letter tells; elsewhere people write
# as their keyboard likes.
_CASE_TELLS = frozenset({"w", "v", "a", "pa", "ω", "hz", "j", "n", "wh", "w·h"})


def folded(unit: str) -> str:
    """A unit as units are compared: widths, spaces and cases do not count, but for m and M where they differ."""
    narrow = "".join(unicodedata.normalize("NFKC", unit).split()).replace("*", "·")
    lower = narrow.casefold()
    return narrow[0] + lower[1:] if lower.startswith("m") and lower[1:] in _CASE_TELLS else lower


_KNOWN: dict[str, tuple[int, float]] = {
    folded(spelling): (dimension, factor)
    for dimension, row in enumerate(_DIMENSIONS)
    for spellings, factor in row
    for spelling in spellings.split()
}


def factor(given: str, wanted: str) -> float | None:
    """By what a number in ``given`` is multiplied to be one in ``wanted``; None when the one cannot stand for the other.

    A number without a unit is meant in the wanted one.
    """
    plain, target = folded(given), folded(wanted)
    if not plain or plain == target:
        return 1.0
    mine, theirs = _KNOWN.get(plain), _KNOWN.get(target)
    if mine is None or theirs is None or mine[0] != theirs[0]:
        return None
    return mine[1] / theirs[1]
