"""From proposed grades to published results: the notice, what rulings do to it, and the honours at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.honours import actions as honours
from huomiao.innovations import cascade
from huomiao.innovations.actions import calls, moves
from huomiao.innovations.models import Call, Declaration
from huomiao.innovations.queries import publication as queries
from huomiao.innovations.rules import calls as call_rules
from huomiao.innovations.rules import publication as rules
from huomiao.innovations.states import MOVES, CallState, State
from huomiao.notices import actions as notices
from huomiao.notices.models import Notice, NoticeItem, Ruling
from huomiao.notices.states import ItemState, Outcome

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def columns() -> tuple[str, ...]:
    """The titles of a notice's list; they are frozen in the language of whoever opens it."""
    return (_("编号"), _("成果名称"), _("类别"), _("完成人"), _("单位"), _("推荐工会"), _("等次"))


def item_row(declaration: Declaration) -> notices.ItemRow:
    """A declaration as a line of the notice: names and titles, nothing to reach anybody by."""
    cells = (
        declaration.number or "",
        declaration.title,
        str(declaration.category or ""),
        "、".join(author.name for author in declaration.authors.all()),
        declaration.unit.name,
        declaration.union.label if declaration.union else "",
        declaration.grade,
    )
    return notices.ItemRow(declaration, cells)


@transaction.atomic
def open_notice(
    call: Call,
    *,
    by: User,
    title: str = "",
    body: str = "",
    opens_on: date | None = None,
    at: datetime | None = None,
) -> Notice:
    """Put the proposed results before the public: who has a grade is listed, the others were not successful.

    Raises:
        NotAllowed: ``by`` does not run the call.
        Invalid: something that a notice needs is missing; the message says what.
    """
    moment = at or timezone.now()
    locked = _locked(call, by=by)
    _need(rules.needs_for_notice(locked))
    review = queries.round_that_decides(locked)
    if review is None:
        raise Invalid(_("评审还没有结束。"))
    grade_of = {row.declaration: row.grade for row in queries.ranking(review)}
    accepted = list(locked.declarations.select_for_update(of=("self",)).filter(state=State.ACCEPTED).order_by("pk"))
    listed = [one for one in accepted if grade_of.get(one.pk)]
    others = [one for one in accepted if not grade_of.get(one.pk)]
    if not listed:
        raise Invalid(_("拟定了等次的成果都已不在，请重新拟定等次。"))
    _move_all(listed, State.LISTED, by=by, at=moment, grades=grade_of)
    _move_all(others, State.UNSUCCESSFUL, by=by, at=moment)
    calls.move(locked, CallState.NOTICE, by=by, at=moment)
    call.state = locked.state
    return notices.open_notice(
        locked,
        title=title or _("%(title)s拟入选成果公示") % {"title": locked.title},
        body=body or default_body(locked),
        issuer=locked.organiser,
        columns=columns(),
        items=[item_row(one) for one in _in_list_order(locked)],
        working_days=locked.notice_days,
        opens_on=opens_on,
        contact=locked.contact,
        by=by,
        at=moment,
    )


def default_body(call: Call) -> str:
    """What a notice says when the organiser writes nothing else."""
    return _(
        "经推荐、形式审查和专家评审，现将拟入选“%(award)s”的成果予以公示。\n\n"
        "公示期内，任何单位和个人对公示内容有异议的，可以在线提出，也可以按受理联系方式反映。"
        "提倡实名，并写明事实和依据；匿名的作为线索。"
    ) % {"award": call.award_wording}


def _in_list_order(call: Call) -> Iterable[Declaration]:
    """The listed declarations by grade, category and number: not by rank, which is not shown."""
    grades = {grade.name: grade.position for grade in call.grades.all()}
    rows = call.declarations.filter(state=State.LISTED).select_related("category", "unit", "union")
    return sorted(
        rows.prefetch_related("authors"),
        key=lambda one: (
            grades.get(one.grade, len(grades)),
            one.category.position if one.category else 0,
            one.number or "",
            one.pk,
        ),
    )


@transaction.atomic
def withdraw_notice(call: Call, *, by: User, note: str) -> None:
    """Take the notice back: the call is decided again, and what was listed or not is only accepted again.

    Raises:
        NotAllowed: ``by`` does not run the call.
        WrongState: the call is not in its notice.
        Invalid: no reason is given.
    """
    locked = _locked(call, by=by)
    calls.move(locked, CallState.DECIDING, by=by, note=note)
    call.state = locked.state
    notice = queries.notice(locked)
    if notice is not None:
        notices.cancel(notice, note=note, by=by)
    rows = locked.declarations.select_for_update(of=("self",)).filter(state__in=[State.LISTED, State.UNSUCCESSFUL])
    _move_all(list(rows.order_by("pk")), State.ACCEPTED, by=by, at=timezone.now(), grades={})


