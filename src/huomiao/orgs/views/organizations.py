"""One organization: its facts, and what can be done to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.core.requests import UserRequest
from huomiao.orgs import queries, rules
from huomiao.orgs.actions import organizations
from huomiao.orgs.forms.organizations import CloseForm, CreateForm, FactsForm, MergeForm, MoveForm, RenameForm
from huomiao.orgs.models import Organization

PAGE_SIZE = 50
HISTORY_SHOWN = 30


def found(request: UserRequest, code: str) -> Organization:
    """The organization of that code, or 404."""
    return get_object_or_404(queries.visible_to(request.user).select_related("territory", "merged_into"), code=code)


@login_required
@require_safe
def detail(request: UserRequest, code: str) -> HttpResponse:
    organization = found(request, code)
    user = request.user
    below = queries.children(organization, with_inactive=True)
    page = Paginator(below, PAGE_SIZE).get_page(request.GET.get("page"))
    branches = queries.branches_of(page)
    sees_people = rules.can_see_people(user, organization)
    sees_history = rules.can_see_history(user, organization)
    context = {
        "organization": organization,
        "trail": queries.ancestors(organization),
        "page": page,
        "rows": [(child, branches.get(child.path)) for child in page],
        "branch": queries.branches_of([organization]).get(organization.path),
        "former_names": organization.former_names.order_by("-until"),
        "people": [(m, rules.can_end(user, m)) for m in queries.people(organization)] if sees_people else None,
        "summary": queries.roster_summary(organization) if rules.can_manage_roster(user, organization) else None,
        "entries": history.of(organization)[:HISTORY_SHOWN] if sees_history else None,
        "can_create": rules.can_create_below(user, organization),
        "can_edit": rules.can_edit(user, organization),
        "can_rearrange": rules.can_rearrange(user, organization),
        "can_grant": bool(rules.grantable(user, organization)),
    }
    return render(request, "orgs/detail.html", context)


def _page(
    request: UserRequest, organization: Organization, form: forms.Form, *, title: str | Promise, button: str | Promise,
    note: str | Promise = "", status: int = 200, **more: Any,
) -> HttpResponse:  # fmt: skip
    """The one page for every form about an organization."""
    context = {"organization": organization, "form": form, "title": title, "button": button, "note": note, **more}
    return render(request, "orgs/form.html", context, status=status)


def _require(allowed: bool, sentence: str) -> None:  # noqa: FBT001 - the answer of a rule
    if not allowed:
        raise NotAllowed(sentence)


@login_required
def create(request: UserRequest, code: str) -> HttpResponse:
    parent = found(request, code)
    _require(rules.can_create_below(request.user, parent), _("您不能在“%(name)s”之下新增组织。") % {"name": parent})
    form = CreateForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = organizations.create(parent, by=request.user, **form.values)
            except Invalid as refusal:
                form.add_error("code", refusal.message)
            else:
                messages.success(request, _("已新增“%(name)s”。") % {"name": made})
                return redirect(made)
    title = _("在“%(name)s”之下新增组织") % {"name": parent}
    return _page(request, parent, form, title=title, button=_("新增"), status=status)


@login_required
def edit(request: UserRequest, code: str) -> HttpResponse:
    organization = found(request, code)
    _require(rules.can_edit(request.user, organization), _("您不能修改“%(name)s”的资料。") % {"name": organization})
    form = FactsForm(request.POST or None, initial=FactsForm.initial_of(organization))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            organizations.edit(organization, by=request.user, **form.values)
            messages.success(request, _("已保存。"))
            return redirect(organization)
    return _page(request, organization, form, title=_("修改资料"), button=_("保存"), status=status)


@login_required
def rename(request: UserRequest, code: str) -> HttpResponse:
    organization = found(request, code)
    _require(rules.can_rearrange(request.user, organization), _("改名须由上级工会办理。"))
    initial = {"name": organization.name, "short_name": organization.short_name}
    form = RenameForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            organizations.rename(organization, values["name"], short_name=values["short_name"], by=request.user)
            messages.success(request, _("已改名，用原名仍能搜索到。"))
            return redirect(organization)
    return _page(request, organization, form, title=_("改名"), button=_("改名"), status=status)


@login_required
def move(request: UserRequest, code: str) -> HttpResponse:
    organization = found(request, code)
    _require(rules.can_rearrange(request.user, organization), _("移动须由上级工会办理。"))
    form = MoveForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                organizations.move(organization, to=values["to"], by=request.user, note=values["note"])
            except (Invalid, WrongState, NotAllowed) as refusal:
                form.add_error("to", refusal.message)
            else:
                messages.success(request, _("已移到“%(name)s”之下。") % {"name": values["to"]})
                return redirect(organization)
    note = _("它下面的所有组织、名册和角色一起移动；已提交的申报和推荐记录不受影响。")
    return _page(request, organization, form, title=_("移动到其他上级"), button=_("移动"), note=note, status=status)


@login_required
def merge(request: UserRequest, code: str) -> HttpResponse:
    organization = found(request, code)
    _require(rules.can_rearrange(request.user, organization), _("合并须由上级工会办理。"))
    form = MergeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            into = form.cleaned_data["into"]
            try:
                organizations.merge(organization, into=into, by=request.user, note=form.cleaned_data["note"])
            except (Invalid, WrongState, NotAllowed) as refusal:
                form.add_error("into", refusal.message)
            else:
                messages.success(request, _("已并入“%(name)s”。") % {"name": into})
                return redirect(into)
    note = _("名册、角色、下级组织和有关记录都转到并入的组织；本组织停用，仍能搜索到。合并不能撤销。")
    confirm = _("合并不能撤销，确定要继续吗？")
    return _page(
        request,
        organization,
        form,
        title=_("并入其他组织"),
        button=_("合并"),
        note=note,
        confirm=confirm,
        status=status,
    )


@login_required
def close(request: UserRequest, code: str) -> HttpResponse:
    organization = found(request, code)
    _require(rules.can_rearrange(request.user, organization), _("停用须由上级工会办理。"))
    form = CloseForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                organizations.deactivate(organization, by=request.user, note=form.cleaned_data["note"])
            except WrongState as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, _("已停用，可以随时恢复。"))
                return redirect(organization)
    return _page(request, organization, form, title=_("停用"), button=_("停用"), status=status)


@login_required
@require_POST
def reopen(request: UserRequest, code: str) -> HttpResponse:
    organization = found(request, code)
    organizations.reactivate(organization, by=request.user)
    messages.success(request, _("已恢复使用。"))
    return redirect(organization)
