"""What unions do with declarations: forward, send back, decline, rank, sign off; and what the organiser does with unions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import DomainError, Invalid, NotAllowed, WrongState
from huomiao.files.actions import store
from huomiao.files.models import Kind
from huomiao.innovations.actions.declarations import as_handed_in
from huomiao.innovations.actions.moves import move
from huomiao.innovations.models import Call, Declaration, Opinion, Reminder, SummaryTable
from huomiao.innovations.queries import recommendations
from huomiao.innovations.queries.recommendations import Use
from huomiao.innovations.rules import recommendations as rules
from huomiao.innovations.states import AT_ORGANISER, Decision, Path, State
from huomiao.orgs.models import Organization
from huomiao.orgs.states import BRANCH_KINDS

if TYPE_CHECKING:
    from huomiao.accounts.models import User


class OverQuota(DomainError):
    """The list holds more than the union may send up; the message does the sum."""

    code = "over_quota"
    status = 422


class ListChanged(WrongState):
    """Somebody else changed the list in between."""

    code = "list_changed"


@dataclass(frozen=True)
class Outcome:
    """What became of a bulk act: what was done, and what was not and why."""

    done: list[Opinion] = field(default_factory=list)
    refused: list[tuple[Declaration, str]] = field(default_factory=list)


def each(declarations: Iterable[Declaration], act: Callable[[Declaration], Opinion]) -> Outcome:
    """Do ``act`` to each; what is refused is named with its reason, and does not hold up the others."""
    outcome = Outcome()
    for declaration in declarations:
        try:
            outcome.done.append(act(declaration))
        except DomainError as refusal:
            outcome.refused.append((declaration, refusal.message))
    return outcome


# --- At a desk ----------------------------------------------------------------------------------------------------


@transaction.atomic
def forward(
    declaration: Declaration, *, by: User, at: datetime, text: str = "", confirmed: dict[str, Any] | None = None
) -> Opinion:
    """Agree, and send the declaration to the next desk; at the recommending union, put it at the end of its list.

    ``confirmed`` is what the unit vouches for when its worker declared: ``authorship``, ``authorisation`` and the texts
    of the ``exclusions`` ticked as not applying.

    Raises:
        Invalid: the unit has not confirmed all of it.
        OverQuota: the union's list is full.
    """
    declaration = _at_desk(declaration, by=by, at=at)
    desk = _desk(declaration)
    details = _confirmation(declaration, confirmed or {})
    after = recommendations.desk_after(declaration)
    if after is None:
        _append(declaration, desk)
        changes: dict[str, Any] = {"rank": ["", declaration.rank]}
    else:
        declaration.desk = after
        declaration.save(update_fields=["desk", "saved_at"])
        changes = {"desk": [str(desk), str(after)]}
    history.record(declaration, "declaration.forwarded", by=by, note=text, changes=changes, at=at)
    return _opinion(declaration, desk, Decision.FORWARD, by=by, at=at, text=text, details=details)


@transaction.atomic
def send_back(declaration: Declaration, *, by: User, at: datetime, text: str, fields: Sequence[str] = ()) -> Opinion:
    """Send the declaration back to its declarer for correction, saying why and, if so wished, which fields."""
    declaration = _at_desk(declaration, by=by, at=at)
    desk = _desk(declaration)
    _need_reason(text)
    remember_texts(declaration)
    move(declaration, State.RETURNED, by=by, note=text, rank=None)
    return _opinion(declaration, desk, Decision.RETURN, by=by, at=at, text=text, details={"fields": list(fields)})


@transaction.atomic
def decline(declaration: Declaration, *, by: User, at: datetime, text: str) -> Opinion:
    """Do not recommend it, saying why."""
    declaration = _at_desk(declaration, by=by, at=at)
    desk = _desk(declaration)
    _need_reason(text)
    move(declaration, State.DECLINED, by=by, note=text, rank=None)
    return _opinion(declaration, desk, Decision.DECLINE, by=by, at=at, text=text)


def forward_many(
    declarations: Iterable[Declaration],
    *,
    by: User,
    at: datetime,
    text: str = "",
    confirmed: dict[str, Any] | None = None,
) -> Outcome:
    """Forward each; what cannot be is named with its reason, and does not hold up the others."""
    return each(declarations, lambda one: forward(one, by=by, at=at, text=text, confirmed=confirmed))


def decline_many(declarations: Iterable[Declaration], *, by: User, at: datetime, text: str) -> Outcome:
    """Decline each, for the one reason; what cannot be is named, and does not hold up the others."""
    return each(declarations, lambda one: decline(one, by=by, at=at, text=text))


@transaction.atomic
def undo(opinion: Opinion, *, by: User, at: datetime) -> Declaration:
    """Take back what a desk just decided, as long as nobody has done anything with the declaration since.

    Raises:
        WrongState: it was dealt with further, or the declarer has changed it.
    """
    declaration = Declaration.objects.select_for_update(of=("self",)).get(pk=opinion.declaration_id)
    desk = opinion.organization
    if not rules.can_rank(by, declaration.call, desk):
        raise NotAllowed(_("只有作出处理的工会可以撤销。"))
    latest = declaration.opinions.order_by("-made_at", "-pk").first()
    if latest is None or latest.pk != opinion.pk or opinion.decision not in _UNDOABLE:
        raise WrongState(_("这份申报之后已有新的处理，不能再撤销。"))
    if not rules.is_desk_open(declaration.call, desk, at):
        raise WrongState(_("推荐时间已过，不能再撤销。"))
    if recommendations.table_in_force(declaration.call, desk):
        raise WrongState(_("本工会的推荐汇总表已签发，不能再撤销。"))
    if opinion.decision == Decision.FORWARD:
        if declaration.state != State.SUBMITTED:
            raise WrongState(_("这份申报之后已有新的处理，不能再撤销。"))
        before = declaration.desk
        declaration.desk, declaration.rank = desk, None
        declaration.save(update_fields=["desk", "rank", "saved_at"])
        history.record(
            declaration, "declaration.forward_undone", by=by, changes={"desk": [str(before), str(desk)]}, at=at
        )
    else:
        if opinion.decision == Decision.RETURN and declaration.version != opinion.details.get("version"):
            raise WrongState(_("申报人已经开始修改，不能再撤销退回。"))
        move(declaration, State.SUBMITTED, by=by, action=f"declaration.{opinion.decision}_undone", desk=desk)
    opinion.delete()
    return declaration


_UNDOABLE = frozenset({Decision.FORWARD, Decision.RETURN, Decision.DECLINE})


def _at_desk(declaration: Declaration, *, by: User, at: datetime) -> Declaration:
    """The declaration, locked and read afresh, on a desk at which ``by`` may decide now."""
    if not rules.can_decide(by, declaration):
        raise NotAllowed(_("这份申报不在您所在工会处理。"))
    locked = Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    if locked.state != State.SUBMITTED or locked.desk_id != declaration.desk_id:
        raise WrongState(
            _("“%(title)s”已被处理，目前是“%(state)s”。请刷新页面。")
            % {"title": locked, "state": locked.get_state_display()}
        )
    desk = _desk(locked)
    if not rules.is_desk_open(locked.call, desk, at):
        raise WrongState(_("推荐时间已过，不能再处理。如需补报请联系主办方。"))
    if recommendations.table_in_force(locked.call, desk):
        raise WrongState(_("本工会的推荐汇总表已签发，不能再处理。"))
    return locked


def _desk(declaration: Declaration) -> Organization:
    if declaration.desk is None:
        raise WrongState(_("这份申报目前不在任何工会处理。"))
    return declaration.desk


def remember_texts(declaration: Declaration) -> None:
    """Keep the texts as they were handed in, when a table brought them: the correction is compared with them."""
    if not declaration.handed_in:
        declaration.handed_in = as_handed_in(declaration)
        declaration.save(update_fields=["handed_in"])


def _need_reason(text: str) -> None:
    if not text.strip():
        raise Invalid(_("请写明理由，申报人会看到。"))


def needs_confirmation(declaration: Declaration) -> bool:
    """Whether this desk is the unit's own and the worker declared: the unit then vouches for it."""
    return declaration.path == Path.WORKER and declaration.desk_id == declaration.unit_id


