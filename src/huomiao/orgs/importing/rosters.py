"""Tables of people: one unit's roster, or many units' with a column that says whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.core import tables
from huomiao.core.encryption import mask
from huomiao.core.tables import Column, Row, Table
from huomiao.orgs import rules
from huomiao.orgs.importing.plans import Plan, Planned
from huomiao.orgs.importing.trees import parse_org_code
from huomiao.orgs.models import Organization, RosterEntry

if TYPE_CHECKING:
    from huomiao.accounts.models import User

MOST_ROWS = 50_000
PLAIN = ("name", "staff_number", "gender", "post", "title", "is_frontline", "is_member")

UNIT = Column(
    "unit", gettext_lazy("单位代码"), ("组织代码", "工会代码", "所在单位代码", "unit code"), required=True, parse=parse_org_code
)  # fmt: skip
COLUMNS = (
    Column("name", gettext_lazy("姓名"), ("职工姓名", "名字", "name"), required=True, parse=tables.text_up_to(50)),
    Column(
        "staff_number", gettext_lazy("工号"), ("职工号", "员工编号", "职工编号", "人员编号", "staff number"),
        parse=tables.code_up_to(30), help=gettext_lazy("同一单位内唯一；再次导入时用它认出同一个人。"),
    ),
    Column(
        "phone", gettext_lazy("手机号"), ("手机", "手机号码", "联系电话", "电话", "移动电话", "phone"),
        parse=tables.parse_phone, help=gettext_lazy("本人首次登录时用后四位核对；加密保存。"),
    ),
    Column("gender", gettext_lazy("性别"), ("gender",), parse=tables.parse_choice({"男": "男", "女": "女"})),
    Column("post", gettext_lazy("工种/岗位"), ("工种", "岗位", "职务", "工种岗位", "post"), parse=tables.text_up_to(60)),
    Column(
        "title", gettext_lazy("职称/技能等级"), ("职称", "技能等级", "职称技能等级", "title"), parse=tables.text_up_to(60)
    ),
    Column(
        "is_frontline", gettext_lazy("一线职工"), ("是否一线职工", "是否一线", "一线", "frontline"), parse=tables.parse_bool
    ),
    Column("is_member", gettext_lazy("工会会员"), ("是否会员", "是否工会会员", "会员", "member"), parse=tables.parse_bool),
)  # fmt: skip
TITLES = {column.key: str(column.title) for column in COLUMNS} | {"left_on": str(gettext_lazy("恢复在册"))}


def columns(organization: Organization | None) -> tuple[Column, ...]:
    return COLUMNS if organization is not None else (UNIT, *COLUMNS)


def read(content: bytes, file_name: str, organization: Organization | None) -> Table:
    return tables.read_table(content, file_name, columns(organization), most_rows=MOST_ROWS)


class _Roster:
    """What a unit has, for finding the person a row means."""

    def __init__(self) -> None:
        self.by_number: dict[str, RosterEntry] = {}
        self.by_name: dict[str, list[RosterEntry]] = {}
        self.seen: dict[str, Row] = {}
        self.taken: dict[int, Row] = {}


def plan(table: Table, organization: Organization | None, *, by: User | None) -> Plan[RosterEntry]:
    """What the rows of ``table`` would do to the roster of ``organization``, or of the units that the rows name."""
    units = _units(table, organization)
    rosters = _rosters(units)
    rows: list[Planned[RosterEntry]] = []
    for row in table.rows:
        planned: Planned[RosterEntry] = Planned(row, str(row.values["name"] or ""))
        rows.append(planned)
        unit = organization or _unit_of(row, units, by)
        if unit is None or row.problems:
            continue
        row.values["unit_pk"] = unit.pk
        _match(planned, rosters[unit.pk])
    return Plan(table, rows)


def _units(table: Table, organization: Organization | None) -> dict[str, Organization]:
    if organization is not None:
        return {organization.code: organization}
    codes = sorted({row.values["unit"] for row in table.rows if row.values["unit"]})
    units: dict[str, Organization] = {}
    for start in range(0, len(codes), 500):
        for unit in Organization.objects.filter(code__in=codes[start : start + 500]):
            units[unit.code] = unit
    return units


def _unit_of(row: Row, units: dict[str, Organization], by: User | None) -> Organization | None:
    code = row.values["unit"]
    if not code:
        return None
    unit = units.get(code)
    if unit is None or not unit.is_active:
        row.blame("unit", _("没有代码为“%(code)s”的在用组织。") % {"code": code})
        return None
    if by is not None and not rules.can_manage_roster(by, unit):
        row.blame("unit", _("您不能维护“%(name)s”的名册。") % {"name": unit})
        return None
    return unit


def _rosters(units: dict[str, Organization]) -> dict[int, _Roster]:
    rosters = {unit.pk: _Roster() for unit in units.values()}
    pks = sorted(rosters)
    for start in range(0, len(pks), 500):
        for entry in RosterEntry.objects.filter(organization__in=pks[start : start + 500]):
            roster = rosters[entry.organization_id]
            if entry.staff_number:
                roster.by_number[entry.staff_number] = entry
            roster.by_name.setdefault(entry.name, []).append(entry)
    return rosters


def _match(planned: Planned[RosterEntry], roster: _Roster) -> None:
    """Find who the row means: by staff number, else by name, where the phone tells namesakes apart."""
    row, values = planned.row, planned.row.values
    key = f"#{values['staff_number']}" if values["staff_number"] else f"{values['name']}/{values['phone']}"
    first = roster.seen.setdefault(key, row)
    if first is not row:
        column = "staff_number" if values["staff_number"] else "name"
        row.blame(column, _("与第 %(number)s 行重复。同名的人请填写工号或手机号加以区分。") % {"number": first.number})
        return
    entry = roster.by_number.get(values["staff_number"])
    if entry is None:
        candidates = [
            e for e in roster.by_name.get(values["name"], ()) if not (values["staff_number"] and e.staff_number)
        ]
        same_phone = [e for e in candidates if values["phone"] and e.phone == values["phone"]]
        unclear = [e for e in candidates if not (values["phone"] and e.phone)]
        candidates = same_phone or unclear
        if len(candidates) > 1:
            row.blame(
                "name", _("名册中有 %(count)s 位同名职工，请填写工号或手机号加以区分。") % {"count": len(candidates)}
            )
            return
        entry = candidates[0] if candidates else None
    planned.subject = entry
    if entry is not None:
        taken = roster.taken.setdefault(entry.pk, row)
        if taken is not row:
            row.blame("name", _("与第 %(number)s 行指的是名册中的同一个人。") % {"number": taken.number})
            return
        planned.changes = _changes(entry, values)


def _changes(entry: RosterEntry, values: dict[str, Any]) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = {}
    for name in PLAIN:
        before, value = getattr(entry, name), values[name]
        if value not in ("", None) and value != before:
            changes[name] = [before, value]
    if values["phone"] and values["phone"] != entry.phone:
        changes["phone"] = [mask(entry.phone), mask(values["phone"])]
    if entry.left_on is not None:
        changes["left_on"] = [entry.left_on.isoformat(), ""]
    return changes
