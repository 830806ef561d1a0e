"""Reports of wrong keys: made by who was asked the question, answered by who keeps the bank."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.practice import showing
from huomiao.practice.actions import reports as actions
from huomiao.practice.forms import reports as forms
from huomiao.practice.models import KeyReport, QuestionVersion
from huomiao.practice.queries import banks
from huomiao.practice.queries import reports as queries
from huomiao.practice.rules import banks as bank_rules
from huomiao.practice.rules import reports as rules

PAGE = 20


@login_required
@require_http_methods(["GET", "POST"])
def report_new(request: UserRequest, version: int) -> HttpResponse:
    """A form to report a question that one was graded on; nobody else learns that it exists."""
    found = get_object_or_404(
        QuestionVersion.objects.select_related("question").defer("key", "explanation", "explanation_media"), pk=version
    )
    if not rules.can_report(request.user, found):
        raise Http404
    form = forms.ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.make(found, by=request.user, text=form.cleaned_data["text"], at=timezone.now())
        except Invalid as refusal:
            form.add_error("text", refusal.message)
        else:
            messages.success(request, _("已报告给题库管理员，答复后您可以在这里看到。谢谢您！"))
            return redirect("practice:my-reports")
    context = {"form": form, "stem": found.body["stem"]}
    return render(request, "practice/report_new.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def my_reports(request: UserRequest) -> HttpResponse:
    """What the reader reported, and what was answered."""
    page = Paginator(queries.own(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "practice/my_reports.html", {"page_obj": page})


@login_required
@require_GET
def reports(request: UserRequest) -> HttpResponse:
    """The queue of those who keep banks."""
    if not bank_rules.can_keep_banks(request.user):
        raise NotAllowed(_("报错由题库管理员处理。您报告的题目在“我的报错”里。"))
    filter_form = forms.ReportFilterForm(
        request.GET or None, banks=banks.visible_to(request.user).order_by("name", "pk")
    )
    asked = filter_form.cleaned_data if filter_form.is_valid() else {}
    rows = queries.visible_to(request.user)
    if asked.get("state"):
        rows = rows.filter(state=asked["state"])
    if asked.get("bank"):
        rows = rows.filter(version__question__bank=asked["bank"])
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "filter": filter_form, "is_narrowed": any(asked.values())}
    return render(request, "practice/reports.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def report(request: UserRequest, pk: int) -> HttpResponse:
    """One report with the question as it was asked, and the answer to it."""
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    form = forms.ReplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = actions.uphold if request.POST.get("act") == "uphold" else actions.dismiss
        try:
            answer(found, by=request.user, reply=form.cleaned_data["reply"], at=timezone.now())
        except Invalid as refusal:
            form.add_error("reply", refusal.message)
        else:
            messages.success(request, _("已答复。"))
            return redirect("practice:reports")
    return render(request, "practice/report.html", _context(request, found, form), status=422 if form.errors else 200)


def _context(request: UserRequest, found: KeyReport, form: forms.ReplyForm) -> dict[str, object]:
    version = found.version
    return {
        "report": found,
        "question": version.question,
        "bank": version.question.bank,
        "face": showing.faces([version], to=request.user)[version.pk],
        "is_newest": version.question.latest_id == version.pk,
        "others": queries.of_question(version.question).exclude(pk=found.pk),
        "may_answer": rules.can_answer(request.user, found),
        "form": form,
    }
