"""The organiser's form check."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core.paging import KeyPaginator
from huomiao.core.requests import UserRequest
from huomiao.innovations import checking
from huomiao.innovations.actions import checks as actions
from huomiao.innovations.forms.checks import BulkPassForm, CheckForm
from huomiao.innovations.forms.recommendations import ExclusionsForm, FilterForm
from huomiao.innovations.models import Call, Declaration
from huomiao.innovations.queries import calls, checks, declarations, recommendations
from huomiao.innovations.rules import checks as rules
from huomiao.innovations.states import Decision, State
from huomiao.innovations.views import deciding
from huomiao.innovations.views.recommendations import narrowed, tell

PAGE = 50


@require_GET
@login_required
def check(request: UserRequest, slug: str) -> HttpResponse:
    return _check_page(request, _call(request, slug))


def _check_page(
    request: UserRequest, call: Call, *, bulk: BulkPassForm | None = None, status: int = 200
) -> HttpResponse:
    tab = request.GET.get("tab", "waiting")
    if tab not in checks.TABS:
        raise Http404
    filters = FilterForm(request.GET or None, call=call)
    found = recommendations.for_rows(narrowed(checks.in_tab(call, tab), filters))
    page = KeyPaginator(found, PAGE).get_page(request.GET.get("page"))
    counts = checks.counts(call)
    labels = {"waiting": _("待审查"), "correcting": _("补正中"), "accepted": _("已通过"), "refused": _("未通过")}
    context = {
        "call": call,
        "tab": tab,
        "tabs": [(name, label, counts.of(name)) for name, label in labels.items()],
        "filters": filters,
        "page": page,
        "rows": [(declaration, checking.hints(declaration, call)) for declaration in page],
        "counts": counts,
        "is_open": rules.is_open(call, timezone.now()),
        "bulk": bulk or ExclusionsForm(call=call),
        "bulk_errors": bulk,
    }
    return render(request, "innovations/check.html", context, status=status)


@require_POST
@login_required
def pass_many(request: UserRequest, slug: str) -> HttpResponse:
    """Pass everything that was ticked and that nothing stands out about."""
    call = _call(request, slug)
    among = Declaration.objects.filter(call=call).select_related("call__organiser")
    form = BulkPassForm(request.POST, call=call, among=among)
    if not form.is_valid():
        return _check_page(request, call, bulk=form, status=422)
    outcome = actions.pass_many(
        form.cleaned_data["declarations"],
        by=request.user,
        at=timezone.now(),
        exclusions=form.cleaned_data.get("exclusions", []),
    )
    tell(request, outcome, ngettext("已通过 %(count)s 项。", "已通过 %(count)s 项。", len(outcome.done)))
    return redirect("innovations:check", call.slug)


@require_http_methods(["GET", "POST"])
@login_required
def check_one(request: UserRequest, pk: int) -> HttpResponse:
    """One declaration with its checklist, and the conclusion on it."""
    declaration = deciding.declaration_of(request, pk)
    call, now = declaration.call, timezone.now()
    if not rules.can_check(request.user, call):
        raise Http404
    form = CheckForm(request.POST or None, call=call)
    answer = deciding.decided(request, form, partial(_concluded, request, declaration))
    if isinstance(answer, HttpResponse):
        return answer
    waits = declaration.state == State.RECOMMENDED or (
        declaration.state == State.SUBMITTED and declaration.desk_id == call.organiser_id
    )
    context = {
        **deciding.beside(declaration, form),
        "may_check": waits and rules.is_open(call, now),
        "may_recall": declaration.state == State.RETURNED
        and declaration.correct_by is not None
        and declaration.correct_by < now,
        "may_undo": declaration.state in {State.ACCEPTED, State.REFUSED} and rules.is_open(call, now),
    }
    return render(request, "innovations/check_one.html", context, status=answer)


def _concluded(request: UserRequest, declaration: Declaration, form: CheckForm) -> HttpResponse:
    values, now = form.cleaned_data, timezone.now()
    if values["decision"] == Decision.PASS:
        actions.pass_(
            declaration, by=request.user, at=now, exclusions=values.get("exclusions", []), text=values["text"]
        )
        messages.success(request, _("“%(title)s”形审通过。") % {"title": declaration})
    elif values["decision"] == Decision.RETURN:
        actions.send_back(
            declaration,
            by=request.user,
            at=now,
            text=values["text"],
            until=form.last_moment(),
            fields=values["fields_to_correct"],
        )
        messages.success(request, _("已退回补正“%(title)s”。") % {"title": declaration})
    else:
        actions.refuse(declaration, by=request.user, at=now, text=values["text"])
        messages.success(request, _("“%(title)s”形审不通过，理由已记录。") % {"title": declaration})
    return redirect("innovations:check", declaration.call.slug)


@require_POST
@login_required
def check_recall(request: UserRequest, pk: int) -> HttpResponse:
    """End a correction whose term is over."""
    declaration = get_object_or_404(declarations.visible_to(request.user).select_related("call__organiser"), pk=pk)
    actions.recall(declaration, by=request.user, at=timezone.now())
    messages.success(request, _("已收回“%(title)s”，按现有内容审查。") % {"title": declaration})
    return redirect("innovations:check-one", declaration.pk)


@require_POST
@login_required
def check_undo(request: UserRequest, pk: int) -> HttpResponse:
    """Take back a conclusion."""
    declaration = get_object_or_404(declarations.visible_to(request.user).select_related("call__organiser"), pk=pk)
    actions.undo(declaration, by=request.user, at=timezone.now())
    messages.success(request, _("已撤销对“%(title)s”的审查结论。") % {"title": declaration})
    return redirect("innovations:check-one", declaration.pk)


def _call(request: UserRequest, slug: str) -> Call:
    return get_object_or_404(calls.editable_by(request.user), slug=slug)
