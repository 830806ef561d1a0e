"""Appeals as those who rule on them see them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.practice.actions import appeals as actions
from huomiao.practice.forms.results import RulingForm
from huomiao.practice.queries import result_lines
from huomiao.practice.queries import results as queries
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import AppealState
from huomiao.practice.views.results import scored

PAGE = 50


@require_safe
@login_required
def appeals(request: UserRequest, slug: str) -> HttpResponse:
    exam = scored(request, slug)
    page = Paginator(queries.appeals(exam), PAGE).get_page(request.GET.get("page"))
    return render(request, "practice/exam_appeals.html", {"exam": exam, "tab": "appeals", "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def appeal(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """One appeal with the whole sitting; the ruling is made here."""
    exam = scored(request, slug)
    found = get_object_or_404(queries.appeals(exam), pk=pk)
    form = RulingForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.rule(found, **form.cleaned_data, by=request.user, at=timezone.now())
            except DomainError as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                messages.success(request, _("已答复，考生会看到复核意见。"))
                return redirect("practice:exam-appeals", slug)
    lines = result_lines.for_officer(found.sitting, with_texts=rules.can_read_answers(request.user, exam))
    typed = {line.position: request.POST.get(f"points-{line.position}", "") for line in lines}
    context = {
        "exam": exam,
        "tab": "appeals",
        "appeal": found,
        "sitting": found.sitting,
        "rows": [(line, typed[line.position]) for line in lines],
        "asked": next((line for line in lines if line.position == found.position), None),
        "adjustments": found.adjustments.order_by("position"),
        "is_open": found.state == AppealState.OPEN,
        "can_rule": rules.can_rule(request.user, found),
        "form": form,
    }
    return render(request, "practice/exam_appeal.html", context, status=status)
