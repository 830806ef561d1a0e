"""Correcting a wrong key: find the question, say what counts, see what changes, apply."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huomiao.core import history
from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.practice import remarking
from huomiao.practice.actions import corrections as actions
from huomiao.practice.forms.corrections import key_field, key_of
from huomiao.practice.forms.results import CorrectionForm, FindQuestionForm
from huomiao.practice.kinds import KINDS
from huomiao.practice.models import Exam, KeyCorrection, QuestionVersion
from huomiao.practice.queries import corrections as queries
from huomiao.practice.queries import results
from huomiao.practice.rules import marking as rules
from huomiao.practice.states import CorrectionKind, CorrectionState
from huomiao.practice.views.results import scored

PAGE = 50


@require_safe
@login_required
def corrections(request: UserRequest, slug: str) -> HttpResponse:
    """What was corrected, and the exam's questions to choose from."""
    exam = scored(request, slug)
    form = FindQuestionForm(request.GET or None)
    asked = queries.questions(exam)
    if form.is_valid() and (text := form.cleaned_data["q"].strip()):
        asked = asked.filter(Q(question__stem__icontains=text) | Q(question__code__istartswith=text))
    page = Paginator(asked, PAGE).get_page(request.GET.get("page"))
    standing = queries.standing(exam)
    context = {
        "exam": exam,
        "tab": "corrections",
        "made": queries.of_exam(exam),
        "form": form,
        "page": page,
        "rows": [(version, KINDS[version.kind].label, standing.get(version.pk)) for version in page],
        "run": results.running(exam),
    }
    return render(request, "practice/exam_corrections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: UserRequest, slug: str, version: int) -> HttpResponse:
    """Say what counts instead of a key."""
    exam = scored(request, slug)
    found = get_object_or_404(queries.questions(exam), pk=version)
    form = _form(request, found)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _propose(request, exam, found, form)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                return redirect("practice:exam-correction", slug, made.pk)
    kind = KINDS[found.kind]
    standing = queries.standing(exam).get(found.pk)
    context = {
        "exam": exam,
        "tab": "corrections",
        "version": found,
        "kind": kind.label,
        "key": kind.key_in_words(found.body, found.key),
        "standing": standing,
        "words": queries.in_words(standing) if standing else "",
        "others": queries.other_exams(exam, found),
        "reports": found.reports.select_related("by").order_by("-at")[:20],
        "form": form,
    }
    return render(request, "practice/exam_correction_new.html", context, status=status)


def _form(request: UserRequest, version: QuestionVersion) -> CorrectionForm:
    choices = [(str(value), label) for value, label in CorrectionKind.choices]
    if not KINDS[version.kind].is_graded:
        choices = [one for one in choices if one[0] != CorrectionKind.KEY]
    form = CorrectionForm(request.POST or None, choices=choices, initial={"kind": choices[0][0]})
    if KINDS[version.kind].is_graded:
        form.fields["key"] = key_field(version)
    return form


def _propose(request: UserRequest, exam: Exam, version: QuestionVersion, form: CorrectionForm) -> KeyCorrection:
    cleaned: dict[str, Any] = form.cleaned_data
    key = key_of(version, cleaned["key"]) if cleaned["kind"] == CorrectionKind.KEY else None
    return actions.propose(
        exam, version, kind=cleaned["kind"], key=key, reason=cleaned["reason"], by=request.user, at=timezone.now()
    )


def _made(request: UserRequest, slug: str, pk: int) -> KeyCorrection:
    exam = scored(request, slug)
    return get_object_or_404(queries.of_exam(exam), pk=pk)


@require_safe
@login_required
def correction(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """One correction: before it is applied what it would change, afterwards what it changed."""
    found = _made(request, slug, pk)
    kind = KINDS[found.version.kind]
    changes = found.changes.select_related("sitting__candidate__user", "sitting__candidate__unit").order_by("pk")
    context = {
        "exam": found.exam,
        "tab": "corrections",
        "correction": found,
        "version": found.version,
        "kind": kind.label,
        "key": kind.key_in_words(found.version.body, found.version.key),
        "words": queries.in_words(found),
        "preview": remarking.preview(found) if found.state == CorrectionState.DRAFT else None,
        "run": found.runs.order_by("-pk").first(),
        "page": Paginator(changes, PAGE).get_page(request.GET.get("page")),
        "can_apply": rules.can_apply(request.user, found),
        "others": queries.other_exams(found.exam, found.version),
        "entries": history.of(found)[:20],
    }
    return render(request, "practice/exam_correction.html", context)


@require_POST
@login_required
def apply(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    actions.apply(_made(request, slug, pk), by=request.user, at=timezone.now())
    messages.success(request, _("更正已生效，正在为全体考生重新评分。"))
    return redirect("practice:exam-correction", slug, pk)


@require_POST
@login_required
def drop(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    actions.drop(_made(request, slug, pk), by=request.user, at=timezone.now())
    messages.success(request, _("已放弃这项更正，成绩没有变化。"))
    return redirect("practice:exam-corrections", slug)


@require_safe
@login_required
def run(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """How far the marking after a correction is: a fragment that asks for itself again until it is done."""
    found = _made(request, slug, pk)
    latest = found.runs.order_by("-pk").first()
    if latest is None:
        raise Http404
    return render(request, "practice/_correction_run.html", {"exam": found.exam, "correction": found, "run": latest})
