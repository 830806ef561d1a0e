"""Keeping a unit's roster. Phone numbers never reach the history: it says that one changed, not to what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.tables import SheetOut, write_table
from huomiao.orgs import queries, rules
from huomiao.orgs.importing.rosters import COLUMNS
from huomiao.orgs.models import Organization, RosterEntry

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# What the history may tell of; of the phone number only that it changed.
TOLD = ("name", "staff_number", "gender", "post", "title", "is_frontline", "is_member")


def _require(organization: Organization, by: User) -> None:
    if not rules.can_manage_roster(by, organization):
        raise NotAllowed(_("您不能维护“%(name)s”的名册。") % {"name": organization})


def add(organization: Organization, *, by: User, phone: str = "", **values: Any) -> RosterEntry:
    """Put somebody on the roster.

    Raises:
        Invalid: the staff number is taken.
    """
    _require(organization, by)
    if not organization.is_active:
        raise WrongState(_("“%(name)s”已停用，不能添加职工。") % {"name": organization})
    entry = RosterEntry(organization=organization, **values)
    entry.set_phone(phone)
    _save(entry)
    history.record(entry, "roster.added", by=by)
    return entry


def edit(entry: RosterEntry, *, by: User, phone: str, **values: Any) -> RosterEntry:
    """Correct an entry."""
    _require(entry.organization, by)
    changes: dict[str, Any] = {
        name: [getattr(entry, name), value] for name, value in values.items() if getattr(entry, name) != value
    }
    if phone != entry.phone:
        changes["phone"] = [_("（略）"), _("（已更新）")]
    if not changes:
        return entry
    for name, value in values.items():
        setattr(entry, name, value)
    entry.set_phone(phone)
    with transaction.atomic():
        _save(entry)
        history.record(entry, "roster.edited", by=by, changes=changes)
    return entry


@transaction.atomic
def _save(entry: RosterEntry) -> None:
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        raise Invalid(_("工号“%(number)s”在本单位已有人使用。") % {"number": entry.staff_number}) from error


@transaction.atomic
def leave(entry: RosterEntry, *, on: date, by: User) -> None:
    """Note that somebody left the unit; the entry stays, for what they did here."""
    _require(entry.organization, by)
    locked = RosterEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if locked.left_on is not None:
        raise WrongState(_("“%(name)s”已于 %(day)s 离职。") % {"name": locked, "day": locked.left_on})
    locked.left_on = on
    locked.save(update_fields=["left_on"])
    history.record(locked, "roster.left", by=by, changes={"left_on": ["", on]})


@transaction.atomic
def come_back(entry: RosterEntry, *, by: User) -> None:
    """Take somebody who left back onto the roster."""
    _require(entry.organization, by)
    locked = RosterEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if locked.left_on is None:
        raise WrongState(_("“%(name)s”正在名册上。") % {"name": locked})
    before, locked.left_on = locked.left_on, None
    locked.save(update_fields=["left_on"])
    history.record(locked, "roster.returned", by=by, changes={"left_on": [before, ""]})


@transaction.atomic
def reveal_phone(entry: RosterEntry, *, reason: str, by: User) -> str:
    """The phone number in full. Who saw whose, when and why is on record."""
    _require(entry.organization, by)
    if not reason.strip():
        raise Invalid(_("请写明查看完整手机号的原因。"))
    history.record(entry, "roster.phone_revealed", by=by, note=reason.strip())
    return entry.phone


@transaction.atomic
def export(organization: Organization, *, by: User, reason: str) -> bytes:
    """The roster as a workbook that can be brought back, phone numbers in full; who took it and why is on record."""
    _require(organization, by)
    if not reason.strip():
        raise Invalid(_("请写明导出名册的原因。"))
    rows = [
        {**{name: getattr(entry, name) for name in TOLD}, "phone": entry.phone}
        for entry in queries.roster(organization).iterator(chunk_size=2000)
    ]
    heading = _("%(name)s 职工名册（%(day)s）") % {"name": organization, "day": timezone.localdate()}
    content = write_table([SheetOut(_("名册"), COLUMNS, rows, heading)])
    history.record(organization, "roster.exported", by=by, note=reason.strip(), changes={"rows": ["", len(rows)]})
    return content
