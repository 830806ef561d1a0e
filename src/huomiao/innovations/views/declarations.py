"""The pages of declarations: mine, one of them, the officers' list, and what may be done with them there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huomiao.core import history, likeness
from huomiao.core.downloads import download
from huomiao.core.errors import NotAllowed
from huomiao.core.paging import KeyPaginator
from huomiao.core.requests import UserRequest
from huomiao.core.tables import Column, SheetOut, write_table
from huomiao.files import links
from huomiao.files.models import Kind
from huomiao.innovations import eligibility
from huomiao.innovations.actions import declarations as actions
from huomiao.innovations.forms.declarations import FilterForm, NoteForm
from huomiao.innovations.models import Author, Declaration, Likeness, PriorityField
from huomiao.innovations.queries import calls as call_queries
from huomiao.innovations.queries import declarations as queries
from huomiao.innovations.rules import calls as call_rules
from huomiao.innovations.rules import declarations as rules
from huomiao.innovations.rules import recommendations as desk_rules
from huomiao.innovations.states import BLIND_ROLES, EDITABLE, Decision, Stage, State, Step
from huomiao.orgs import industries
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import reach, within
from huomiao.orgs.roles import Power
from huomiao.orgs.states import BRANCH_KINDS

PAGE = 50
# How a state is coloured wherever a declaration is shown.
TONES: dict[str, str] = {
    State.DRAFT: "neutral",
    State.SUBMITTED: "info",
    State.RETURNED: "warn",
    State.WITHDRAWN: "neutral",
    State.DECLINED: "bad",
    State.RECOMMENDED: "info",
    State.REFUSED: "bad",
    State.ACCEPTED: "good",
    State.LISTED: "accent",
    State.UNSUCCESSFUL: "neutral",
    State.PUBLISHED: "good",
    State.REVOKED: "bad",
}
# The long texts of the page, in the order of the form.
TEXTS = ("problem", "solution", "application", "social_benefit", "outlook", "abstract")


@require_GET
@login_required
def mine(request: UserRequest) -> HttpResponse:
    """What I write, what I am asked to confirm, and what I am an author of."""
    written = Paginator(queries.written_by(request.user), 20).get_page(request.GET.get("page"))
    now = timezone.now()
    context = {
        "page": written,
        "rows": [_my_row(declaration) for declaration in written],
        "asked": list(queries.asked_of(request.user)),
        "coauthored": [_my_row(declaration) for declaration in queries.coauthored_by(request.user)[:50]],
        "open_calls": [call for call in queries.open_calls() if call_rules.is_open(call, Stage.DECLARE, now)],
    }
    return render(request, "innovations/mine.html", context)


def _my_row(declaration: Declaration) -> dict[str, Any]:
    """A card of my own: its state, how far the draft is, and what comes next."""
    return {
        "declaration": declaration,
        "tone": TONES[declaration.state],
        "is_editable": declaration.state in EDITABLE,
        "done": _steps_begun(declaration),
        "steps": len(Step),
        "next": _next(declaration),
    }


def _steps_begun(declaration: Declaration) -> int:
    """How many steps of a draft have been saved; what begins filled in does not count."""
    return len(declaration.step_versions)


def _next(declaration: Declaration) -> str:
    """What happens next, in a sentence."""
    return {
        State.DRAFT: _("继续填写，完成后提交。"),
        State.SUBMITTED: _("等待“%(desk)s”审核。") % {"desk": declaration.desk or ""},
        State.RETURNED: _("按退回意见修改后重新提交。"),
        State.WITHDRAWN: _("已撤回，可以恢复为草稿。"),
        State.DECLINED: _("本次未获推荐，可以复制到下一次征集。"),
        State.RECOMMENDED: _("已推荐，等待形式审查。"),
        State.REFUSED: _("未通过形式审查，原因见详情。"),
        State.ACCEPTED: _("已进入评审，等待结果。"),
        State.LISTED: _("公示中。"),
        State.UNSUCCESSFUL: _("本次未入选，可以复制到下一次征集。"),
        State.PUBLISHED: _("已发布，可以查看结果和证书。"),
        State.REVOKED: _("已取消，原因见详情。"),
    }[State(declaration.state)]


@require_GET
@login_required
def declaration(request: UserRequest, pk: int) -> HttpResponse:
    """Everything about one, for whoever may know of it."""
    found = get_object_or_404(queries.with_everything(queries.visible_to(request.user)), pk=pk)
    user = request.user
    is_writer = rules.is_writer(user, found)
    if is_writer and found.state == State.DRAFT:
        return redirect("innovations:declaration-edit", pk)
    sent_back = [opinion for opinion in found.opinions.all() if opinion.decision == Decision.RETURN]
    likenesses = list(found.likenesses.all())
    context = {
        "declaration": found,
        "call": found.call,
        "tone": TONES[found.state],
        "next": _next(found),
        "texts": [
            {
                "name": name,
                "label": queries.label(name),
                "text": getattr(found, name),
                "is_changed": name in found.changed,
            }
            for name in TEXTS
        ],
        "changed_labels": [queries.label(name) for name in found.changed],
        "industry": industries.label(found.division) if found.division else "",
        "authors": [_author_row(author, user) for author in found.authors.all()],
        "papers": [_paper(attachment, user) for attachment in found.attachments.all()],
        "likenesses": likenesses,
        "openable": queries.openable(user, [row.other_id for row in likenesses if row.other_id]),
        "findings": eligibility.findings(found) if not is_writer or found.state == State.RETURNED else [],
        "returned": sent_back[-1] if sent_back and found.state == State.RETURNED else None,
        "history": history.of(found)[:100],
        "sees_identity": rules.can_see_identity(user, found),
        "is_writer": is_writer,
        "can_list": rules.can_list(user),
        "can_decide": found.state == State.SUBMITTED and desk_rules.can_decide(user, found),
        "can_check": call_rules.can_edit(user, found.call),
        "can_edit": rules.can_edit(user, found),
        "can_withdraw": rules.can_withdraw(user, found),
        "can_reopen": rules.can_reopen(user, found),
        "can_copy": rules.can_copy(user, found),
        "can_clear": rules.can_clear_likeness(user, found),
        "copy_to": _copy_targets(found) if rules.can_copy(user, found) else [],
    }
    return render(request, "innovations/declaration.html", context)


def _author_row(author: Author, user: Any) -> dict[str, Any]:
    return {
        "author": author,
        "can_confirm": rules.can_confirm_author(user, author),
        "can_sign": rules.can_confirm_on_paper(user, author),
        "is_on_paper": bool(author.confirmed_by_id and author.confirmed_by_id != author.user_id),
    }


def _paper(attachment: Any, user: Any) -> dict[str, Any]:
    name = attachment.caption or attachment.file.name
    return {
        "attachment": attachment,
        "name": name,
        "is_for_experts": attachment.role in BLIND_ROLES,
        "preview": links.preview(attachment.file, to=user),
        "link": links.link(attachment.file, to=user, name=name),
        "show": links.show(attachment.file, to=user, name=name),
        "look": links.look(attachment.file, to=user, name=name),
        "is_film": attachment.file.kind == Kind.VIDEO,
    }


def _copy_targets(found: Declaration) -> list[Any]:
    now = timezone.now()
    return [
        call
        for call in queries.open_calls()
        if call.pk != found.call_id and call_rules.is_open(call, Stage.DECLARE, now)
    ]


@require_POST
@login_required
def declaration_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    actions.withdraw(found, by=request.user, note=note)
    messages.success(request, _("已撤回。需要时可以恢复为草稿再修改。"))
    return redirect(found)


@require_POST
@login_required
def declaration_reopen(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    actions.reopen(found, by=request.user)
    messages.success(request, _("已恢复为草稿，可以继续修改。"))
    return redirect("innovations:declaration-edit", pk)


@require_POST
@login_required
def author_confirm(request: UserRequest, pk: int, author: int) -> HttpResponse:
    """An author confirms; or the unit's secretary says that the signature on paper is there."""
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    person = get_object_or_404(found.authors.all(), pk=author)
    if request.POST.get("on_paper"):
        actions.confirm_on_paper(person, by=request.user, at=timezone.now())
        messages.success(request, _("已登记“%(name)s”的纸质签名。") % {"name": person})
        return redirect(found)
    actions.confirm_author(person, by=request.user, at=timezone.now())
    messages.success(request, _("已确认您是该成果的完成人。"))
    return redirect("innovations:mine")


