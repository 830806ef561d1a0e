"""The organiser's form check: pass, refuse, send back for correction within a term, take back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations import checking
from huomiao.innovations.actions.moves import move
from huomiao.innovations.actions.recommendations import Outcome, each, remember_texts
from huomiao.innovations.models import Call, Declaration, Opinion
from huomiao.innovations.queries import recommendations
from huomiao.innovations.rules import checks as rules
from huomiao.innovations.states import Decision, State

if TYPE_CHECKING:
    from huomiao.accounts.models import User


@transaction.atomic
def pass_(
    declaration: Declaration, *, by: User, at: datetime, exclusions: Sequence[str] = (), text: str = ""
) -> Opinion:
    """Find the form in order. ``exclusions`` are the texts that the checker ticked as not applying: all of the call's.

    Raises:
        Invalid: an exclusion is not ticked, or something stands out and no reason is given why it passes all the same.
    """
    declaration = _for_check(declaration, by=by, at=at)
    texts = list(declaration.call.exclusions.values_list("text", flat=True))
    if missing := [found for found in texts if found not in exclusions]:
        raise Invalid(_("请逐条核对并勾选不予受理的情形，还差：%(texts)s") % {"texts": "；".join(missing)})
    found = checking.hints(declaration, declaration.call)
    blocking = [hint.text for hint in found if hint.blocks]
    if blocking and not text.strip():
        raise Invalid(
            _("“%(title)s”有待核实的问题：%(problems)s。确认通过请写明理由。")
            % {"title": declaration, "problems": "；".join(blocking)}
        )
    move(declaration, State.ACCEPTED, by=by, note=text, desk=None)
    return _opinion(declaration, Decision.PASS, by=by, at=at, text=text, details={"exclusions": texts})


def pass_many(
    declarations: Iterable[Declaration], *, by: User, at: datetime, exclusions: Sequence[str] = ()
) -> Outcome:
    """Pass every one that nothing stands out about; the others are named with what does."""
    return each(declarations, lambda one: pass_(one, by=by, at=at, exclusions=exclusions))


@transaction.atomic
def refuse(declaration: Declaration, *, by: User, at: datetime, text: str) -> Opinion:
    """Find the form not in order, saying why."""
    declaration = _for_check(declaration, by=by, at=at)
    _need_reason(text)
    move(declaration, State.REFUSED, by=by, note=text, desk=None)
    return _opinion(declaration, Decision.REFUSE, by=by, at=at, text=text)


@transaction.atomic
def send_back(
    declaration: Declaration, *, by: User, at: datetime, text: str, until: datetime, fields: Sequence[str] = ()
) -> Opinion:
    """Send the declaration to its declarer for correction until ``until``. It keeps its place in its union's list."""
    declaration = _for_check(declaration, by=by, at=at)
    _need_reason(text)
    if until <= at:
        raise Invalid(_("补正截止时间要晚于现在。"))
    remember_texts(declaration)
    move(declaration, State.RETURNED, by=by, note=text, desk=declaration.call.organiser, correct_by=until)
    details = {"fields": list(fields), "until": until.isoformat()}
    return _opinion(declaration, Decision.RETURN, by=by, at=at, text=text, details=details)


@transaction.atomic
def undo(declaration: Declaration, *, by: User, at: datetime) -> Declaration:
    """Take back a pass or a refusal: the declaration waits for the form check again. The opinion stays on record."""
    if not rules.can_check(by, declaration.call):
        raise NotAllowed(_("只有主办方可以进行形式审查。"))
    _need_time(declaration.call, at)
    locked = Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    if locked.state not in {State.ACCEPTED, State.REFUSED}:
        raise WrongState(_("这份申报没有可以撤销的审查结论。"))
    move(declaration, State.RECOMMENDED, by=by, action="declaration.check_undone")
    return declaration


@transaction.atomic
def recall(declaration: Declaration, *, by: User, at: datetime) -> Declaration:
    """End a correction whose term is over: the declaration waits for the form check as it stands."""
    if not rules.can_check(by, declaration.call):
        raise NotAllowed(_("只有主办方可以进行形式审查。"))
    _need_time(declaration.call, at)
    locked = Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    if locked.state != State.RETURNED or locked.correct_by is None:
        raise WrongState(_("这份申报不在补正中。"))
    if at <= locked.correct_by:
        raise WrongState(_("补正期限还没有到，请等申报人提交或期限届满。"))
    move(declaration, State.SUBMITTED, by=by, action="declaration.correction_ended", desk=declaration.call.organiser)
    return declaration


def _for_check(declaration: Declaration, *, by: User, at: datetime) -> Declaration:
    """The declaration, locked and read afresh, waiting for the form check that is going on."""
    if not rules.can_check(by, declaration.call):
        raise NotAllowed(_("只有主办方可以进行形式审查。"))
    _need_time(declaration.call, at)
    locked = (
        recommendations.with_papers(Declaration.objects.filter(pk=declaration.pk))
        .select_for_update(of=("self",))
        .select_related("call__organiser")
        .get()
    )
    if locked.state == State.SUBMITTED and locked.desk_id == locked.call.organiser_id:
        # It came back corrected: it stands again where it stood when it was sent back.
        move(locked, State.RECOMMENDED, by=by, action="declaration.corrected", desk=None, correct_by=None)
    if locked.state != State.RECOMMENDED:
        raise WrongState(
            _("“%(title)s”已被处理，目前是“%(state)s”。请刷新页面。")
            % {"title": locked, "state": locked.get_state_display()}
        )
    return locked


def _need_time(call: Call, at: datetime) -> None:
    if not rules.is_open(call, at):
        raise WrongState(_("现在不在形式审查阶段。"))


def _need_reason(text: str) -> None:
    if not text.strip():
        raise Invalid(_("请写明理由，申报人会看到。"))


def _opinion(
    declaration: Declaration,
    decision: Decision,
    *,
    by: User,
    at: datetime,
    text: str = "",
    details: dict[str, Any] | None = None,
) -> Opinion:
    return Opinion.objects.create(
        declaration=declaration,
        organization=declaration.call.organiser,
        decision=decision,
        text=text.strip(),
        by=by,
        made_at=at,
        details=details or {},
    )
