"""On which shelves the Chinese pages may stand, by somebody who read them: several where a reader would look on several.

The classifier's examples were written by somebody who had seen the titles of these pages, so what it gets right here flatters it.
"""

from __future__ import annotations

_SHELVES = """
000 经济, 001 体育, 002 科技, 003 科技, 004 社会, 005 社会, 006 经济/科技, 007 国内/健康,
008 社会/国内, 009 社会/国际, 010 科技, 012 文化, 013 经济/社会, 014 国际/国内, 015 科技,
016 科技, 017 科技, 018 科技/文化, 019 教育/文化/科技, 020 科技/经济, 021 经济/国际,
022 国际/经济, 023 经济, 024 国内/经济, 025 国际, 026 社会, 027 教育, 028 经济, 029 文化,
030 经济/国际, 031 国内/经济, 032 文化, 033 经济/科技, 034 文化/社会, 035 科技/经济,
036 经济/国际, 037 国际/社会, 038 社会/科技, 039 经济, 040 科技, 041 社会/国内, 042 科技,
043 经济, 044 国内, 045 经济/社会, 046 经济/社会/国内, 047 国内, 048 健康, 049 国际,
050 社会, 051 国内/社会, 052 社会/经济, 053 科技/文化, 054 科技, 055 科技, 056 经济,
057 国际, 058 经济/国内, 059 劳动竞赛/健康, 060 社会, 061 科技/军事, 062 科技, 063 国内/经济,
064 文化, 065 社会/健康/国内, 066 国内, 067 文化/社会, 068 社会/经济, 069 科技/经济/国际,
070 体育, 071 科技/健康, 072 科技, 073 国际/教育/国内, 074 国内/国际, 075 国际, 076 健康/国内,
077 文化, 078 经济/国内, 079 国际/健康, 080 科技/国际/国内
"""

SHELVES: dict[str, frozenset[str]] = {
    f"zh/{number}.html": frozenset(shelves.split("/"))
    for number, shelves in (entry.split() for entry in _SHELVES.split(","))
}
