"""The pool of experts, and an expert's own relations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core import history
from huomiao.core.downloads import download
from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.core.tables import mark_problems, template_of
from huomiao.innovations.actions import experts as actions
from huomiao.innovations.forms.experts import ExpertForm, NewExpertForm, PoolFilterForm, RelationForm, TableForm
from huomiao.innovations.models import Expert, Relation
from huomiao.innovations.queries import experts as queries
from huomiao.innovations.queries import sheets
from huomiao.innovations.rules import experts as rules

PAGE = 30
MOST_BYTES = 20 * 1024 * 1024


def _need_pool(request: UserRequest) -> None:
    if not rules.can_manage(request.user):
        raise Http404


def _expert(request: UserRequest, pk: int) -> Expert:
    _need_pool(request)
    found: Expert = get_object_or_404(queries.pool(), pk=pk)
    return found


@require_GET
@login_required
def pool(request: UserRequest) -> HttpResponse:
    _need_pool(request)
    filters = PoolFilterForm(request.GET or None)
    found = _narrowed(queries.pool(), filters)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "innovations/experts.html", {"page": page, "filters": filters})


def _narrowed(found: QuerySet[Any], filters: PoolFilterForm) -> QuerySet[Any]:
    if not filters.is_valid():
        return found
    wanted = filters.cleaned_data
    if wanted["q"]:
        found = found.filter(queries.search(wanted["q"].strip()))
    if wanted["field"]:
        found = found.filter(pk__in=wanted["field"].experts.values("pk"))
    if wanted["division"]:
        # JSON containment is PostgreSQL's alone; two digits in quotes are found as text in both.
        found = found.filter(divisions__icontains=f'"{wanted["division"]}"')
    if wanted["active"]:
        found = found.filter(is_active=wanted["active"] == "yes")
    if wanted["load"] == "none":
        found = found.filter(load=0)
    elif wanted["load"] == "some":
        found = found.filter(load__gt=0)
    elif wanted["load"] == "open":
        found = found.filter(load__gt=F("signed"))
    return found


@require_http_methods(["GET", "POST"])
@login_required
def new(request: UserRequest) -> HttpResponse:
    _need_pool(request)
    form = NewExpertForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                expert = actions.add(by=request.user, **form.values())
            except DomainError as refusal:
                form.add_error("name", refusal.message)
            else:
                messages.success(request, _("已加入专家库。"))
                return redirect("innovations:expert", expert.pk)
    return render(request, "innovations/expert_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def expert(request: UserRequest, pk: int) -> HttpResponse:
    found = _expert(request, pk)
    form = ExpertForm(request.POST) if request.method == "POST" else ExpertForm.of(found)
    if request.method == "POST" and form.is_valid():
        actions.edit(found, by=request.user, is_active=form.cleaned_data["is_active"], **form.values())
        messages.success(request, _("已保存。"))
        return redirect("innovations:expert", pk)
    return _expert_page(request, found, form, status=422 if form.errors else 200)


def _expert_page(
    request: UserRequest,
    found: Expert,
    form: ExpertForm,
    *,
    relation_form: RelationForm | None = None,
    password: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "expert": found,
        "form": form,
        "relation_form": relation_form or RelationForm(),
        "relations": found.relations.select_related("organization").order_by("pk"),
        "can_issue_password": rules.can_issue_password(request.user, found),
        "password": password,
        "entries": history.of(found)[:20],
    }
    return render(request, "innovations/expert.html", context, status=status)


@require_POST
@login_required
def password(request: UserRequest, pk: int) -> HttpResponse:
    """The first password is shown once, in the answer itself: it is kept nowhere."""
    found = _expert(request, pk)
    issued = actions.issue_password(found, by=request.user)
    response = _expert_page(request, found, ExpertForm.of(found), password=issued)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def relation_add(request: UserRequest, pk: int) -> HttpResponse:
    found = _expert(request, pk)
    form = RelationForm(request.POST)
    if not form.is_valid():
        return _expert_page(request, found, ExpertForm.of(found), relation_form=form, status=422)
    actions.declare_relation(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("已登记回避关系，下次分配时生效。"))
    return redirect("innovations:expert", pk)


@require_POST
@login_required
def relation_remove(request: UserRequest, pk: int) -> HttpResponse:
    _need_pool(request)
    relation = get_object_or_404(Relation.objects.select_related("expert__user", "organization"), pk=pk)
    actions.remove_relation(relation, by=request.user)
    messages.success(request, _("已撤销。"))
    return redirect("innovations:expert", relation.expert_id)


@require_http_methods(["GET", "POST"])
@login_required
def table(request: UserRequest) -> HttpResponse:
    _need_pool(request)
    form = TableForm(request.POST or None, request.FILES or None)
    problems = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["table"]
            content = upload.read(MOST_BYTES + 1)
            try:
                done = actions.import_experts(content, upload.name, by=request.user)
            except DomainError as refusal:
                form.add_error("table", refusal.message)
            else:
                if done.is_done:
                    messages.success(
                        request,
                        _("新增 %(added)d 位、更新 %(updated)d 位专家。")
                        % {"added": len(done.added), "updated": len(done.updated)},
                    )
                    return redirect("innovations:experts")
                problems = done.problems
                if request.POST.get("marked"):
                    return download(mark_problems(content, problems), _("专家表（已标出问题）") + ".xlsx")
    context = {"form": form, "problems": problems, "columns": actions.columns()}
    return render(request, "innovations/expert_table.html", context, status=status)


@require_GET
@login_required
def table_template(request: UserRequest) -> HttpResponse:
    _need_pool(request)
    return download(template_of(actions.columns(), title=_("专家表")), _("专家表模板") + ".xlsx")


@require_http_methods(["GET", "POST"])
@login_required
def my_relations(request: UserRequest) -> HttpResponse:
    """An expert's own declaration of whom they must not judge."""
    me = sheets.expert_of(request.user)
    if me is None:
        raise Http404
    form = RelationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.declare_relation(me, by=request.user, **form.cleaned_data)
        messages.success(request, _("已申明。分配评审任务时会避开。"))
        return redirect("innovations:my-relations")
    context = {"form": form, "relations": me.relations.select_related("organization").order_by("pk")}
    return render(request, "innovations/expert_relations.html", context, status=422 if form.errors else 200)
