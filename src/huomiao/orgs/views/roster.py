"""A unit's roster. Phone numbers are masked until somebody says why they need one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.orgs import queries, rules
from huomiao.orgs.actions import roster as actions
from huomiao.orgs.forms.roster import EntryForm, LeaveForm, ReasonForm, RosterFilter
from huomiao.orgs.models import Organization, RosterEntry
from huomiao.orgs.views.organizations import found
from huomiao.orgs.workbooks import attachment

PAGE_SIZE = 50


def _unit(request: UserRequest, code: str) -> Organization:
    organization = found(request, code)
    if not rules.can_manage_roster(request.user, organization):
        raise NotAllowed(_("您不能查看“%(name)s”的名册。") % {"name": organization})
    return organization


def _entry(request: UserRequest, code: str, pk: int) -> RosterEntry:
    visible = queries.rosters_visible_to(request.user).select_related("organization", "user")
    return get_object_or_404(visible, pk=pk, organization__code=code)


@login_required
@require_safe
def roster(request: UserRequest, code: str) -> HttpResponse:
    organization = _unit(request, code)
    chosen = RosterFilter(request.GET)
    values = chosen.cleaned_data if chosen.is_valid() else {}
    entries = queries.roster(
        organization,
        text=values.get("q", ""),
        frontline=values.get("frontline", ""),
        activated=values.get("activated", ""),
        left=values.get("left", False),
    )
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "organization": organization,
        "filter": chosen,
        "is_filtered": any(values.values()),
        "page": page,
        "summary": queries.roster_summary(organization),
        "export_form": ReasonForm(prefix="export"),
    }
    return render(request, "orgs/roster.html", context)


@login_required
def add(request: UserRequest, code: str) -> HttpResponse:
    organization = _unit(request, code)
    form = EntryForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                entry = actions.add(organization, by=request.user, **form.cleaned_data)
            except Invalid as refusal:
                form.add_error("staff_number", refusal.message)
            else:
                messages.success(request, _("已添加 %(name)s。") % {"name": entry})
                return redirect("orgs:roster", organization.code)
    return render(request, "orgs/roster_entry.html", {"organization": organization, "form": form}, status=status)


@login_required
def entry(request: UserRequest, code: str, pk: int) -> HttpResponse:
    person = _entry(request, code, pk)
    form = EntryForm(request.POST or None, entry=person)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.edit(person, by=request.user, **form.cleaned_data)
            except Invalid as refusal:
                form.add_error("staff_number", refusal.message)
            else:
                messages.success(request, _("已保存。"))
                return redirect("orgs:roster", code)
    return _show(request, person, form, status=status)


def _show(
    request: UserRequest, person: RosterEntry, form: EntryForm, *, phone: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "organization": person.organization,
        "entry": person,
        "form": form,
        "phone": phone,
        "leave_form": LeaveForm(),
        "reason_form": ReasonForm(),
        "entries": history.of(person)[:20],
    }
    return render(request, "orgs/roster_entry.html", context, status=status)


@login_required
@require_POST
def leave(request: UserRequest, code: str, pk: int) -> HttpResponse:
    person = _entry(request, code, pk)
    form = LeaveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写离职日期。"))
        return redirect("orgs:roster-entry", code, pk)
    actions.leave(person, on=form.cleaned_data["on"], by=request.user)
    messages.success(request, _("已登记 %(name)s 离职，可在“只看已离职”中找到。") % {"name": person})
    return redirect("orgs:roster", code)


@login_required
@require_POST
def come_back(request: UserRequest, code: str, pk: int) -> HttpResponse:
    person = _entry(request, code, pk)
    actions.come_back(person, by=request.user)
    messages.success(request, _("%(name)s 已恢复在册。") % {"name": person})
    return redirect("orgs:roster-entry", code, pk)


@login_required
@require_POST
@never_cache
def phone(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """The number in full, once, in answer to the reason; it is in no address and in no other page."""
    person = _entry(request, code, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请写明查看完整手机号的原因。"))
        return redirect("orgs:roster-entry", code, pk)
    number = actions.reveal_phone(person, reason=form.cleaned_data["reason"], by=request.user)
    return _show(request, person, EntryForm(entry=person), phone=number)


@login_required
@require_POST
@never_cache
def export(request: UserRequest, code: str) -> HttpResponse | FileResponse:
    organization = _unit(request, code)
    form = ReasonForm(request.POST, prefix="export")
    if not form.is_valid():
        messages.error(request, _("请写明导出名册的原因。"))
        return redirect("orgs:roster", code)
    content = actions.export(organization, by=request.user, reason=form.cleaned_data["reason"])
    return attachment(content, _("%(name)s职工名册.xlsx") % {"name": organization.label})
