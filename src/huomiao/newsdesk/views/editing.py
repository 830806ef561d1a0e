"""An editor's work on one article: filing, correcting, taking down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.newsdesk.actions import corrections, filing, removals
from huomiao.newsdesk.forms.editing import CorrectForm, FileForm, NoteForm
from huomiao.newsdesk.models import Article
from huomiao.newsdesk.queries import articles as queries
from huomiao.newsdesk.rules import articles as rules


def _article(request: UserRequest, pk: int) -> Article:
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    if not rules.can_edit(request.user, found):
        raise NotAllowed(_("只有维护这个来源的编辑可以修改。"))
    return found


@login_required
@require_GET
def edit(request: UserRequest, pk: int) -> HttpResponse:
    return _show(request, _article(request, pk))


def _show(request: UserRequest, article: Article, *, code: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "article": article,
        "version": article.current,
        "file_form": FileForm(initial={"category": article.category_id}),
        "correct_form": CorrectForm(),
        "note_form": NoteForm(),
        "corrections": article.corrections.select_related("by"),
        "entries": history.of(article)[:50],
        **forms,
    }
    return render(request, "newsdesk/edit.html", context, status=code)


@login_required
@require_POST
def file(request: UserRequest, pk: int) -> HttpResponse:
    article = _article(request, pk)
    form = FileForm(request.POST)
    if not form.is_valid():
        return _show(request, article, code=422, file_form=form)
    filing.file(article, form.cleaned_data["category"], by=request.user)
    messages.success(request, _("已归入“%(name)s”。") % {"name": form.cleaned_data["category"].name})
    return redirect("newsdesk:edit", pk)


@login_required
@require_POST
def correct(request: UserRequest, pk: int) -> HttpResponse:
    article = _article(request, pk)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return _show(request, article, code=422, correct_form=form)
    try:
        made = corrections.correct(article, by=request.user, **form.cleaned_data)
    except Invalid as refusal:
        form.add_error("after", refusal.message)
        return _show(request, article, code=422, correct_form=form)
    if made.rule:
        messages.success(request, _("已更正，并记成这个来源的规则：以前的文章正在按它重新提取。"))
    elif form.cleaned_data["for_site"]:
        messages.warning(request, _("已更正这一篇。原网页上找不到这些字，没有记成规则。"))
    else:
        messages.success(request, _("已更正这一篇。"))
    return redirect("newsdesk:edit", pk)


def _noted(request: UserRequest, pk: int, act: Callable[..., None], done: str) -> HttpResponse:
    article = _article(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show(request, article, code=422, note_form=form)
    act(article, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, done)
    return redirect("newsdesk:edit", pk)


@login_required
@require_POST
def take_down(request: UserRequest, pk: int) -> HttpResponse:
    return _noted(request, pk, removals.take_down, _("已下架，公众页面、检索和订阅里都不再有这篇文章。"))


@login_required
@require_POST
def bring_back(request: UserRequest, pk: int) -> HttpResponse:
    return _noted(request, pk, removals.bring_back, _("已恢复公开。"))
