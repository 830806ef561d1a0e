from __future__ import annotations

import io

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huomiao.core.downloads import PDF, download
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest, wants_json
from huomiao.files import pages
from huomiao.files.links import link
from huomiao.files.models import Kind
from huomiao.innovations.actions import paper as actions
from huomiao.innovations.forms.paper import AssignForm, FormFileForm, PileForm
from huomiao.innovations.models import Call, Declaration, ScanPile, ScanSheet, SummaryTable
from huomiao.innovations.queries import declarations
from huomiao.innovations.queries import paper as queries
from huomiao.innovations.rules import paper as rules
from huomiao.innovations.rules import recommendations as recommendation_rules
from huomiao.innovations.states import AttachmentRole, SheetFate

PROBLEM_FATES = (SheetFate.UNREADABLE, SheetFate.UNKNOWN, SheetFate.OUTSIDE)
THUMBNAIL_SIDE = 700


@require_safe
@login_required
def form(request: UserRequest, pk: int) -> HttpResponse:
    """The declaration form as PDF, to print, sign and seal."""
    found = get_object_or_404(
        declarations.visible_to(request.user).select_related(
            "call__organiser", "category", "field", "unit", "union", "studio"
        ),
        pk=pk,
    )
    content = queries.form_pdf(found, with_phone=rules.can_read_phone(request.user, found))
    return download(
        content, _("申报表-%(number)s.pdf") % {"number": found.number or found.title or found.pk}, media_type=PDF
    )


@require_safe
@login_required
def summary(request: UserRequest, pk: int) -> HttpResponse:
    """A signed-off summary table as PDF, to print and seal."""
    table = get_object_or_404(SummaryTable.objects.select_related("call__organiser", "union", "signed_by"), pk=pk)
    if not recommendation_rules.can_see_list(request.user, table.call, table.union):
        raise Http404
    return download(queries.summary_pdf(table), _("推荐汇总表-%(union)s.pdf") % {"union": table.union}, media_type=PDF)


