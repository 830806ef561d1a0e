"""Summary tables as unions send them, with defects planted at known cells: for tests and the benchmark alike."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field

import xlsxwriter

from huomiao.orgs.models import Organization
from huomiao.orgs.states import Kind, Nature

HEADERS = (
    "序号",
    "成果名称",
    "成果类别",
    "主要完成人",
    "申报单位",
    "所属行业",
    "1269产业链",
    "联系人",
    "联系电话",
    "推荐单位",
    "完成时间",
    "主要内容",
    "经济效益（万元）",
)
LETTERS = dict(zip(HEADERS, "ABCDEFGHIJKLM", strict=True))
SEPARATORS = ("、", "，", ", ", "；", ";", " ", "　")
DIVISIONS = ("通用设备制造业", "34", "C34", "专用设备制造业", "")
# The kinds of defect, the column that each stands in, and how often it is planted among forty.
DEFECTS = {
    "no title": ("成果名称", 3),
    "title too long": ("成果名称", 4),
    "title twice": ("成果名称", 4),
    "unknown category": ("成果类别", 4),
    "no author": ("主要完成人", 3),
    "too many authors": ("主要完成人", 3),
    "unit misspelt": ("申报单位", 4),
    "unknown industry": ("所属行业", 3),
    "unknown field": ("1269产业链", 3),
    "bad phone": ("联系电话", 4),
    "wrong union": ("推荐单位", 3),
    "bad date": ("完成时间", 2),
}


@dataclass
class Planted:
    """A workbook and the cells at which something is wrong with it."""

    content: bytes
    cells: set[tuple[str, str]] = field(default_factory=set)
    rows: int = 0


def units_below(union: Organization, count: int) -> list[Organization]:
    """``count`` units below a union, named so that none is like another's misspelling."""
    made = []
    for number in range(count):
        parent = Organization.objects.get(pk=union.pk)
        values = {
            "code": f"{union.code}-{number:04d}",
            "name": f"{union.label}{_numeral(number)}号机械制造有限公司",
            "kind": Kind.ENTERPRISE,
            "nature": Nature.STATE_OWNED,
            "section": "C",
            "division": "34",
        }
        made.append(Organization.objects.add_child(parent, values))
    return made


def _numeral(number: int) -> str:
    return "".join("零一二三四五六七八九"[int(digit)] for digit in f"{number:03d}")


def planted(union: Organization, units: list[Organization], *, rows: int, seed: int = 7) -> Planted:
    """A table of ``rows`` rows over two sheets, below merged titles and above totals, with forty defects of twelve kinds."""
    chance = random.Random(seed)
    lines = [_line(number, union, units, chance) for number in range(rows)]
    where = chance.sample(range(20, rows), sum(count for _column, count in DEFECTS.values()))
    kinds = [kind for kind, (_column, count) in DEFECTS.items() for _time in range(count)]
    half = rows // 2
    found = Planted(b"", rows=rows)
    for place, kind in zip(where, kinds, strict=True):
        column = DEFECTS[kind][0]
        _spoil(lines, place, kind, chance)
        sheet, number = ("第一批", place + 4) if place < half else ("第二批", place - half + 4)
        found.cells.add((sheet, f"{LETTERS[column]}{number}"))
    found.content = _workbook([("第一批", lines[:half]), ("第二批", lines[half:])])
    return found


def _line(number: int, union: Organization, units: list[Organization], chance: random.Random) -> dict[str, object]:
    names = [f"{chance.choice('王李张刘陈杨赵黄周吴')}{_numeral(number % 1000)[1:]}{letter}" for letter in "甲乙丙"]
    return {
        "序号": number + 1,
        "成果名称": f"第{number + 1}号夹具快换装置"
        if number % 3
        else f"第{number + 1}号夹具快换装置".replace("1", "１"),  # full width
        "成果类别": chance.choice(["小发明", "小创造", " 小发明 "]),
        "主要完成人": chance.choice(SEPARATORS).join(names[: chance.randint(1, 3)]),
        "申报单位": chance.choice(units).name,
        "所属行业": chance.choice(DIVISIONS),
        "1269产业链": chance.choice(["装备制造", "电子信息", "否", ""]),
        "联系人": names[0],
        "联系电话": f"1380000{number % 10000:04d}",
        "推荐单位": chance.choice([union.name, ""]),
        "完成时间": chance.choice(["2025年6月", "2025-03-01", "2025.11.20"]),
        "主要内容": f"改进第{number + 1}号夹具的定位与锁紧，缩短换型时间。" * 3,
        "经济效益（万元）": round(chance.uniform(1, 90), 2),
    }


def _spoil(lines: list[dict[str, object]], place: int, kind: str, chance: random.Random) -> None:
    line = lines[place]
    if kind == "no title":
        line["成果名称"] = ""
    elif kind == "title too long":
        line["成果名称"] = f"{line['成果名称']}" * 5
    elif kind == "title twice":
        original = lines[chance.randrange(20)]
        line["成果名称"], line["申报单位"] = original["成果名称"], original["申报单位"]
    elif kind == "unknown category":
        line["成果类别"] = "小改革"
    elif kind == "no author":
        line["主要完成人"] = "　"
    elif kind == "too many authors":
        line["主要完成人"] = "甲一、乙二、丙三、丁四、戊五、己六"
    elif kind == "unit misspelt":
        line["申报单位"] = str(line["申报单位"]).replace("机械", "机戒")
        line["所属行业"], line["推荐单位"] = "34", ""
    elif kind == "unknown industry":
        line["所属行业"] = "星际旅行业"
    elif kind == "unknown field":
        line["1269产业链"] = "量子养殖"
    elif kind == "bad phone":
        line["联系电话"] = "1380000"
    elif kind == "wrong union":
        line["推荐单位"] = "远方市总工会"
    elif kind == "bad date":
        line["完成时间"] = "去年年底"


def _workbook(sheets: list[tuple[str, list[dict[str, object]]]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, lines in sheets:
            page = book.add_worksheet(name)
            page.merge_range(0, 0, 0, len(HEADERS) - 1, "职工“五小”创新成果申报汇总表")
            page.merge_range(1, 0, 1, len(HEADERS) - 1, "填报单位（盖章）：")
            for index, header in enumerate(HEADERS):
                page.write_string(2, index, header)
            for number, line in enumerate(lines, start=3):
                for index, header in enumerate(HEADERS):
                    page.write(number, index, line[header])
            page.write_string(len(lines) + 3, 0, f"合计：{len(lines)} 项")
            page.write_string(len(lines) + 4, 0, "填表人：　　　审核人：")
    return out.getvalue()