@transaction.atomic
def publish(call: Call, *, by: User, at: datetime | None = None) -> int:
    """Publish what is listed and grant each result its honour; returns how many.

    Raises:
        NotAllowed: ``by`` does not run the call.
        Invalid: the notice is not over, or an objection is not answered.
    """
    moment = at or timezone.now()
    notices.close_due(moment)
    locked = _locked(call, by=by)
    _need(rules.needs_for_publishing(locked, at=moment))
    rows = locked.declarations.select_for_update(of=("self",)).filter(state=State.LISTED).order_by("number", "pk")
    listed = list(rows)
    _move_all(listed, State.PUBLISHED, by=by, at=moment)
    calls.move(locked, CallState.PUBLISHED, by=by, at=moment)
    call.state, call.published_at = locked.state, locked.published_at
    full = Declaration.objects.filter(pk__in=[one.pk for one in listed]).select_related("unit")
    for declaration in full.prefetch_related("authors__user").order_by("number", "pk"):
        _grant(locked, declaration, by=by, on=timezone.localdate(moment))
    return len(listed)


def _grant(call: Call, declaration: Declaration, *, by: User, on: date) -> None:
    honours.grant(
        declaration,
        series=call.series,
        year=call.year,
        programme=call.title,
        award=call.award_wording,
        grade=declaration.grade,
        work=declaration.title,
        work_text=declaration.text,
        holders=[(author.name, author.user) for author in declaration.authors.all()],
        unit=declaration.unit,
        unit_name=declaration.unit.name,
        awarded_by=call.organiser.name,
        awarded_on=on,
        by=by,
        is_demo=call.is_demo,
    )


@transaction.atomic
def revoke(declaration: Declaration, *, by: User, reason: str) -> None:
    """Take a published result back: it leaves the public pages, and its honour says that it no longer stands.

    Nobody moves up any more: the notice of this call is over.

    Raises:
        NotAllowed: ``by`` does not run the call.
        WrongState: it is not published (any more).
        Invalid: no reason is given.
    """
    if not reason.strip():
        raise Invalid(_("请写明取消的原因。"))
    _locked(declaration.call, by=by)
    if declaration.state != State.PUBLISHED:
        raise WrongState(_("只有已发布的成果才能在这里取消。"))
    moves.move(declaration, State.REVOKED, by=by, note=reason)
    honour = queries.honour(declaration)
    if honour is not None:
        honours.revoke(honour, by=by, reason=reason)


def _locked(call: Call, *, by: User) -> Call:
    locked = Call.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=call.pk)
    if not call_rules.can_edit(by, locked):
        raise NotAllowed(_("只有主办单位可以办理公示和发布。"))
    return locked


def _need(needs: Sequence[rules.Need]) -> None:
    unmet = [need for need in needs if not need.is_met]
    if unmet:
        raise Invalid(_("还不能办理：%(needs)s。") % {"needs": "；".join(need.hint or need.label for need in unmet)})


def _move_all(
    declarations: Sequence[Declaration],
    to: State,
    *,
    by: User,
    at: datetime,
    grades: dict[int, str] | None = None,
) -> None:
    """Move locked declarations together, with one history entry each; ``grades`` sets their grades (missing: none)."""
    if not declarations:
        return
    changes = []
    for declaration in declarations:
        before = State(declaration.state)
        if to not in MOVES[before]:
            raise WrongState(
                _("“%(title)s”目前是“%(state)s”，不能这样处理。") % {"title": declaration, "state": before.label}
            )
        change: dict[str, list[str]] = {"state": [before, to]}
        if grades is not None and declaration.grade != grades.get(declaration.pk, ""):
            change["grade"] = [declaration.grade, grades.get(declaration.pk, "")]
            declaration.grade = grades.get(declaration.pk, "")
        declaration.state = to
        changes.append(change)
    Declaration.objects.bulk_update(declarations, ["state", "grade"], batch_size=200)
    history.record_many(declarations, f"declaration.{to}", by=by, changes=changes, at=at)


# --- What rulings do --------------------------------------------------------------------------------------------------