def _confirmation(declaration: Declaration, confirmed: dict[str, Any]) -> dict[str, Any]:
    if not needs_confirmation(declaration):
        return {}
    if not confirmed.get("authorship") or not confirmed.get("authorisation"):
        raise Invalid(_("“%(title)s”是职工自主申报，请先确认完成人属实、单位同意授权。") % {"title": declaration})
    texts = list(declaration.call.exclusions.values_list("text", flat=True))
    if missing := [text for text in texts if text not in confirmed.get("exclusions", ())]:
        raise Invalid(_("请逐条核对并勾选不予受理的情形，还差：%(texts)s") % {"texts": "；".join(missing)})
    return {"authorship": True, "authorisation": True, "exclusions": texts}


def _opinion(
    declaration: Declaration,
    desk: Organization,
    decision: Decision,
    *,
    by: User,
    at: datetime,
    text: str = "",
    details: dict[str, Any] | None = None,
) -> Opinion:
    return Opinion.objects.create(
        declaration=declaration,
        organization=desk,
        decision=decision,
        text=text.strip(),
        by=by,
        made_at=at,
        details={**(details or {}), "version": declaration.version},
    )


# --- The list of a recommending union -----------------------------------------------------------------------------


def _lock_list(union: Organization) -> None:
    """Hold every other hand off the union's list until the transaction ends; rows that refer to the union may still come."""
    Organization.objects.select_for_update(no_key=True).get(pk=union.pk)


