"""A marker's pages. Nothing here may lead to whose answer it is: see ``queries.sheets``."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from huomiao.core import history
from huomiao.core.errors import DomainError
from huomiao.core.numbers import plain
from huomiao.core.requests import UserRequest, wants_json
from huomiao.practice.actions import sheets as actions
from huomiao.practice.forms.marking import MarkForm
from huomiao.practice.models import MarkSheet
from huomiao.practice.queries import sheets as queries
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import SheetState

PAGE = 50
FILTERS = {"open": SheetState.ASSIGNED, "ready": SheetState.DRAFT, "locked": SheetState.LOCKED}


@require_safe
@login_required
def mine(request: UserRequest) -> HttpResponse:
    """The exams that I mark, with how far I am."""
    return render(request, "practice/mark_exams.html", {"rows": list(queries.progress(request.user))})


@require_safe
@login_required
def sheets(request: UserRequest, slug: str) -> HttpResponse:
    """My sheets of one exam, question by question."""
    found = queries.of_exam(request.user, slug)
    progress = next((row for row in queries.progress(request.user) if row["script__exam__slug"] == slug), None)
    if progress is None:
        raise Http404
    show = request.GET.get("show", "")
    if show in FILTERS:
        found = found.filter(state=FILTERS[show])
    context = {
        "slug": slug,
        "progress": progress,
        "show": show,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "next": queries.of_exam(request.user, slug).filter(state=SheetState.ASSIGNED).first(),
    }
    return render(request, "practice/mark_sheets.html", context)


def _sheet(request: UserRequest, pk: int) -> MarkSheet:
    return get_object_or_404(queries.visible_to(request.user), pk=pk)


@require_safe
@login_required
def sheet(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, _sheet(request, pk))


def _page(
    request: UserRequest, found: MarkSheet, *, typed: MarkForm | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    version = found.script.version
    slug = found.script.exam.slug
    own = list(queries.of_exam(request.user, slug).values_list("pk", flat=True))
    at = own.index(found.pk)
    ticks = set(typed.ticks() if typed else found.ticks)
    returned = history.of(found).filter(action="mark_sheet.given_back").first()
    context = {
        "sheet": found,
        "script": found.script,
        "version": version,
        "slug": slug,
        "points": [
            {"place": place, "text": point["text"], "points": f"{point['points']:g}", "is_ticked": place in ticks}
            for place, point in enumerate(version.key.get("points", []))
        ],
        "most": plain(found.script.max_points),
        "given": typed.data.get("points", "") if typed else "" if found.points is None else plain(found.points),
        "comment": typed.data.get("comment", "") if typed else found.comment,
        "number": typed.data.get("version", found.version) if typed else found.version,
        "can_mark": rules.can_mark(request.user, found),
        "returned": returned if found.state != SheetState.LOCKED else None,
        "problem": problem,
        "position": at + 1,
        "count": len(own),
        "previous": own[at - 1] if at else None,
        "next": own[at + 1] if at + 1 < len(own) else None,
    }
    return render(request, "practice/mark_sheet.html", context, status=status)


@require_POST
@login_required
def save(request: UserRequest, pk: int) -> HttpResponse:
    """Keep a draft; a script gets the new version, a form goes on to the next sheet."""
    found = _sheet(request, pk)
    form = MarkForm(request.POST)
    problem, status = _("评分没有保存：内容不完整，请检查后再保存。"), 422
    if form.is_valid():
        try:
            saved = actions.save(
                found,
                points=form.cleaned_data["points"],
                ticks=form.ticks(),
                comment=form.cleaned_data["comment"],
                version=form.cleaned_data["version"],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            if wants_json(request):
                raise
            problem, status = refusal.message, refusal.status
        else:
            if wants_json(request):
                return JsonResponse({"version": saved.version, "done": saved.state == SheetState.DRAFT})
            later = _next(request, found) if request.POST.get("go") == "next" else None
            return redirect("practice:mark-sheet", later or pk)
    elif wants_json(request):
        return JsonResponse({"error": "invalid", "detail": problem}, status=422)
    return _page(request, found, typed=form, problem=problem, status=status)


def _next(request: UserRequest, found: MarkSheet) -> int | None:
    own = list(queries.of_exam(request.user, found.script.exam.slug).values_list("pk", flat=True))
    at = own.index(found.pk)
    return own[at + 1] if at + 1 < len(own) else None


@require_POST
@login_required
def lock(request: UserRequest, slug: str) -> HttpResponse:
    """Lock everything of one exam that is marked, or what was chosen of it."""
    ready = queries.of_exam(request.user, slug).filter(state=SheetState.DRAFT)
    chosen = [int(key) for key in request.POST.getlist("sheet") if key.isdecimal() and len(key) < 19]
    if chosen:
        ready = ready.filter(pk__in=chosen)
    done = actions.lock(list(ready), by=request.user, at=timezone.now())
    if done:
        messages.success(request, ngettext("已锁定 %(number)d 份。", "已锁定 %(number)d 份。", done) % {"number": done})
    else:
        messages.info(request, _("没有评完待锁定的试卷。"))
    return (
        redirect("practice:mark-sheets", slug)
        if queries.of_exam(request.user, slug).exists()
        else redirect("practice:mark-exams")
    )
