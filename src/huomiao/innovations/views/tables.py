"""Summary tables in and out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core.downloads import download
from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.core.tables import SheetOut, mark_problems, template_of, write_table
from huomiao.innovations import summary_columns
from huomiao.innovations.actions import tables as actions
from huomiao.innovations.forms.tables import ConfirmForm, UploadForm
from huomiao.innovations.models import Call, ImportBatch
from huomiao.innovations.queries import calls, declarations, recommendations, tables
from huomiao.innovations.rules import recommendations as recommendation_rules
from huomiao.innovations.rules import tables as rules
from huomiao.innovations.states import BatchState
from huomiao.innovations.summary_reading import FATES, Report

PAGE = 50


@require_http_methods(["GET", "POST"])
@login_required
def import_new(request: UserRequest, slug: str) -> HttpResponse:
    """Choose a file; it is read at once and shown before anything is imported."""
    call = _call(request, slug)
    places = tables.places(call, request.user)
    form = UploadForm(request.POST or None, request.FILES or None, places=places)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["table"]
            try:
                batch = actions.preview(
                    upload.read(actions.MOST_BYTES + 1),
                    upload.name,
                    call=call,
                    organization=form.cleaned_data["organization"],
                    by=request.user,
                    at=timezone.now(),
                )
                return redirect("innovations:import", batch.pk)
            except DomainError as refusal:
                form.add_error("table", refusal.message)
                status = refusal.status
    now = timezone.now()
    context = {
        "call": call,
        "form": form,
        "columns": summary_columns.columns(call),
        "is_open": any(rules.is_open(call, place, now) for place in places),
        "earlier": tables.visible_to(request.user).filter(call=call).defer("content").order_by("-created_at")[:10],
    }
    return render(request, "innovations/import_new.html", context, status=status)


@require_GET
@login_required
def template(request: UserRequest, slug: str) -> HttpResponse:
    """A blank summary table to fill in."""
    call = _call(request, slug)
    content = template_of(
        summary_columns.columns(call),
        title=_("汇总表"),
        heading=_("%(call)s申报汇总表") % {"call": call.title},
    )
    return download(content, _("%(call)s汇总表模板.xlsx") % {"call": call.title})


@require_GET
@login_required
def batch(request: UserRequest, pk: int) -> HttpResponse:
    """What the table holds: each row's fate and every problem at its cell."""
    return _batch_page(request, _batch(request, pk))


def _batch_page(request: UserRequest, found: ImportBatch, *, refusal: str = "", status: int = 200) -> HttpResponse:
    report = Report.from_json(found.report) if found.report else None
    fate = request.GET.get("fate", "")
    rows = [row for row in report.rows if fate not in FATES or row.fate == fate] if report else []
    context = {
        "call": found.call,
        "batch": found,
        "report": report,
        "counts": report.counts if report else {},
        "good": report.counts["new"] + report.counts["update"] if report else 0,
        "fate": fate,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "is_preview": found.state == BatchState.PREVIEW,
        "refusal": refusal,
        "missing_columns": report.sheet_problems if report else [],
    }
    return render(request, "innovations/import_batch.html", context, status=status)


@require_POST
@login_required
def confirm(request: UserRequest, pk: int) -> HttpResponse:
    found = _batch(request, pk)
    form = ConfirmForm(request.POST)
    mode = form.cleaned_data["mode"] if form.is_valid() else "all"
    try:
        report = actions.confirm(found, by=request.user, mode=mode, at=timezone.now())
    except actions.HasProblems as refusal:
        return _batch_page(request, found, refusal=refusal.message, status=refusal.status)
    messages.success(
        request,
        _("已导入 %(imported)s 项、更新 %(updated)s 项，跳过 %(skipped)s 行（原因见下表）。")
        % {"imported": report.imported, "updated": report.updated, "skipped": report.skipped},
    )
    return redirect("innovations:import", found.pk)


@require_POST
@login_required
def drop(request: UserRequest, pk: int) -> HttpResponse:
    found = _batch(request, pk)
    actions.drop(found, by=request.user, at=timezone.now())
    messages.success(request, _("已放弃“%(file)s”，没有导入任何内容。") % {"file": found.file_name})
    return redirect("innovations:import-new", found.call.slug)


@require_GET
@login_required
def annotated(request: UserRequest, pk: int) -> HttpResponse:
    """The table as it was brought, with every wrong cell coloured and what is wrong beside it."""
    found = _batch(request, pk)
    if found.state != BatchState.PREVIEW:
        raise Http404
    content = mark_problems(bytes(found.content), Report.from_json(found.report).problems)
    stem = found.file_name.rpartition(".")[0] or found.file_name
    return download(content, _("%(file)s（标出问题）.xlsx") % {"file": stem})


@require_GET
@login_required
def declarations_table(request: UserRequest, slug: str) -> HttpResponse:
    """The declarations within the person's reach as a summary table: what went out can come in again."""
    call = _call(request, slug)
    found = declarations.visible_to(request.user).filter(call=call, submitted_at__isnull=False)
    content = write_table(
        [
            SheetOut(
                _("汇总表"),
                summary_columns.columns(call),
                tables.out_rows(found.order_by("union__path", "rank", "submitted_at", "pk")),
                heading=_("%(call)s申报汇总表") % {"call": call.title},
            )
        ]
    )
    return download(content, _("%(call)s申报汇总表.xlsx") % {"call": call.title})


@require_GET
@login_required
def summary_table(request: UserRequest, slug: str, code: str) -> HttpResponse:
    """A union's list as a workbook: signed, as it was signed; before that, as it stands."""
    call = get_object_or_404(calls.visible_to(request.user), slug=slug)
    union = get_object_or_404(calls.unions(call), code=code)
    if not recommendation_rules.can_see_list(request.user, call, union):
        raise Http404
    table = recommendations.table_in_force(call, union)
    found = tables.of_table(table) if table else recommendations.ranked(call, union)
    heading = _("%(call)s推荐汇总表（%(union)s）") % {"call": call.title, "union": union.name}
    content = write_table(
        [SheetOut(_("汇总表"), summary_columns.columns(call), tables.out_rows(found), heading=heading)]
    )
    return download(content, _("%(union)s推荐汇总表.xlsx") % {"union": union.label})


def _call(request: UserRequest, slug: str) -> Call:
    call = get_object_or_404(calls.visible_to(request.user), slug=slug)
    if not tables.places(call, request.user):
        raise Http404
    return call


def _batch(request: UserRequest, pk: int) -> ImportBatch:
    return get_object_or_404(tables.visible_to(request.user), pk=pk)