def _append(declaration: Declaration, union: Organization) -> None:
    """Put the declaration at the end of the union's list."""
    _lock_list(union)
    held = _holding(declaration.call, union)
    _check_quotas(recommendations.quota_use(declaration.call, union, [*held, declaration]))
    last = Declaration.objects.filter(call=declaration.call, union=union).aggregate(last=Max("rank"))["last"]
    declaration.rank = (last or 0) + 1
    declaration.save(update_fields=["rank", "saved_at"])


def _holding(call: Call, union: Organization) -> list[Declaration]:
    """What takes a place of the union's quota already."""
    return list(
        Declaration.objects.filter(call=call, union=union, state__in=recommendations.HOLDS_PLACE).exclude(rank=None)
    )


def _check_quotas(uses: Iterable[Use]) -> None:
    sums = [
        _("%(category)s：名额 %(maximum)s，已选 %(used)s，超出 %(over)s")
        % {
            "category": use.category or _("合计"),
            "maximum": use.maximum,
            "used": use.used,
            "over": use.over,
        }
        for use in uses
        if use.over
    ]
    if sums:
        raise OverQuota("；".join(sums) + _("。请减少后再保存。"))


@transaction.atomic
def rank(
    call: Call, union: Organization, order: Sequence[int], *, by: User, at: datetime, seen: str | None = None
) -> list[Declaration]:
    """Make ``order`` (keys of declarations, first to last) the union's list; what is not named leaves the list.

    ``seen`` is the fingerprint of the list that the person looked at; None does not ask.

    Raises:
        ListChanged: somebody changed the list since.
        OverQuota: it is more than the union may send up; the message does the sum.
    """
    _need_list(call, union, by=by, at=at)
    _lock_list(union)
    before = list(recommendations.ranked(call, union).select_for_update(of=("self",)))
    if seen is not None and seen != recommendations.fingerprint(before):
        raise ListChanged(
            _("名单刚被其他经办人改动过。已按最新名单显示，您填写的顺序仍保留在输入框里，请核对后再保存。")
        )
    candidates = {found.pk: found for found in [*before, *recommendations.unranked(call, union)]}
    if unknown := [pk for pk in order if pk not in candidates]:
        raise ListChanged(_("有 %(count)s 项已不在本工会待推荐名单中，请刷新后再保存。") % {"count": len(unknown)})
    chosen = [candidates[pk] for pk in dict.fromkeys(order)]
    away = [held for held in _holding(call, union) if held.pk not in candidates]
    _check_quotas(recommendations.quota_use(call, union, [*away, *chosen]))
    ranks = {declaration.pk: place for place, declaration in enumerate(chosen, start=1)}
    changed = [found for found in candidates.values() if found.rank != ranks.get(found.pk)]
    changes = [{"rank": [found.rank or "", ranks.get(found.pk, "")]} for found in changed]
    for found in changed:
        found.rank = ranks.get(found.pk)
    Declaration.objects.bulk_update(changed, ["rank"], batch_size=200)
    history.record_many(changed, "declaration.ranked", by=by, changes=changes, at=at)
    return chosen


