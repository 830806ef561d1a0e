"""Who may sit: from the rosters of units or from a list, with numbers, rooms, seats, tickets and extra minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.accounts.models import User, phone_index
from huomiao.accounts.phones import normalized
from huomiao.core import history
from huomiao.core.errors import Invalid, WrongState
from huomiao.core.tables import Problem, Row, read_table
from huomiao.orgs.models import RosterEntry
from huomiao.orgs.queries import below
from huomiao.practice import building, candidate_table, tickets
from huomiao.practice.actions.exams import lock
from huomiao.practice.models import Candidate, Exam
from huomiao.practice.queries import exams as queries
from huomiao.practice.rules import exams as rules

if TYPE_CHECKING:
    from huomiao.accounts.models import User as Person

_BATCH = 500


@dataclass(frozen=True)
class Drawn:
    """What came of taking candidates from rosters."""

    added: int
    already: int
    # On a roster, but without an account to sit with.
    without_account: int


@dataclass
class Imported:
    """What came of a list; with problems nothing was changed."""

    added: int = 0
    updated: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return not self.problems


@transaction.atomic
def draw_from_rosters(exam: Exam, *, by: Person, at: datetime | None = None) -> Drawn:
    """List everybody who stands on the rosters of the exam's units; nobody twice, nobody off.

    Raises:
        NotAllowed: ``by`` does not run it.
        WrongState: it is over.
        Invalid: it names no units.
    """
    locked = _open(exam, by=by, at=at)
    if not locked.units.exists():
        raise Invalid(_("还没有选择参考单位。请先在考试设置里选择。"))
    entries = queries.on_rosters(locked)
    without = entries.filter(user=None).count()
    listed = set(locked.candidates.values_list("user_id", flat=True))
    chosen: dict[int, RosterEntry] = {}
    for entry in entries.exclude(user=None).filter(user__is_active=True).order_by("organization__path", "pk"):
        if entry.user_id is not None:
            chosen.setdefault(entry.user_id, entry)
    new = [(user, entry.organization_id) for user, entry in chosen.items() if user not in listed]
    _add(locked, [Candidate(exam=locked, user_id=user, unit_id=unit) for user, unit in new])
    outcome = Drawn(len(new), len(chosen) - len(new), without)
    history.record(locked, "exam.candidates_drawn", by=by, changes={"added": [0, outcome.added]}, at=at)
    return outcome


def import_list(exam: Exam, content: bytes, file_name: str, *, by: Person, at: datetime | None = None) -> Imported:
    """List the people of a workbook, found by account, phone number or staff number; all of it or nothing.

    Raises:
        NotAllowed: ``by`` does not run it.
        WrongState: it is over.
        core.tables.Unreadable: the file is no such table.
    """
    _open(exam, by=by, at=at)
    table = read_table(content, file_name, candidate_table.columns())
    found = _people(exam, table.rows)
    if table.problems:
        return Imported(problems=table.problems)
    with transaction.atomic():
        locked = _open(exam, by=by, at=at)
        return _list(locked, found, by=by, at=at)


def _people(exam: Exam, rows: Sequence[Row]) -> list[tuple[Row, int, int | None]]:
    """The person and unit of each row; what cannot be found or stands twice is blamed at its cell."""
    # As it is typed, and in small letters: most accounts are.
    typed = {row.values["account"] for row in rows if row.values["account"]}
    accounts = typed | {name.lower() for name in typed}
    by_account = {name.lower(): pk for name, pk in _in_batches(User, "username", accounts)}
    phones = {phone_index(row.values["phone"]) for row in rows if row.values["phone"]}
    by_phone = dict(_in_batches(User, "phone_key", phones))
    numbers = {row.values["staff_number"] for row in rows if row.values["staff_number"]}
    entries = _roster(exam, numbers)
    found = []
    seen: dict[int, Row] = {}
    taken: dict[str, Row] = {}
    for row in rows:
        person = _person(row, by_account, by_phone, entries)
        if person is None:
            continue
        user, unit = person
        if user in seen:
            row.blame("name", _("与第 %(row)d 行是同一个人。") % {"row": seen[user].number})
        seen.setdefault(user, row)
        number = row.values["number"]
        if number and number in taken:
            row.blame("number", _("准考证号与第 %(row)d 行重复。") % {"row": taken[number].number})
        taken.setdefault(number, row)
        found.append((row, user, unit))
    others = exam.candidates.filter(number__in=[number for number in taken if number]).values_list("number", "user_id")
    owner = dict(others)
    for row, user, _unit in found:
        number = row.values["number"]
        if number and owner.get(number, user) != user:
            row.blame("number", _("这个准考证号已给了另一位考生。"))
    return found


def _in_batches(model: type[Any], column: str, values: Iterable[str]) -> list[tuple[str, int]]:
    wanted = sorted(values)
    rows: list[tuple[str, int]] = []
    for start in range(0, len(wanted), _BATCH):
        chunk = wanted[start : start + _BATCH]
        rows.extend(model.objects.filter(**{f"{column}__in": chunk}, is_active=True).values_list(column, "pk"))
    return rows


def _roster(exam: Exam, numbers: set[str]) -> dict[str, list[RosterEntry]]:
    """Who stands on the rosters of the organiser's branch under each staff number."""
    found: dict[str, list[RosterEntry]] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _BATCH):
        rows = RosterEntry.objects.filter(
            below(exam.organiser.path, "organization__path"),
            staff_number__in=wanted[start : start + _BATCH],
            left_on=None,
        ).select_related("organization")
        for entry in rows:
            found.setdefault(entry.staff_number, []).append(entry)
    return found


