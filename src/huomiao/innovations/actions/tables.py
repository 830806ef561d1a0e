"""Bringing in summary tables: a preview that changes nothing, then all of it or the good rows, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import DomainError, Invalid, NotAllowed, WrongState
from huomiao.innovations import numbering, summary_columns, summary_reading
from huomiao.innovations.models import Author, Benefit, Call, Declaration, ImportBatch
from huomiao.innovations.queries import recommendations
from huomiao.innovations.rules import tables as rules
from huomiao.innovations.states import BatchState, Path, State
from huomiao.innovations.summary_reading import NEW, UPDATE, Match, Reading, Report
from huomiao.innovations.tasks import scan_likeness
from huomiao.orgs.models import Organization

if TYPE_CHECKING:
    from huomiao.accounts.models import User

MODES = ("all", "good")
MOST_BYTES = 20 * 1024 * 1024
# A table that nobody confirmed is forgotten after this.
KEPT_FOR = timedelta(days=7)
_BATCH = 500


class HasProblems(DomainError):
    """The table was to be imported whole, and some of it cannot be. ``report`` says what."""

    code = "has_problems"
    status = 422

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report


def preview(
    content: bytes, file_name: str, *, call: Call, organization: Organization, by: User, at: datetime
) -> ImportBatch:
    """Read the table and keep it with each row's fate; nothing is imported yet.

    Raises:
        Unreadable: the file cannot be read as a table.
    """
    _need(call, organization, by=by, at=at)
    if len(content) > MOST_BYTES:
        raise Invalid(_("文件超过 20 MB，请分成几个文件上传。"))
    reading = summary_reading.read(content, file_name, call=call, organization=organization)
    return ImportBatch.objects.create(
        call=call,
        organization=organization,
        by=by,
        file_name=file_name[:200],
        content=content,
        report=reading.report.as_json(),
    )


@transaction.atomic
def confirm(batch: ImportBatch, *, by: User, mode: str, at: datetime) -> Report:
    """Import what was previewed: everything (``all``) or the rows without problems (``good``).

    The table is read again, so that what changed since the preview counts. Confirming twice gives the first report.
    """
    if not rules.can_confirm(by, batch):
        raise NotAllowed(_("只有上传者本人可以确认导入。"))
    locked = (
        ImportBatch.objects.select_for_update(of=("self",))
        .select_related("call__organiser", "organization")
        .get(pk=batch.pk)
    )
    if locked.state == BatchState.DONE:
        return Report.from_json(locked.report)
    if locked.state == BatchState.DROPPED:
        raise WrongState(_("这份表格已被放弃，请重新上传。"))
    report = import_declarations(
        bytes(locked.content),
        locked.file_name,
        call=locked.call,
        organization=locked.organization,
        by=by,
        mode=mode,
        at=at,
    )
    locked.state, locked.done_at = BatchState.DONE, at
    locked.content, locked.report = b"", report.as_json()
    locked.save(update_fields=["state", "done_at", "content", "report"])
    return report


@transaction.atomic
def drop(batch: ImportBatch, *, by: User, at: datetime) -> ImportBatch:
    """Give a table up: what it held is forgotten."""
    if batch.by_id != by.pk:
        raise NotAllowed(_("只有上传者本人可以放弃。"))
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state == BatchState.DONE:
        raise WrongState(_("这份表格已经导入，不能放弃。"))
    return _forget(locked, at)


def forget_old(at: datetime) -> int:
    """Forget the tables that nobody confirmed; returns how many."""
    old = ImportBatch.objects.filter(state=BatchState.PREVIEW, created_at__lt=at - KEPT_FOR)
    for batch in (found := list(old.only("pk"))):
        _forget(batch, at)
    return len(found)


def _forget(batch: ImportBatch, at: datetime) -> ImportBatch:
    batch.state, batch.done_at, batch.content, batch.report = BatchState.DROPPED, at, b"", {}
    batch.save(update_fields=["state", "done_at", "content", "report"])
    return batch


@transaction.atomic
def import_declarations(
    content: bytes,
    file_name: str,
    *,
    call: Call,
    organization: Organization,
    by: User,
    mode: str = "all",
    at: datetime,
    as_state: State = State.SUBMITTED,
) -> Report:
    """Import a summary table that ``organization`` brings: its declarations come in filed by their units.

    They lie on the desk of ``organization`` (of the unit's recommending union, when the organiser brings them), or,
    with ``as_state`` RECOMMENDED, count as recommended in the order of the table: for tables of a year that is over.

    Raises:
        Unreadable: the file cannot be read as a table.
        HasProblems: ``mode`` is ``all`` and a row has a problem; nothing is imported.
    """
    _need(call, organization, by=by, at=at)
    reading = summary_reading.read(content, file_name, call=call, organization=organization)
    report = reading.report
    if mode == "all" and report.problem_count:
        raise HasProblems(
            _("表中有 %(count)s 处问题，没有导入任何一行。请改正后重新上传，或选择只导入没有问题的行。")
            % {"count": report.problem_count},
            report,
        )
    created = _create(reading, call, organization, by=by, at=at, as_state=as_state)
    updated = _update(reading, by=by, at=at)
    report.imported, report.updated = len(created), len(updated)
    note = _("从“%(file)s”导入 %(count)s 项") % {"file": file_name, "count": len(created)}
    history.record(call, "call.table_imported", by=by, note=note, at=at)
    pks = [declaration.pk for declaration in [*created, *updated]]
    for start in range(0, len(pks), _BATCH):
        transaction.on_commit(partial(scan_likeness.enqueue, pks[start : start + _BATCH]))
    return report


def _need(call: Call, organization: Organization, *, by: User, at: datetime) -> None:
    if not rules.can_import(by, call, organization):
        raise NotAllowed(_("您不能为这个组织导入汇总表。"))
    if not rules.is_open(call, organization, at):
        raise WrongState(_("推荐时间已过，不能再导入汇总表。"))
    if recommendations.table_in_force(call, organization):
        raise WrongState(_("本工会的推荐汇总表已签发，不能再导入。"))


def _create(
    reading: Reading, call: Call, organization: Organization, *, by: User, at: datetime, as_state: State
) -> list[Declaration]:
    matches = [match for match in reading.matches if match.fate == NEW]
    desks = _desks(matches, call, organization)
    numbers = _numbers(matches, call)
    ranks: dict[int, count[int]] = defaultdict(lambda: count(1))
    declarations = []
    for match, number in zip(matches, numbers, strict=True):
        declaration = _declaration(match, call, by=by, at=at)
        declaration.number = number
        if as_state == State.RECOMMENDED:
            declaration.state, declaration.rank = State.RECOMMENDED, next(ranks[declaration.union_id or 0])
        else:
            declaration.desk_id = desks[match.unit.pk if match.unit else 0]
        declarations.append(declaration)
    Declaration.objects.bulk_create(declarations, batch_size=_BATCH)
    Author.objects.bulk_create(
        (author for match, found in zip(matches, declarations, strict=True) for author in _authors(match, found)),
        batch_size=_BATCH,
    )
    Benefit.objects.bulk_create(
        (benefit for match, found in zip(matches, declarations, strict=True) for benefit in _benefits(match, found)),
        batch_size=_BATCH,
    )
    history.record_many(declarations, "declaration.imported", by=by, at=at)
    return declarations


def _desks(matches: Iterable[Match], call: Call, organization: Organization) -> dict[int, int]:
    """On which desk each unit's declarations come to lie."""
    desks: dict[int, int] = {}
    for match in matches:
        if match.unit is None or match.union is None:
            continue
        is_on_the_way = match.unit.path.startswith(organization.path) and organization.path != call.organiser.path
        desks[match.unit.pk] = organization.pk if is_on_the_way else match.union.pk
    return desks


def _numbers(matches: list[Match], call: Call) -> list[str]:
    """A number for each row, in the order of the table, from its union's series."""
    unions: dict[int, Organization] = {}
    rows: dict[int, list[int]] = defaultdict(list)
    for place, match in enumerate(matches):
        if match.union is not None:
            unions[match.union.pk] = match.union
            rows[match.union.pk].append(place)
    numbers = [""] * len(matches)
    for pk in sorted(rows):
        for place, number in zip(rows[pk], numbering.take(call, unions[pk], len(rows[pk])), strict=True):
            numbers[place] = number
    return numbers


def _declaration(match: Match, call: Call, *, by: User, at: datetime) -> Declaration:
    values = match.row.values
    return Declaration(
        call=call,
        state=State.SUBMITTED,
        path=Path.UNIT,
        declared_by=by,
        unit=match.unit,
        union=match.union,
        title=values["title"],
        category_id=match.category_id,
        field_id=match.field_id,
        section=match.section,
        division=match.division,
        source=values["source"],
        finished_on=values["finished_on"],
        in_use_since=values["in_use_since"],
        contact_name=values["contact"],
        contact_phone=values["phone"],
        keywords=values["keywords"],
        consent=values["consent"],
        submitted_at=at,
        **{name: values[name] for name in summary_columns.TEXTS},
    )


def _authors(match: Match, declaration: Declaration) -> Iterable[Author]:
    values = match.row.values
    for place, name in enumerate(match.names, start=1):
        author = Author(declaration=declaration, place=place, name=name)
        if place == 1:
            author.post, author.title = values["post"], values["author_title"]
            if values["is_frontline"] is not None:
                author.is_frontline = values["is_frontline"]
        yield author


def _benefits(match: Match, declaration: Declaration) -> Iterable[Benefit]:
    for name, (kind, _title, _aliases) in summary_columns.MONEY.items():
        amount = match.row.values[name]
        if amount is not None and amount != "":
            yield Benefit(declaration=declaration, kind=kind, amount=amount, basis=match.row.values["basis"])


def _update(reading: Reading, *, by: User, at: datetime) -> list[Declaration]:
    updated, noted = [], []
    for match in reading.matches:
        if match.fate != UPDATE or match.existing is None:
            continue
        declaration = Declaration.objects.select_for_update(of=("self",)).get(pk=match.existing.pk)
        if declaration.state != State.SUBMITTED:
            raise WrongState(_("“%(title)s”刚被处理，请重新上传表格。") % {"title": declaration})
        given = summary_reading.changes(match, declaration)
        changed: dict[str, Any] = {}
        for name, value in given.items():
            changed[name] = [str(getattr(declaration, name) or ""), str(value)]
            setattr(declaration, name, value)
        declaration.version += 1
        declaration.save(update_fields=[*given, "version", "saved_at"])
        updated.append(declaration)
        noted.append(changed)
    history.record_many(updated, "declaration.updated_by_table", by=by, changes=noted, at=at)
    return updated