@transaction.atomic
def sign_off(
    call: Call, union: Organization, *, by: User, at: datetime, seen: str | None = None, declines_rest: bool = False
) -> SummaryTable:
    """Freeze the union's list as its summary table and recommend everything on it, in that order.

    Raises:
        WrongState: it is signed off already, or it is not the time.
        Invalid: nothing is on the list.
        OverQuota: the quotas were lowered since it was ranked.
    """
    _need_list(call, union, by=by, at=at)
    if not rules.can_sign_off_now(call, union, at):
        raise WrongState(_("现在不在推荐时间内，不能签发汇总表。"))
    _lock_list(union)
    chosen = list(recommendations.ranked(call, union).prefetch_related("authors").select_for_update(of=("self",)))
    if seen is not None and seen != recommendations.fingerprint(chosen):
        raise ListChanged(_("名单刚被其他经办人改动过，请核对最新名单后再签发。"))
    if not chosen:
        raise Invalid(_("推荐名单还是空的，请先选择并排序。"))
    away = [held for held in _holding(call, union) if held.pk not in {found.pk for found in chosen}]
    _check_quotas(recommendations.quota_use(call, union, [*away, *chosen]))
    places = iter(range(1, len(chosen) + len(away) + 1))
    taken = {held.rank for held in away}
    for declaration in chosen:
        place = next(number for number in places if number not in taken)
        move(declaration, State.RECOMMENDED, by=by, rank=place, desk=None)
        _opinion(declaration, union, Decision.RECOMMEND, by=by, at=at)
    if declines_rest:
        for declaration in recommendations.unranked(call, union):
            text = _("未列入本工会推荐名单。")
            move(declaration, State.DECLINED, by=by, note=text)
            _opinion(declaration, union, Decision.DECLINE, by=by, at=at, text=text)
    rows = table_rows([*away, *chosen])
    try:
        with transaction.atomic():
            table = SummaryTable.objects.create(
                call=call, union=union, rows=rows, rows_hash=rows_hash(rows), signed_by=by, signed_at=at
            )
    except IntegrityError as again:
        raise WrongState(_("本工会的推荐汇总表已经签发。")) from again
    history.record(
        table, "table.signed", by=by, changes={"rows": ["", len(rows)], "hash": ["", table.rows_hash]}, at=at
    )
    return table


