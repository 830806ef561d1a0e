"""Bringing in a table: upload, look at each row's fate, then take all rows or the good ones."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huomiao.core.errors import NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.core.tables import Unreadable, template_of
from huomiao.orgs import queries, rules
from huomiao.orgs.actions import imports
from huomiao.orgs.forms.imports import UploadForm
from huomiao.orgs.importing import rosters, trees
from huomiao.orgs.models import ImportBatch, Organization
from huomiao.orgs.roles import Power
from huomiao.orgs.states import BatchKind, BatchState, Fate
from huomiao.orgs.views.organizations import found
from huomiao.orgs.workbooks import attachment

PAGE_SIZE = 100


def _upload(request: UserRequest, kind: BatchKind, organization: Organization | None) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                batch = imports.preview(
                    upload.read(), upload.name, kind=kind, by=request.user, organization=organization
                )
            except Unreadable as refusal:
                form.add_error("file", refusal.message)
            else:
                return redirect(batch)
    columns = trees.COLUMNS if kind == BatchKind.TREE else rosters.columns(organization)
    context = {"form": form, "organization": organization, "columns": columns, "is_tree": kind == BatchKind.TREE}
    return render(request, "orgs/import_upload.html", context, status=status)


def _require_tree(request: UserRequest) -> None:
    if not queries.reach(request.user, Power.MANAGE_ORGS):
        raise NotAllowed(_("您没有维护组织的权限。"))


def _require_rosters(request: UserRequest, organization: Organization | None) -> None:
    if organization is not None and not rules.can_manage_roster(request.user, organization):
        raise NotAllowed(_("您不能维护“%(name)s”的名册。") % {"name": organization})
    if organization is None and not queries.reach(request.user, Power.MANAGE_ROSTER):
        raise NotAllowed(_("您没有维护名册的权限。"))


@login_required
def tree(request: UserRequest) -> HttpResponse:
    _require_tree(request)
    return _upload(request, BatchKind.TREE, None)


@login_required
@require_safe
def tree_template(request: UserRequest) -> FileResponse:
    _require_tree(request)
    notes = [
        _("每行一个组织，先后不限；上级可以在同一张表里，也可以是系统里已有的组织。"),
        _("代码已存在的，按本表更新；单元格留空表示不改。导入不会移动或停用组织。"),
    ]
    content = template_of(trees.COLUMNS, title=_("组织"), heading=_("工会组织导入表"), notes=notes)
    return attachment(content, _("工会组织导入模板.xlsx"))


@login_required
def rosters_of_units(request: UserRequest) -> HttpResponse:
    _require_rosters(request, None)
    return _upload(request, BatchKind.ROSTER, None)


@login_required
def roster(request: UserRequest, code: str) -> HttpResponse:
    organization = found(request, code)
    _require_rosters(request, organization)
    return _upload(request, BatchKind.ROSTER, organization)


@login_required
@require_safe
def roster_template(request: UserRequest, code: str = "") -> FileResponse:
    organization = found(request, code) if code else None
    _require_rosters(request, organization)
    notes = [
        _("每行一位职工。工号相同的视为同一个人，按本表更新；单元格留空表示不改。"),
        _("没有工号的按姓名和手机号辨认，同名的人请至少填写其中一项。"),
        _("名册里有、表里没有的人不受影响；离职请在名册页面登记。"),
    ]
    heading = _("%(name)s 职工名册") % {"name": organization} if organization else _("职工名册")
    content = template_of(rosters.columns(organization), title=_("名册"), heading=heading, notes=notes)
    return attachment(content, _("职工名册导入模板.xlsx"))


def _batch(request: UserRequest, pk: int) -> ImportBatch:
    return get_object_or_404(queries.batches_visible_to(request.user).select_related("organization"), pk=pk)


@login_required
@require_safe
def batch(request: UserRequest, pk: int) -> HttpResponse:
    """What the table would do, row by row; after it was done, what it did."""
    brought = _batch(request, pk)
    report = brought.report
    fate = request.GET.get("fate", "")
    rows = report.get("rows", [])
    if not fate and brought.counts.get(Fate.PROBLEM):
        fate = Fate.PROBLEM
    shown = [row for row in rows if row["fate"] == fate] if fate in Fate.values else rows
    sheet_problems = [(sheet["name"], problem) for sheet in report.get("sheets", ()) for problem in sheet["problems"]]
    bad_rows = brought.counts.get(Fate.PROBLEM, 0)
    context = {
        "batch": brought,
        "is_open": brought.state == BatchState.PREVIEW,
        "sheets": report.get("sheets", []),
        "sheet_problems": sheet_problems,
        "unknown_headers": report.get("unknown_headers", []),
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "fate": fate,
        "fates": [(value, label, brought.counts.get(value, 0)) for value, label in Fate.choices],
        "total": sum(brought.counts.values()),
        "bad_rows": bad_rows,
        "good_rows": brought.counts.get(Fate.NEW, 0) + brought.counts.get(Fate.CHANGED, 0),
        "has_problems": bool(bad_rows or sheet_problems),
    }
    return render(request, "orgs/import.html", context)


@login_required
@require_POST
def apply(request: UserRequest, pk: int) -> HttpResponse:
    brought = _batch(request, pk)
    outcome = imports.apply(brought, by=request.user, only_good=request.POST.get("rows") == "good")
    messages.success(
        request,
        _("导入完成：新增 %(new)s 行，更新 %(changed)s 行，无变化 %(same)s 行，跳过 %(skipped)s 行。")
        % {"new": outcome.new, "changed": outcome.changed, "same": outcome.unchanged, "skipped": outcome.skipped},
    )
    return redirect(brought)


@login_required
@require_POST
def drop(request: UserRequest, pk: int) -> HttpResponse:
    brought = _batch(request, pk)
    imports.drop(brought, by=request.user)
    messages.info(request, _("已放弃这次导入，文件已删除。"))
    if brought.organization is not None:
        return redirect("orgs:roster", brought.organization.code)
    return redirect("orgs:tree")


@login_required
@require_safe
def marked(request: UserRequest, pk: int) -> FileResponse:
    brought = _batch(request, pk)
    stem = brought.file_name.rpartition(".")[0] or brought.file_name
    return attachment(imports.marked(brought), _("%(name)s（问题已标注）.xlsx") % {"name": stem})
