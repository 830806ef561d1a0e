"""The board of those who organise the marking of an exam."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from huomiao.accounts.models import User
from huomiao.core import history
from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.practice.actions import marking as actions
from huomiao.practice.forms.marking import NoteForm, PeopleForm, RulesForm
from huomiao.practice.models import Exam, Marker, MarkSheet
from huomiao.practice.queries import marking as queries
from huomiao.practice.queries import results
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import ExamState, SittingState, ThirdRule

PAGE = 50


def exam_of(request: UserRequest, slug: str) -> Exam:
    """The exam at ``slug`` if ``request.user`` runs it."""
    return get_object_or_404(results.exams_run_by(request.user), slug=slug)


def add_people(form: PeopleForm, add: Callable[[list[User]], int]) -> tuple[int, int]:
    """Let ``add`` take in those whose accounts the form names: how many there are more, and the status of the answer."""
    if not form.is_valid():
        return 0, 422
    try:
        return add(form.cleaned_data["people"]), 200
    except DomainError as refusal:
        form.add_error("accounts", refusal.message)
        return 0, refusal.status


@require_safe
@login_required
def board(request: UserRequest, slug: str) -> HttpResponse:
    return _board(request, exam_of(request, slug))


def _board(
    request: UserRequest,
    exam: Exam,
    *,
    people_form: PeopleForm | None = None,
    rules_form: RulesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    plan = queries.plan_of(exam)
    figures = queries.figures(exam)
    progress = queries.progress(exam)
    now = timezone.now()
    context: dict[str, Any] = {
        "exam": exam,
        "tab": "marking",
        "plan": plan,
        "progress": progress,
        "rows": [(marker, figures.get(marker.pk)) for marker in queries.markers(exam)],
        "running": exam.sittings.filter(state=SittingState.RUNNING).count(),
        "sat": exam.sittings.exclude(state=SittingState.RUNNING).count(),
        "unmarked": results.unmarked(exam),
        "run": results.running(exam),
        "last_run": exam.runs.order_by("-pk").first(),
        "is_over": exam.closes_at <= now,
        "can_begin": rules.can_begin(request.user, exam, now),
        "can_set_up": rules.can_set_up(request.user, exam),
        "people_form": people_form or PeopleForm(),
        "rules_form": rules_form
        or RulesForm(
            initial={
                "tolerance_percent": plan.tolerance_percent if plan else 20,
                "third_rule": plan.third_rule if plan else ThirdRule.NEAREST,
            }
        ),
        "note_form": NoteForm(),
        "has_texts": progress.scripts > 0 or exam.blueprint.filter(kind="short").exists(),
        "entries": history.of(exam)[:30],
    }
    return render(request, "practice/exam_marking.html", context, status=status)


@require_safe
@login_required
def run(request: UserRequest, slug: str) -> HttpResponse:
    """How far the marking of all sittings is: a fragment that asks for itself again until it is done."""
    exam = exam_of(request, slug)
    return render(request, "practice/_marking_run.html", {"exam": exam, "run": results.running(exam), "asked": True})


@require_POST
@login_required
def begin(request: UserRequest, slug: str) -> HttpResponse:
    actions.begin(exam_of(request, slug), by=request.user, at=timezone.now())
    messages.success(request, _("阅卷已开始，客观题正在自动评分。"))
    return redirect("practice:exam-marking", slug)


@require_POST
@login_required
def set_rules(request: UserRequest, slug: str) -> HttpResponse:
    exam = exam_of(request, slug)
    form = RulesForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            actions.set_rules(exam, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, _("阅卷规则已保存。"))
            return redirect("practice:exam-marking", slug)
    return _board(request, exam, rules_form=form, status=status)


@require_POST
@login_required
def markers_add(request: UserRequest, slug: str) -> HttpResponse:
    exam = exam_of(request, slug)
    form = PeopleForm(request.POST)
    added, status = add_people(form, partial(actions.add_markers, exam, by=request.user, at=timezone.now()))
    if status != 200:
        return _board(request, exam, people_form=form, status=status)
    messages.success(
        request, ngettext("已添加 %(number)d 位阅卷人。", "已添加 %(number)d 位阅卷人。", added) % {"number": added}
    )
    return redirect("practice:exam-marking", slug)


@require_POST
@login_required
def marker_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    exam = exam_of(request, slug)
    marker = get_object_or_404(Marker.objects.select_related("exam__organiser", "user"), pk=pk, exam=exam)
    actions.take_off(marker, by=request.user, at=timezone.now())
    messages.success(request, _("%(name)s 不再阅卷，没有锁定的试卷已交给其他人。") % {"name": marker.user})
    return redirect("practice:exam-marking", slug)


@require_POST
@login_required
def spread(request: UserRequest, slug: str) -> HttpResponse:
    found = actions.spread(exam_of(request, slug), by=request.user, at=timezone.now())
    given = sum(len(chosen) for chosen in found.given.values())
    if found.lacking:
        messages.warning(
            request,
            _("分出 %(given)d 份；还有 %(lacking)d 道答案缺阅卷人（须回避本单位），请再添加阅卷人。")
            % {"given": given, "lacking": len(found.lacking)},
        )
    else:
        messages.success(request, _("分出 %(given)d 份，每道答案都有人评。") % {"given": given})
    return redirect("practice:exam-marking", slug)


@require_POST
@login_required
def finish(request: UserRequest, slug: str) -> HttpResponse:
    actions.finish(exam_of(request, slug), by=request.user, at=timezone.now())
    messages.success(request, _("阅卷已结束。请核对成绩后公布。"))
    return redirect("practice:exam-results", slug)


@require_POST
@login_required
def reopen(request: UserRequest, slug: str) -> HttpResponse:
    exam = exam_of(request, slug)
    form = NoteForm(request.POST)
    form.is_valid()
    actions.reopen(exam, by=request.user, note=form.cleaned_data.get("note", ""), at=timezone.now())
    messages.success(request, _("已回到阅卷阶段，考生暂时看不到成绩。"))
    return redirect("practice:exam-marking", slug)


@require_safe
@login_required
def disputed(request: UserRequest, slug: str) -> HttpResponse:
    """The answers about which two markers disagreed, side by side."""
    exam = exam_of(request, slug)
    page = Paginator(queries.disputed(exam), PAGE).get_page(request.GET.get("page"))
    rows = [(script, sorted(script.sheets.all(), key=lambda sheet: sheet.place)) for script in page]
    context = {"exam": exam, "tab": "marking", "page": page, "rows": rows, "is_open": exam.state == ExamState.MARKING}
    return render(request, "practice/exam_disputed.html", context)


@require_safe
@login_required
def locked(request: UserRequest, slug: str) -> HttpResponse:
    """Locked sheets by marker: the chief looks in, and gives one back where it is wrong."""
    exam = exam_of(request, slug)
    found = queries.locked_sheets(exam, timezone.now())
    marker = request.GET.get("marker", "")
    if marker.isdecimal() and len(marker) < 19:
        found = found.filter(marker=int(marker))
    context = {
        "exam": exam,
        "tab": "marking",
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "markers": exam.markers.select_related("user").order_by("user__name", "pk"),
        "chosen": marker,
        "is_open": exam.state == ExamState.MARKING,
    }
    return render(request, "practice/exam_locked.html", context)


@require_POST
@login_required
def give_back(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    exam = exam_of(request, slug)
    sheet = get_object_or_404(
        MarkSheet.objects.select_related("script__exam__organiser", "marker__user"), pk=pk, script__exam=exam
    )
    form = NoteForm(request.POST)
    form.is_valid()
    actions.give_back(sheet, by=request.user, note=form.cleaned_data.get("note", ""), at=timezone.now())
    messages.success(request, _("已退回 %(name)s 重评。") % {"name": sheet.marker.user})
    return redirect("practice:exam-locked", slug)