@require_GET
@login_required
def author_review(request: UserRequest, pk: int, author: int) -> HttpResponse:
    """What an author is asked to confirm, on one page, also while it is a draft."""
    found = get_object_or_404(queries.visible_to(request.user).select_related("call", "unit", "category"), pk=pk)
    person = get_object_or_404(found.authors.filter(user=request.user), pk=author)
    context = {"declaration": found, "person": person, "can_confirm": rules.can_confirm_author(request.user, person)}
    return render(request, "innovations/declaration_author.html", context)


@require_GET
@login_required
def declaration_likeness(request: UserRequest, pk: int, like: int) -> HttpResponse:
    """Two texts side by side with what they have in common marked."""
    found = get_object_or_404(queries.with_everything(queries.visible_to(request.user)), pk=pk)
    row = get_object_or_404(found.likenesses.all(), pk=like)
    other = row.other
    is_open = queries.is_open_likeness(request.user, row)
    theirs = other.text if other else row.honour.work_text or row.honour.work  # type: ignore[union-attr]  # one of the two is set
    passages = likeness.passages(found.text, theirs)
    ours_marked = likeness.marked(found.text, [(passage.start, passage.end) for passage in passages])
    context = {
        "declaration": found,
        "row": row,
        "other": other,
        "is_open": is_open,
        "ours": ours_marked,
        # Another branch's text is not for everybody: then only what both have in common is shown.
        "theirs": likeness.marked(theirs, [(passage.other_start, passage.other_end) for passage in passages])
        if is_open
        else [(theirs[passage.other_start : passage.other_end], True) for passage in passages],
        "count": len(passages),
        "letters": sum(passage.length for passage in passages),
        "can_clear": rules.can_clear_likeness(request.user, found),
    }
    return render(request, "innovations/declaration_likeness.html", context)


