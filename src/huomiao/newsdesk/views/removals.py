"""Asking for a page to be taken down, and the editors' queue of such requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.accounts import locking, throttling
from huomiao.core import history
from huomiao.core.errors import Invalid
from huomiao.core.requests import UserRequest
from huomiao.files import links
from huomiao.newsdesk.actions import removals as actions
from huomiao.newsdesk.forms.removals import AnswerForm, AskForm, StatusForm
from huomiao.newsdesk.models import Removal
from huomiao.newsdesk.queries import articles
from huomiao.newsdesk.queries import removals as queries
from huomiao.newsdesk.states import RemovalState
from huomiao.notices.calendar import Calendar

REMOVALS_A_PAGE = 50
HOUR = timedelta(hours=1)


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Anybody asks, with proof; only what the public can see can be asked about."""
    article = get_object_or_404(articles.shown(), pk=pk)
    posted, uploads = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AskForm(posted, uploads)
    context: dict[str, Any] = {"article": article, "form": form, "days": queries.DAYS_TO_ANSWER}
    if request.method != "POST":
        return render(request, "newsdesk/ask_removal.html", context)
    if not form.is_valid():
        return render(request, "newsdesk/ask_removal.html", context, status=422)
    values = form.cleaned_data
    try:
        throttling.take("news-removal", locking.client_address(request), most=10, within=HOUR)
        made = actions.ask(
            article,
            reason=values["reason"],
            text=values["text"],
            asker=actions.Asker(values["name"], values["phone"]),
            proofs=values["proofs"],
        )
    except (Invalid, throttling.TooMany) as refusal:
        form.add_error("proofs" if isinstance(refusal, Invalid) else None, refusal.message)
        return render(request, "newsdesk/ask_removal.html", context, status=refusal.status)
    request.session["news_receipt"] = made.receipt
    return redirect("newsdesk:removal-receipt")


@never_cache
@require_GET
def receipt(request: HttpRequest) -> HttpResponse:
    """The receipt of the request that this browser just made."""
    found = Removal.objects.filter(receipt=request.session.get("news_receipt", "")).first()
    if found is None:
        return redirect("newsdesk:removal-status")
    return render(request, "newsdesk/removal_receipt.html", {"removal": found})


@never_cache
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = StatusForm(posted, initial={"receipt": request.session.get("news_receipt", "")})
    context: dict[str, Any] = {"form": form}
    if request.method != "POST":
        return render(request, "newsdesk/removal_status.html", context)
    try:
        throttling.take("news-removal-status", locking.client_address(request), most=20, within=HOUR)
    except throttling.TooMany as refusal:
        form.add_error(None, refusal.message)
        return render(request, "newsdesk/removal_status.html", context, status=refusal.status)
    if form.is_valid():
        found = queries.by_receipt(form.cleaned_data["receipt"], form.cleaned_data["phone_tail"])
        if found is not None:
            return render(request, "newsdesk/removal_status.html", {**context, "removal": found})
        form.add_error(None, _("没有找到：请核对回执号和电话后四位。"))
    return render(request, "newsdesk/removal_status.html", context, status=422)


# --- Editors ----------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def queue(request: UserRequest) -> HttpResponse:
    rows = queries.visible_to(request.user)
    asked = request.GET.get("state", "")
    if asked in RemovalState.values:
        rows = rows.filter(state=asked)
    elif asked != "all":
        rows = rows.filter(state=RemovalState.RECEIVED)
    page = Paginator(rows.order_by("due_on", "pk"), REMOVALS_A_PAGE).get_page(request.GET.get("page"))
    calendar, today = Calendar(), timezone.localdate()
    lines = [(row, queries.deadline(row, calendar=calendar, today=today)) for row in page.object_list]
    context = {"page_obj": page, "lines": lines, "asked": asked, "states": RemovalState}
    return render(request, "newsdesk/removals.html", context)


@never_cache
@login_required
@require_GET
def removal(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    return _show(request, found)


def _show(request: UserRequest, found: Removal, *, form: AnswerForm | None = None, code: int = 200) -> HttpResponse:
    context = {
        "removal": found,
        "article": found.article,
        "proofs": [
            (proof.file, links.link(proof.file, to=request.user, name=_("证明 %(number)d") % {"number": number}))
            for number, proof in enumerate(found.proofs.select_related("file").order_by("pk"), 1)
        ],
        "deadline": queries.deadline(found, calendar=Calendar(), today=timezone.localdate()),
        "form": form or AnswerForm(),
        "entries": history.of(found)[:50],
    }
    return render(request, "newsdesk/removal.html", context, status=code)


def _answer(request: UserRequest, pk: int, act: Callable[..., None], done: str) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form=form, code=422)
    act(found, answer=form.cleaned_data["answer"], by=request.user)
    messages.success(request, done)
    return redirect("newsdesk:removal", pk)


@login_required
@require_POST
def grant(request: UserRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, actions.grant, _("已下架，公众页面、检索和订阅里都不再有这篇文章。"))


@login_required
@require_POST
def refuse(request: UserRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, actions.refuse, _("已答复，文章保持公开。"))


@login_required
@require_POST
def lift(request: UserRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, actions.lift, _("已恢复公开。"))
