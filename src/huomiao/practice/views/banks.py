"""The pages of banks: the list, one bank, its facts."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.practice.actions import banks as actions
from huomiao.practice.forms import banks as forms
from huomiao.practice.kinds import KINDS
from huomiao.practice.models import Bank
from huomiao.practice.queries import banks as queries
from huomiao.practice.queries import releases
from huomiao.practice.rules import banks as rules
from huomiao.practice.states import Use

PAGE = 20
HISTORY_SHOWN = 20
DIFFICULTIES = range(1, 6)


@login_required
@require_GET
def banks(request: UserRequest) -> HttpResponse:
    """The banks of the reader's reach."""
    if not rules.can_keep_banks(request.user):
        raise NotAllowed(_("题库由工会干部和培训管理员管理。练习请到“练兵”。"))
    filter_form = forms.BankFilterForm(request.GET or None)
    asked = filter_form.cleaned_data if filter_form.is_valid() else {}
    rows = queries.narrowed(queries.visible_to(request.user), **asked).order_by("owner__path", "name", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    figures = queries.figures(page.object_list)
    context = {
        "page_obj": page,
        "rows": [(bank, figures[bank.pk]) for bank in page.object_list],
        "filter": filter_form,
        "is_narrowed": any(asked.values()),
        "has_owners": queries.owners(request.user).exists(),
    }
    return render(request, "practice/banks.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def bank_new(request: UserRequest) -> HttpResponse:
    if not rules.can_keep_banks(request.user):
        raise NotAllowed(_("题库由工会干部和培训管理员管理。"))
    owners = queries.owners(request.user)
    form = forms.NewBankForm(
        request.POST if request.method == "POST" else None, owners=owners, initial={"owner": owners.first()}
    )
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in actions.FIELDS}
        try:
            bank = actions.create(form.cleaned_data["owner"], code=form.cleaned_data["code"], by=request.user, **values)
        except Invalid as refusal:
            form.add_error("code", refusal.message)
        else:
            messages.success(request, _("题库已建好，接下来导入或新建试题。"))
            return redirect(bank)
    return render(request, "practice/bank_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_GET
def bank(request: UserRequest, code: str) -> HttpResponse:
    """One bank: what it holds, what waits to be done, what has changed since it was published."""
    found = get_object_or_404(queries.visible_to(request.user), code=code)
    shares = queries.shares(found)
    counts = dict(shares["kind"])
    context = {
        **frame(request, found),
        "figures": queries.figures([found])[found.pk],
        "kinds": [(kind.label, name, counts[name]) for name, kind in KINDS.items() if name in counts],
        "uses": [(Use(name).label, name, count) for name, count in shares["use"]],
        "difficulties": [
            (level, sum(count for value, count in shares["difficulty"] if str(value) == str(level)))
            for level in DIFFICULTIES
        ],
        "changes": releases.changes(found),
        "entries": history.of(found)[:HISTORY_SHOWN],
    }
    return render(request, "practice/bank.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def bank_edit(request: UserRequest, code: str) -> HttpResponse:
    found = for_keeper(request, code)
    # A ModelForm writes into its instance; the page's heading keeps the name that is in force.
    form = forms.BankForm(request.POST if request.method == "POST" else None, instance=copy(found))
    if request.method == "POST" and form.is_valid():
        changed = actions.change(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("已保存。"))
        return redirect(changed)
    return render(
        request, "practice/bank_edit.html", {**frame(request, found), "form": form}, status=422 if form.errors else 200
    )


@login_required
@require_POST
def bank_archive(request: UserRequest, code: str) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), code=code)
    actions.archive(found, by=request.user, at=timezone.now())
    messages.success(request, _("题库已归档，不再用于练习和考试。"))
    return redirect(found)


@login_required
@require_POST
def bank_restore(request: UserRequest, code: str) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), code=code)
    actions.restore(found, by=request.user, at=timezone.now())
    messages.success(request, _("题库已恢复使用。"))
    return redirect(found)


def for_keeper(request: UserRequest, code: str) -> Bank:
    """The bank, for those who may change it now; 404 for those who may not know of it, 403 while it is archived."""
    found = get_object_or_404(queries.visible_to(request.user), code=code)
    if not rules.can_edit(request.user, found):
        raise NotAllowed(_("题库已归档，请先恢复使用。"))
    return found


def frame(request: UserRequest, bank: Bank) -> dict[str, Any]:
    """What every page of a bank shows above its own content."""
    return {"bank": bank, "may_edit": rules.can_edit(request.user, bank)}
