"""Bringing in tables of organizations and rosters: look first, then all rows or the good ones only."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.tables import Problem, mark_problems
from huomiao.orgs import queries, rules
from huomiao.orgs.actions.organizations import DEEPEST, set_name
from huomiao.orgs.importing import rosters, trees
from huomiao.orgs.importing.plans import Plan, Planned
from huomiao.orgs.models import ImportBatch, Organization, RosterEntry
from huomiao.orgs.roles import Power
from huomiao.orgs.states import BatchKind, BatchState, Fate

if TYPE_CHECKING:
    from huomiao.accounts.models import User

CHUNK = 2000


class ImportRefused(Invalid):
    """Rows have problems and all or nothing was asked for; nothing was changed."""

    code = "import_refused"

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        super().__init__(
            ngettext(
                "有 %(count)s 处问题，没有导入任何行。%(place)s：%(message)s",
                "有 %(count)s 处问题，没有导入任何行。第一处在 %(place)s：%(message)s",
                len(problems),
            )
            % {"count": len(problems), "place": first.place, "message": first.message}
        )
        self.problems = problems


@dataclass(frozen=True)
class Outcome:
    """What an import did; new + changed + unchanged + skipped = the rows of the file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)


# --- Doing it -----------------------------------------------------------------------------------------------------


def import_tree(
    content: bytes, file_name: str, by: User | None = None, *, only_good: bool = False, is_demo: bool = False
) -> Outcome:
    """Create and update organizations from a table. Without a person (the command line) roots may be created.

    Raises:
        Unreadable: the file is not a table of organizations.
        ImportRefused: there are problems, and ``only_good`` was not asked for.
    """
    table = trees.read(content, file_name)
    with transaction.atomic():
        plan = trees.plan(table, by=by)
        outcome = _outcome(plan, only_good=only_good)
        _lock_parents(plan)
        created = _create_organizations(plan.of(Fate.NEW), is_demo=is_demo)
        _change_organizations(plan.of(Fate.CHANGED), by=by)
        _set_territories([*plan.of(Fate.NEW), *plan.of(Fate.CHANGED)])
        _tell_parents(created, by=by, file_name=file_name)
    return outcome


def import_roster(
    content: bytes,
    file_name: str,
    organization: Organization | None = None,
    by: User | None = None,
    *,
    only_good: bool = False,
) -> Outcome:
    """Add and update people from a table: on the roster of ``organization``, or of the units in the table's own column.

    Raises:
        Unreadable: the file is not a roster.
        ImportRefused: there are problems, and ``only_good`` was not asked for.
    """
    if organization is not None and by is not None and not rules.can_manage_roster(by, organization):
        raise NotAllowed(_("您不能维护“%(name)s”的名册。") % {"name": organization})
    table = rosters.read(content, file_name, organization)
    with transaction.atomic():
        plan = rosters.plan(table, organization, by=by)
        outcome = _outcome(plan, only_good=only_good)
        _create_people(plan.of(Fate.NEW))
        _change_people(plan.of(Fate.CHANGED), by=by)
        _tell_units(plan, by=by, file_name=file_name)
    return outcome


def _outcome(plan: Plan[Any], *, only_good: bool) -> Outcome:
    problems = plan.problems
    if problems and not only_good:
        raise ImportRefused(problems)
    counts = plan.counts
    return Outcome(counts[Fate.NEW], counts[Fate.CHANGED], counts[Fate.UNCHANGED], counts[Fate.PROBLEM], problems)


# --- The tree -----------------------------------------------------------------------------------------------------


def _lock_parents(plan: Plan[Organization]) -> None:
    """Two imports below the same parent would give out the same paths."""
    codes = sorted({planned.row.values["parent"] for planned in plan.of(Fate.NEW)} - {""})
    for start in range(0, len(codes), 500):
        list(Organization.objects.select_for_update().filter(code__in=codes[start : start + 500]).order_by("pk"))