@require_POST
@login_required
def likeness_clear(request: UserRequest, pk: int, like: int) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    row = get_object_or_404(
        Likeness.objects.select_related("declaration__call", "declaration__unit"), pk=like, declaration=found
    )
    form = NoteForm(request.POST)
    actions.clear_likeness(row, by=request.user, note=form.cleaned_data["note"] if form.is_valid() else "")
    messages.success(request, _("已记录说明。"))
    return redirect("innovations:declaration-likeness", pk, like)


@require_GET
@login_required
def declarations(request: UserRequest) -> HttpResponse:
    """The officers' list: everything handed in within their reach."""
    form, narrowed = _narrowed(request)
    page = KeyPaginator(queries.for_list(narrowed), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [{"declaration": one, "tone": TONES[one.state]} for one in page],
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "innovations/declarations.html", context)


@require_GET
@login_required
def declarations_table(request: UserRequest) -> HttpResponse:
    """The same list as Excel."""
    _form, narrowed = _narrowed(request)
    sheet = SheetOut(str(_("申报清单")), _columns(), _lines(queries.for_list(narrowed)))
    return download(write_table([sheet]), f"declarations-{timezone.localdate():%Y%m%d}.xlsx")


def _narrowed(request: UserRequest) -> tuple[FilterForm, QuerySet[Declaration]]:
    if not rules.can_list(request.user):
        raise NotAllowed(_("申报清单由各级工会和主办方查看。您自己的申报在“我的申报”。"))
    calls = call_queries.visible_to(request.user).order_by("-year", "-pk")
    reached = within([*reach(request.user, Power.RECOMMEND), *reach(request.user, Power.RUN_CALLS)])
    unions = Organization.objects.filter(reached, kind__in=BRANCH_KINDS, is_active=True).order_by("path")
    categories = queries.categories_of(calls).order_by("position")
    fields = PriorityField.objects.filter(list__calls__in=calls).distinct().order_by("list", "position")
    form = FilterForm(
        request.GET,
        calls=calls,
        unions=unions,
        categories=list(categories.values_list("code", "name")),
        fields=list(dict.fromkeys(fields.values_list("code", "name"))),
    )
    form.is_valid()
    # What was not understood is not in the clean data and counts as not given.
    given = {name: value for name, value in form.cleaned_data.items() if value}
    return form, queries.filtered(queries.listed_to(request.user), queries.Filter(**given))


def _columns() -> list[Column]:
    titles = {
        "number": _("编号"),
        "title": _("成果名称"),
        "category": _("类别"),
        "authors": _("完成人"),
        "unit": _("申报单位"),
        "union": _("推荐工会"),
        "industry": _("所属行业"),
        "field": _("重点领域"),
        "state": _("状态"),
        "desk": _("当前处理"),
        "rank": _("推荐排序"),
        "grade": _("等次"),
        "submitted_on": _("提交日期"),
    }
    return [Column(key, title) for key, title in titles.items()]


def _lines(declarations: QuerySet[Declaration]) -> Iterator[dict[str, Any]]:
    for one in declarations.iterator(chunk_size=1000):
        yield {
            "number": one.number or "",
            "title": str(one),
            "category": str(one.category or ""),
            "authors": _("、").join(author.name for author in one.authors.all()),
            "unit": one.unit.name,
            "union": one.union.name if one.union else "",
            "industry": industries.label(one.division) if one.division else "",
            "field": str(one.field or ""),
            "state": one.get_state_display(),
            "desk": one.desk.name if one.desk and one.state == State.SUBMITTED else "",
            "rank": one.rank,
            "grade": one.grade,
            "submitted_on": timezone.localdate(one.submitted_at) if one.submitted_at else None,
        }
