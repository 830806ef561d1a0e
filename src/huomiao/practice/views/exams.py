"""The officers' pages of an exam: the list, the settings, the blueprint, the papers, and moving it on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core import history
from huomiao.core.errors import DomainError, NotAllowed
from huomiao.core.requests import UserRequest, is_htmx
from huomiao.practice import blueprint
from huomiao.practice.actions import exams as actions
from huomiao.practice.exam_papers import preview
from huomiao.practice.forms import exams as forms
from huomiao.practice.models import Exam
from huomiao.practice.queries import exams as queries
from huomiao.practice.rules import exams as rules
from huomiao.practice.states import ExamState

PAGE = 20
HISTORY_SHOWN = 30


@login_required
@require_GET
def exams_kept(request: UserRequest) -> HttpResponse:
    """The exams that somebody runs."""
    if not rules.can_create(request.user):
        raise NotAllowed(_("只有工会干部和培训管理员可以组织考试。"))
    rows = queries.kept_by(request.user).order_by("-opens_at", "-pk")
    asked = request.GET.get("state", "")
    if asked in ExamState.values:
        rows = rows.filter(state=asked)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "asked": asked, "states": ExamState.choices}
    return render(request, "practice/exams_kept.html", context)


def for_officer(request: UserRequest, slug: str) -> Exam:
    """The exam, for those who run it; 404 for those who may not know of it, 403 for its candidates."""
    exam = get_object_or_404(queries.visible_to(request.user), slug=slug)
    if not rules.can_run(request.user, exam):
        raise NotAllowed(_("只有主办工会可以管理这场考试。"))
    return exam


@login_required
@require_GET
def exam_desk(request: UserRequest, slug: str) -> HttpResponse:
    """Where an exam stands and what comes next, for those who run it."""
    exam = for_officer(request, slug)
    now = timezone.now()
    if is_htmx(request):
        return render(request, "practice/exam_desk.html#build", {"exam": exam, **_building(exam)})
    context = {
        "exam": exam,
        "tab": "desk",
        "figures": queries.figures(exam),
        "coverage": queries.coverage_of(exam),
        "unready": actions.unready(exam, at=now) if exam.state == ExamState.DRAFT else [],
        "has_begun": rules.has_begun(exam, now),
        "can_rebuild": rules.can_rebuild(exam, now),
        "papers": exam.papers.order_by("number")[:50],
        "paper_count": exam.papers.count(),
        "reason_form": forms.ReasonForm(),
        "entries": history.of(exam)[:HISTORY_SHOWN],
        **_building(exam),
    }
    return render(request, "practice/exam_desk.html", context)


def _building(exam: Exam) -> dict[str, Any]:
    return {"is_building": exam.building_at is not None}


@login_required
@require_http_methods(["GET", "POST"])
def exam_new(request: UserRequest) -> HttpResponse:
    if not rules.can_create(request.user):
        raise NotAllowed(_("只有工会干部和培训管理员可以组织考试。"))
    organisers = queries.organisers(request.user)
    chosen = request.POST.get("organiser") or request.GET.get("organiser") or ""
    organiser = organisers.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 19 else None
    if organiser is None:
        organiser = organisers.first()
    if organiser is None:
        raise NotAllowed(_("您还没有可以组织考试的单位。"))
    which = forms.OrganiserForm({"organiser": organiser.pk}, organisers=organisers)
    form = forms.ExamForm(request.POST or None, organiser=organiser)
    if request.method == "POST" and form.is_valid():
        exam = actions.create(organiser, by=request.user, values=form.values())
        messages.success(request, _("考试已建好。下一步：设置试卷结构。"))
        return redirect("practice:exam-blueprint", exam.slug)
    context = {"form": form, "which": which, "organiser": organiser, "is_new": True}
    return render(request, "practice/exam_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def exam_edit(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    now = timezone.now()
    is_frozen = not rules.can_change_rules(exam, now)
    form = forms.ExamForm(
        request.POST or None,
        instance=Exam.objects.select_related("organiser").get(pk=exam.pk),
        organiser=exam.organiser,
        is_frozen=is_frozen,
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.edit(exam, by=request.user, values=form.values(), at=now)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                messages.success(request, _("已保存。"))
                return redirect("practice:exam-desk", exam.slug)
    context = {
        "exam": exam,
        "form": form,
        "tab": "edit",
        "is_frozen": is_frozen,
        "is_over": not rules.can_arrange(exam, now),
    }
    return render(request, "practice/exam_edit.html", context, status=status)


@login_required
@require_POST
def exam_copy(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    form = forms.CopyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写新的开考时间。"))
        return redirect("practice:exam-desk", slug)
    new = actions.copy(exam, by=request.user, opens_at=form.cleaned_data["opens_at"])
    messages.success(request, _("已照这场考试新建了一场。请核对后组卷。"))
    return redirect("practice:exam-edit", new.slug)


# --- The blueprint --------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def exam_blueprint(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    initial = [
        {
            "title": line.title,
            "kind": line.kind,
            "topic": line.topic_id,
            "level": line.level,
            "difficulty": line.difficulty,
            "count": line.count,
            "points": line.points,
        }
        for line in exam.blueprint.order_by("position")
    ]
    topics = queries.topics_for(exam)
    rows: Any = forms.LineRows(request.POST or None, initial=initial, prefix="lines", form_kwargs={"topics": topics})
    is_open = rules.can_change_rules(exam, timezone.now())
    status = 200
    if request.method == "POST":
        is_valid = rows.is_valid()
        if is_htmx(request) or "check" in request.POST:
            return _blueprint_page(request, exam, rows, is_open=is_open)
        status = 422
        if is_valid:
            try:
                actions.set_blueprint(exam, rows.values(), by=request.user)
            except DomainError as refusal:
                messages.error(request, refusal.message)
                status = refusal.status
            else:
                messages.success(request, _("试卷结构已保存。"))
                return redirect("practice:exam-blueprint", exam.slug)
    return _blueprint_page(request, exam, rows, is_open=is_open, status=status)


def _blueprint_page(
    request: UserRequest, exam: Exam, rows: forms.Lines, *, is_open: bool, status: int = 200
) -> HttpResponse:
    """The editor, with what the banks hold said at each line."""
    if rows.is_bound:
        filled = rows.filled()
        lines = [
            (
                blueprint.Line(
                    value.kind, value.count, value.topic.path if value.topic else "", value.level, value.difficulty
                ),
                value.points,
            )
            for value in (form.value() for form in filled)
        ]
        coverage = queries.coverage(exam, lines)
    else:
        filled = list(rows.initial_forms)
        coverage = queries.coverage_of(exam)
    for form, supply in zip(filled, coverage.lines, strict=False):
        form.supply = supply
    context = {"exam": exam, "rows": rows, "tab": "blueprint", "is_open": is_open, "coverage": coverage}
    template = "practice/exam_blueprint.html#lines" if is_htmx(request) else "practice/exam_blueprint.html"
    return render(request, template, context, status=status)


# --- Papers and moving on -------------------------------------------------------------------------------------------


@login_required
@require_POST
def exam_build(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    actions.build(exam, by=request.user)
    messages.success(request, _("开始组卷。完成后这里会显示试卷。"))
    return redirect("practice:exam-desk", slug)


@login_required
@require_POST
def exam_discard(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    actions.discard_papers(exam, by=request.user)
    messages.success(request, _("已撤销组卷，可以修改试卷结构和组卷规则了。"))
    return redirect("practice:exam-desk", slug)


@login_required
@require_GET
def exam_paper(request: UserRequest, slug: str, number: int) -> HttpResponse:
    """A built paper with its keys, for those who run the exam only."""
    exam = for_officer(request, slug)
    paper = exam.papers.filter(number=number).first()
    if paper is None:
        raise Http404
    context = {"exam": exam, "paper": paper, "sections": preview(paper), "tab": "desk"}
    response = render(request, "practice/exam_paper.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def exam_announce(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    actions.announce(exam, by=request.user)
    messages.success(request, _("已发布，考生现在可以看到这场考试。"))
    return redirect("practice:exam-desk", slug)


@login_required
@require_POST
def exam_cancel(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    form = forms.ReasonForm(request.POST)
    actions.cancel(exam, by=request.user, note=form.cleaned_data["note"] if form.is_valid() else "")
    messages.success(request, _("已取消这场考试。"))
    return redirect("practice:exam-desk", slug)