def _create_organizations(planned: list[Planned[Organization]], *, is_demo: bool) -> list[Organization]:
    """New nodes with their paths computed here, level by level: treebeard would take several queries for each."""
    codes = {row.row.values["parent"] for row in planned} - {row.row.values["code"] for row in planned} - {""}
    parents: dict[str, Organization] = {}
    ordered = sorted(codes)
    for start in range(0, len(ordered), 500):
        parents.update({o.code: o for o in Organization.objects.filter(code__in=ordered[start : start + 500])})
    last = {
        path: Organization(path=tail).step
        for path, tail in queries.last_children({"", *(parent.path for parent in parents.values())}).items()
    }
    made: dict[str, Organization] = {}
    grown: dict[str, int] = defaultdict(int)
    for row in _parents_first(planned):
        values = row.row.values
        parent = made.get(values["parent"]) or parents.get(values["parent"])
        above, depth = (parent.path, parent.depth + 1) if parent else ("", 1)
        if depth > DEEPEST:
            raise Invalid(
                _("第 %(number)s 行层级过深，最多 %(most)s 级。") % {"number": row.row.number, "most": DEEPEST}
            )
        step = last[above] = last.get(above, 0) + 1
        made[values["code"]] = Organization(
            code=values["code"],
            path=Organization.path_below(above, step),
            depth=depth,
            is_demo=is_demo,
            **trees.wanted(values),
        )
        if values["parent"] in made:
            made[values["parent"]].numchild += 1
        elif parent is not None:
            grown[above] += 1
    created = list(made.values())
    Organization.objects.bulk_create(created, batch_size=CHUNK)
    for path, count in grown.items():
        Organization.objects.filter(path=path).update(numchild=F("numchild") + count)
    return created


def _parents_first(planned: list[Planned[Organization]]) -> Iterable[Planned[Organization]]:
    """The rows so that each comes after its parent, siblings in the order of the table."""
    new = {row.row.values["code"] for row in planned}
    below: dict[str, list[Planned[Organization]]] = defaultdict(list)
    level: list[Planned[Organization]] = []
    for row in planned:
        parent = row.row.values["parent"]
        (below[parent] if parent in new else level).append(row)
    while level:
        yield from level
        level = [child for row in level for child in below[row.row.values["code"]]]


def _change_organizations(planned: list[Planned[Organization]], *, by: User | None) -> None:
    today = timezone.localdate()
    changed: list[Organization] = []
    for row in planned:
        organization = row.subject
        if organization is None:
            continue
        for name, (_before, value) in row.changes.items():
            if name == "name":
                set_name(organization, value, on=today)
            elif name != "territory":
                setattr(organization, name, value)
        changed.append(organization)
    Organization.objects.bulk_update(changed, trees.FIELDS, batch_size=200)
    history.record_many(changed, "organization.imported", by=by, changes=[row.changes for row in planned])


def _set_territories(planned: list[Planned[Organization]]) -> None:
    """Afterwards, when every territory that the table itself brings exists."""
    by_territory: dict[str, list[str]] = defaultdict(list)
    for row in planned:
        if row.row.values["territory"]:
            by_territory[row.row.values["territory"]].append(row.row.values["code"])
    territories = Organization.objects.filter(code__in=list(by_territory)) if len(by_territory) <= 500 else None
    for code, codes in by_territory.items():
        territory = next((t for t in territories if t.code == code), None) if territories is not None else None
        territory = territory or Organization.objects.get(code=code)
        for start in range(0, len(codes), 500):
            Organization.objects.filter(code__in=codes[start : start + 500]).update(territory=territory)


def _tell_parents(created: list[Organization], *, by: User | None, file_name: str) -> None:
    """One line in the history of each parent, and of each new root, instead of one for each of tens of thousands."""
    numbers: dict[str, int] = defaultdict(int)
    for organization in created:
        numbers[organization.path[: -Organization.steplen] or organization.path] += 1
    paths = sorted(numbers)
    for start in range(0, len(paths), 500):
        parents = list(Organization.objects.filter(path__in=paths[start : start + 500]).order_by("path"))
        changes = [{"created": ["", numbers[parent.path]], "file": ["", file_name]} for parent in parents]
        history.record_many(
            parents,
            "organization.children_imported",
            by=by,
            note=_("来自表格：%(file)s") % {"file": file_name},
            changes=changes,
        )


# --- Rosters ------------------------------------------------------------------------------------------------------


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in rosters.PLAIN if values[name] not in ("", None)}


def _create_people(planned: list[Planned[RosterEntry]]) -> None:
    entries = []
    for row in planned:
        entry = RosterEntry(organization_id=row.row.values["unit_pk"], **_given(row.row.values))
        entry.set_phone(row.row.values["phone"])
        entries.append(entry)
    RosterEntry.objects.bulk_create(entries, batch_size=CHUNK)


def _change_people(planned: list[Planned[RosterEntry]], *, by: User | None) -> None:
    changed: list[RosterEntry] = []
    for row in planned:
        entry = row.subject
        if entry is None:
            continue
        for name, value in _given(row.row.values).items():
            setattr(entry, name, value)
        if row.row.values["phone"]:
            entry.set_phone(row.row.values["phone"])
        entry.left_on = None
        changed.append(entry)
    RosterEntry.objects.bulk_update(changed, [*rosters.PLAIN, "phone", "phone_tail_key", "left_on"], batch_size=200)
    told = [{name: change for name, change in row.changes.items() if name != "phone"} for row in planned]
    history.record_many(changed, "roster.imported", by=by, changes=told)


