"""Arranging the categories: the list in its order, and each with its name, its rules, its end and its history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.newsdesk.actions import categories as actions
from huomiao.newsdesk.forms.categories import AddForm, ChangeForm, RetireForm, RuleForm
from huomiao.newsdesk.models import Category, FilingRule
from huomiao.newsdesk.queries import categories as queries
from huomiao.newsdesk.rules import categories as rules


def _ask_arranger(request: UserRequest) -> None:
    if not rules.can_arrange(request.user):
        raise NotAllowed(_("类别由各单位共用，只有最上级工会的资讯编辑可以调整。"))


def _category(request: UserRequest, slug: str) -> Category:
    _ask_arranger(request)
    return get_object_or_404(queries.with_counts(Category.objects.select_related("merged_into")), slug=slug)


@login_required
@require_http_methods(["GET", "POST"])
def board(request: UserRequest) -> HttpResponse:
    """All categories in the order of the page, and a form for another."""
    _ask_arranger(request)
    form = AddForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, _("已添加类别“%(name)s”。") % {"name": made.name})
            return redirect("newsdesk:category-edit", made.slug)
    context = {
        "form": form,
        "categories": queries.with_counts(queries.in_use()).prefetch_related("rules"),
        "retired": queries.retired(),
    }
    return render(request, "newsdesk/categories.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def edit(request: UserRequest, slug: str) -> HttpResponse:
    return _show(request, _category(request, slug))


def _show(request: UserRequest, category: Category, *, code: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "category": category,
        "rules": category.rules.all(),
        "sources": category.sources.order_by("name"),
        "form": ChangeForm(initial={"name": category.name, "is_own": category.is_own}),
        "rule_form": RuleForm(),
        "retire_form": RetireForm(category=category),
        "entries": history.of(category)[:50],
        **forms,
    }
    return render(request, "newsdesk/category_edit.html", context, status=code)


@login_required
@require_POST
def change(request: UserRequest, slug: str) -> HttpResponse:
    category = _category(request, slug)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _show(request, category, code=422, form=form)
    try:
        actions.change(category, by=request.user, **form.cleaned_data)
    except Invalid as refusal:
        form.add_error("name", refusal.message)
        return _show(request, category, code=422, form=form)
    messages.success(request, _("已保存。"))
    return redirect("newsdesk:category-edit", slug)


@login_required
@require_POST
def move(request: UserRequest, slug: str) -> HttpResponse:
    actions.move(_category(request, slug), up="up" in request.POST, by=request.user)
    return redirect("newsdesk:categories")


@login_required
@require_POST
def retire(request: UserRequest, slug: str) -> HttpResponse:
    category = _category(request, slug)
    form = RetireForm(request.POST, category=category)
    if not form.is_valid():
        return _show(request, category, code=422, retire_form=form)
    moved = actions.retire(category, into=form.cleaned_data["into"], by=request.user)
    told = {"name": form.cleaned_data["into"].name, "count": moved}
    messages.success(request, _("已撤并，%(count)d 篇文章转到“%(name)s”。") % told)
    return redirect("newsdesk:categories")


@login_required
@require_POST
def restore(request: UserRequest, slug: str) -> HttpResponse:
    actions.restore(_category(request, slug), by=request.user)
    messages.success(request, _("已重新启用。"))
    return redirect("newsdesk:category-edit", slug)


@login_required
@require_POST
def add_rule(request: UserRequest, slug: str) -> HttpResponse:
    category = _category(request, slug)
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _show(request, category, code=422, rule_form=form)
    try:
        filed = actions.add_rule(category, by=request.user, **form.cleaned_data)
    except Invalid as refusal:
        form.add_error("words", refusal.message)
        return _show(request, category, code=422, rule_form=form)
    messages.success(request, _("已添加规则，%(count)d 篇已有的文章归入这里。") % {"count": filed})
    return redirect("newsdesk:category-edit", slug)


@login_required
@require_POST
def drop_rule(request: UserRequest, pk: int) -> HttpResponse:
    _ask_arranger(request)
    rule = get_object_or_404(FilingRule.objects.select_related("category"), pk=pk)
    actions.drop_rule(rule, by=request.user)
    messages.success(request, _("已删除规则，归过的文章不动。"))
    return redirect("newsdesk:category-edit", rule.category.slug)
