"""The candidates' pages: what they have to sit, the instructions, and the room in which they wait and answer."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from huomiao.accounts import clients
from huomiao.core.requests import UserRequest
from huomiao.practice import exam_tokens, sittings, tickets
from huomiao.practice.forms.exams import TicketForm
from huomiao.practice.models import Candidate, Exam, Sitting
from huomiao.practice.queries import exams as queries
from huomiao.practice.rules import exams as rules
from huomiao.practice.states import ExamState, SittingState
from huomiao.practice.views.exam_words import words

PAGE = 20


@login_required
@require_GET
def exams(request: UserRequest) -> HttpResponse:
    """What I have to sit and have sat."""
    sittings.close_due(timezone.now())
    page = Paginator(queries.candidacies(request.user), PAGE).get_page(request.GET.get("page"))
    last = {
        sitting.candidate_id: sitting
        for sitting in Sitting.objects.filter(candidate__in=[row.pk for row in page.object_list]).order_by("attempt")
    }
    now = timezone.now()
    rows = [(row, last.get(row.pk), _standing(row.exam, last.get(row.pk), now)) for row in page.object_list]
    context = {"page_obj": page, "rows": rows, "can_keep": rules.can_create(request.user)}
    return render(request, "practice/exams.html", context)


def _standing(exam: Exam, last: Sitting | None, now: datetime) -> str:
    """Where the candidate stands, as a word that the template has sentences for."""
    if exam.state == ExamState.CANCELLED:
        return "cancelled"
    if last is not None and last.state == SittingState.RUNNING:
        return "running"
    if last is not None and (last.attempt >= exam.attempts or exam.state != ExamState.ANNOUNCED):
        return "done"
    if exam.closes_at <= now or exam.state != ExamState.ANNOUNCED:
        return "done" if last else "missed"
    return "again" if last else "ahead"


def _candidacy(request: UserRequest, slug: str) -> Candidate:
    candidate = queries.candidacies(request.user).filter(exam__slug=slug).first()
    if candidate is None:
        raise Http404
    return candidate


@login_required
@require_GET
def exam(request: UserRequest, slug: str) -> HttpResponse:
    """The instructions for a candidate; those who run the exam are shown their desk."""
    found = get_object_or_404(queries.visible_to(request.user), slug=slug)
    candidate = queries.candidacy(request.user, found)
    if candidate is None:
        return redirect("practice:exam-desk", slug)
    now = timezone.now()
    sittings.close_due(now, exam=found)
    last = candidate.sittings.order_by("-attempt").first()
    context = {
        "exam": found,
        "candidate": candidate,
        "last": last,
        "standing": _standing(found, last, now),
        "lines": found.blueprint.order_by("position"),
        "can_run": rules.can_run(request.user, found),
    }
    return render(request, "practice/exam.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def exam_room(request: UserRequest, slug: str) -> HttpResponse:
    """The waiting room, which becomes the exam when its time comes. Nothing of the paper is in this page."""
    candidate = _candidacy(request, slug)
    found = candidate.exam
    now = timezone.now()
    sittings.close_due(now, exam=found)
    last = candidate.sittings.order_by("-attempt").first()
    standing = _standing(found, last, now)
    if standing in {"cancelled", "done", "missed"}:
        return redirect("practice:exam", slug)
    refusal = ""
    if not sittings.allows(found.networks, clients.address(request)):
        refusal = _("请先连接考场的网络，再刷新本页。考试只能在规定的网络里进行。")
    form = TicketForm(request.POST or None)
    key = f"exam-ticket-{candidate.pk}"
    status = 200
    if found.needs_ticket and request.method == "POST":
        status = 422
        if not tickets.may_try(candidate):
            form.add_error(None, _("输错的次数太多，请 10 分钟后再试，或请监考人员补发准考码。"))
        elif form.is_valid():
            if tickets.is_right(candidate, form.cleaned_data["code"]):
                request.session[key] = tickets.proof(candidate)
                return redirect("practice:exam-room", slug)
            tickets.note_wrong(candidate)
            form.add_error("code", _("准考码不对。请对照考场发的纸条，不分大小写。"))
    proof = request.session.get(key, "") if found.needs_ticket else ""
    is_admitted = not refusal and (not found.needs_ticket or (bool(proof) and proof == tickets.proof(candidate)))
    entry = exam_tokens.Entry(candidate.pk, request.user.pk, proof)
    context = {
        "exam": found,
        "candidate": candidate,
        "form": form,
        "refusal": refusal,
        "is_admitted": is_admitted,
        "is_running": standing == "running",
        "entry": exam_tokens.sign_entry(entry) if is_admitted else "",
        "opening": sittings.opening(found, candidate),
        "now": now,
        "words": words(),
    }
    return render(request, "practice/exam_room.html", context, status=status)