def _person(
    row: Row, by_account: dict[str, int], by_phone: dict[str, int], entries: dict[str, list[RosterEntry]]
) -> tuple[int, int | None] | None:
    values = row.values
    if values["account"]:
        user = by_account.get(values["account"].lower())
        if user is None:
            row.blame("account", _("没有这个账号。请核对，或改用手机号、工号。"))
            return None
        return user, None
    if values["phone"]:
        user = by_phone.get(phone_index(normalized(values["phone"]) or values["phone"]))
        if user is None:
            row.blame("phone", _("没有用这个手机号的账号。请先为他开通账号。"))
            return None
        return user, None
    if values["staff_number"]:
        return _by_staff_number(row, entries.get(values["staff_number"], []))
    row.blame("name", _("账号、手机号、工号至少填一个。"))
    return None


def _by_staff_number(row: Row, entries: list[RosterEntry]) -> tuple[int, int | None] | None:
    name, unit = row.values["name"], row.values["unit"]
    if len(entries) > 1 and unit:
        entries = [entry for entry in entries if unit in {entry.organization.name, entry.organization.short_name}]
    if len(entries) > 1 and name:
        entries = [entry for entry in entries if entry.name == name]
    if not entries:
        row.blame("staff_number", _("名册里没有这个工号。"))
    elif len(entries) > 1:
        row.blame("staff_number", _("有多个单位用这个工号，请填写单位名称。"))
    elif name and entries[0].name != name:
        row.blame("name", _("这个工号在名册里是另一个姓名。"))
    elif entries[0].user_id is None:
        row.blame("staff_number", _("这位职工还没有开通账号。"))
    else:
        return entries[0].user_id, entries[0].organization_id
    return None


def _list(exam: Exam, found: Sequence[tuple[Row, int, int | None]], *, by: Person, at: datetime | None) -> Imported:
    there = {candidate.user_id: candidate for candidate in exam.candidates.all()}
    units = _units_of([user for _row, user, unit in found if unit is None])
    new: list[Candidate] = []
    changed: list[Candidate] = []
    for row, user, unit in found:
        candidate = there.get(user) or Candidate(exam=exam, user_id=user, unit_id=unit or units.get(user))
        for name in ("number", "room", "seat"):
            if row.values[name]:
                setattr(candidate, name, row.values[name])
        candidate.extra_minutes = row.values["extra_minutes"] or candidate.extra_minutes
        (changed if candidate.pk else new).append(candidate)
    try:
        with transaction.atomic():
            Candidate.objects.bulk_update(changed, ["number", "room", "seat", "extra_minutes"], batch_size=_BATCH)
            _add(exam, new)
    except IntegrityError as problem:
        raise Invalid(_("准考证号与其他考生重复，请核对后重新导入。")) from problem
    counts = {"added": [0, len(new)], "updated": [0, len(changed)]}
    history.record(exam, "exam.candidates_imported", by=by, changes=counts, at=at)
    return Imported(added=len(new), updated=len(changed))


def _units_of(users: list[int]) -> dict[int, int]:
    """The unit on whose roster each person stands; of several the first."""
    units: dict[int, int] = {}
    for start in range(0, len(users), _BATCH):
        rows = RosterEntry.objects.filter(user__in=users[start : start + _BATCH], left_on=None).order_by("pk")
        for user, unit in rows.values_list("user_id", "organization_id"):
            if user is not None:
                units.setdefault(user, unit)
    return units


