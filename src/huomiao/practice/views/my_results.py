"""A candidate's own results. Before the release nothing of marks, keys or explanations is read here."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.practice.actions import appeals, results
from huomiao.practice.forms.results import AppealForm
from huomiao.practice.models import Sitting
from huomiao.practice.queries import result_lines
from huomiao.practice.queries import results as queries
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import AppealState, ExamState

PAGE = 20


@require_safe
@login_required
def mine(request: UserRequest) -> HttpResponse:
    """What I sat: released results with points, the others with when to look again."""
    page = Paginator(queries.mine(request.user), PAGE).get_page(request.GET.get("page"))
    released = {row.pk for row in page if row.exam.state == ExamState.RELEASED}
    context = {
        "page": page,
        "rows": [(row, row.pk in released) for row in page],
        "changed": set(queries.unseen_changes(request.user).values_list("sitting_id", flat=True)),
    }
    return render(request, "practice/my_results.html", context)


def _own(request: UserRequest, pk: int) -> Sitting:
    return get_object_or_404(queries.mine(request.user), pk=pk)


@require_safe
@login_required
def result(request: UserRequest, pk: int) -> HttpResponse:
    sitting = _own(request, pk)
    response = _page(request, sitting)
    if sitting.exam.state == ExamState.RELEASED:
        results.mark_seen(sitting, by=request.user, at=timezone.now())
    return response


def _page(request: UserRequest, sitting: Sitting, *, form: AppealForm | None = None, status: int = 200) -> HttpResponse:
    exam = sitting.exam
    if exam.state != ExamState.RELEASED:
        return render(request, "practice/my_result_ahead.html", {"exam": exam, "sitting": sitting}, status=status)
    own_appeals = list(sitting.appeals.order_by("-at"))
    is_open = any(appeal.state == AppealState.OPEN for appeal in own_appeals)
    numbers = result_lines.numbers(sitting)
    number_of = {position: number for number, position in numbers}
    changes = list(queries.changes_told(request.user).filter(sitting=sitting))
    # Read while it still is true; looking at the page makes them seen.
    unseen = [change for change in changes if change.seen_at is None]
    certificate = sitting.certificates.filter(revoked_at=None).select_related("honour").first()
    context = {
        "exam": exam,
        "sitting": sitting,
        "lines": result_lines.for_candidate(sitting, with_keys=exam.shows_answers),
        "changes": changes,
        "unseen": unseen,
        "appeals": [
            (appeal, number_of.get(appeal.position or 0) if appeal.position is not None else None)
            for appeal in own_appeals
        ],
        "can_appeal": rules.can_appeal(request.user, sitting, timezone.now())
        and not is_open
        and len(own_appeals) < appeals.MOST,
        "form": form or AppealForm(numbers=numbers),
        "certificate": certificate,
    }
    return render(request, "practice/my_result.html", context, status=status)


@require_POST
@login_required
def appeal(request: UserRequest, pk: int) -> HttpResponse:
    sitting = _own(request, pk)
    if sitting.exam.state != ExamState.RELEASED:
        return _page(request, sitting, status=409)
    form = AppealForm(request.POST, numbers=result_lines.numbers(sitting))
    status = 422
    if form.is_valid():
        try:
            appeals.ask(sitting, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, _("已提出复核申请，答复后会显示在这里。"))
            return redirect("practice:my-result", pk)
    return _page(request, sitting, form=form, status=status)
