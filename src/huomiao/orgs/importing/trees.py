"""Tables of organizations: rows in any order, each naming the code of what it hangs below."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.core import tables
from huomiao.core.tables import Column, Row, Table
from huomiao.core.tables.cells import Cell, text_of
from huomiao.orgs import industries, queries
from huomiao.orgs.importing.plans import Plan, Planned
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Power
from huomiao.orgs.states import Kind, Nature

if TYPE_CHECKING:
    from huomiao.accounts.models import User

MOST_ROWS = 100_000
FIELDS = ("name", "short_name", "kind", "nature", "section", "division", "head_count", "member_count")


def parse_org_code(cell: Cell) -> str:
    code = tables.parse_code(cell)
    if not re.fullmatch(r"[\w.-]{1,40}", code):
        raise ValueError(_("代码应为 1 至 40 位字母、数字、点、横线或下划线。"))
    return code


def parse_industry(cell: Cell) -> str:
    found = industries.find(text_of(cell))
    if found is None:
        raise ValueError(_("应为国民经济行业（GB/T 4754—2017）的门类或大类，例如 C34 或“通用设备制造业”。"))
    return f"{found.section}{found.division}"


COLUMNS = (
    Column(
        "code", gettext_lazy("组织代码"), ("代码", "编码", "单位代码", "工会代码", "组织编码", "组织机构代码", "code"),
        required=True, parse=parse_org_code, help=gettext_lazy("每个组织唯一，导入后用它认出同一个组织。"),
    ),
    Column(
        "name", gettext_lazy("名称"), ("组织名称", "单位名称", "工会名称", "全称", "name"),
        required=True, parse=tables.text_up_to(120),
    ),
    Column("short_name", gettext_lazy("简称"), ("组织简称", "单位简称", "short name"), parse=tables.text_up_to(40)),
    Column(
        "kind", gettext_lazy("类型"), ("组织类型", "工会类型", "类别", "kind"),
        parse=tables.parse_choice(
            Kind,
            {
                "省": Kind.PROVINCE, "省级": Kind.PROVINCE, "市": Kind.CITY, "设区市": Kind.CITY, "市总工会": Kind.CITY,
                "新区": Kind.NEW_AREA, "产业": Kind.INDUSTRY, "省级产业工会": Kind.INDUSTRY, "直属": Kind.DIRECT,
                "直属工会": Kind.DIRECT, "县": Kind.COUNTY, "区": Kind.COUNTY, "县区": Kind.COUNTY, "县总工会": Kind.COUNTY,
                "园区": Kind.PARK, "企业": Kind.ENTERPRISE, "企业工会": Kind.ENTERPRISE, "单位": Kind.ENTERPRISE,
                "事业单位工会": Kind.ENTERPRISE, "基层": Kind.BASIC,
            },
        ),
        help=gettext_lazy("新增的组织必填。"),
    ),
    Column(
        "parent", gettext_lazy("上级代码"), ("上级组织代码", "上级工会代码", "父级代码", "上级", "所属上级代码", "parent code"),
        parse=parse_org_code, help=gettext_lazy("上级组织的代码；上级可以在同一张表里，先后不限。"),
    ),
    Column(
        "nature", gettext_lazy("单位性质"), ("性质", "企业性质", "nature"),
        parse=tables.parse_choice(
            Nature,
            {
                "国有": Nature.STATE_OWNED, "国有企业": Nature.STATE_OWNED, "国企": Nature.STATE_OWNED,
                "非公": Nature.NON_PUBLIC, "非公企业": Nature.NON_PUBLIC, "民营": Nature.NON_PUBLIC,
                "民营企业": Nature.NON_PUBLIC, "私营": Nature.NON_PUBLIC, "机关单位": Nature.AGENCY, "事业": Nature.INSTITUTION,
            },
        ),
    ),
    Column(
        "industry", gettext_lazy("行业"), ("所属行业", "国民经济行业", "行业代码", "行业大类", "industry"),
        parse=parse_industry, help=gettext_lazy("国民经济行业的代码或名称，例如 C34 或“通用设备制造业”。"),
    ),
    Column(
        "territory", gettext_lazy("所在地代码"), ("属地代码", "所在地", "属地", "territory"),
        parse=parse_org_code, help=gettext_lazy("不归当地工会管理的单位，填所在市、县工会的代码。"),
    ),
    Column("head_count", gettext_lazy("职工数"), ("职工人数", "职工总数", "head count"), parse=tables.parse_count),
    Column("member_count", gettext_lazy("会员数"), ("会员人数", "工会会员数", "member count"), parse=tables.parse_count),
)  # fmt: skip
TITLES = {column.key: str(column.title) for column in COLUMNS}


def read(content: bytes, file_name: str) -> Table:
    return tables.read_table(content, file_name, COLUMNS, most_rows=MOST_ROWS)


def plan(table: Table, *, by: User | None) -> Plan[Organization]:
    """What the rows of ``table`` would do. Without a person (the command line) roots may be made and all may be changed."""
    known = _known(table)
    reach = queries.reach(by, Power.MANAGE_ORGS) if by is not None else [""]
    rows = [_planned(row, known, reach) for row in table.rows]
    by_code: dict[str, Planned[Organization]] = {}
    for planned in rows:
        code = planned.row.values["code"]
        if not code:
            continue
        first = by_code.setdefault(code, planned)
        if first is not planned:
            planned.row.blame("code", _("与 %(cell)s 的代码重复。") % {"cell": first.row.cell("code")})
    for planned in rows:
        _check_parent(planned, known, by_code, reach, is_console=by is None)
        _check_territory(planned, known, by_code)
    _blame_cycles(rows, by_code)
    _blame_orphans(rows, by_code)
    return Plan(table, rows)


def _known(table: Table) -> dict[str, Organization]:
    """The organizations that the table names, by code."""
    codes = sorted(
        {row.values[key] for row in table.rows for key in ("code", "parent", "territory") if row.values[key]}
    )
    known: dict[str, Organization] = {}
    for start in range(0, len(codes), 500):
        for organization in Organization.objects.filter(code__in=codes[start : start + 500]):
            known[organization.code] = organization
    return known


def _planned(row: Row, known: dict[str, Organization], reach: list[str]) -> Planned[Organization]:
    values = row.values
    subject = known.get(values["code"])
    planned = Planned(row, str(values["name"] or values["code"] or ""), subject)
    if subject is None:
        if not values["kind"] and not row.problems:
            row.blame("kind", _("新增的组织必须填写类型。"))
        return planned
    if not any(subject.path.startswith(path) for path in reach):
        row.blame("code", _("“%(name)s”不在您管理的范围内。") % {"name": subject})
    for name, value in wanted(values).items():
        before = getattr(subject, name)
        if before != value:
            planned.changes[name] = [before, value]
    return planned


def wanted(values: dict[str, Any]) -> dict[str, Any]:
    """The model's values that a row gives; a blank cell leaves things as they are."""
    given: dict[str, Any] = {}
    for name in ("name", "short_name", "kind", "nature", "head_count", "member_count"):
        if values[name] not in ("", None):
            given[name] = values[name]
    if values["industry"]:
        given["section"], given["division"] = values["industry"][:1], values["industry"][1:]
    return given


