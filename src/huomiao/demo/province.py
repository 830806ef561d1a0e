"""The demo province: a labelled fiction in the shape of the real thing.

Cities and counties bear the names of public geography; unions of industries, units and people are invented. Everything
follows from one seed, so that two machines tell the same story.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from huomiao.orgs.states import Kind, Nature

SEED = 1269

PROVINCE_CODE = "36"
PROVINCE_NAME = "江西省总工会（演示）"

# City: (code, name, places below it, declarations of 2023)
CITIES: list[tuple[str, str, list[str], int]] = [
    ("3601", "南昌", ["南昌县", "进贤县", "青山湖区", "高新区"], 58),
    ("3602", "景德镇", ["浮梁县", "乐平市", "昌江区", "高新区"], 28),
    ("3603", "萍乡", ["上栗县", "芦溪县", "安源区", "经开区"], 24),
    ("3604", "九江", ["湖口县", "瑞昌市", "永修县", "经开区"], 44),
    ("3605", "新余", ["分宜县", "渝水区", "仙女湖区", "高新区"], 26),
    ("3606", "鹰潭", ["贵溪市", "余江区", "月湖区", "高新区"], 22),
    ("3607", "赣州", ["兴国县", "南康区", "信丰县", "经开区"], 46),
    ("3608", "吉安", ["泰和县", "吉水县", "青原区", "井开区"], 36),
    ("3609", "宜春", ["丰城市", "樟树市", "高安市", "经开区"], 38),
    ("3610", "抚州", ["南城县", "东乡区", "临川区", "高新区"], 26),
    ("3611", "上饶", ["玉山县", "德兴市", "广信区", "经开区"], 36),
]
NEW_AREA = ("3690", "赣江新区", 12)
# Industry and directly led unions: invented, for the real list is not public. (code, name, kind, divisions, declarations)
INDUSTRIES: list[tuple[str, str, str, list[str], int]] = [
    ("36D01", "机械冶金产业工会", "industry", ["31", "34"], 12),
    ("36D02", "电力能源产业工会", "industry", ["44", "06"], 11),
    ("36D03", "交通运输产业工会", "industry", ["54", "55"], 10),
    ("36D04", "铁路产业工会", "industry", ["53", "37"], 10),
    ("36D05", "建设产业工会", "industry", ["47", "48"], 9),
    ("36D06", "教科文卫产业工会", "industry", ["83", "84"], 9),
    ("36D07", "农林水产业工会", "industry", ["02", "76"], 8),
    ("36D08", "财贸轻纺产业工会", "industry", ["17", "51"], 8),
    ("36D09", "邮政通信产业工会", "industry", ["60", "63"], 7),
    ("36D10", "地质矿产产业工会", "industry", ["74", "09"], 6),
    ("36D11", "金融产业工会", "industry", ["66", "68"], 6),
    ("36D12", "赣江航空制造公司工会", "direct", ["37"], 5),
    ("36D13", "赣北石化公司工会", "direct", ["25"], 5),
    ("36D14", "赣中水务集团工会", "direct", ["46"], 4),
    ("36D15", "省直机关工会", "direct", ["91"], 4),
]

# What is made in a division, for unit names: division -> (word in the name, code of the "1269" field or "")
PRIORITY_DIVISIONS: dict[str, tuple[str, str]] = {
    "39": ("电子", "L01"),
    "32": ("铜业", "L02"),
    "35": ("重工", "L03"),
    "34": ("精机", "L03"),
    "38": ("新能源", "L04"),
    "26": ("化工", "L05"),
    "25": ("炼化", "L05"),
    "30": ("建材", "L06"),
    "31": ("特钢", "L07"),
    "37": ("航空部件", "L08"),
    "13": ("粮油", "L09"),
    "14": ("食品", "L09"),
    "17": ("纺织", "L10"),
    "18": ("服饰", "L10"),
    "27": ("制药", "L11"),
    "21": ("家居", "L12"),
    "33": ("金属制品", "L03"),
    "40": ("仪表", "L01"),
}
# Where a chain's division also has a cluster, some results name the cluster.
CLUSTERS: dict[str, str] = {"39": "J1", "32": "J2", "38": "J3", "37": "J5", "25": "J6", "26": "J6"}
OTHER_DIVISIONS: dict[str, str] = {
    "02": "林场",
    "06": "煤业",
    "09": "矿业",
    "44": "供电公司",
    "46": "水务公司",
    "47": "建筑公司",
    "48": "路桥公司",
    "51": "商贸公司",
    "53": "车务段",
    "54": "公交公司",
    "55": "港航公司",
    "60": "邮区中心",
    "63": "通信公司",
    "66": "商业银行",
    "68": "保险公司",
    "74": "地质队",
    "76": "水利枢纽",
    "78": "环卫所",
    "83": "职业学院",
    "84": "中心医院",
    "91": "政务服务中心",
}
AGENCIES = frozenset({"91"})
INSTITUTIONS = frozenset({"02", "74", "76", "78", "83", "84"})
# Which divisions each city works in: what the place is known for, then what every place has.
CITY_DIVISIONS: dict[str, list[str]] = {
    "南昌": ["39", "37", "38", "27", "34", "18", "14"],
    "景德镇": ["37", "30", "40", "27", "26"],
    "萍乡": ["30", "35", "33", "38"],
    "九江": ["25", "26", "39", "17", "35", "18"],
    "新余": ["31", "38", "33", "32"],
    "鹰潭": ["32", "39", "40", "33"],
    "赣州": ["32", "21", "39", "38", "18", "26"],
    "吉安": ["39", "27", "33", "13", "40"],
    "宜春": ["38", "27", "34", "30", "14"],
    "抚州": ["27", "13", "39", "38"],
    "上饶": ["38", "32", "39", "34", "35"],
    "赣江新区": ["27", "39", "38"],
}
CITY_SERVICES = ["44", "84", "54", "83", "46", "78", "47", "91", "51", "60", "66", "76"]
CHARACTERS = "鸿恒宏源瑞诚安泰兴远卓立盛荣华信达博科宇通嘉康润泽明德正邦"

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严金魏陶姜谢邹喻章云苏潘葛范彭鲁韦马方俞任袁柳鲍史唐薛雷贺倪汤罗毕郝安常于傅康伍余元顾孟黄"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红玲建国志文斌辉鹏飞凯旭晨阳宁宇浩然婷雪梅琳慧欣悦佳怡航博瑞轩子涵思远"
POSTS = [
    "装配钳工",
    "电工",
    "焊工",
    "数控车工",
    "设备维修工",
    "质检员",
    "工艺员",
    "叉车司机",
    "操作工",
    "化验员",
    "班组长",
    "调度员",
]
TITLES = ["高级工", "技师", "高级技师", "中级工", "工程师", "助理工程师"]


@dataclass(frozen=True)
class Unit:
    """A works, a hospital, an office: where people are employed and declare."""

    code: str
    name: str
    short: str
    parent: str
    union: str
    kind: str
    nature: str
    division: str
    field: str
    head_count: int


@dataclass
class Province:
    """All of it: rows of the tree in order, units, and how many declarations each union sent in 2023."""

    tree: list[dict[str, str]] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    shares: dict[str, int] = field(default_factory=dict)


def person(rng: random.Random) -> str:
    """An invented name."""
    return rng.choice(SURNAMES) + "".join(rng.choice(GIVEN) for _place in range(rng.choice((1, 2, 2))))


def build(scale: int = 1) -> Province:
    """The province at ``scale``: 1 is the shape of 2023; more multiplies the units."""
    rng = random.Random(SEED)  # noqa: S311  # a story told from a seed, nothing secret
    made = Province()
    taken: set[str] = set()
    made.tree.append(_row(PROVINCE_CODE, PROVINCE_NAME, "江西省总", Kind.PROVINCE, ""))
    for code, name, places, share in CITIES:
        made.tree.append(_row(code, f"{name}市总工会", name, Kind.CITY, PROVINCE_CODE))
        made.shares[code] = share
        for number, place in enumerate(places, start=1):
            is_park = place.endswith("区") and place[0] in "高经井"
            place_kind = Kind.PARK if is_park else Kind.COUNTY
            title = f"{name}{place}工会" if is_park else f"{place}总工会"
            made.tree.append(
                _row(f"{code}{number:02d}", title, f"{name}{place}" if is_park else place, place_kind, code)
            )
        parents = [f"{code}{number:02d}" for number in range(1, len(places) + 1)]
        divisions = CITY_DIVISIONS[name] * 2 + [
            CITY_SERVICES[(len(made.units) + step) % len(CITY_SERVICES)] for step in range(3)
        ]
        for number, division in enumerate(divisions * scale, start=1):
            parent = code if number % 5 == 0 else parents[number % len(parents)]
            made.units.append(_unit(rng, f"{code}U{number:03d}", name, parent, code, division, taken))
    code, name, share = NEW_AREA
    made.tree.append(_row(code, f"{name}工会联合会", name, Kind.NEW_AREA, PROVINCE_CODE))
    made.shares[code] = share
    for number, division in enumerate([*CITY_DIVISIONS[name] * 2, "83", "46"] * scale, start=1):
        made.units.append(_unit(rng, f"{code}U{number:03d}", name, code, code, division, taken))
    for code, name, kind, divisions, share in INDUSTRIES:
        made.tree.append(_row(code, f"江西省{name}（演示）", name.removesuffix("工会"), kind, PROVINCE_CODE))
        made.shares[code] = share
        for number, division in enumerate(divisions * 2 * scale, start=1):
            made.units.append(_unit(rng, f"{code}U{number:03d}", "江西", code, code, division, taken))
    made.tree += [
        {
            **_row(unit.code, unit.name, unit.short, unit.kind, unit.parent),
            "nature": str(Nature(unit.nature).label),
            "division": unit.division,
            "head_count": str(unit.head_count),
            "member_count": str(unit.head_count * 19 // 20),
        }
        for unit in made.units
    ]
    return made


def _row(code: str, name: str, short: str, kind: str, parent: str) -> dict[str, str]:
    return {
        "code": code,
        "name": name,
        "short_name": short,
        "kind": str(Kind(kind).label),
        "parent": parent,
        "nature": "",
        "division": "",
        "head_count": "",
        "member_count": "",
    }


def _unit(rng: random.Random, code: str, place: str, parent: str, union: str, division: str, taken: set[str]) -> Unit:
    """A unit with a name that no other has: drawn again when it is taken."""
    mark = rng.choice(CHARACTERS) + rng.choice(CHARACTERS)
    if division in PRIORITY_DIVISIONS:
        word, field_code = PRIORITY_DIVISIONS[division]
        nature: str = rng.choices([Nature.STATE_OWNED, Nature.NON_PUBLIC], weights=[5, 6])[0]
        form = "集团有限公司" if nature == Nature.STATE_OWNED else rng.choice(["有限公司", "股份有限公司"])
        name, short = f"{place}{mark}{word}{form}", f"{mark}{word}"
    else:
        word, field_code = OTHER_DIVISIONS[division], ""
        nature = (
            Nature.AGENCY
            if division in AGENCIES
            else Nature.INSTITUTION
            if division in INSTITUTIONS
            else Nature.STATE_OWNED
        )
        name, short = f"{place}{mark}{word}", f"{mark}{word}"
    if name in taken:
        return _unit(rng, code, place, parent, union, division, taken)
    taken.add(name)
    head_count = rng.choice([180, 260, 340, 520, 760, 1100, 1800, 2600])
    return Unit(code, name, short, parent, union, Kind.ENTERPRISE, nature, division, field_code, head_count)