def _add(exam: Exam, new: Sequence[Candidate]) -> None:
    """Number those without a number, keep them all, and give them papers where papers are built."""
    taken = set(exam.candidates.values_list("number", flat=True)) | {one.number for one in new if one.number}
    count = len(taken)
    for candidate in new:
        while not candidate.number:
            count += 1
            if (number := f"{count:06d}") not in taken:
                candidate.number = number
                taken.add(number)
    Candidate.objects.bulk_create(new, batch_size=_BATCH)
    if new and exam.built_at is not None:
        building.hand_out(exam)


@transaction.atomic
def change(candidate: Candidate, *, by: Person, values: dict[str, Any], at: datetime | None = None) -> Candidate:
    """Set a candidate's number, room, seat and extra minutes.

    Raises:
        NotAllowed: ``by`` does not run the exam.
        WrongState: it is over, or minutes are to change that somebody already sits by.
        Invalid: the number is another candidate's.
    """
    _open(candidate.exam, by=by, at=at)
    locked = Candidate.objects.select_for_update(of=("self",)).select_related("exam", "user").get(pk=candidate.pk)
    changes = {name: [getattr(locked, name), value] for name, value in values.items() if getattr(locked, name) != value}
    if "extra_minutes" in changes and locked.sittings.exists():
        raise WrongState(_("他已经开始考试。请在监考页为他延长时间。"))
    for name in changes:
        setattr(locked, name, values[name])
    try:
        with transaction.atomic():
            locked.save(update_fields=[*changes])
    except IntegrityError as problem:
        raise Invalid(_("这个准考证号已给了另一位考生。")) from problem
    if changes:
        history.record(locked, "candidate.changed", by=by, changes=changes, at=at)
    return locked


@transaction.atomic
def remove(candidate: Candidate, *, by: Person, at: datetime | None = None) -> None:
    """Take somebody off the list.

    Raises:
        NotAllowed: ``by`` does not run the exam.
        WrongState: it is over, or they have begun.
    """
    exam = _open(candidate.exam, by=by, at=at)
    locked = Candidate.objects.select_for_update(of=("self",)).select_related("user").get(pk=candidate.pk)
    if locked.sittings.exists():
        raise WrongState(_("他已经开始考试，不能从名单里删除。需要时可以在监考页作废。"))
    history.record(exam, "candidate.removed", by=by, note=f"{locked.number} {locked.user.name}", at=at)
    locked.delete()


@transaction.atomic
def issue_tickets(
    exam: Exam, *, by: Person, room: str | None = None, only: Candidate | None = None, at: datetime | None = None
) -> list[tuple[Candidate, str]]:
    """New codes for the candidates of ``room`` (None: all), or for ``only`` one; the codes are kept nowhere.

    Codes that were printed before are void with this.

    Raises:
        NotAllowed: ``by`` does not run the exam.
        WrongState: it is over.
    """
    locked = _open(exam, by=by, at=at)
    rows = locked.candidates.select_related("user", "unit").order_by("room", "seat", "number")
    if only is not None:
        rows = rows.filter(pk=only.pk)
    elif room is not None:
        rows = rows.filter(room=room)
    issued = []
    for candidate in rows:
        candidate.exam = locked
        code = tickets.new_code()
        candidate.ticket_key = tickets.key_of(candidate, code)
        issued.append((candidate, code))
    Candidate.objects.bulk_update([candidate for candidate, _code in issued], ["ticket_key"], batch_size=_BATCH)
    note = only.number if only else (room or "")
    history.record(locked, "exam.tickets_issued", by=by, note=note, changes={"count": [0, len(issued)]}, at=at)
    return issued


@transaction.atomic
def revoke_ticket(candidate: Candidate, *, by: Person, at: datetime | None = None) -> None:
    """Make a candidate's code void without a new one.

    Raises:
        NotAllowed: ``by`` does not run the exam.
        WrongState: it is over.
    """
    _open(candidate.exam, by=by, at=at)
    Candidate.objects.filter(pk=candidate.pk).update(ticket_key="")
    history.record(candidate, "candidate.ticket_revoked", by=by, at=at)


def _open(exam: Exam, *, by: Person, at: datetime | None) -> Exam:
    with transaction.atomic():
        locked = lock(exam, by=by)
    if not rules.can_list(locked, at or timezone.now()):
        raise WrongState(_("考试已经结束，考生名单不能再改。"))
    return locked
