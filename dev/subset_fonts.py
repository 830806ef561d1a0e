"""Cut the fonts that PDF pages are set in out of the full Noto Sans SC.

Run it with fonttools at hand, which the project itself does not need:

    uvx --with fonttools python dev/subset_fonts.py NotoSansSC-Regular.ttf NotoSansSC-Bold.ttf src/huomiao/core/fonts

Regular keeps every character of GBK, the ideographs beyond it that personal and place names use (the national table of
standard characters, and what the font has of the supplementary planes), Latin and punctuation. Bold is for headings: GB 2312 and Latin.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

LATIN = set(range(0x20, 0x250)) | set(range(0x2000, 0x2070)) | set(range(0x20A0, 0x20C0)) | set(range(0x2100, 0x2200))
SIGNS = (
    set(range(0x2200, 0x2300)) | set(range(0x2460, 0x2500)) | set(range(0x25A0, 0x2700)) | set(range(0x3000, 0x3040))
)
WIDE = set(range(0xFF00, 0xFFF0)) | set(range(0xFE30, 0xFE50))
SUPPLEMENTARY = set(range(0x9FA6, 0xA000)) | set(range(0x20000, 0x32000))
# Characters of the national table of standard characters that lie outside GBK, in extension A: they stand in names.
NAMES = set(
    map(
        ord,
        "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬"
        "䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮",
    )
)


def encodable(codec: str) -> set[int]:
    """Every character of the basic plane that the Chinese character set ``codec`` has."""
    found = set()
    for point in range(0x80, 0x10000):
        try:
            chr(point).encode(codec)
        except UnicodeEncodeError:
            continue
        found.add(point)
    return found


def cut(source: Path, target: Path, wanted: set[int]) -> None:
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["kern", "locl", "calt", "ccmp", "liga", "mark", "mkmk", "palt", "halt"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT"]
    options.notdef_outline = True
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.save(target)
    print(f"{target}: {len(font.getBestCmap())} characters, {target.stat().st_size / 1e6:.1f} MB")


def main() -> None:
    regular, bold, folder = (Path(argument) for argument in sys.argv[1:4])
    common = LATIN | SIGNS | WIDE
    cut(regular, folder / "NotoSansSC-Regular.ttf", common | encodable("gbk") | SUPPLEMENTARY | NAMES)
    cut(bold, folder / "NotoSansSC-Bold.ttf", common | encodable("gb2312"))


if __name__ == "__main__":
    main()