def _tell_units(plan: Plan[RosterEntry], *, by: User | None, file_name: str) -> None:
    numbers: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for planned in plan.rows:
        if "unit_pk" in planned.row.values:
            numbers[planned.row.values["unit_pk"]][planned.fate.value] += 1
    units = list(Organization.objects.filter(pk__in=list(numbers)).order_by("pk"))
    changes = [{fate: ["", count] for fate, count in numbers[unit.pk].items()} for unit in units]
    note = _("来自表格：%(file)s") % {"file": file_name}
    history.record_many(units, "roster.table_imported", by=by, note=note, changes=changes)


# --- Looking first ------------------------------------------------------------------------------------------------


def preview(
    content: bytes, file_name: str, *, kind: BatchKind, by: User, organization: Organization | None = None
) -> ImportBatch:
    """Work out what a table would do and keep it for the person to decide. Earlier previews of theirs are dropped."""
    plan: Plan[Any]
    if kind == BatchKind.TREE:
        if not queries.reach(by, Power.MANAGE_ORGS):
            raise NotAllowed(_("您没有维护组织的权限。"))
        plan = trees.plan(trees.read(content, file_name), by=by)
    else:
        if organization is not None and not rules.can_manage_roster(by, organization):
            raise NotAllowed(_("您不能维护“%(name)s”的名册。") % {"name": organization})
        plan = rosters.plan(rosters.read(content, file_name, organization), organization, by=by)
    batch = ImportBatch(kind=kind, organization=organization, by=by, file_name=file_name[:200], counts=plan.counts)
    batch.set_content(content)
    batch.set_report(plan.as_report(trees.TITLES if kind == BatchKind.TREE else rosters.TITLES))
    with transaction.atomic():
        for old in ImportBatch.objects.filter(by=by, state=BatchState.PREVIEW, kind=kind):
            _forget(old, BatchState.DROPPED)
        batch.save()
    return batch


def apply(batch: ImportBatch, *, by: User, only_good: bool) -> Outcome:
    """Do what the preview showed. The table is read again, so what changed meanwhile counts.

    Raises:
        ImportRefused: there are problems, and ``only_good`` was not asked for.
        WrongState: it was done or dropped already.
    """
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if locked.by_id != by.pk:
            raise NotAllowed(_("只有上传的人可以确认导入。"))
        if locked.state != BatchState.PREVIEW:
            raise WrongState(_("这份表格已经处理过了，没有重复导入。"))
        if locked.kind == BatchKind.TREE:
            outcome = import_tree(locked.content, locked.file_name, by, only_good=only_good)
        else:
            outcome = import_roster(locked.content, locked.file_name, locked.organization, by, only_good=only_good)
        locked.counts = {
            Fate.NEW: outcome.new,
            Fate.CHANGED: outcome.changed,
            Fate.UNCHANGED: outcome.unchanged,
            Fate.PROBLEM: outcome.skipped,
        }
        digest = hashlib.sha256(locked.content).hexdigest()
        _forget(locked, BatchState.DONE)
        history.record(locked, "import.done", by=by, changes={"sha256": ["", digest], "counts": ["", locked.counts]})
    return outcome


@transaction.atomic
def drop(batch: ImportBatch, *, by: User) -> None:
    """Give up an import; the workbook is gone."""
    locked = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if locked.by_id != by.pk:
        raise NotAllowed(_("只有上传的人可以放弃导入。"))
    if locked.state == BatchState.PREVIEW:
        _forget(locked, BatchState.DROPPED)
        history.record(locked, "import.dropped", by=by)


def _forget(batch: ImportBatch, state: BatchState) -> None:
    batch.state = state
    batch.done_at = timezone.now()
    batch.forget()
    batch.save()


def marked(batch: ImportBatch) -> bytes:
    """The workbook with its problems written beside the rows, for correcting and bringing back."""
    if batch.state != BatchState.PREVIEW:
        raise WrongState(_("这份表格已经处理过了，原件不再保存。"))
    report = batch.report
    problems = [
        Problem(row["sheet"], p["cell"], p["column"], p["value"], p["message"])
        for row in report["rows"]
        for p in row["problems"]
    ]
    problems += [
        Problem(sheet["name"], p["cell"], "", "", p["message"]) for sheet in report["sheets"] for p in sheet["problems"]
    ]
    return mark_problems(batch.content, problems)
