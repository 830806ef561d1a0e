"""Reading a summary table: every row is matched to unit, category, field and industry, and its fate is decided.

Nothing here changes anything: ``actions.tables`` imports what this decided.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from huomiao.core.encryption import mask
from huomiao.core.tables import Problem, Row, Table, read_table
from huomiao.innovations import summary_columns
from huomiao.innovations.checking import label_of
from huomiao.innovations.models import Call, Declaration, Quota
from huomiao.innovations.queries.recommendations import HOLDS_PLACE
from huomiao.innovations.states import Path, State
from huomiao.orgs import industries
from huomiao.orgs.models import FormerName, Organization
from huomiao.orgs.queries import below
from huomiao.orgs.states import BRANCH_KINDS, UNIT_KINDS

NEW, UPDATE, DUPLICATE, PROBLEM = "new", "update", "duplicate", "problem"
FATES = (NEW, UPDATE, DUPLICATE, PROBLEM)
_NONE = frozenset({"", "否", "无", "不属于", "非", "/", "-", "—", "其他"})
_FIELD_ENDING = re.compile(r"(重点)?(产业链|产业集群|集群|产业|领域)$")


@dataclass
class RowFate:
    """What becomes of one row of the file, and why."""

    sheet: str
    number: int
    fate: str
    title: str = ""
    unit: str = ""
    category: str = ""
    authors: str = ""
    union: str = ""
    reason: str = ""
    problems: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Report:
    """What a table held and what becomes of it: every row of the file is in ``rows`` or counted in ``sheets``."""

    rows: list[RowFate]
    sheets: list[dict[str, Any]]
    unknown_headers: list[str]
    # Problems of a sheet as a whole: a column that is missing or there twice.
    sheet_problems: list[dict[str, str]]
    warnings: list[str]
    imported: int = 0
    updated: int = 0

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.fate for row in self.rows)
        return {fate: found[fate] for fate in FATES}

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def problem_count(self) -> int:
        return sum(len(row.problems) for row in self.rows) + len(self.sheet_problems)

    @property
    def skipped(self) -> int:
        return self.total - self.imported - self.updated

    @property
    def problems(self) -> list[Problem]:
        """Every problem at its cell, in the order of the file."""
        listed = [*self.sheet_problems, *(problem for row in self.rows for problem in row.problems)]
        return [Problem(**problem) for problem in listed]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Report:
        return cls(**{**data, "rows": [RowFate(**row) for row in data["rows"]]})


@dataclass
class Match:
    """A row with what it was matched to, ready to be written."""

    row: Row
    unit: Organization | None = None
    union: Organization | None = None
    field_id: int | None = None
    section: str = ""
    division: str = ""
    existing: Declaration | None = None
    fate: str = NEW
    reason: str = ""

    @property
    def names(self) -> list[str]:
        return [name for name in str(self.row.values["authors"]).split("、") if name]

    @property
    def category_id(self) -> int | None:
        value = self.row.values["category"]
        return int(value) if value else None


@dataclass
class Reading:
    """A file read and matched."""

    matches: list[Match]
    report: Report


def read(content: bytes, file_name: str, *, call: Call, organization: Organization) -> Reading:
    """Read the table that ``organization`` brings to ``call`` and decide every row's fate.

    Raises:
        Unreadable: the file cannot be read as a table.
    """
    table = read_table(content, file_name, summary_columns.columns(call))
    units = Units(organization)
    fields = _fields(call)
    matches = []
    for row in table.rows:
        match = Match(row)
        matches.append(match)
        _match_unit(match, units)
        _match_field(match, fields)
        _match_division(match)
    _find_doubles(matches)
    _find_existing(matches, call, organization)
    for match in matches:
        if match.row.problems:
            match.fate = PROBLEM
    return Reading(matches, _report(table, matches, call))


# --- Units --------------------------------------------------------------------------------------------------------


def name_key(name: str) -> str:
    """How names are compared: without blanks and brackets, full-width made half-width."""
    return re.sub(r"[\s()（）“”\"'·.,，。、\-—]", "", unicodedata.normalize("NFKC", name)).lower()


class Units:
    """The units within a branch, found by name, short name, former name or code; and what is nearest to a wrong name."""

    def __init__(self, organization: Organization) -> None:
        self.top = organization
        nodes = list(Organization.objects.filter(below(organization.path)).order_by("path"))
        self.by_pk = {node.pk: node for node in nodes}
        self.by_path = {node.path: node for node in nodes}
        above = organization.path[: -organization.steplen]
        for node in Organization.objects.filter(
            path__in=[above[:end] for end in range(organization.steplen, len(above) + 1, organization.steplen)]
        ):
            self.by_path[node.path] = node
        self.by_code = {name_key(node.code): node for node in nodes}
        self.by_name: dict[str, list[Organization]] = defaultdict(list)
        for node in nodes:
            for name in {name_key(node.name), name_key(node.short_name)} - {""}:
                self.by_name[name].append(node)
        former = FormerName.objects.filter(below(organization.path, "organization__path"))
        for pk, name in former.values_list("organization", "name"):
            node = self.by_pk[pk]
            if node not in self.by_name[name_key(name)]:
                self.by_name[name_key(name)].append(node)
        self._grams: dict[str, set[str]] = {}
        self._nearest: dict[str, str] = {}

    def standing(self, node: Organization) -> Organization:
        """The node itself, or what it was merged into."""
        seen = {node.pk}
        while node.merged_into_id is not None and node.merged_into_id not in seen:
            seen.add(node.merged_into_id)
            into = self.by_pk.get(node.merged_into_id)
            if into is None:
                break
            node = into
        return node

    def named(self, name: str) -> list[Organization]:
        """The different units that ``name`` may mean; those whose own name it is before those that are only called so."""
        found = {node.pk: node for node in map(self.standing, self.by_name.get(name_key(name), ()))}
        exact = [node for node in found.values() if name_key(node.name) == name_key(name)]
        return exact if len(exact) == 1 else list(found.values())

    def union_of(self, unit: Organization) -> Organization | None:
        """The recommending union above (or at) a unit."""
        steps = range(len(unit.path), 0, -unit.steplen)
        for end in steps:
            node = self.by_path.get(unit.path[:end])
            if node is not None and node.kind in BRANCH_KINDS:
                return self.standing(node)
        return None

    def nearest(self, name: str) -> str:
        """The name of the unit that is written most like ``name``; "" when none is near."""
        if name not in self._nearest:
            self._nearest[name] = self._search(name_key(name))
        return self._nearest[name]

    def _search(self, key: str) -> str:
        if not self._grams:
            for known in self.by_name:
                for gram in _pairs(known):
                    self._grams.setdefault(gram, set()).add(known)
        # Rare pairs of letters say more than "公司": candidates are weighed by how few names share each pair.
        weights: Counter[str] = Counter()
        for gram in _pairs(key):
            holders = self._grams.get(gram, ())
            if len(holders) <= 500:
                for known in holders:
                    weights[known] += 1000 // (len(holders) + 1) + 1
        best, best_ratio = "", 0.6
        for known, _weight in weights.most_common(30):
            ratio = SequenceMatcher(None, key, known).ratio()
            if ratio > best_ratio:
                best, best_ratio = known, ratio
        return self.standing(self.by_name[best][0]).name if best else ""


def _pairs(key: str) -> set[str]:
    return {key[start : start + 2] for start in range(max(len(key) - 1, 1))}


def _match_unit(match: Match, units: Units) -> None:
    row = match.row
    name, code = row.values["unit"], row.values["unit_code"]
    if code:
        node = units.by_code.get(name_key(code))
        if node is None:
            row.blame("unit_code", _("没有代码为“%(code)s”的单位，或不在本工会范围内。") % {"code": code})
            return
        found = [units.standing(node)]
    elif name:
        found = units.named(name) or [
            units.standing(node) for node in filter(None, [units.by_code.get(name_key(name))])
        ]
    else:
        return
    if not found:
        near = units.nearest(name)
        row.blame(
            "unit",
            _("没有找到这个单位，是不是“%(near)s”？") % {"near": near}
            if near
            else _("本工会范围内没有这个单位，请先在组织树中登记。"),
        )
        return
    if len(found) > 1:
        names = "；".join(f"{node.name}（{node.code}）" for node in found[:3])
        row.blame("unit", _("有多个同名单位，请填写单位代码：%(names)s。") % {"names": names})
        return
    unit = found[0]
    if unit.kind not in UNIT_KINDS:
        row.blame("unit", _("“%(name)s”是工会组织，不是申报单位。") % {"name": unit.name})
        return
    if not unit.is_active:
        row.blame("unit", _("“%(name)s”已停用。") % {"name": unit.name})
        return
    match.unit, match.union = unit, units.union_of(unit)
    if match.union is None:
        row.blame("unit", _("“%(name)s”上面没有推荐工会。") % {"name": unit.name})
        return
    given = row.values["union"]
    if given and name_key(given) not in {name_key(match.union.name), name_key(match.union.short_name)}:
        row.blame("union", _("该单位的推荐工会是“%(union)s”。") % {"union": match.union.name})


# --- Fields and industries ----------------------------------------------------------------------------------------


def _fields(call: Call) -> dict[str, int]:
    """The priority fields of the call by every way of writing them; a chain goes before a cluster of the same name."""
    found: dict[str, int] = {}
    if call.priority_list is None:
        return found
    listed = list(call.priority_list.fields.all())
    for priority in listed:
        found[name_key(priority.name)] = priority.pk
        found.setdefault(name_key(priority.code), priority.pk)
    for priority in listed:
        found.setdefault(name_key(_FIELD_ENDING.sub("", priority.name)), priority.pk)
    return found


def _match_field(match: Match, fields: Mapping[str, int]) -> None:
    text = match.row.values["field"]
    if text in _NONE:
        return
    key = name_key(text)
    match.field_id = fields.get(key) or fields.get(_FIELD_ENDING.sub("", key))
    if match.field_id is None:
        match.row.blame("field", _("重点领域目录中没有“%(name)s”，不属于的请填“否”。") % {"name": text[:40]})


def _match_division(match: Match) -> None:
    text = match.row.values["division"]
    if text in _NONE:
        if match.unit is not None:
            match.section, match.division = match.unit.section, match.unit.division
        return
    found = industries.find(text)
    if found is None:
        match.row.blame(
            "division", _("国民经济行业分类中没有“%(name)s”，请填大类名称或两位代码。") % {"name": text[:40]}
        )
        return
    match.section, match.division = found.section, found.division


# --- Doubles ------------------------------------------------------------------------------------------------------


def _find_doubles(matches: Iterable[Match]) -> None:
    """Rows that say the same thing twice: the later one is the problem."""
    first: dict[tuple[int, str], Row] = {}
    for match in matches:
        if match.unit is None or not match.row.values["title"]:
            continue
        key = (match.unit.pk, name_key(match.row.values["title"]))
        earlier = first.setdefault(key, match.row)
        if earlier is not match.row:
            place = _("第 %(number)s 行") % {"number": earlier.number}
            if earlier.sheet != match.row.sheet:
                place = _("“%(sheet)s”第 %(number)s 行") % {"sheet": earlier.sheet, "number": earlier.number}
            match.row.blame("title", _("与%(place)s重复：同一单位的同名成果。") % {"place": place})


def _find_existing(matches: Iterable[Match], call: Call, organization: Organization) -> None:
    """Rows that the call has already: updated where they still lie with who brings them, otherwise left alone."""
    known = (
        Declaration.objects.filter(call=call)
        .filter(below(organization.path, "unit__path"))
        .exclude(state__in=[State.WITHDRAWN])
        .select_related("desk")
        .defer("signature", "contact_phone")
    )
    by_title: dict[tuple[int, str], Declaration] = {}
    by_number: dict[str, Declaration] = {}
    for declaration in known:
        if declaration.title:
            by_title[declaration.unit_id, name_key(declaration.title)] = declaration
        if declaration.number:
            by_number[declaration.number] = declaration
    for match in matches:
        number = match.row.values["number"]
        if number and number not in by_number:
            match.row.blame("number", _("没有编号为“%(number)s”的申报，或不在本工会范围内。") % {"number": number})
            continue
        if number:
            match.existing = by_number[number]
            if match.unit is not None and match.existing.unit_id != match.unit.pk:
                match.row.blame("unit", _("与编号“%(number)s”的申报单位不一致。") % {"number": number})
                continue
        elif match.unit is not None:
            match.existing = by_title.get((match.unit.pk, name_key(match.row.values["title"])))
        if match.existing is not None:
            _decide_existing(match, match.existing, organization)


def _decide_existing(match: Match, existing: Declaration, organization: Organization) -> None:
    is_ours = existing.state == State.SUBMITTED and existing.path == Path.UNIT and existing.desk is not None
    if not is_ours or not (existing.desk and existing.desk.path.startswith(organization.path)):
        match.fate = DUPLICATE
        match.reason = _("已申报，目前是“%(state)s”，不作改动。") % {"state": existing.get_state_display()}
    elif changed := changes(match, existing):
        match.fate = UPDATE
        labels = [label_of(name.removesuffix("_id")) for name in changed]
        match.reason = _("更新：%(fields)s") % {"fields": "、".join(labels)}
    else:
        match.fate = DUPLICATE
        match.reason = _("已申报，内容相同。")


def changes(match: Match, existing: Declaration) -> dict[str, Any]:
    """What the row says differently from the declaration; what it leaves blank is not touched."""
    values = match.row.values
    given: dict[str, Any] = {
        "title": values["title"],
        "category_id": match.category_id,
        "field_id": match.field_id,
        "division": match.division if values["division"] not in _NONE else "",
        **{name: values[name] for name in (*summary_columns.TEXTS, "keywords")},
    }
    return {name: value for name, value in given.items() if value and value != getattr(existing, name)}


# --- Report -------------------------------------------------------------------------------------------------------


def _report(table: Table, matches: list[Match], call: Call) -> Report:
    names = {category.pk: category.name for category in call.categories.all()}
    rows = [
        RowFate(
            sheet=match.row.sheet,
            number=match.row.number,
            fate=match.fate,
            title=match.row.values["title"] or match.row.typed.get("title", ""),
            unit=match.unit.name if match.unit else match.row.typed.get("unit", ""),
            category=names.get(match.category_id or 0, match.row.typed.get("category", "")),
            authors=match.row.values["authors"] or match.row.typed.get("authors", ""),
            union=match.union.label if match.union else "",
            reason=match.reason,
            problems=[_shown(problem) for problem in match.row.problems],
        )
        for match in matches
    ]
    return Report(
        rows,
        [
            {"name": sheet.name, "rows": sheet.rows, "counts": sheet.counts, "is_hidden": sheet.is_hidden}
            for sheet in table.sheets
        ],
        table.unknown_headers,
        [_shown(problem) for sheet in table.sheets for problem in sheet.problems],
        list(_over_quota(matches, call)),
    )


def _shown(problem: Problem) -> dict[str, str]:
    """The problem as a report keeps it: a phone number is not kept whole."""
    value = mask(problem.value) if problem.column == "联系方式" else problem.value[:80]
    return {**asdict(problem), "value": value}


def _over_quota(matches: Iterable[Match], call: Call) -> Iterator[str]:
    """Sentences about unions that would have more than they may send up: they must choose, so it is no error."""
    quotas = Quota.objects.filter(call=call).select_related("union", "category")
    maxima = {(quota.union_id, quota.category_id): quota for quota in quotas}
    counts: Counter[tuple[int, int | None]] = Counter()
    for match in matches:
        if match.fate == NEW and match.union is not None:
            counts[match.union.pk, match.category_id] += 1
            counts[match.union.pk, None] += 1
    unions = {union for union, _category in counts}
    held = Declaration.objects.filter(call=call, union__in=unions, state__in=HOLDS_PLACE)
    for union, category in held.values_list("union", "category"):
        for held_key in ((union, category), (union, None)):
            if held_key in counts:
                counts[held_key] += 1
    for key, quota in sorted(maxima.items(), key=lambda item: (item[0][0], item[0][1] or 0)):
        if counts[key] > quota.maximum:
            yield _("%(union)s %(category)s：名额 %(maximum)s，导入后共 %(count)s，推荐时需择优 %(over)s 项以内。") % {
                "union": quota.union.label,
                "category": quota.category or _("合计"),
                "maximum": quota.maximum,
                "count": counts[key],
                "over": quota.maximum,
            }