def _check_parent(
    planned: Planned[Organization],
    known: dict[str, Organization],
    by_code: dict[str, Planned[Organization]],
    reach: list[str],
    *,
    is_console: bool,
) -> None:
    row, subject = planned.row, planned.subject
    code = row.values["parent"]
    if not code:
        if subject is None and not is_console and "parent" not in _blamed(row):
            row.blame("parent", _("新增的组织必须填写上级代码。"))
        return
    parent = known.get(code)
    if parent is None and code not in by_code:
        row.blame("parent", _("没有代码为“%(code)s”的组织，表中也没有。") % {"code": code})
    elif parent is not None and subject is not None and subject.path[: -Organization.steplen] != parent.path:
        row.blame(
            "parent", _("该组织现在不在“%(name)s”之下。导入不移动组织，请在组织页面办理移动。") % {"name": parent}
        )
    elif parent is not None and not parent.is_active:
        row.blame("parent", _("“%(name)s”已停用，不能再设下级。") % {"name": parent})
    elif parent is not None and not any(parent.path.startswith(path) for path in reach):
        row.blame("parent", _("“%(name)s”不在您管理的范围内。") % {"name": parent})


def _blamed(row: Row) -> set[str]:
    """The columns of the row that have a problem already."""
    cells = {problem.cell for problem in row.problems}
    return {key for key in row.letters if row.cell(key) in cells}


def _check_territory(
    planned: Planned[Organization], known: dict[str, Organization], by_code: dict[str, Planned[Organization]]
) -> None:
    code = planned.row.values["territory"]
    if not code:
        return
    territory = known.get(code)
    if territory is None and code not in by_code:
        planned.row.blame("territory", _("没有代码为“%(code)s”的组织，表中也没有。") % {"code": code})
    elif planned.subject is not None and (territory is None or planned.subject.territory_id != territory.pk):
        planned.changes["territory"] = ["", code]


def _blame_cycles(rows: Iterable[Planned[Organization]], by_code: dict[str, Planned[Organization]]) -> None:
    done: set[str] = set()
    for planned in rows:
        trail: list[str] = []
        code = planned.row.values["code"]
        while code and code not in done and code in by_code and by_code[code].subject is None:
            if code in trail:
                ring = trail[trail.index(code) :]
                text = " → ".join([*ring[:5], "…"] if len(ring) > 5 else [*ring, code])
                for member in ring:
                    by_code[member].row.blame("parent", _("上级关系成环：%(ring)s。") % {"ring": text})
                break
            trail.append(code)
            code = by_code[code].row.values["parent"]
        done.update(trail)


def _blame_orphans(rows: Iterable[Planned[Organization]], by_code: dict[str, Planned[Organization]]) -> None:
    """A new row below a row that cannot come in cannot come in either."""
    below: dict[str, list[Planned[Organization]]] = {}
    for planned in rows:
        parent = planned.row.values["parent"]
        if planned.subject is None and parent in by_code and by_code[parent].subject is None:
            below.setdefault(parent, []).append(planned)
    waiting = [planned for planned in by_code.values() if planned.row.problems and planned.subject is None]
    while waiting:
        bad = waiting.pop()
        for child in below.get(bad.row.values["code"], ()):
            if not child.row.problems:
                child.row.blame("parent", _("上级（第 %(number)s 行）有问题，无法导入。") % {"number": bad.row.number})
                waiting.append(child)