def table_rows(declarations: Iterable[Declaration]) -> list[dict[str, Any]]:
    """The rows of a summary table as it freezes them. No phone numbers: they stay encrypted with the declaration."""
    return [
        {
            "rank": declaration.rank,
            "declaration": declaration.pk,
            "number": declaration.number or "",
            "title": declaration.title,
            "category": str(declaration.category or ""),
            "authors": [author.name for author in declaration.authors.all()],
            "unit": declaration.unit.name,
            "nature": declaration.unit.nature,
            "section": declaration.section,
            "division": declaration.division,
            "field": str(declaration.field or ""),
            "contact": declaration.contact_name,
        }
        for declaration in sorted(declarations, key=lambda found: found.rank or 0)
    ]


def rows_hash(rows: Sequence[dict[str, Any]]) -> str:
    """The hash by which a printed table is known to be the one in the records."""
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def attach_scan(table: SummaryTable, upload: UploadedFile, *, by: User) -> SummaryTable:
    """Keep the sealed scan of a signed table."""
    if not rules.can_rank(by, table.call, table.union):
        raise NotAllowed(_("只有签发的工会可以上传盖章件。"))
    if table.reopened_at is not None:
        raise WrongState(_("这份汇总表已被退回，请重新签发后再上传盖章件。"))
    scan = store(upload, by=by, kinds={Kind.PDF, Kind.IMAGE}, limit_mb=20)
    with transaction.atomic():
        table.scan = scan
        table.save(update_fields=["scan"])
        history.record(table, "table.scanned", by=by)
    return table


def _need_list(call: Call, union: Organization, *, by: User, at: datetime) -> None:
    if union.kind not in BRANCH_KINDS or not rules.can_rank(by, call, union):
        raise NotAllowed(_("只有推荐工会的经办人可以排序和签发。"))
    if recommendations.table_in_force(call, union):
        raise WrongState(_("本工会的推荐汇总表已经签发。如需更改，请联系主办方退回。"))
    if not rules.is_desk_open(call, union, at):
        raise WrongState(_("推荐时间已过，名单不能再改。"))


# --- The organiser ------------------------------------------------------------------------------------------------


@transaction.atomic
def reopen(table: SummaryTable, *, by: User, at: datetime, note: str) -> SummaryTable:
    """Send a union's table back: everything on it lies with the union again, in the same order."""
    if not rules.can_oversee(by, table.call):
        raise NotAllowed(_("只有主办方可以退回汇总表。"))
    _need_reason(note)
    _lock_list(table.union)
    table = SummaryTable.objects.select_for_update(of=("self",)).select_related("call", "union").get(pk=table.pk)
    if table.reopened_at is not None:
        raise WrongState(_("这份汇总表已经退回过了。"))
    if table.call.state not in rules.REOPENABLE:
        raise WrongState(_("形式审查已结束，不能再退回汇总表。"))
    going_back = Declaration.objects.filter(call=table.call, union=table.union, state__in=AT_ORGANISER)
    for declaration in going_back.order_by("rank"):
        if declaration.state != State.RECOMMENDED:
            move(declaration, State.RECOMMENDED, by=by, action="declaration.check_undone", note=note)
        move(declaration, State.SUBMITTED, by=by, action="declaration.reopened", note=note, desk=table.union)
    table.reopened_at = at
    table.reopened_note = note.strip()[:300]
    table.save(update_fields=["reopened_at", "reopened_note"])
    history.record(table, "table.reopened", by=by, note=note, at=at)
    return table


@transaction.atomic
def remind(call: Call, union: Organization, *, by: User, at: datetime, note: str = "") -> Reminder:
    """Ask a union that has not signed off to get on with it; its task page shows it."""
    if not rules.can_oversee(by, call):
        raise NotAllowed(_("只有主办方可以催办。"))
    if recommendations.table_in_force(call, union):
        raise WrongState(_("%(union)s已经签发汇总表，不必催办。") % {"union": union.label})
    reminder = Reminder.objects.create(call=call, union=union, by=by, made_at=at, note=note.strip()[:200])
    history.record(call, "call.reminded", by=by, note=_("催办：%(union)s") % {"union": union.label}, at=at)
    return reminder