@login_required
def sealed_form(request: UserRequest, pk: int) -> HttpResponse:
    """The sealed form of one declaration: what is there, and a place to bring it."""
    found = get_object_or_404(declarations.visible_to(request.user).select_related("call__organiser", "unit"), pk=pk)
    form = FormFileForm(request.POST or None, request.FILES or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            attachment = actions.attach_form(found, form.cleaned_data["file"], by=request.user)
        except Invalid as invalid:
            if wants_json(request):
                raise
            refusal = invalid.message
            form.add_error("file", refusal)
        else:
            if wants_json(request):
                return JsonResponse({"id": str(attachment.file_id), "name": attachment.file.name, "preview": ""})
            messages.success(request, _("盖章申报表已上传。"))
            return redirect("innovations:paper-form", pk=pk)
    sealed = found.attachments.filter(role=AttachmentRole.SEALED_FORM).select_related("file").first()
    context = {
        "declaration": found,
        "form": form,
        "attachment": sealed,
        "address": link(sealed.file, to=request.user, name=_("盖章申报表")) if sealed else "",
        "can_attach": rules.can_attach_form(request.user, found),
    }
    return render(request, "innovations/paper_form.html", context, status=422 if request.method == "POST" else 200)


@login_required
def piles(request: UserRequest, slug: str) -> HttpResponse:
    """Sealed forms of a call: bring a pile, see the earlier ones and which declarations still lack theirs."""
    call = get_object_or_404(Call.objects.select_related("organiser"), slug=slug)
    if not rules.can_bring_pile(request.user, call):
        raise NotAllowed(_("只有负责推荐的工会经办人，可以在征集和审查期间上传盖章申报表。"))
    form = PileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(actions.open_pile(call, form.cleaned_data["file"], by=request.user))
        except Invalid as invalid:
            form.add_error("file", invalid.message)
    mine = queries.sealable(request.user, call)
    lacking = mine.exclude(attachments__role=AttachmentRole.SEALED_FORM)
    context = {
        "call": call,
        "form": form,
        "piles": queries.piles(request.user, call).annotate(
            total=Count("sheets"),
            matched=Count("sheets", filter=Q(sheets__fate=SheetFate.MATCHED)),
            waiting=Count("sheets", filter=Q(sheets__fate=SheetFate.WAITING)),
            problems=Count("sheets", filter=Q(sheets__fate__in=PROBLEM_FATES)),
        )[:20],
        "total": mine.count(),
        "lacking": lacking.select_related("unit").order_by("number")[:50],
        "lacking_count": lacking.count(),
    }
    return render(request, "innovations/paper.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@login_required
def pile(request: UserRequest, pk: int) -> HttpResponse:
    """One pile: how far it is read, whose forms were found, and the sheets that need a hand."""
    found = get_object_or_404(ScanPile.objects.select_related("call").filter(by=request.user), pk=pk)
    counts = found.sheets.aggregate(total=Count("pk"), waiting=Count("pk", filter=Q(fate=SheetFate.WAITING)))
    matched = (
        Declaration.objects.filter(pk__in=found.sheets.filter(fate=SheetFate.MATCHED).values("declaration"))
        .select_related("unit")
        .order_by("number")
    )
    sheet_counts = dict(found.sheets.filter(fate=SheetFate.MATCHED).values_list("declaration").annotate(Count("pk")))
    context = {
        "pile": found,
        "total": counts["total"],
        "done": counts["total"] - counts["waiting"],
        "waiting": counts["waiting"],
        "matched": [(declaration, sheet_counts[declaration.pk]) for declaration in matched],
        "problems": found.sheets.filter(fate__in=PROBLEM_FATES),
        "set_aside": found.sheets.filter(fate=SheetFate.SET_ASIDE).count(),
    }
    return render(request, "innovations/paper_pile.html", context)


@require_POST
@login_required
def pile_read(request: UserRequest, pk: int) -> HttpResponse:
    """Read some more sheets; the page's script asks until none wait, or a person presses the button again."""
    found = get_object_or_404(ScanPile.objects.select_related("call__organiser").filter(by=request.user), pk=pk)
    waiting = actions.read_on(found, by=request.user)
    if wants_json(request):
        return JsonResponse({"waiting": waiting, "total": found.sheets.count()})
    return redirect(found)


def _sheet(request: UserRequest, pk: int) -> ScanSheet:
    return get_object_or_404(
        ScanSheet.objects.select_related("pile__call__organiser", "file").filter(pile__by=request.user), pk=pk
    )


@require_safe
@login_required
def sheet_picture(request: UserRequest, pk: int) -> HttpResponseBase:
    """A picture of one sheet, large enough to read the number on it."""
    sheet = _sheet(request, pk)
    with default_storage.open(sheet.file.location) as stored:
        content = stored.read()
    if sheet.file.kind == Kind.PDF:
        picture = pages.picture(content, sheet.page, longest_side=THUMBNAIL_SIDE)
    else:
        picture = pages.opened(content)
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    out.seek(0)
    return FileResponse(out, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@require_POST
@login_required
def sheet_assign(request: UserRequest, pk: int) -> HttpResponse:
    sheet = _sheet(request, pk)
    form = AssignForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("请填写申报表右上方的编号。"))
    declaration = actions.assign(sheet, form.cleaned_data["number"], by=request.user)
    messages.success(
        request,
        _("第 %(page)d 页已归入“%(title)s”。") % {"page": sheet.position, "title": declaration},
    )
    return redirect(sheet.pile)


@require_POST
@login_required
def sheet_set_aside(request: UserRequest, pk: int) -> HttpResponse:
    sheet = _sheet(request, pk)
    actions.set_aside(sheet, by=request.user)
    messages.success(request, _("第 %(page)d 页不使用。") % {"page": sheet.position})
    return redirect(sheet.pile)