class Results:
    """Answers for notices of a call's results: who is barred, what a ruling may come to, and what follows from it."""

    def barred(self, item: NoticeItem) -> AbstractSet[int]:
        return queries.handled_by(Declaration.objects.get(pk=item.subject_id))

    def outcomes(self, item: NoticeItem) -> list[Outcome]:
        declaration = Declaration.objects.select_related("call").get(pk=item.subject_id)
        known = [Outcome.KEEP, Outcome.STRIKE]
        if lower_grade(declaration):
            known.append(Outcome.DOWNGRADE)
        return known

    def apply(self, ruling: Ruling, *, by: User) -> None:
        item = ruling.objection.item
        if ruling.outcome == Outcome.KEEP:
            return
        declaration = Declaration.objects.select_related("call__organiser").get(pk=item.subject_id)
        call = Call.objects.select_for_update(of=("self",)).select_related("organiser").get(pk=declaration.call_id)
        if call.state != CallState.NOTICE:
            raise WrongState(_("结果已不在公示中，不能再改名单。"))
        vacant = declaration.grade
        if ruling.outcome == Outcome.STRIKE:
            moves.move(declaration, State.REVOKED, by=by, note=_("异议成立"))
        else:
            lower = lower_grade(declaration)
            if not lower:
                raise Invalid(_("已是最低等次，请选择取消或维持。"))
            _regrade(call, declaration.pk, lower, by=by, note=_("异议成立，降等"))
        _fill(call, vacant, declaration, by=by)


def lower_grade(declaration: Declaration) -> str:
    """The next grade below the one that the declaration holds; "" when there is none."""
    names = list(declaration.call.grades.values_list("name", flat=True))
    if declaration.grade not in names:
        return ""
    return next(iter(names[names.index(declaration.grade) + 1 :]), "")


def _fill(call: Call, vacant: str, gone: Declaration, *, by: User) -> None:
    """Move others up into the place that fell vacant. One who was lowered does not move up again."""
    review = queries.round_that_decides(call)
    names = list(call.grades.values_list("name", flat=True))
    if review is None or vacant not in names:
        return
    order = queries.ranking(review)
    current = {
        one.pk: one
        for one in call.declarations.filter(state__in=[State.LISTED, State.UNSUCCESSFUL]).exclude(pk=gone.pk)
    }
    standings = [
        cascade.Standing(row.declaration, current[row.declaration].grade, row.pool)
        for row in order
        if row.declaration in current
    ]
    pool = next((row.pool for row in order if row.declaration == gone.pk), "")
    maxima = {(quota.union_id, quota.category_id): quota.maximum for quota in call.quotas.all()}
    listed = queries.listed_counts(call)

    def has_room(key: int) -> bool:
        one = current[key]
        return all(
            listed.get((one.union_id, category), 0) < maxima[one.union_id, category]
            for category in (one.category_id, None)
            if one.union_id is not None and (one.union_id, category) in maxima
        )

    # Lowering somebody leaves as many graded as before: the chain ends at the grade that they came down to.
    down_to = _grade_of(gone.pk)
    for step in cascade.fill(standings, names, vacant=vacant, pool=pool, may_come_in=has_room):
        if down_to and (step.before == cascade.NONE or names.index(step.after) >= names.index(down_to)):
            break
        if step.before == cascade.NONE:
            _promote(call, current[step.key], step.after, by=by)
        else:
            _regrade(call, step.key, step.after, by=by, note=_("递升"))


def _grade_of(pk: int) -> str:
    """The grade that a declaration on the list holds now; "" when it was struck."""
    return Declaration.objects.filter(pk=pk, state=State.LISTED).values_list("grade", flat=True).first() or ""


def _regrade(call: Call, pk: int, grade: str, *, by: User, note: str) -> None:
    found = call.declarations.select_for_update(of=("self",)).select_related("category", "unit", "union")
    declaration = found.get(pk=pk)
    before, declaration.grade = declaration.grade, grade
    declaration.save(update_fields=["grade"])
    history.record(declaration, "declaration.regraded", by=by, note=note, changes={"grade": [before, grade]})
    item = _item(call, declaration)
    if item is not None:
        words = _("%(reason)s：%(before)s → %(after)s") % {"reason": note, "before": before, "after": grade}
        notices.amend(item, cells=item_row(declaration).cells, note=words, by=by)


def _promote(call: Call, declaration: Declaration, grade: str, *, by: User) -> None:
    moves.move(declaration, State.LISTED, by=by, action="declaration.promoted", grade=grade)
    notice = queries.notice(call)
    if notice is not None:
        row = item_row(Declaration.objects.select_related("category", "unit", "union").get(pk=declaration.pk))
        notices.add_item(notice, row, note=_("递补"), by=by)


def _item(call: Call, declaration: Declaration) -> NoticeItem | None:
    notice = queries.notice(call)
    if notice is None:
        return None
    rows = notice.items.filter(subject_type=history.subject_type(declaration), subject_id=str(declaration.pk))
    return rows.exclude(state=ItemState.STRUCK).first()
