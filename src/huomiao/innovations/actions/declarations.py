"""The life of a declaration as its writer, its authors and its reviewers move it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.innovations import completeness, eligibility, numbering
from huomiao.innovations.actions.moves import move
from huomiao.innovations.completeness import Gap
from huomiao.innovations.models import Author, Declaration, Likeness, Opinion
from huomiao.innovations.queries import declarations as queries
from huomiao.innovations.queries.recommendations import route
from huomiao.innovations.rules import declarations as rules
from huomiao.innovations.states import Decision, Path, State
from huomiao.orgs.models import Organization

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# What a reviewer must see marked when a correction changed it.
COMPARED = [
    "title",
    "category",
    "field",
    "division",
    "source",
    "studio",
    "finished_on",
    "in_use_since",
    "problem",
    "solution",
    "application",
    "social_benefit",
    "outlook",
    "abstract",
    "keywords",
    "ownership",
]


class Incomplete(Invalid):
    """Something is missing; ``gaps`` names each thing and where to mend it."""

    def __init__(self, gaps: list[Gap]) -> None:
        super().__init__(_("还有 %(count)s 处需要补充，暂不能提交。") % {"count": len(gaps)})
        self.gaps = gaps


@transaction.atomic
def submit(declaration: Declaration, *, by: User, at: datetime) -> Declaration:
    """Hand the declaration in: it gets its number and goes to the first desk on its way, a correction to who asked for it.

    Raises:
        WrongState: it was handed in already, or the time is over.
        Incomplete: something is missing.
    """
    locked = Declaration.objects.select_for_update(of=("self",)).select_related("call", "unit").get(pk=declaration.pk)
    if not rules.is_writer(by, locked):
        raise NotAllowed(_("只有申报人可以提交这份申报。"))
    if not rules.can_submit(by, locked):
        raise WrongState(
            _("“%(title)s”目前是“%(state)s”，不用再次提交。") % {"title": locked, "state": locked.get_state_display()}
        )
    if not rules.is_time_to_submit(locked, at):
        raise WrongState(_("“%(call)s”目前不在申报时间内，内容已保存在草稿中。") % {"call": locked.call})
    found = completeness.gaps(locked, on=at.date())
    if found:
        raise Incomplete(found)
    desks = route(locked.unit)
    if not desks:
        raise Invalid(_("没有找到“%(unit)s”的推荐工会，请联系上级工会维护组织关系。") % {"unit": locked.unit})
    union = desks[-1]
    is_correction = locked.state == State.RETURNED
    desk, is_implied = _first_desk(locked, desks, by=by)
    values = as_handed_in(locked)
    changed = [name for name in values if is_correction and locked.handed_in.get(name) != values[name]]
    pledges = {key: _given(pledge, by=by, at=at) for key, pledge in locked.pledges.items()}
    move(
        declaration,
        State.SUBMITTED,
        by=by,
        note=_changed_note(changed),
        union=union,
        desk=desk,
        number=locked.number or numbering.take(locked.call, union)[0],
        submitted_at=at,
    )
    # Handing in is the declarer's own confirmation.
    locked.authors.filter(user=by, confirmed_at=None).update(confirmed_at=at, confirmed_by=by)
    Declaration.objects.filter(pk=declaration.pk).update(handed_in=values, changed=changed, pledges=pledges)
    if is_implied:
        opinion = Opinion.objects.create(
            declaration=declaration, organization=desks[0], decision=Decision.FORWARD, by=by, made_at=at
        )
        history.record(declaration, "declaration.forwarded", by=by, note=str(opinion.organization))
    declaration.refresh_from_db()
    eligibility.scan([declaration])
    return declaration


@transaction.atomic
def withdraw(declaration: Declaration, *, by: User, note: str = "") -> Declaration:
    """Take it back while it is still with the unions."""
    if not rules.is_writer(by, declaration):
        raise NotAllowed(_("只有申报人可以撤回这份申报。"))
    locked = Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    if not rules.can_withdraw(by, locked):
        raise WrongState(_("推荐上报以后不能自行撤回，请联系推荐工会。"))
    return move(declaration, State.WITHDRAWN, by=by, note=note, desk=None, rank=None)


@transaction.atomic
def reopen(declaration: Declaration, *, by: User) -> Declaration:
    """Make a withdrawn one a draft again."""
    if not rules.can_reopen(by, declaration):
        raise NotAllowed(_("只有申报人可以恢复已撤回的申报。"))
    return move(declaration, State.DRAFT, by=by, submitted_at=None)


@transaction.atomic
def confirm_author(author: Author, *, by: User, at: datetime) -> Author:
    """``by`` confirms to be an author as written. Confirming twice changes nothing."""
    return _confirm(author, by=by, at=at, is_allowed=rules.can_confirm_author, action="declaration.author_confirmed")


@transaction.atomic
def confirm_on_paper(author: Author, *, by: User, at: datetime) -> Author:
    """The unit's secretary holds the signature of an author without an account."""
    return _confirm(author, by=by, at=at, is_allowed=rules.can_confirm_on_paper, action="declaration.author_signed")


