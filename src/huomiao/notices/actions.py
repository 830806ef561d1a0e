"""Everything that happens to a notice: opened, objected to, ruled on, extended, closed."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.files import actions as files
from huomiao.files.models import Kind
from huomiao.notices import hashing, queries, rules, subjects
from huomiao.notices.calendar import Calendar
from huomiao.notices.models import Evidence, Notice, NoticeItem, Objection, Ruling, WorkdayException
from huomiao.notices.states import (
    MOVES,
    Finding,
    ItemState,
    NoticeState,
    ObjectionState,
    Outcome,
)
from huomiao.orgs.models import Organization

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from huomiao.accounts.models import User

MOST_EVIDENCE = 5
EVIDENCE_MB = 20
EVIDENCE_KINDS = (Kind.IMAGE, Kind.PDF, Kind.OFFICE)
TWICE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class ItemRow:
    """A line to put on a notice: what it is about and the cells that the public sees."""

    subject: models.Model
    cells: tuple[str, ...]


@transaction.atomic
def open_notice(
    subject: models.Model,
    *,
    title: str,
    issuer: Organization,
    columns: Sequence[str],
    items: Sequence[ItemRow],
    working_days: int,
    by: User | None,
    body: str = "",
    contact: str = "",
    opens_on: date | None = None,
    at: datetime | None = None,
) -> Notice:
    """Put a list before the public: it is frozen with its hash, and open for so many working days after ``opens_on``.

    The app above has asked whether ``by`` may.

    Raises:
        Invalid: the list is empty, a row has another number of cells than there are columns, or there are no days.
        WrongState: a notice about the same thing is open.
    """
    moment = at or timezone.now()
    if not items:
        raise Invalid(_("公示名单是空的。"))
    if working_days < 1:
        raise Invalid(_("公示期至少 1 个工作日。"))
    if any(len(item.cells) != len(columns) for item in items):
        raise Invalid(_("公示名单的列数不一致。"))
    if queries.of_subject(subject).filter(state=NoticeState.OPEN).exists():
        raise WrongState(_("已经有一份正在进行的公示。"))
    first = opens_on or timezone.localdate(moment)
    last = Calendar().add_working_days(first, working_days)
    notice = Notice.objects.create(
        subject_type=history.subject_type(subject),
        subject_id=str(subject.pk),
        title=title,
        body=body,
        issuer=issuer,
        contact=contact,
        working_days=working_days,
        opens_on=first,
        closes_on=last,
        columns=[str(column) for column in columns],
        list_hash=hashing.list_hash(columns, [item.cells for item in items]),
        opened_at=moment,
    )
    _put(notice, items, first_position=1, closes_on=last, by=by, at=moment)
    history.record(notice, "notice.opened", by=by, note=notice.list_hash, at=moment)
    return notice


def _put(
    notice: Notice,
    items: Sequence[ItemRow],
    *,
    first_position: int,
    closes_on: date,
    by: User | None,
    at: datetime,
    added: str = "",
) -> list[NoticeItem]:
    rows = [
        NoticeItem(
            notice=notice,
            position=position,
            subject_type=history.subject_type(item.subject),
            subject_id=str(item.subject.pk),
            cells=[str(cell) for cell in item.cells],
            state=ItemState.PROMOTED if added else ItemState.LISTED,
            added_at=at if added else None,
            closes_on=closes_on,
            note=added,
        )
        for position, item in enumerate(items, first_position)
    ]
    made = NoticeItem.objects.bulk_create(rows, batch_size=500)
    history.record_many(made, "notice.item_added" if added else "notice.item_listed", by=by, at=at)
    return made


# --- After the freeze -------------------------------------------------------------------------------------------------


@transaction.atomic
def add_item(notice: Notice, row: ItemRow, *, note: str, by: User | None, at: datetime | None = None) -> NoticeItem:
    """Add somebody who moved up. They get the full number of working days, and the notice stays open for them.

    The hash still is that of the first list; the added line says what it is.
    """
    moment = at or timezone.now()
    locked = _locked(notice)
    if locked.state == NoticeState.CANCELLED:
        raise WrongState(_("公示已撤回，不能再递补。"))
    closes_on = Calendar().add_working_days(timezone.localdate(moment), locked.working_days)
    last = locked.items.aggregate(last=models.Max("position"))["last"] or 0
    [item] = _put(locked, [row], first_position=last + 1, closes_on=closes_on, by=by, at=moment, added=note)
    if closes_on > locked.closes_on or locked.state == NoticeState.CLOSED:
        before = locked.closes_on
        locked.closes_on = notice.closes_on = max(closes_on, locked.closes_on)
        locked.state = notice.state = NoticeState.OPEN
        locked.closed_at = notice.closed_at = None
        locked.save(update_fields=["closes_on", "state", "closed_at"])
        changes = {"closes_on": [before.isoformat(), locked.closes_on.isoformat()]}
        history.record(locked, "notice.extended", by=by, note=note, changes=changes, at=moment)
    return item


@transaction.atomic
def strike(item: NoticeItem, *, note: str, by: User | None) -> None:
    """Take an item off the list; it stays on the page, struck through."""
    _change(item, ItemState.STRUCK, note, "notice.item_struck", by)


@transaction.atomic
def amend(item: NoticeItem, *, cells: Sequence[str], note: str, by: User | None) -> None:
    """Show what an item's cells say now and, beside it, why (a lower grade, say); what was published stays readable.

    Raises:
        Invalid: ``cells`` are not as many as the item has.
    """
    if len(cells) != len(item.cells):
        raise Invalid(_("公示名单的列数不一致。"))
    before = item.amended
    pairs = enumerate(zip(item.cells, cells, strict=True))
    item.amended = {str(place): now for place, (frozen, now) in pairs if now != frozen}
    _change(item, ItemState(item.state), note, "notice.item_changed", by, cells=[before, item.amended])


def _change(item: NoticeItem, state: ItemState, note: str, action: str, by: User | None, **more: Any) -> None:
    changes = {"state": [item.state, state], "note": [item.note, note], **more}
    item.state, item.note = state, note[:200]
    item.save(update_fields=["state", "note", "amended"])
    history.record(item, action, by=by, note=note, changes=changes)


@transaction.atomic
def cancel(notice: Notice, *, note: str, by: User | None, at: datetime | None = None) -> None:
    """Take a notice back, because the results go back to be decided again. The page stays and says so.

    Raises:
        Invalid: no reason is given.
    """
    if not note.strip():
        raise Invalid(_("请写明撤回公示的原因，原因会公开。"))
    locked = _locked(notice)
    if locked.state == NoticeState.CANCELLED:
        raise WrongState(_("公示已经撤回。"))
    _set_state(locked, NoticeState.CANCELLED, "notice.cancelled", by=by, note=note, at=at or timezone.now())
    notice.state = locked.state


def close_due(at: datetime) -> int:
    """Close every notice whose last day has passed; returns how many. Safe to run at any time, any number of times."""
    today = timezone.localdate(at)
    closed = 0
    for pk in Notice.objects.filter(state=NoticeState.OPEN, closes_on__lt=today).values_list("pk", flat=True):
        with transaction.atomic():
            locked = Notice.objects.select_for_update().get(pk=pk)
            if locked.state == NoticeState.OPEN and locked.closes_on < today:
                _set_state(locked, NoticeState.CLOSED, "notice.closed", by=None, note="", at=at)
                closed += 1
    return closed


def _locked(notice: Notice) -> Notice:
    return Notice.objects.select_for_update(of=("self",)).select_related("issuer").get(pk=notice.pk)


def _set_state(notice: Notice, to: NoticeState, action: str, *, by: User | None, note: str, at: datetime) -> None:
    changes = {"state": [notice.state, to]}
    notice.state, notice.closed_at = to, at
    notice.save(update_fields=["state", "closed_at"])
    history.record(notice, action, by=by, note=note, changes=changes, at=at)


# --- Objections -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Objector:
    """Who objects. Without a name it is kept as a clue only."""

    name: str = ""
    phone: str = ""
    unit: str = ""

    @property
    def is_named(self) -> bool:
        return bool(self.name and self.phone and self.unit)


@transaction.atomic
def make_objection(
    item: NoticeItem,
    *,
    kind: str,
    text: str,
    objector: Objector,
    evidence: Sequence[UploadedFile] = (),
    at: datetime | None = None,
) -> Objection:
    """Object to an item. The same words sent twice within minutes give the first receipt again.

    Raises:
        WrongState: the item's days are over, or it is struck already.
        Invalid: there is too much evidence, or a file cannot be kept.
    """
    moment = at or timezone.now()
    notice = _locked(item.notice)
    fresh = NoticeItem.objects.select_related("notice__issuer").get(pk=item.pk)
    if not queries.takes_objections(fresh, moment):
        raise WrongState(_("这一项现在不接受异议：公示尚未开始或已经结束，或该项已取消。"))
    if len(evidence) > MOST_EVIDENCE:
        raise Invalid(_("证据最多 %(most)d 个文件。") % {"most": MOST_EVIDENCE})
    earlier = queries.same_objection(fresh, text=text, kind=kind, since=moment - TWICE_WITHIN)
    if earlier and (earlier.name, earlier.phone) == (objector.name, objector.phone):
        return earlier
    objection = Objection.objects.create(
        notice=notice,
        item=fresh,
        kind=kind,
        text=text,
        is_named=objector.is_named,
        name=objector.name,
        phone=objector.phone,
        unit=objector.unit,
        state=ObjectionState.RECEIVED if objector.is_named else ObjectionState.CLUE,
        made_at=moment,
    )
    for upload in evidence:
        stored = files.store(upload, by=None, kinds=EVIDENCE_KINDS, limit_mb=EVIDENCE_MB)
        Evidence.objects.create(objection=objection, file=stored)
    history.record(objection, "objection.made", by=None, at=moment)
    return objection


@transaction.atomic
def accept(
    objection: Objection, *, by: User, barred: AbstractSet[int] = frozenset(), at: datetime | None = None
) -> Objection:
    """Take an objection up: from now on ``by`` handles it.

    Raises:
        NotAllowed: ``by`` is no officer of the issuer, or handled the thing before.
        WrongState: it has been taken up or answered already.
    """
    locked = _to_handle(objection, by=by, barred=barred)
    return _move(
        locked, ObjectionState.ACCEPTED, "objection.accepted", by=by, handler=by, accepted_at=at or timezone.now()
    )


@transaction.atomic
def keep_as_clue(objection: Objection, *, note: str, by: User, barred: AbstractSet[int] = frozenset()) -> Objection:
    """Keep an objection as a clue only: it is not answered, and holds nothing up.

    Raises:
        NotAllowed, WrongState: as ``accept``.
        Invalid: no reason is given.
    """
    if not note.strip():
        raise Invalid(_("请写明只作为线索留存的原因。"))
    locked = _to_handle(objection, by=by, barred=barred)
    return _move(locked, ObjectionState.CLUE, "objection.kept_as_clue", by=by, note=note, clue_note=note[:200])


@transaction.atomic
def rule(
    objection: Objection,
    *,
    finding: str,
    outcome: str,
    reasons: str,
    by: User,
    barred: AbstractSet[int] = frozenset(),
    at: datetime | None = None,
) -> Ruling:
    """Answer an objection, and carry the answer out: an item is struck or amended, and the app above does the rest.

    Of two officers who rule at once the second is refused.

    Raises:
        NotAllowed: ``by`` is no officer of the issuer, or handled the thing before.
        WrongState: it is not taken up yet, or answered already.
        Invalid: the outcome does not follow from the finding, or no reasons are given.
    """
    moment = at or timezone.now()
    locked = _to_handle(objection, by=by, barred=barred)
    if not reasons.strip():
        raise Invalid(_("请写明理由，理由会答复给提出人。"))
    if finding == Finding.DISMISSED and outcome != Outcome.KEEP:
        raise Invalid(_("异议不成立时，结果只能是“维持”。"))
    if outcome not in subjects.of(locked.notice).outcomes(locked.item):
        raise Invalid(_("这一项不能作出“%(outcome)s”的处理。") % {"outcome": Outcome(outcome).label})
    _move(locked, ObjectionState.RULED, "objection.ruled", by=by)
    objection.state = locked.state
    ruling = Ruling.objects.create(
        objection=locked, finding=finding, outcome=outcome, reasons=reasons, by=by, made_at=moment
    )
    history.record(ruling, "objection.ruled", by=by, changes={"outcome": ["", outcome]}, at=moment)
    item = NoticeItem.objects.select_for_update(of=("self",)).select_related("notice").get(pk=locked.item_id)
    ruling.objection.item = item
    if item.state == ItemState.STRUCK:
        return ruling
    if outcome == Outcome.STRIKE:
        strike(item, note=_("经核查异议成立，取消"), by=by)
    subjects.of(locked.notice).apply(ruling, by=by)
    return ruling


@transaction.atomic
def reveal(objection: Objection, *, reason: str, by: User) -> None:
    """Put on record that ``by`` looks at who objected, and why. The page shows it only after this.

    Raises:
        NotAllowed: ``by`` may not handle the objection.
        Invalid: no reason is given.
    """
    if not rules.can_handle(by, objection):
        raise NotAllowed(_("您不能查看提出人的信息。"))
    if not reason.strip():
        raise Invalid(_("请写明查看的原因，会记入操作历史。"))
    history.record(objection, "objection.revealed", by=by, note=reason)


def _to_handle(objection: Objection, *, by: User, barred: AbstractSet[int]) -> Objection:
    locked = (
        Objection.objects.select_for_update(of=("self",)).select_related("notice__issuer", "item").get(pk=objection.pk)
    )
    locked.item.notice = locked.notice
    if not rules.can_manage(by, locked.notice):
        raise NotAllowed(_("只有公示单位可以处理异议。"))
    if rules.is_barred(by, locked, barred=barred):
        raise NotAllowed(_("您此前经手过这项成果，须由其他人处理这条异议。"))
    return locked


def _move(
    objection: Objection, to: ObjectionState, action: str, *, by: User, note: str = "", **values: object
) -> Objection:
    before = ObjectionState(objection.state)
    if to not in MOVES[before]:
        raise WrongState(
            _("这条异议目前是“%(state)s”，不能这样处理。请刷新页面查看最新状态。") % {"state": before.label}
        )
    objection.state = to
    for name, value in values.items():
        setattr(objection, name, value)
    objection.save(update_fields=["state", *values])
    history.record(objection, action, by=by, note=note, changes={"state": [before, to]})
    return objection


# --- The calendar ---------------------------------------------------------------------------------------------------


@transaction.atomic
def set_workday(day: date, *, is_workday: bool, note: str, by: User) -> WorkdayException:
    """Say of a day that it is, or is not, a working day, whatever the calendar says. Open notices keep their days.

    Raises:
        NotAllowed: ``by`` runs no calls anywhere.
    """
    if not rules.can_keep_calendar(by):
        raise NotAllowed(_("只有主办单位可以维护工作日历。"))
    exception, _is_new = WorkdayException.objects.update_or_create(
        day=day, defaults={"is_workday": is_workday, "note": note}
    )
    history.record(exception, "workday.set", by=by, note=note, changes={"is_workday": ["", is_workday]})
    return exception


@transaction.atomic
def forget_workday(exception: WorkdayException, *, by: User) -> None:
    """Let the calendar decide about that day again."""
    if not rules.can_keep_calendar(by):
        raise NotAllowed(_("只有主办单位可以维护工作日历。"))
    history.record(exception, "workday.removed", by=by, note=str(exception))
    exception.delete()
