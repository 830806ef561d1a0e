"""The editor's sections: each shows its form, saves on its own, and says why when it is frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core.downloads import download
from huomiao.core.errors import DomainError, Invalid
from huomiao.core.requests import UserRequest, is_htmx
from huomiao.core.tables import Unreadable
from huomiao.files import links
from huomiao.innovations import call_tables, sections
from huomiao.innovations.actions import call_sections as actions
from huomiao.innovations.forms import calls as forms
from huomiao.innovations.models import Call, CallAttachment, Rubric
from huomiao.innovations.queries import calls as queries
from huomiao.innovations.rules import calls as rules
from huomiao.innovations.states import Section
from huomiao.innovations.views.calls import for_organiser

MOST_TABLE_BYTES = 5 * 1024 * 1024

# Why a section is frozen, by the stage that uses it.
FROZEN_BECAUSE = {
    Section.CATEGORIES: gettext_lazy("征集已经发布，职工正按这些类别申报，所以不能再改。"),
    Section.PRIORITIES: gettext_lazy("征集已经发布，申报表里的重点领域以此为准，所以不能再改。"),
    Section.LIMITS: gettext_lazy("征集已经发布，职工正按这些限制填写，所以不能再改。"),
    Section.EXCLUSIONS: gettext_lazy("征集已经发布，申报人已按此承诺，所以不能再改。"),
    Section.QUOTAS: gettext_lazy("推荐已经截止，各推荐工会已按名额报送，所以不能再改。"),
    Section.RUBRICS: gettext_lazy("评审已经开始，专家正按此评分，所以不能再改。"),
    Section.REVIEW: gettext_lazy("评审已经开始，分配和计分已按此进行，所以不能再改。"),
    Section.GRADES: gettext_lazy("结果已经公示，所以不能再改。"),
    Section.BASICS: gettext_lazy("征集已经结束，内容作为档案保留。"),
    Section.WINDOWS: gettext_lazy("征集已经结束，内容作为档案保留。"),
    Section.ATTACHMENTS: gettext_lazy("征集已经结束，内容作为档案保留。"),
}


@login_required
@require_http_methods(["GET", "POST"])
def call_section(request: UserRequest, slug: str, section: str) -> HttpResponse:
    call = for_organiser(request, slug)
    if section not in Section.values:
        raise Http404
    return _EDITORS[Section(section)](request, call)


def _show(
    request: UserRequest, call: Call, section: Section, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    known = {
        "call": call,
        "section": section,
        "sections": list(Section),
        "is_open": rules.is_section_open(call, section),
        "frozen_because": FROZEN_BECAUSE[section],
        "snapshot": sections.snapshot(call, section),
        "seen": request.POST.get("seen") or sections.fingerprint(sections.snapshot(call, section)),
    }
    template = f"innovations/call_section_{section}.html"
    return render(request, template, {**known, **context}, status=status)


def _save(
    request: UserRequest, call: Call, section: Section, context: Mapping[str, Any], save: Callable[[str], None]
) -> HttpResponse:
    """Save by ``save(seen)``; a refusal shows the form again with what was typed."""
    try:
        save(request.POST.get("seen", ""))
    except DomainError as refusal:
        # What was typed stays in the bound forms; the page says why it was not taken.
        return _show(request, call, section, {**context, "refusal": refusal.message}, status=refusal.status)
    messages.success(request, _("“%(section)s”已保存。") % {"section": section.label})
    return redirect("innovations:call-section", call.slug, section)


def _basics(request: UserRequest, call: Call) -> HttpResponse:
    if request.method == "POST" and "preview" in request.POST:
        return _preview(request, call)
    form = forms.BasicsForm(request.POST or None, instance=Call.objects.get(pk=call.pk))
    return _fields(request, call, Section.BASICS, form)


def _preview(request: UserRequest, call: Call) -> HttpResponse:
    form = forms.BasicsForm(request.POST, instance=Call.objects.get(pk=call.pk))
    text = request.POST.get("body", "")[:20000]
    if is_htmx(request):
        return render(request, "innovations/call_section_basics.html#preview", {"preview": text})
    return _show(request, call, Section.BASICS, {"form": form, "preview": text})


def _fields(request: UserRequest, call: Call, section: Section, form: Any) -> HttpResponse:
    context = {"form": form}
    if request.method != "POST":
        return _show(request, call, section, context)
    if not form.is_valid():
        return _show(request, call, section, context, status=422)
    return _save(
        request,
        call,
        section,
        context,
        lambda seen: actions.save_fields(call, section, form.cleaned_data, by=request.user, seen=seen),
    )


def _priorities(request: UserRequest, call: Call) -> HttpResponse:
    form = forms.PrioritiesForm(request.POST or None, instance=Call.objects.get(pk=call.pk))
    return _fields(request, call, Section.PRIORITIES, form)


def _review(request: UserRequest, call: Call) -> HttpResponse:
    form = forms.ReviewForm(request.POST or None, instance=Call.objects.get(pk=call.pk))
    return _fields(request, call, Section.REVIEW, form)


def _limits(request: UserRequest, call: Call) -> HttpResponse:
    form = forms.LimitsForm(request.POST or None, instance=Call.objects.get(pk=call.pk))
    context = {"form": form}
    if request.method != "POST":
        return _show(request, call, Section.LIMITS, context)
    if not form.is_valid():
        return _show(request, call, Section.LIMITS, context, status=422)
    return _save(
        request,
        call,
        Section.LIMITS,
        context,
        lambda seen: actions.save_limits(call, form.limits(), form.cleaned_data, by=request.user, seen=seen),
    )


def _categories(request: UserRequest, call: Call) -> HttpResponse:
    initial = [
        {
            "pk": row.pk,
            "name": row.name,
            "code": row.code,
            "definition": row.definition,
            "hints": "\n".join(row.hints),
            "rubric": row.rubric_id,
        }
        for row in call.categories.all()
    ]
    rows = forms.CategoryRows(request.POST or None, initial=initial, prefix="categories", form_kwargs={"call": call})
    return _rows(
        request,
        call,
        Section.CATEGORIES,
        rows,
        lambda seen: actions.save_categories(call, rows.rows(), by=request.user, seen=seen),
    )


def _exclusions(request: UserRequest, call: Call) -> HttpResponse:
    initial = [{"pk": row.pk, "text": row.text} for row in call.exclusions.all()]
    rows = forms.ExclusionRows(request.POST or None, initial=initial, prefix="exclusions")
    return _rows(
        request,
        call,
        Section.EXCLUSIONS,
        rows,
        lambda seen: actions.save_exclusions(call, rows.rows(), by=request.user, seen=seen),
    )


def _rows(request: UserRequest, call: Call, section: Section, rows: Any, save: Callable[[str], None]) -> HttpResponse:
    context = {"rows": rows}
    if request.method != "POST":
        return _show(request, call, section, context)
    if not rows.is_valid():
        return _show(request, call, section, context, status=422)
    return _save(request, call, section, context, save)


def _grades(request: UserRequest, call: Call) -> HttpResponse:
    form = forms.GradesForm(request.POST or None, instance=Call.objects.get(pk=call.pk))
    initial = [{"pk": row.pk, "name": row.name, "number": row.number} for row in call.grades.all()]
    rows = forms.GradeRows(request.POST or None, initial=initial, prefix="grades")
    context = {"form": form, "rows": rows}
    if request.method != "POST":
        return _show(request, call, Section.GRADES, context)
    if not all([form.is_valid(), rows.is_valid()]):
        return _show(request, call, Section.GRADES, context, status=422)
    return _save(
        request,
        call,
        Section.GRADES,
        context,
        lambda seen: actions.save_grades(call, form.cleaned_data, rows.rows(), by=request.user, seen=seen),
    )


def _quotas(request: UserRequest, call: Call) -> HttpResponse:
    context = _quota_context(call, request.POST or None)
    grid, rows = context["grid"], context["rows"]
    if request.method != "POST":
        return _show(request, call, Section.QUOTAS, context)
    if not all([grid.is_valid(), rows.is_valid()]):
        return _show(request, call, Section.QUOTAS, context, status=422)
    return _save(
        request,
        call,
        Section.QUOTAS,
        context,
        lambda seen: actions.save_quotas(call, grid.maxima(), rows.rows(), by=request.user, seen=seen),
    )


@login_required
@require_GET
def call_quota_table(request: UserRequest, slug: str) -> HttpResponse:
    call = for_organiser(request, slug)
    return download(call_tables.workbook(call), f"quotas-{call.slug}.xlsx")


@login_required
@require_POST
def call_quota_import(request: UserRequest, slug: str) -> HttpResponse:
    call = for_organiser(request, slug)
    upload = request.FILES.get("table")
    if upload is None:
        raise Invalid(_("请先选择名额表文件。"))
    if (upload.size or 0) > MOST_TABLE_BYTES:
        raise Unreadable(_("名额表不应超过 5 MB，请确认选对了文件。"))
    maxima, table = call_tables.read(call, upload.read(), upload.name or "")
    if table.problems:
        lines = [
            _("%(place)s（%(column)s）：%(message)s")
            % {"place": problem.place, "column": problem.column, "message": problem.message}
            for problem in table.problems
        ]
        context = _quota_context(call)
        refusal = _("名额表里有 %(count)d 处问题，没有导入任何内容。") % {"count": len(lines)}
        return _show(
            request, call, Section.QUOTAS, {**context, "refusal": refusal, "table_problems": lines[:100]}, status=422
        )
    current: dict[tuple[int, int | None], int | None] = {
        (quota.union_id, quota.category_id): quota.maximum for quota in call.quotas.all()
    }
    actions.save_quotas(call, {**current, **maxima}, _mix_rows(call), by=request.user)
    messages.success(request, _("已从表格导入名额。"))
    return redirect("innovations:call-section", call.slug, Section.QUOTAS)


def _quota_context(call: Call, data: Any = None) -> dict[str, Any]:
    categories, unions = list(call.categories.all()), list(queries.unions(call))
    return {
        "grid": forms.QuotaGrid(data, call=call, unions=unions, categories=categories),
        "rows": forms.MixRows(data, initial=_mix_rows(call), prefix="mix"),
        "categories": categories,
    }


def _mix_rows(call: Call) -> list[dict[str, Any]]:
    return [
        {"pk": row.pk, "measure": row.measure, "minimum_percent": row.minimum_percent, "note": row.note}
        for row in call.mix_rules.order_by("pk")
    ]


def _windows(request: UserRequest, call: Call) -> HttpResponse:
    form = forms.WindowsForm(request.POST or None, call=call)
    context = {"form": form}
    if request.method != "POST":
        return _show(request, call, Section.WINDOWS, context)
    if not form.is_valid():
        return _show(request, call, Section.WINDOWS, context, status=422)
    return _save(
        request,
        call,
        Section.WINDOWS,
        context,
        lambda seen: actions.save_windows(call, form.windows(), by=request.user, seen=seen),
    )


def _rubrics(request: UserRequest, call: Call) -> HttpResponse:
    add = forms.RubricAddForm(request.POST or None, call=call)
    context = {
        "rubrics": call.rubrics.prefetch_related("criteria", "categories").order_by("pk"),
        "form": add,
    }
    if request.method != "POST":
        return _show(request, call, Section.RUBRICS, context)
    if not add.is_valid():
        return _show(request, call, Section.RUBRICS, context, status=422)
    try:
        rubric = actions.add_rubric(call, name=add.cleaned_data["name"], like=add.cleaned_data["like"], by=request.user)
    except Invalid as refusal:
        add.add_error("name", refusal.message)
        return _show(request, call, Section.RUBRICS, context, status=422)
    return redirect("innovations:call-rubric", call.slug, rubric.pk)


@login_required
@require_http_methods(["GET", "POST"])
def call_rubric(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    call = for_organiser(request, slug)
    rubric = get_object_or_404(Rubric, call=call, pk=pk)
    editor = forms.RubricEditor(rubric, request.POST or None)
    status, refusal = 200, ""
    if request.method == "POST":
        if editor.is_valid():
            rows = [
                actions.CriterionRow(
                    pk=row["pk"],
                    name=row["name"],
                    description=row["description"],
                    points=row["points"],
                    bands=tuple(
                        actions.BandRow(band["label"], band["low"], band["high"], band["description"]) for band in bands
                    ),
                )
                for row, bands in editor.rows()
            ]
            try:
                actions.save_rubric(
                    rubric,
                    name=editor.name.cleaned_data["name"],
                    rows=rows,
                    by=request.user,
                    seen=request.POST.get("seen", ""),
                )
            except DomainError as problem:
                status, refusal = problem.status, problem.message
            else:
                messages.success(request, _("“%(name)s”已保存。") % {"name": editor.name.cleaned_data["name"]})
                return redirect("innovations:call-rubric", call.slug, rubric.pk)
        else:
            status = 422
    context = {
        "call": call,
        "section": Section.RUBRICS,
        "sections": list(Section),
        "rubric": rubric,
        "editor": editor,
        "refusal": refusal,
        "is_open": rules.is_section_open(call, Section.RUBRICS),
        "frozen_because": FROZEN_BECAUSE[Section.RUBRICS],
        "snapshot": {},
        "criteria": rubric.criteria.prefetch_related("bands"),
        "seen": request.POST.get("seen") or sections.fingerprint(sections.snapshot(call, Section.RUBRICS)),
    }
    return render(request, "innovations/call_rubric.html", context, status=status)


@login_required
@require_POST
def call_rubric_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    call = for_organiser(request, slug)
    rubric = get_object_or_404(Rubric, call=call, pk=pk)
    actions.remove_rubric(rubric, by=request.user)
    messages.success(request, _("已删除。"))
    return redirect("innovations:call-section", call.slug, Section.RUBRICS)


def _attachments(request: UserRequest, call: Call) -> HttpResponse:
    form = forms.AttachmentForm(request.POST or None, request.FILES or None)
    context = {
        "form": form,
        "attachments": [
            (row, links.link(row.file, to=None, name=row.title))
            for row in call.attachments.select_related("file").all()
        ],
    }
    if request.method != "POST":
        return _show(request, call, Section.ATTACHMENTS, context)
    if not form.is_valid():
        return _show(request, call, Section.ATTACHMENTS, context, status=422)
    try:
        actions.attach(call, form.cleaned_data["file"], title=form.cleaned_data["title"], by=request.user)
    except Invalid as refusal:
        form.add_error("file", refusal.message)
        return _show(request, call, Section.ATTACHMENTS, context, status=422)
    messages.success(request, _("附件已上传。"))
    return redirect("innovations:call-section", call.slug, Section.ATTACHMENTS)


@login_required
@require_POST
def call_attachment_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    call = for_organiser(request, slug)
    attachment = get_object_or_404(CallAttachment, call=call, pk=pk)
    actions.detach(attachment, by=request.user)
    messages.success(request, _("已删除。"))
    return redirect("innovations:call-section", call.slug, Section.ATTACHMENTS)


_EDITORS: dict[Section, Callable[[UserRequest, Call], HttpResponse]] = {
    Section.BASICS: _basics,
    Section.CATEGORIES: _categories,
    Section.PRIORITIES: _priorities,
    Section.QUOTAS: _quotas,
    Section.LIMITS: _limits,
    Section.EXCLUSIONS: _exclusions,
    Section.RUBRICS: _rubrics,
    Section.WINDOWS: _windows,
    Section.REVIEW: _review,
    Section.GRADES: _grades,
    Section.ATTACHMENTS: _attachments,
}
