"""The list of an exam's candidates, and their tickets."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core.downloads import download
from huomiao.core.errors import DomainError, Invalid
from huomiao.core.requests import UserRequest
from huomiao.core.tables import Problem, SheetOut, mark_problems, template_of, write_table
from huomiao.practice import candidate_table
from huomiao.practice.actions import candidates as actions
from huomiao.practice.forms import exams as forms
from huomiao.practice.models import Candidate
from huomiao.practice.queries import exams as queries
from huomiao.practice.rules import exams as rules
from huomiao.practice.states import Eligibility
from huomiao.practice.views.exams import for_officer

PAGE = 50
MOST_BYTES = 10 * 1024 * 1024


@login_required
@require_GET
def exam_candidates(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    rows = queries.candidates(exam)
    room, text = request.GET.get("room", ""), request.GET.get("q", "").strip()[:50]
    if room:
        rows = rows.filter(room=room)
    if text:
        rows = rows.filter(Q(user__name__icontains=text) | Q(number__icontains=text))
    context = {
        "exam": exam,
        "tab": "candidates",
        "page_obj": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "room": room,
        "text": text,
        "rooms": queries.rooms(exam),
        "is_open": rules.can_list(exam, timezone.now()),
        "from_rosters": exam.eligibility == Eligibility.ROSTER,
        "units": exam.units.order_by("path"),
        "without_paper": exam.candidates.filter(paper=None).count() if exam.built_at else 0,
    }
    return render(request, "practice/exam_candidates.html", context)


@login_required
@require_POST
def exam_candidates_draw(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    drawn = actions.draw_from_rosters(exam, by=request.user)
    messages.success(
        request,
        _("从名册加入 %(added)d 人，原已在名单 %(already)d 人。") % {"added": drawn.added, "already": drawn.already},
    )
    if drawn.without_account:
        messages.warning(
            request,
            _("名册上另有 %(count)d 人还没有开通账号，不能参加。开通后再从名册加入即可。")
            % {"count": drawn.without_account},
        )
    return redirect("practice:exam-candidates", slug)


@login_required
@require_http_methods(["GET", "POST"])
def exam_candidates_import(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    form = forms.TableForm(request.POST or None, request.FILES or None)
    problems: list[Problem] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["table"]
            content = upload.read(MOST_BYTES + 1)
            try:
                done = actions.import_list(exam, content, upload.name, by=request.user)
            except DomainError as refusal:
                form.add_error("table", refusal.message)
            else:
                if done.is_done:
                    messages.success(
                        request,
                        _("加入 %(added)d 人，更新 %(updated)d 人。") % {"added": done.added, "updated": done.updated},
                    )
                    return redirect("practice:exam-candidates", slug)
                problems = done.problems
                if request.POST.get("marked"):
                    return download(mark_problems(content, problems), _("考生名单（已标出问题）") + ".xlsx")
    context = {
        "exam": exam,
        "tab": "candidates",
        "form": form,
        "problems": problems,
        "columns": candidate_table.columns(),
    }
    return render(request, "practice/exam_candidates_import.html", context, status=status)


@login_required
@require_GET
def exam_candidates_template(request: UserRequest, slug: str) -> HttpResponse:
    for_officer(request, slug)
    return download(template_of(candidate_table.columns(), title=_("考生名单")), _("考生名单模板") + ".xlsx")


@login_required
@require_GET
def exam_candidates_table(request: UserRequest, slug: str) -> HttpResponse:
    """The list as a workbook: for the doors of the rooms."""
    exam = for_officer(request, slug)
    columns = [column for column in candidate_table.columns() if column.key not in {"phone", "staff_number"}]
    rows = (
        {
            "name": row.user.name,
            "account": row.user.username,
            "unit": row.unit.name if row.unit else "",
            "number": row.number,
            "room": row.room,
            "seat": row.seat,
            "extra_minutes": row.extra_minutes or None,
        }
        for row in queries.candidates(exam).order_by("room", "seat", "number")
    )
    content = write_table([SheetOut(_("考生名单"), columns, rows, heading=exam.title)])
    return download(content, f"{exam.title}-{_('考生名单')}.xlsx")


@login_required
@require_http_methods(["GET", "POST"])
def exam_candidate(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    exam = for_officer(request, slug)
    candidate = get_object_or_404(queries.candidates(exam), pk=pk)
    names = ("number", "room", "seat", "extra_minutes")
    form = forms.CandidateForm(request.POST or None, initial={name: getattr(candidate, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(candidate, by=request.user, values=form.cleaned_data)
        except DomainError as refusal:
            form.add_error("number", refusal.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("practice:exam-candidates", slug)
    context = {
        "exam": exam,
        "tab": "candidates",
        "candidate": candidate,
        "form": form,
        "has_begun": candidate.sittings.exists(),
        "is_open": rules.can_list(exam, timezone.now()),
    }
    return render(request, "practice/exam_candidate.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def exam_candidate_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    exam = for_officer(request, slug)
    candidate = get_object_or_404(queries.candidates(exam), pk=pk)
    actions.remove(candidate, by=request.user)
    messages.success(request, _("已从名单删除。"))
    return redirect("practice:exam-candidates", slug)


@login_required
@require_POST
def exam_tickets(request: UserRequest, slug: str) -> HttpResponse:
    """New codes to print, shown in this answer and kept nowhere."""
    exam = for_officer(request, slug)
    room = request.POST.get("room", "*")
    if room != "*" and room not in dict(queries.rooms(exam)):
        raise Invalid(_("没有这个考场，请刷新页面重新选择。"))
    issued = actions.issue_tickets(exam, by=request.user, room=None if room == "*" else room)
    return _tickets(request, slug, issued)


@login_required
@require_POST
def exam_ticket_again(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    exam = for_officer(request, slug)
    candidate = get_object_or_404(queries.candidates(exam), pk=pk)
    if "revoke" in request.POST:
        actions.revoke_ticket(candidate, by=request.user)
        messages.success(request, _("这位考生的准考码已作废。"))
        return redirect("practice:exam-candidate", slug, pk)
    return _tickets(request, slug, actions.issue_tickets(exam, by=request.user, only=candidate))


def _tickets(request: UserRequest, slug: str, issued: list[tuple[Candidate, str]]) -> HttpResponse:
    exam = for_officer(request, slug)
    response = render(request, "practice/exam_tickets.html", {"exam": exam, "issued": issued, "tab": "candidates"})
    response["Cache-Control"] = "no-store"
    return response