@transaction.atomic
def clear_likeness(found: Likeness, *, by: User, note: str) -> Likeness:
    """An officer looked and says why it is not the same work."""
    if not rules.can_clear_likeness(by, found.declaration):
        raise NotAllowed(_("只有上级工会和主办方可以对相似情况作出说明。"))
    if not note.strip():
        raise Invalid(_("请写明为什么不属于重复申报。"))
    found.cleared_by, found.cleared_note = by, note.strip()[:200]
    found.save(update_fields=["cleared_by", "cleared_note"])
    history.record(found.declaration, "declaration.likeness_cleared", by=by, note=found.cleared_note)
    return found


def _first_desk(declaration: Declaration, desks: list[Organization], *, by: User) -> tuple[Organization, bool]:
    """Where it goes, and whether the unit has said yes by handing it in itself."""
    if declaration.state == State.RETURNED:
        if declaration.desk_id == declaration.call.organiser_id:
            return declaration.call.organiser, False
        asked = next((desk for desk in desks if desk.pk == declaration.desk_id), None)
        return asked or desks[-1], False
    if declaration.path == Path.UNIT and len(desks) > 1:
        return desks[1], True
    return desks[0], False


def as_handed_in(declaration: Declaration) -> dict[str, str]:
    """The texts as they are handed in now, people and papers included by what a reviewer would see of them."""
    values = {name: str(getattr(declaration, name) or "") for name in COMPARED}
    values["authors"] = "\n".join(f"{author.name}：{author.contribution}" for author in declaration.authors.all())
    values["benefits"] = "\n".join(
        f"{benefit} {benefit.period} {benefit.basis}" for benefit in declaration.benefits.order_by("pk")
    )
    values["properties"] = "\n".join(
        f"{right} {right.holder} {right.get_status_display()}" for right in declaration.properties.order_by("pk")
    )
    values["attachments"] = "\n".join(
        f"{attachment.get_role_display()} {attachment.file_id}" for attachment in declaration.attachments.all()
    )
    return values


def _changed_note(changed: list[str]) -> str:
    if not changed:
        return ""
    names = _("、").join(queries.label(name) for name in changed)
    return _("修改了：%(names)s") % {"names": names}


def _given(pledge: Any, *, by: User, at: datetime) -> Any:
    """A pledge with who gave it and when; the list of exclusions stays as it is."""
    if "text" not in pledge:
        return pledge
    return {"text": pledge["text"], "by": by.name, "at": at.isoformat()}


def _confirm(author: Author, *, by: User, at: datetime, is_allowed: Any, action: str) -> Author:
    locked = Author.objects.select_for_update(of=("self",)).select_related("declaration__unit").get(pk=author.pk)
    if locked.confirmed_at is not None:
        return locked
    if not is_allowed(by, locked):
        raise NotAllowed(_("您不能确认这位完成人。"))
    locked.confirmed_at, locked.confirmed_by = at, by
    locked.save(update_fields=["confirmed_at", "confirmed_by"])
    history.record(locked.declaration, action, by=by, note=locked.name, at=at)
    return locked
