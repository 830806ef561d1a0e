"""Watching an exam while it runs, and judging what happened in one sitting."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huomiao.core import history
from huomiao.core.requests import UserRequest, is_htmx
from huomiao.practice import sittings
from huomiao.practice.actions import sittings as actions
from huomiao.practice.forms import exams as forms
from huomiao.practice.models import Sitting
from huomiao.practice.queries import exams as queries
from huomiao.practice.states import SittingState
from huomiao.practice.views.exams import for_officer

PAGE = 50


@login_required
@require_GET
def exam_watch(request: UserRequest, slug: str) -> HttpResponse:
    exam = for_officer(request, slug)
    now = timezone.now()
    sittings.close_due(now, exam=exam)
    only, room = request.GET.get("only", ""), request.GET.get("room", "")
    text = request.GET.get("q", "").strip()[:50]
    rows = queries.watched(exam, only=only if only in queries.WATCH_FILTERS else "", room=room, text=text, at=now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "exam": exam,
        "tab": "watch",
        "page_obj": page,
        "lines": queries.watch_lines(list(page.object_list)),
        "figures": queries.figures(exam),
        "only": only,
        "room": room,
        "text": text,
        "rooms": queries.rooms(exam),
        "now": now,
        "silent_before": now - queries.SILENT_AFTER,
        "question_count": sum(exam.blueprint.values_list("count", flat=True)),
    }
    template = "practice/exam_watch.html#live" if is_htmx(request) else "practice/exam_watch.html"
    return render(request, template, context)


def _sitting(request: UserRequest, slug: str, pk: int) -> Sitting:
    exam = for_officer(request, slug)
    return get_object_or_404(queries.sittings_of(exam), pk=pk)


@login_required
@require_GET
def exam_sitting(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """One sitting: when what was saved, what was noticed, and what may be done about it."""
    sitting = _sitting(request, slug, pk)
    return _sitting_page(request, sitting)


def _sitting_page(request: UserRequest, sitting: Sitting, *, status: int = 200) -> HttpResponse:
    held = sittings.held_answers([sitting.pk]).get(sitting.pk, {})
    context = {
        "exam": sitting.exam,
        "tab": "watch",
        "sitting": sitting,
        "answered": sum(1 for one in held.values() if one.answer is not None),
        "total": len(sitting.paper.items),
        "last_at": sittings.last_saved([sitting.pk]).get(sitting.pk),
        "signals": sitting.signals.order_by("-at", "-pk")[:200],
        "is_running": sitting.state == SittingState.RUNNING,
        "reason_form": forms.ReasonForm(),
        "time_form": forms.MoreTimeForm(),
        "entries": history.of(sitting)[:50],
    }
    return render(request, "practice/exam_sitting.html", context, status=status)


@login_required
@require_POST
def exam_sitting_act(request: UserRequest, slug: str, pk: int, verb: str) -> HttpResponse:
    """Collect, void, reopen or extend; each needs a reason."""
    sitting = _sitting(request, slug, pk)
    timed = verb in {"reopen", "extend"}
    form = forms.MoreTimeForm(request.POST) if timed else forms.ReasonForm(request.POST)
    if not form.is_valid():
        for name, problems in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            messages.error(request, f"{label}：{problems[0]}")
        return _sitting_page(request, sitting, status=422)
    note = form.cleaned_data["note"]
    if verb == "collect":
        actions.collect(sitting, by=request.user, note=note)
    elif verb == "void":
        actions.void(sitting, by=request.user, note=note)
    elif verb == "reopen":
        actions.reopen(sitting, by=request.user, note=note, minutes=form.cleaned_data["minutes"])
    else:
        actions.extend(sitting, by=request.user, note=note, minutes=form.cleaned_data["minutes"])
    messages.success(request, _("已处理，原因记入操作历史。"))
    return redirect("practice:exam-sitting", slug, pk)
